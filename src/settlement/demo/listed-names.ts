/**
 * The demonstration's list of names to hold payments for, and how they come disguised in payments. All are invented; the
 * list exists to show what screening does.
 */
type Listed = { name: string; aliases?: string; type: 'person' | 'organisation' | 'vessel'; country: string };

const LISTED: readonly Listed[] = [
  { name: 'Drozdov, Yevgeny Arkadyevich', aliases: 'Zhenya Drozd', type: 'person', country: 'RU' },
  { name: 'Shcherbatov, Mikhail', type: 'person', country: 'RU' },
  { name: 'Al-Zubaidani, Abdul Qadir Hamdan', aliases: 'Abu Hamdan', type: 'person', country: 'IQ' },
  { name: 'Ghorbanifard, Behrouz', type: 'person', country: 'IR' },
  { name: 'Ryom Tae Song', type: 'person', country: 'KP' },
  { name: 'Mbasogo Nkulu, Teodoro', type: 'person', country: 'GQ' },
  { name: 'Cienfuegos Barrientos, Octavio', aliases: 'El Halcón Negro', type: 'person', country: 'VE' },
  { name: 'Bukhalov, Gleb', type: 'person', country: 'BY' },
  { name: 'Severomorsk Turbine Works JSC', aliases: 'Severomorsk Turbines', type: 'organisation', country: 'RU' },
  { name: 'Blackgate Maritime Trading Co., Ltd.', type: 'organisation', country: 'HK' },
  { name: 'Zagros Precision Ballistics Company', type: 'organisation', country: 'IR' },
  { name: 'Paektusan Minerals Export Corporation', type: 'organisation', country: 'KP' },
  { name: 'Orlovka Special Alloys LLC', type: 'organisation', country: 'RU' },
  { name: 'Crimson Tern Shipping S.A.', aliases: 'MV Crimson Tern', type: 'organisation', country: 'PA' },
  { name: 'Hadramut Exchange House', type: 'organisation', country: 'YE' },
  { name: 'Vulkanograd Ordnance Institute', type: 'organisation', country: 'RU' },
];

/** How payments name them: as listed, misspelt, or in another script. Every one has to be held. */
export const DISGUISES: readonly { name: string; way: 'exact' | 'fuzzy' | 'transliterated' }[] = [
  { name: 'Yevgeny Arkadyevich Drozdov', way: 'exact' },
  { name: 'Severomorsk Turbine Works JSC', way: 'exact' },
  { name: 'Blackgate Maritime Trading Co Ltd', way: 'exact' },
  { name: 'RYOM Tae Song', way: 'exact' },
  { name: 'Crimson Tern Shipping S.A.', way: 'exact' },
  { name: 'Behruz Gorbanifard', way: 'fuzzy' },
  { name: 'Evgenii Drozdov', way: 'fuzzy' },
  { name: 'Zagross Precision Balistics Co', way: 'fuzzy' },
  { name: 'Black Gate Maritime Trading', way: 'fuzzy' },
  { name: 'Abdulqadir Hamdan al Zubaydani', way: 'fuzzy' },
  { name: 'Михаил Щербатов', way: 'transliterated' },
  { name: 'Дроздов Евгений Аркадьевич', way: 'transliterated' },
  { name: 'ООО Орловка Специал Аллойс', way: 'transliterated' },
  { name: 'Глеб Бухалов', way: 'transliterated' },
  { name: 'Ｐａｅｋｔｕｓａｎ Ｍｉｎｅｒａｌｓ Ｅｘｐｏｒｔ', way: 'transliterated' },
];

/** The list as it is loaded: columns id, name, aliases, type, country. */
export function listedNamesCsv(): string {
  const field = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const rows = LISTED.map(({ name, aliases, type, country }, i) => [
    `DEMO-${String(i + 1).padStart(3, '0')}`,
    name,
    aliases ?? '',
    type,
    country,
  ]);
  return `${[['id', 'name', 'aliases', 'type', 'country'], ...rows].map((row) => row.map(field).join(',')).join('\n')}\n`;
}

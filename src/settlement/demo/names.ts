import type { Random } from '../../base/random.ts';

/** Invented names. None is meant to be a real bank, company or person; likeness to one is chance. */

/** Banks of the network: name, country, first four letters of the BIC, and place. The first eight are its core. */
export const BANKS: readonly { name: string; country: string; bic: string }[] = `Nordfjell Bank|NO|NFJB22
Meridian Handelsbank|DE|MRHBFF
Banque Lémanique d'Affaires|CH|LMNQGG
Harrowgate & Stone|GB|HGST2L
First Cascadia National Bank|US|FCNB33
Kitahama Trust Bank|JP|KTHMJT
Straits Union Bank|SG|STUN22
Gulf Pearl Bank|AE|GPRLAD
Bank of Lindholm|SE|LNDH22
Aalto Pankki|FI|AALT22
Polder Bank|NL|PLDR2A
Crédit Armorique|FR|CRAR22
Banca Valdarno|IT|VLDR22
Banco Ribera del Sur|ES|RBSU22
Vistula Bank Handlowy|PL|VSTB22
Moldau Sparbank|CZ|MLDS22
Danubius Bank|HU|DNBS22
Hellas Maritime Bank|GR|HLMB22
Donau Privatbank|AT|DNPV22
Atlantico Comercial|PT|ATCM22
Emerald Isle Savings|IE|EMIS22
Great Lakes Trust|US|GLKT44
Hudson Harbor Bank|US|HDHB33
Prairie Merchants Bank|CA|PRMB22
Pampas Crédito|AR|PMPC22
Banco Serra Azul|BR|SRAZ22
Bharat Sagar Bank|IN|BSGR22
Coromandel Merchants Bank|IN|CRMB22
Hanbit Bank|KR|HNBT22
Pearl Delta Bank|CN|PDLT22
Lotus Harbour Bank|HK|LTHB22
Kuwait Dhow Bank|KW|KWDH22
Manama Commercial Bank|BH|MNMC22
Najd Trade Bank|SA|NJDT22
Bosphorus Ticaret|TR|BSPT22
Table Mountain Bank|ZA|TBMT22
Savanna Bank|KE|SVNA22
Coral Sea Bank|AU|CRLS22
Tasman Mutual|NZ|TSMT22
Andes Fomento|CL|ANDF22`
  .split('\n')
  .map((line) => line.split('|'))
  .map(([name, country, letters]) => ({ name: name!, country: country!, bic: `${letters!.slice(0, 4)}${country!}${letters!.slice(4)}` }));

const words = (text: string) => text.split(' ');

/** First names and family names that go together, and how they are put. */
const PEOPLE: readonly {
  weight: number;
  first: readonly string[];
  last: readonly string[];
  write?: (first: string, last: string) => string;
}[] = [
  {
    weight: 8,
    first: words('Anna Clara Emma Greta Hanna Ida Lena Nora Astrid Jonas Lukas Erik Henrik Niklas Oskar Felix Jakob Simon Anton Ulrich'),
    last: words(
      'Lindqvist Bergmann Hagedorn Nyström Falkenberg Oldenkamp Rosendahl Vestergaard Wiesinger Brandstätter Holmgren Steinbrück Krogstad Aasen Dahlberg Fjelde',
    ),
  },
  {
    weight: 6,
    first: words(
      'Amelia Charlotte Beatrice Harriet Eleanor Florence Grace Oliver Thomas Edward Henry Arthur Rupert Hugh Nathaniel Spencer',
    ),
    last: words(
      'Ashworth Bancroft Copperfield Davenport Ellsworth Fairbanks Goodridge Hathaway Kingsley Lockwood Merriweather Pemberton Thornbury Wakefield Whitcombe',
    ),
  },
  {
    weight: 6,
    first: words('Chiara Giulia Elena Lucía Inés Camille Margaux Joana Beatriz Paolo Matteo Álvaro Rafael Étienne Laurent Tiago Nuno'),
    last: words(
      'Bellandi Castellani Fioravanti Montefiore Escalante Valdivieso Quintanilla Beauchamp Delacroix Fontaine Rochefort Carvalhal Figueiredo Vasconcelos',
    ),
  },
  {
    weight: 3,
    first: words('Анна Елена Ольга Марина Светлана Ирина Павел Андрей Николай Константин Григорий'),
    last: words('Белова Лебедева Соколова Тихонова Журавлёва Зимина Снегирёва'),
  },
  { weight: 2, first: words('Ελένη Μαρία Σοφία Νίκος Κώστας Δημήτρης'), last: words('Καραγιάννης Μαυρίδης Οικονόμου Σταυρίδης Ζερβός') },
  {
    weight: 4,
    first: words('Priya Ananya Kavya Lakshmi Arjun Rohan Vikram Aditya Sanjay Meera'),
    last: words('Chatterjee Deshpande Iyengar Krishnamurthy Mukherjee Raghunathan Subramanian Venkataraman Bhattacharya'),
  },
  {
    weight: 3,
    first: words('美咲 陽子 健太 大輔 直樹 由美子'),
    last: words('桜井 小笠原 長谷川 藤原 松本 五十嵐'),
    write: (first, last) => last + first,
  },
  { weight: 3, first: words('سلمى نورة فاطمة يوسف سالم طارق'), last: words('الخوري المنصوري الكعبي البستاني الحمادي') },
  {
    weight: 2,
    first: words('Thandiwe Nomvula Wanjiru Achieng Kwame Sipho Kamau Themba'),
    last: words('Dlamini Khumalo Mwangi Odhiambo Nkosi Mensah Mthembu'),
  },
];

const ROOTS = words(
  `Aurora Nordlys Havbris Fjordkraft Solvang Bergtatt Eisenhuf Waldquell Rheintal Hanseat Alpenglüh Lindenhof Kupferdreh Brightwater Oakhaven
  Copperline Silverbeck Thornfield Larkspur Windermoor Stonebridge Marlowe Kestrel Juniper Foxglove Belmondo Fontanella Girasole Montalba
  Azulejo Encina Ribeira Castanheira Bellerive Clairefontaine Valombre Tournesol Kirschbaum Edelweiss Sakuragi Hoshizora Aomori Minatomachi
  Jasmina Sandalwood Peacock Saffron Monsoon Coromandel Malabar Baobab Umoya Serengeti Kookaburra Wattle Pohutukawa Quillay Araucaria
  Tamarugo Caribou Maplewood Sequoia Cascadia Redbud Bluestem Magnolia Pelican Sundial Lantana`.replace(/\s+/g, ' '),
);
const TRADES = words(
  'Foods Textiles Ceramics Furniture Optics Robotics Beverages Logistics Software Paper Instruments Dental Seeds Bicycles Pumps Glass Printing Coffee Timber Toys',
);
/** Country and the legal form that is put behind a company's name. */
const FORMS: ReadonlyMap<string, string> = new Map(
  `NO AS,SE AB,FI Oy,DE GmbH,AT GmbH,CH AG,GB Ltd,IE Ltd,US Inc,CA Inc,NL BV,FR SARL,IT S.p.A.,ES S.A.,PT Lda,PL Sp. z o.o.,CZ s.r.o.,HU Kft,GR AE,JP KK,
  SG Pte Ltd,HK Ltd,AE FZE,KW WLL,BH WLL,IN Pvt Ltd,KR Co Ltd,CN Co Ltd,BR Ltda,AR S.A.,CL SpA,SA LLC,TR A.Ş.,ZA Pty Ltd,KE Ltd,AU Pty Ltd,NZ Ltd`
    .split(/,\s*/)
    .map((pair): [string, string] => [pair.slice(0, 2), pair.slice(3)]),
);
const IN_OWN_SCRIPT: Readonly<Record<string, readonly string[]>> = {
  JP: ['株式会社桜木陶器', '株式会社星空食品', '港町印刷株式会社', '有限会社青森りんご'],
  CN: ['珠江纺织有限公司', '东湖茶叶有限公司', '金桂家具有限公司'],
  HK: ['蓮花海港茶莊', '金桂家具有限公司'],
  KR: ['한빛도자기', '푸른들식품', '별무리출판'],
  AE: ['مؤسسة اللؤلؤ للأغذية', 'شركة الواحة للأثاث'],
  KW: ['شركة السفينة للزجاج'],
  SA: ['شركة نجد للتمور'],
  GR: ['Ελαιώνες Μεσσηνίας ΑΕ', 'Αιγαίο Κεραμικά ΑΕ'],
};

/** A company of a country, some in the country's own script. */
export function companyName(random: Random, country: string): string {
  const local = IN_OWN_SCRIPT[country];
  if (local && random.chance(0.3)) return random.pick(local);
  return `${random.pick(ROOTS)} ${random.pick(TRADES)} ${FORMS.get(country) ?? 'Ltd'}`;
}

/** A person's name, in one of several scripts. */
export function personName(random: Random): string {
  const people = random.weighted(
    PEOPLE,
    PEOPLE.map(({ weight }) => weight),
  );
  const [first, last] = [random.pick(people.first), random.pick(people.last)];
  return people.write ? people.write(first, last) : `${first} ${last}`;
}

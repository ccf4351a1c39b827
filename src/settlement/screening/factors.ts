import type { EntryFacts } from './name-index.ts';
import type { EntryType } from './entry.ts';

/** What is known of who is screened, beside the name. */
export type KnownFacts = {
  /** `1971-04-30`, `1971-04` or `1971`. */
  born?: string;
  /** ISO 3166-1 alpha-2, or a country's English name. */
  country?: string;
  /** Numbers of documents: a passport, a tax number, an IMO number. */
  ids?: readonly string[];
  type?: EntryType;
};

/** What the second factors change: a document that agrees settles it, the rest moves the score a little. */
export type Assessment = { score: number; lines: string[] };

const CHANGE = { bornSame: 0.05, bornOther: -0.2, countrySame: 0.02, countryOther: -0.04, typeOther: -0.25 };
/** Ages on lists are often estimates. */
const YEARS_APART = 2;

/**
 * Weighs date of birth, country, documents and kind against what the list says. What either side does not know changes
 * nothing. `score` stays within 0 and 1.
 */
export function assess(score: number, listed: EntryFacts, known: KnownFacts): Assessment {
  const lines: string[] = [];
  let changed = score;
  const note = (change: number, line: string) => {
    changed += change;
    lines.push(line);
  };
  const id = sameId(listed, known);
  if (id) return { score: 1, lines: [`The number ${id} is the same.`] };
  if (known.born && listed.born) {
    if (listed.born.some((born) => bornAlike(born, known.born!))) note(CHANGE.bornSame, `Born ${known.born}: the same as listed.`);
    else note(CHANGE.bornOther, `Born ${known.born}, listed as born ${listed.born.join(', ')}.`);
  }
  if (known.country && listed.countries) {
    const same = listed.countries.some((country) => countryKey(country) === countryKey(known.country!));
    note(
      same ? CHANGE.countrySame : CHANGE.countryOther,
      same ? `${known.country} is a listed country.` : `${known.country} is not among the listed countries.`,
    );
  }
  if (known.type && listed.type && known.type !== listed.type)
    note(CHANGE.typeOther, `Listed is a ${listed.type}, screened a ${known.type}.`);
  return { score: Math.min(1, Math.max(0, Math.round(changed * 10_000) / 10_000)), lines };
}

function sameId(listed: EntryFacts, known: KnownFacts): string | undefined {
  const plain = (value: string) => value.toUpperCase().replace(/[^A-Z0-9]/g, '');
  const own = new Set((known.ids ?? []).map(plain));
  // Numbers of a few digits agree by chance.
  return (listed.ids ?? []).map(({ value }) => value).find((value) => plain(value).length >= 5 && own.has(plain(value)));
}

/** Whether two dates of birth can be of one person: equal as far as both are known; an estimated span by its years. */
export function bornAlike(listed: string, known: string): boolean {
  const [from, to] = listed.includes('/') ? listed.split('/') : [listed, listed];
  if (listed.includes('/'))
    return Number(known.slice(0, 4)) >= Number(from) - YEARS_APART && Number(known.slice(0, 4)) <= Number(to) + YEARS_APART;
  if (listed.length === 4 || known.length === 4)
    return Math.abs(Number(listed.slice(0, 4)) - Number(known.slice(0, 4))) <= (listed.length === 4 ? YEARS_APART : 0);
  const shared = Math.min(listed.length, known.length);
  return listed.slice(0, shared) === known.slice(0, shared);
}

const regions = new Intl.DisplayNames(['en'], { type: 'region' });

/** A country by code or English name, brought to one spelling. */
function countryKey(country: string): string {
  const text = country.trim();
  let name = text;
  if (/^[A-Za-z]{2}$/.test(text)) name = regions.of(text.toUpperCase()) ?? text;
  return name
    .toLowerCase()
    .replace(/\b(the|of|republic|islamic|democratic|people's|peoples|arab|federation|kingdom|state)\b/g, '')
    .replace(/[^a-z]+/g, '');
}

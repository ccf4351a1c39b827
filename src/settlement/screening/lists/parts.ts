import { isBic } from '../../../base/check-digit.ts';
import { strongName, type EntryType, type ListEntry, type ListedId, type ListName, type NameKind } from '../entry.ts';

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const two = (text: string | number) => String(text).padStart(2, '0');

/**
 * A date as lists write it (`07 Oct 1954`, `Oct 1954`, `circa 1954`, `1950 to 1952`, `01/04/1971`, `00/00/1971`,
 * `1971-04-30`) as `1971-04-30`, `1971-04`, `1971` or `1969/1971`; undefined when there is no year in it.
 */
export function readDate(text: string): string | undefined {
  const iso = /^(\d{4})-(\d{2})(?:-(\d{2}))?/.exec(text.trim());
  if (iso) return iso[3] ? `${iso[1]}-${iso[2]}-${iso[3]}` : `${iso[1]}-${iso[2]}`;
  const numbers = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text.trim());
  if (numbers) return withoutZeros(numbers[3]!, two(numbers[2]!), two(numbers[1]!));
  const span = /(\d{4})\D+(?:\d{1,2} \w{3} )?(\d{4})/.exec(text);
  if (span) return span[1] === span[2] ? span[1] : `${span[1]}/${span[2]}`;
  const words = /(?:(\d{1,2}) )?([A-Za-z]{3})[a-z]* (\d{4})/.exec(text);
  const month = words ? MONTHS.indexOf(words[2]!.toLowerCase()) + 1 : 0;
  if (words && month > 0) return words[1] ? `${words[3]}-${two(month)}-${two(words[1])}` : `${words[3]}-${two(month)}`;
  return /\b(1[89]|20)\d{2}\b/.exec(text)?.[0];
}

function withoutZeros(year: string, month: string, day: string): string {
  if (month === '00') return year;
  return day === '00' ? `${year}-${month}` : `${year}-${month}-${day}`;
}

/** The kind of someone on a list by the word that the list uses, undefined when it says nothing we know. */
export function typeOf(word: string): EntryType | undefined {
  const known = word.trim().toLowerCase();
  if (/^(individual|person|p|natural person)$/.test(known)) return 'person';
  if (/^(entity|enterprise|organi[sz]ation|company|e)$/.test(known)) return 'organisation';
  if (/^(vessel|ship)$/.test(known)) return 'vessel';
  return known === 'aircraft' ? 'aircraft' : undefined;
}

/** An entry that is put together from several records. */
export class Draft {
  readonly entryId: string;
  type?: EntryType;
  private readonly names: ListName[] = [];
  private readonly born = new Set<string>();
  private readonly countries = new Set<string>();
  private readonly programmes = new Set<string>();
  private readonly ids = new Map<string, ListedId>();

  constructor(entryId: string) {
    this.entryId = entryId;
  }

  /** Adds a spelling; a primary one goes to the front. Nothing is added for an empty text. */
  name(text: string, kind: NameKind = 'aka', quality: ListName['quality'] = 'strong'): this {
    const clean = text.replace(/\s+/g, ' ').trim();
    if (clean === '') return this;
    const name = quality === 'weak' ? { text: clean, kind, quality } : strongName(clean, kind);
    if (kind === 'primary' && this.names[0]?.kind !== 'primary') this.names.unshift(name);
    else this.names.push(kind === 'primary' ? { ...name, kind: 'aka' } : name);
    return this;
  }

  bornOn(text: string): this {
    const date = text.trim() === '' ? undefined : readDate(text);
    if (date) this.born.add(date);
    return this;
  }

  country(...texts: readonly string[]): this {
    for (const text of texts) if (text.trim() !== '') this.countries.add(text.trim());
    return this;
  }

  programme(...texts: readonly string[]): this {
    for (const text of texts) if (text.trim() !== '') this.programmes.add(text.trim());
    return this;
  }

  id(kind: string, value: string, country = ''): this {
    const clean = value.trim();
    if (clean !== '') {
      this.ids.set(`${kind} ${clean}`, {
        kind: kind.trim() || 'id',
        value: clean,
        ...(country.trim() !== '' && { country: country.trim() }),
      });
    }
    return this;
  }

  /** Adds what a free text tells of identifiers: banks are told apart by BICs that have no field of their own. */
  remark(...texts: readonly string[]): this {
    for (const bic of texts.flatMap(bicsIn)) this.id('SWIFT/BIC', bic);
    return this;
  }

  /** The entry, undefined when it has no name. */
  done(): ListEntry | undefined {
    if (this.names.length === 0) return undefined;
    const [first, ...rest] = this.names;
    return {
      entryId: this.entryId,
      names: [{ ...first!, kind: 'primary', quality: 'strong' }, ...rest],
      ...(this.type && { type: this.type }),
      ...(this.born.size > 0 && { born: [...this.born] }),
      ...(this.countries.size > 0 && { countries: [...this.countries] }),
      ...(this.ids.size > 0 && { ids: [...this.ids.values()] }),
      ...(this.programmes.size > 0 && { programmes: [...this.programmes] }),
    };
  }
}

/** BICs that a free text names as such: `SWIFT/BIC: SABRRUMM`, `BIC code SABRRUMMXXX`, `SWIFT SABRRUMM and SABRRUM1`. */
const NAMED_BIC =
  /(?<![\p{L}])(?:SWIFT(?:[\s/-]*BIC)?|BIC)(?:\s+codes?)?[\s:=-]*((?:\(?[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?\)?(?![A-Za-z0-9])(?:\s*(?:,|\/|and)\s*)?)+)/giu;

/** The BICs that remarks tell, in large letters as BICs are written; a word in small letters is none. */
export function bicsIn(text: string): string[] {
  const named = [...text.matchAll(NAMED_BIC)].flatMap(([, found]) => found!.match(/[A-Za-z0-9]{8,11}/g) ?? []);
  return named.filter((one) => one === one.toUpperCase() && isBic(one));
}

/** Parts of a text between semicolons, without empty ones. */
export const partsBetween = (text: string, divider: string | RegExp = ';'): string[] =>
  text
    .split(divider)
    .map((part) => part.trim())
    .filter((part) => part !== '');

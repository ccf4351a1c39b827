import type { Told } from './lines.ts';

/** Statements (camt.053), reports (camt.052) and notifications (camt.054): a bank is at one with itself within each of them. */
export type Family = 's' | 'r' | 'n';

/** How a document tells an entry: family, amount, day and the digest of its keeper's reference. */
export function tellingOf(family: Family, { units, bookingDay, named }: Pick<Told, 'units' | 'bookingDay' | 'named'>): string {
  return `${family}/${units}/${bookingDay}/${named ?? ''}`;
}

/** The digest of its keeper's reference, null where it has none. */
export function nameIn(telling: string): string | null {
  return telling.split('/')[3] || null;
}

/** Whether a document of a family has told it. */
export const isToldIn = (family: Family, toldAs: readonly string[]): boolean => toldAs.some((telling) => telling[0] === family);

/**
 * Whether the bank itself tells two apart: both were told in one family as an entry of one amount, under two references, or where one
 * has none, on two days. References and days of two families say nothing: many banks number them differently, or book a day later.
 */
export function apart(telling: string, others: readonly string[]): boolean {
  const [family, units, day, name] = telling.split('/');
  const comparable = others.map((other) => other.split('/')).filter((other) => other[0] === family && other[1] === units);
  const isSame = (other: readonly string[]) => (name && other[3] ? name === other[3] : day === other[2]);
  return comparable.length > 0 && !comparable.some(isSame);
}

/** Whether two tellings have a mark of one of these kinds in common. */
export function shared(kinds: string, some: readonly string[], others: readonly string[]): boolean {
  return some.some((mark) => kinds.includes(mark[0]!) && others.includes(mark));
}

/** Whether two tellings have marks of one kind and share none of that kind: then they are of two payments. */
export function contradict(some: readonly string[], others: readonly string[]): boolean {
  const kinds = Map.groupBy(some, ([kind]) => kind);
  return [...kinds].some(([kind, own]) => {
    const theirs = others.filter((mark) => mark[0] === kind);
    return theirs.length > 0 && !own.some((mark) => theirs.includes(mark));
  });
}

import { isBic, isLei } from '../../base/check-digit.ts';
import type { ListedId } from './entry.ts';

/** A number that tells who somebody is, whatever the name: of a bank, of a legal entity, or one that a state gives. */
export type Identifier = { kind: 'bic' | 'lei' | 'number'; value: string };

/** Shorter numbers are the same by chance. */
const SHORTEST_NUMBER = 7;
/** Business party, country and location: what a BIC says of its institution; the last three letters name a branch. */
const INSTITUTION = 8;

const plain = (value: string) => value.toUpperCase().replace(/[^A-Z0-9]/g, '');

/**
 * What two identifiers that mean the same have in common; undefined for one that says too little. A branch is no person of its own:
 * whoever is on a list is it with all its branches, so BICs of one institution are the same, whichever of them is listed.
 */
export function identifierKey({ kind, value }: Identifier): string | undefined {
  const text = plain(value);
  if (kind === 'bic') return isBic(text) ? `bic ${text.slice(0, INSTITUTION)}` : undefined;
  if (kind === 'lei') return `lei ${text}`;
  return text.length >= SHORTEST_NUMBER && /\d/.test(text) ? `number ${text}` : undefined;
}

const IS_BIC = /swift|(?<![a-z])bic(?![a-z])/i;
const IS_LEI = /(?<![a-z])lei(?![a-z])|legal entity identifier/i;

/** What a listed number is looked up by. Publishers call a BIC in several ways, and may write several into one field. */
export function keysOfListed({ kind, value }: ListedId): string[] {
  const keys = IS_BIC.test(kind) ? bicsOf(value) : [identifierKey({ kind: isLeiOf(kind, value) ? 'lei' : 'number', value })];
  return keys.filter((key) => key !== undefined);
}

const isLeiOf = (kind: string, value: string) => IS_LEI.test(kind) || isLei(plain(value));
const bicsOf = (value: string) => value.split(/[^A-Za-z0-9]+/).map((part) => identifierKey({ kind: 'bic', value: part }));

/** What a text may be that is not said to be of a kind. */
export function identifiersIn(text: string): Identifier[] {
  const value = plain(text);
  return [
    ...(isBic(value) ? [{ kind: 'bic' as const, value }] : []),
    { kind: isLei(value) ? ('lei' as const) : ('number' as const), value },
  ];
}

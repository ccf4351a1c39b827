import { hashOf } from './buckets.ts';
import { identifierKey, keysOfListed, type Identifier } from './identifier.ts';
import { entryNamed, type Match, type ScreeningIndex } from './match.ts';
import { factsOf, SALT, type EntryFacts } from './name-index.ts';

const NONE: readonly Match[] = Object.freeze([]);

/** Everyone on the lists who has this identifier. It settles who it is: the score is 1, whatever the names say. */
export function screenIdentifier(index: ScreeningIndex, identifier: Identifier): readonly Match[] {
  const key = identifierKey(identifier);
  if (key === undefined) return NONE;
  const { at, items, mask } = index.byNumber;
  const bucket = hashOf(key, SALT.number) & mask;
  if (at[bucket] === at[bucket + 1]) return NONE;
  // An entry may tell one number twice.
  const places = new Set(items.subarray(at[bucket], at[bucket + 1]));
  return Array.from(places, (place) => matchAt(index, place, key, identifier)).filter((match) => match !== undefined);
}

function matchAt(index: ScreeningIndex, place: number, key: string, identifier: Identifier): Match | undefined {
  const facts = factsOf(index, place);
  const listed = facts.ids?.find((id) => keysOfListed(id).includes(key));
  if (!listed) return undefined;
  const { listId, entryId } = facts;
  const [name = entryId] = entryNamed(index, listId, entryId)?.names ?? [];
  return { listId, entryId, listed: name, score: 1, exact: true, explanation: [explain(identifier, listed)] };
}

const CALLED = { bic: 'BIC', lei: 'LEI', number: 'number' };

function explain({ kind, value }: Identifier, listed: NonNullable<EntryFacts['ids']>[number]): string {
  const told = `${listed.kind} ${listed.value}${listed.country === undefined ? '' : `, ${listed.country}`}`;
  const isSame = listed.value.toUpperCase().includes(value.toUpperCase());
  return isSame || kind !== 'bic'
    ? `The ${CALLED[kind]} ${value} is listed (${told}).`
    : `The BIC ${value} is of the institution that is listed (${told}): branches are the same bank.`;
}

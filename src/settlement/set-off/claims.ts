import type { LocalDate } from '../../base/time.ts';

/** What one participant owes another, in the one currency that is set off. A heavier obligation is cleared before a lighter one. */
export type SetOffObligation = {
  id: string;
  debtor: string;
  creditor: string;
  units: bigint;
  dueDay?: LocalDate;
  /** Whole, 1 (the usual) to 1,000,000: what clearing one unit of it is worth. */
  weight?: number;
};

/** All obligations of one debtor to one creditor that weigh the same. */
export type Claim = { debtor: number; creditor: number; weight: number; units: bigint };

/** Obligations put together: claims in order of debtor, creditor and weight (heaviest first), and who is in each. */
export type Claims = {
  participants: readonly string[];
  claims: readonly Claim[];
  /** Obligations of claim `i`, by their place in the input: those from `first[i]` up to `first[i + 1]`, in the order they are cleared. */
  members: Uint32Array;
  first: Uint32Array;
};

const MAX_WEIGHT = 1_000_000;

/**
 * Puts obligations together by pair and weight. Within a claim they stand by due day (none comes last), then by id.
 *
 * Throws RangeError for an amount below one, an obligation to oneself, a weight that is not whole or not within its limits, and an
 * id that occurs twice.
 */
export function claimsOf(obligations: readonly SetOffObligation[], others: Iterable<string> = []): Claims {
  check(obligations);
  const names = new Set(others);
  for (const { debtor, creditor } of obligations) names.add(debtor).add(creditor);
  const participants = [...names].sort();
  const rank = new Map(participants.map((name, i) => [name, i]));
  const debtor = Uint32Array.from(obligations, (o) => rank.get(o.debtor)!);
  const creditor = Uint32Array.from(obligations, (o) => rank.get(o.creditor)!);
  const everything = Uint32Array.from(obligations, (_, i) => i);
  const members = stableSort(stableSort(everything, creditor, participants.length), debtor, participants.length);
  sortPairs(members, { debtor, creditor }, obligations);
  return { participants, members, ...group(members, { debtor, creditor }, obligations) };
}

function check(obligations: readonly SetOffObligation[]): void {
  const ids = new Set<string>();
  for (const { id, debtor, creditor, units, weight = 1 } of obligations) {
    if (units < 1n) throw new RangeError(`obligation ${id} is of ${units} units`);
    if (debtor === creditor) throw new RangeError(`obligation ${id} is owed to its own debtor`);
    if (!Number.isInteger(weight) || weight < 1 || weight > MAX_WEIGHT) throw new RangeError(`obligation ${id} has the weight ${weight}`);
    if (ids.has(id)) throw new RangeError(`obligation ${id} is there twice`);
    ids.add(id);
  }
}

/** Counting sort by a column of small numbers; equal ones stay as they stand. */
function stableSort(order: Uint32Array, column: Uint32Array, values: number): Uint32Array {
  const next = new Uint32Array(values + 1);
  for (const i of order) next[column[i]! + 1]! += 1;
  for (let v = 0; v < values; v++) next[v + 1]! += next[v]!;
  const sorted = new Uint32Array(order.length);
  for (const i of order) sorted[next[column[i]!]!++] = i;
  return sorted;
}

type Pairs = { debtor: Uint32Array; creditor: Uint32Array };

/** Sorts the obligations of each pair among themselves: heaviest first, then as they are cleared. */
function sortPairs(members: Uint32Array, pairs: Pairs, obligations: readonly SetOffObligation[]): void {
  for (let from = 0; from < members.length;) {
    let to = from + 1;
    while (to < members.length && samePair(pairs, members[from]!, members[to]!)) to++;
    if (to - from > 1) members.subarray(from, to).sort((a, b) => byUrgency(obligations[a]!, obligations[b]!));
    from = to;
  }
}

const samePair = ({ debtor, creditor }: Pairs, a: number, b: number) => debtor[a] === debtor[b] && creditor[a] === creditor[b];

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** The rule by which an amount is shared out within a pair. */
function byUrgency(a: SetOffObligation, b: SetOffObligation): number {
  return (b.weight ?? 1) - (a.weight ?? 1) || compare(a.dueDay ?? '~', b.dueDay ?? '~') || compare(a.id, b.id);
}

function group(members: Uint32Array, pairs: Pairs, obligations: readonly SetOffObligation[]): { claims: Claim[]; first: Uint32Array } {
  const claims: Claim[] = [];
  const first: number[] = [];
  let last = -1;
  members.forEach((i, at) => {
    const { units, weight = 1 } = obligations[i]!;
    const open = claims.at(-1);
    if (open && samePair(pairs, last, i) && open.weight === weight) open.units += units;
    else {
      claims.push({ debtor: pairs.debtor[i]!, creditor: pairs.creditor[i]!, weight, units });
      first.push(at);
    }
    last = i;
  });
  return { claims, first: Uint32Array.from([...first, members.length]) };
}

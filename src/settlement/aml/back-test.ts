import { dayOf, type LocalDate } from '../../base/time.ts';
import { evaluate } from './evaluate.ts';
import { advance, emptyState, type Observed } from './features.ts';
import { bandsOf, type RuleSet } from './rules.ts';

/** A payment of the past; `suspicious` when people found out which it was. */
export type Labelled = Observed & { suspicious?: boolean };

/** How one rule did on a history. Precision and recall only where labels are given. */
export type RuleResult = {
  ruleId: string;
  hits: number;
  /** Part of all payments that it met. */
  rate: number;
  /** Payments that no other rule met. */
  alone: number;
  precision?: number;
  recall?: number;
  /** The first payments that it met. */
  examples: string[];
};

export type BackTest = {
  version: string;
  payments: number;
  labelled: number;
  /** Payments that at least one rule met, and by day. */
  flagged: number;
  byDay: Map<LocalDate, number>;
  rules: RuleResult[];
  /** Pairs of rules that met the same payments, most first. */
  overlap: { a: string; b: string; both: number; jaccard: number }[];
  precision?: number;
  recall?: number;
};

const EXAMPLES = 10;

type Count = { hits: number; alone: number; trueHits: number; labelledHits: number; examples: string[] };

/** Runs rules over a history in order of time, in memory that grows with the parties and not with the payments. */
export async function backTest(set: RuleSet, history: Iterable<Labelled> | AsyncIterable<Labelled>): Promise<BackTest> {
  const state = emptyState(bandsOf(set));
  const counts = new Map(
    set.rules.map(({ id }): [string, Count] => [id, { hits: 0, alone: 0, trueHits: 0, labelledHits: 0, examples: [] }]),
  );
  const pairs = new Map<string, number>();
  const all = { payments: 0, labelled: 0, suspicious: 0, flagged: 0, trueFlagged: 0, labelledFlagged: 0 };
  const byDay = new Map<LocalDate, number>();
  for await (const payment of history) {
    const met = evaluate(set, state, payment).hits.map(({ ruleId }) => ruleId);
    advance(state, payment);
    const isLabelled = payment.suspicious !== undefined;
    all.payments++;
    if (isLabelled) all.labelled++;
    if (payment.suspicious) all.suspicious++;
    if (met.length === 0) continue;
    all.flagged++;
    if (isLabelled) all.labelledFlagged++;
    if (payment.suspicious) all.trueFlagged++;
    byDay.set(dayOf(payment.at), (byDay.get(dayOf(payment.at)) ?? 0) + 1);
    for (const id of met) note(counts.get(id)!, payment, met.length === 1);
    for (const a of met) for (const b of met) if (a < b) pairs.set(`${a} ${b}`, (pairs.get(`${a} ${b}`) ?? 0) + 1);
  }
  const quality = (right: number, found: number) =>
    all.labelled === 0
      ? {}
      : { ...(found > 0 && { precision: right / found }), ...(all.suspicious > 0 && { recall: right / all.suspicious }) };
  return {
    version: set.version,
    payments: all.payments,
    labelled: all.labelled,
    flagged: all.flagged,
    byDay,
    rules: [...counts].map(([ruleId, { hits, alone, trueHits, labelledHits, examples }]) => ({
      ruleId,
      hits,
      rate: all.payments === 0 ? 0 : hits / all.payments,
      alone,
      ...quality(trueHits, labelledHits),
      examples,
    })),
    overlap: overlapOf(pairs, counts),
    ...quality(all.trueFlagged, all.labelledFlagged),
  };
}

function note(count: Count, payment: Labelled, alone: boolean): void {
  count.hits++;
  if (alone) count.alone++;
  if (payment.suspicious !== undefined) count.labelledHits++;
  if (payment.suspicious) count.trueHits++;
  if (count.examples.length < EXAMPLES) count.examples.push(payment.id);
}

function overlapOf(pairs: ReadonlyMap<string, number>, counts: ReadonlyMap<string, Count>): BackTest['overlap'] {
  return [...pairs]
    .map(([pair, both]) => {
      const [a = '', b = ''] = pair.split(' ');
      return { a, b, both, jaccard: both / (counts.get(a)!.hits + counts.get(b)!.hits - both) };
    })
    .sort((one, other) => other.both - one.both || (one.a + one.b < other.a + other.b ? -1 : 1));
}

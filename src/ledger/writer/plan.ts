import type { BookTime } from '../book-time.ts';
import type { EventDraft } from '../../base/event.ts';
import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import type { RowSet } from '../../infra/postgres/db.ts';
import { type BookState, type Draft, evaluateChain, takeBack } from '../evaluate.ts';
import type { Act, Note, Outcome, Recorded, Refusal, RowOf } from '../port.ts';
import { TRANSIENT_CODES, type Transfer, type TransferCode } from '../transfer.ts';
import type { Claims } from './claims.ts';

/** An act as the writer takes it: a caller's, or the ledger's own expiry of pending transfers. */
export type BookAct = Omit<Act, 'transfers'> & { transfers: readonly Draft[] };

/** What an act came to: its outcome, or the error of its own code, which costs only this act. */
export type Answer = { outcome: Outcome } | { error: unknown };

type PlacedRow = { seq: bigint; atMs: Millis; value: unknown };

/** All that a batch will write, and what to answer to each act when it is durable. */
export type Plan = {
  atMs: Millis;
  transfers: Transfer[];
  failed: { id: Uuid; code: TransferCode }[];
  rows: Map<RowSet<unknown>, PlacedRow[]>;
  events: EventDraft[];
  answers: Answer[];
};

/** What planning works on: the book in memory, the spent ids (grown here), the claimed keys. */
export type Desk = {
  book: BookState & { failed: Set<Uuid> };
  claims: Claims;
  time: BookTime;
  askMore(rows: readonly RowOf[]): Promise<void>;
};

/**
 * Evaluates acts in order, each wholly or not at all: keys first, then the chain. A refused act records its `otherwise`
 * instead. Nothing is written here; the book in memory is moved on.
 */
export async function planBatch(desk: Desk, acts: readonly BookAct[]): Promise<Plan> {
  const plan = emptyPlan(desk);
  for (const act of acts) {
    const answer = planAct(desk, plan, act);
    plan.answers.push(answer instanceof Promise ? await answer : answer);
  }
  return plan;
}

/** The same without ever waiting; undefined when that cannot be, and then the book in memory is no longer to be used. */
export function planAtOnce(desk: Omit<Desk, 'askMore'>, acts: readonly BookAct[]): Plan | undefined {
  const plan = emptyPlan(desk);
  const here = { ...desk, askMore: never };
  for (const act of acts) {
    const answer = planAct(here, plan, act);
    if (answer instanceof Promise) return undefined;
    plan.answers.push(answer);
  }
  return plan;
}

const never = (): Promise<void> => new Promise(() => undefined);

function emptyPlan({ time: { atMs } }: Pick<Desk, 'time'>): Plan {
  return { atMs, transfers: [], failed: [], rows: new Map(), events: [], answers: [] };
}

/** Whether anything of the plan has to be written. */
export function isEmpty(plan: Plan): boolean {
  return plan.transfers.length === 0 && plan.failed.length === 0 && plan.rows.size === 0 && plan.events.length === 0;
}

function planAct(desk: Desk, plan: Plan, act: BookAct): Answer | Promise<Answer> {
  try {
    const rows = act.rows ?? [];
    const taken = desk.claims.firstTaken(rows);
    if (taken) return refuse(desk, plan, act, { code: 'row_taken', ...taken });
    const evaluated = evaluateChain(desk.book, act.transfers, { ...desk.time, unmanagedOnly: act.unmanagedOnly });
    if (!evaluated.ok) {
      const { code, index } = evaluated;
      if (!act.idsAreNew) spend(desk, plan, act.transfers[index]!.id, code);
      return refuse(desk, plan, act, { code, index });
    }
    const recorded = note(desk, plan, act, evaluated.transfers);
    return { outcome: { result: 'enacted', ...recorded, units: evaluated.transfers.map((t) => t.units) } };
  } catch (error) {
    return { error };
  }
}

function spend(desk: Desk, plan: Plan, id: Uuid, code: TransferCode): void {
  if (!TRANSIENT_CODES.has(code)) return;
  desk.book.failed.add(id);
  plan.failed.push({ id, code });
}

/** A refused act: nothing of it stands, unless it says what to record instead. */
function refuse(desk: Desk, plan: Plan, act: BookAct, refusal: Refusal): Answer | Promise<Answer> {
  const instead = act.otherwise?.(refusal);
  if (!instead?.rows?.length && !instead?.events) return { outcome: { result: 'refused', refusal } };
  const rows = instead.rows ?? [];
  if (desk.claims.knows(rows)) return noteInstead(desk, plan, instead, refusal);
  return desk.askMore(rows).then(() => noteInstead(desk, plan, instead, refusal));
}

function noteInstead(desk: Desk, plan: Plan, instead: Note, refusal: Refusal): Answer {
  const taken = desk.claims.firstTaken(instead.rows ?? []);
  if (taken) return { outcome: { result: 'refused', refusal: { code: 'row_taken', ...taken } } };
  try {
    return { outcome: { result: 'refused', refusal, ...note(desk, plan, instead, []) } };
  } catch (error) {
    return { error };
  }
}

/** Puts transfers, rows and events of one act into the plan; when its own code throws, takes the transfers back. */
function note(desk: Desk, plan: Plan, { rows = [], events }: Note, transfers: readonly Transfer[]): Recorded {
  const recorded: Recorded = { seq: desk.book.seq, atMs: desk.time.atMs };
  let drafts: readonly EventDraft[];
  try {
    drafts = events?.(recorded) ?? [];
  } catch (error) {
    for (const transfer of transfers.toReversed()) takeBack(desk.book, transfer);
    throw error;
  }
  desk.claims.claim(rows);
  plan.transfers.push(...transfers);
  for (const { set, value } of rows) {
    const placed = plan.rows.get(set);
    if (placed) placed.push({ ...recorded, value });
    else plan.rows.set(set, [{ ...recorded, value }]);
  }
  plan.events.push(...drafts);
  return recorded;
}

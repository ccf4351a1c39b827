import { toWireId, type Uuid } from '../../../base/id.ts';
import { mergeInOrder } from '../../../base/merge.ts';
import type { Millis } from '../../../base/time.ts';
import type { Tx } from '../../../infra/postgres/db.ts';
import { allParticipants } from '../../participant/store.ts';
import { paymentsOfWindow, windowsOf, type OfWhom } from '../finals.ts';
import type { Days, Reading } from '../kind.ts';
import { PAGE_ROWS } from '../kind.ts';
import { movementsBehind, partiesOf, placeBefore, type Movement } from './statement-store.ts';

/** One movement of the account: what it was, with whom, how much came in (above zero) or went out. */
export type Entry = {
  at: Millis;
  seq: bigint;
  what: string;
  party: string | null;
  counterparty: string | null;
  reference: string;
  uetr: string | null;
  units: bigint;
};

type Asked = { whom: OfWhom; days: Days; pageRows?: number };

/**
 * Everything that moved a bank's money in one currency, in the order in which it became final: by time and, within a
 * millisecond, by the sequence of the book. Two streams in that order, of windows and of all else, of which a page each is in memory.
 */
export function entriesOf(reading: Reading, asked: Asked): AsyncGenerator<Entry> {
  return mergeInOrder([windowEntries(reading, asked), otherEntries(reading, asked)], isEarlier);
}

const isEarlier = (one: Entry, other: Entry): boolean => one.at < other.at || (one.at === other.at && one.seq < other.seq);

async function* windowEntries({ tx, tenantId }: Reading, { whom, days }: Asked): AsyncGenerator<Entry> {
  for await (const window of windowsOf(tx, tenantId, days)) {
    for await (const payments of paymentsOfWindow(tx, tenantId, window, whom)) {
      yield* await paymentEntries(
        tx,
        tenantId,
        payments.map(({ paymentId, debtorAgentId, units }) => ({
          id: paymentId,
          at: window.settledAt,
          seq: window.seq,
          units: debtorAgentId === whom.participantId ? -units : units,
        })),
      );
    }
  }
}

/**
 * Movements are asked for by short ranges of time, longer ones while little is found: by a limit alone the planner may read and
 * sort the whole of the days for every page of them.
 */
const FIRST_STEP_MS = 60_000;
const LONGEST_STEP_MS = 86_400_000;

async function* otherEntries({ tx, tenantId }: Reading, { whom, days, pageRows = PAGE_ROWS }: Asked): AsyncGenerator<Entry> {
  const banks = new Map((await allParticipants(tx, tenantId)).map(({ id, bic }) => [id, bic]));
  let [behind, stepMs] = [placeBefore(days.fromMs), FIRST_STEP_MS];
  while (behind.at < days.toMs) {
    const toMs = Math.min(behind.at + stepMs, days.toMs);
    const page = await movementsBehind(tx, tenantId, whom, { behind, toMs, limit: pageRows });
    const payments = await paymentEntries(
      tx,
      tenantId,
      page.filter(({ kind }) => kind === 'payment'),
    );
    let next = 0;
    for (const movement of page) yield movement.kind === 'payment' ? payments[next++]! : postingEntry(movement, banks);
    const isFull = page.length === pageRows;
    behind = isFull ? page.at(-1)! : placeBefore(toMs);
    stepMs = isFull ? Math.max(1, Math.floor(stepMs / 2)) : Math.min(stepMs * 2, LONGEST_STEP_MS);
  }
}

type Paid = Pick<Movement, 'id' | 'at' | 'seq' | 'units'>;

async function paymentEntries(tx: Tx, tenantId: Uuid, payments: readonly Paid[]): Promise<Entry[]> {
  if (payments.length === 0) return [];
  const parties = await partiesOf(
    tx,
    tenantId,
    payments.map(({ id }) => id),
  );
  return payments.map(({ id, at, seq, units }) => {
    const party = parties.get(id)!;
    const sent = units < 0n;
    return {
      at,
      seq,
      what: `${party.isReturn ? 'Return' : 'Payment'} ${sent ? 'sent' : 'received'}`,
      party: sent ? party.creditorBic : party.debtorBic,
      counterparty: sent ? party.creditorName : party.debtorName,
      reference: party.endToEndId,
      uetr: party.uetr,
      units,
    };
  });
}

function postingEntry({ at, seq, kind, id, units, other, note, called }: Movement, banks: ReadonlyMap<Uuid, string>): Entry {
  const common = { at, seq, counterparty: null, uetr: null, units };
  if (kind !== 'exchange') return { ...common, what: POSTED[kind as 'funding' | 'fee'][units > 0n ? 0 : 1], party: null, reference: note! };
  const what = note === 'fx_fees' ? 'Exchange fee' : units > 0n ? 'Exchange bought' : 'Exchange sold';
  return { ...common, what, party: other === null ? null : (banks.get(other) ?? null), reference: called ?? toWireId('fxt', id) };
}

/** What came in and what went out is called. */
const POSTED = { funding: ['Funding', 'Defunding'], fee: ['Fee credited', 'Fee'] } as const;

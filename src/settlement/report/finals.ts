import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { membersBehind, membershipOf, type MemberRow } from '../window/membership-store.ts';
import { PAGE_ROWS } from './kind.ts';

/** A payment that is final: in a window that settled, or by itself at the door, after review or out of the queue. */
export type FinalPayment = {
  paymentId: Uuid;
  debtorAgentId: Uuid;
  creditorAgentId: Uuid;
  asset: string;
  units: bigint;
  settledAt: Millis;
  windowId: Uuid | null;
};

/** Which final payments: by the book's sequence of the act that made them final, or by its time (half-open). */
/** `sinceMs` narrows the search: nothing with these sequences has an earlier time. */
export type Finality = { seqs: { after: bigint; to: bigint; sinceMs: Millis } } | { fromMs: Millis; toMs: Millis };
export type OfWhom = { participantId: Uuid; asset: string };

/** A window that settled; `seq` is the book's sequence of the act that settled it. */
type SettledWindow = { id: Uuid; number: number; settledAt: Millis; seq: bigint };

/** What is gone through in one go, at most: a window's payments between two sequences, or payments that settled alone. */
export type FinalPage = { windowId: Uuid | null; payments: readonly FinalPayment[] };

/**
 * Every payment that became final, in pages of few, in order of finality among the windows and among the others. Reads forward
 * through the members of each window and never twice.
 */
export async function* finalPayments(tx: Tx, tenantId: Uuid, which: Finality): AsyncGenerator<FinalPage> {
  for await (const window of windowsOf(tx, tenantId, which)) {
    for await (const payments of paymentsOfWindow(tx, tenantId, window)) yield { windowId: window.id, payments };
  }
  yield* grossPayments(tx, tenantId, which);
}

const FOREVER_MS = Date.UTC(9999, 0, 1);
const MOST_SEQ = 2n ** 63n - 1n;

/** Both ways of asking as one: a range of times, and a range of sequences within it. */
function rangeOf(which: Finality): { fromMs: Millis; toMs: Millis; after: bigint; to: bigint } {
  if (!('seqs' in which)) return { ...which, after: -1n, to: MOST_SEQ };
  return { fromMs: which.seqs.sinceMs, toMs: FOREVER_MS, after: which.seqs.after, to: which.seqs.to };
}

/** Windows in the order in which they became final, whatever groups they are of. */
export async function* windowsOf(tx: Tx, tenantId: Uuid, which: Finality): AsyncGenerator<SettledWindow> {
  const { fromMs, toMs, after, to } = rangeOf(which);
  let last = { settledAt: fromMs, seq: -1n, number: -1 };
  for (;;) {
    const page = await tx.query<SettledWindow>(
      `select id, number, settled_at as "settledAt", finality_seq as seq from settlement.netting_window
        where tenant_id = $1 and state = 'settled' and (settled_at, finality_seq, number) > ($2::timestamptz, $3::bigint, $4::integer)
          and settled_at < $5::timestamptz and finality_seq > $6 and finality_seq <= $7
        order by settled_at, finality_seq, number limit ${PAGE_ROWS}`,
      [tenantId, instant(last.settledAt), last.seq, last.number, instant(toMs), after, to],
    );
    yield* page;
    if (page.length < PAGE_ROWS) return;
    last = page.at(-1)!;
  }
}

/** The payments of a window that settled in it, in order of sequence, in pages of few; of one bank in a currency when it is named. */
export async function* paymentsOfWindow(
  tx: Tx,
  tenantId: Uuid,
  { id, settledAt }: Pick<SettledWindow, 'id' | 'settledAt'>,
  whom?: OfWhom,
): AsyncGenerator<readonly FinalPayment[]> {
  const membership = await membershipOf(tx, tenantId, id);
  for (let afterSeq = 0n; ;) {
    const members = await membersBehind(tx, tenantId, membership, { afterSeq, limit: PAGE_ROWS });
    // Who was taken out of the window did not settle in it.
    const payments = members.filter((member) => !member.removed && concerns(member, whom)).map((member) => ofMember(member, id, settledAt));
    if (payments.length > 0) yield payments;
    // Only an empty page is the last: sequences that are not of the window, or not of the reader, leave gaps in a page.
    if (members.length === 0) return;
    afterSeq = members.at(-1)!.seq;
  }
}

function concerns({ asset, debtor, creditor }: MemberRow, whom: OfWhom | undefined): boolean {
  return whom === undefined || (asset === whom.asset && (debtor === whom.participantId || creditor === whom.participantId));
}

function ofMember({ id, debtor, creditor, asset, units }: MemberRow, windowId: Uuid, settledAt: Millis): FinalPayment {
  return { paymentId: id, debtorAgentId: debtor, creditorAgentId: creditor, asset, units, settledAt, windowId };
}

/**
 * Where payments are that settled by themselves, each with its index of times: decided at the door, by review, or out of the
 * queue. `act` names the act that made `id` final, which for the queue may be one for many.
 */
export const GROSS_SOURCES = [
  { table: 'settlement.payment', id: 'id', act: 'id', only: `x.decision = 'settled'` },
  { table: 'settlement.review', id: 'payment_id', act: 'payment_id', only: `x.decision = 'settled'` },
  { table: 'settlement.queue_exit', id: 'entry_id', act: 'settlement_id', only: `x.outcome = 'settled' and x.kind = 'payment'` },
] as const;

/** `$2` and `$3` are where the page before ended, and sequences are held against `$5` and `$6`. */
const GROSS = GROSS_SOURCES.map(
  ({ table, id, only }) => `
  (select x.${id} as id, x.decided_at as settled_at from ${table} x
    where x.tenant_id = $1 and ${only} and (x.decided_at, x.${id}) > ($2::timestamptz, $3::uuid) and x.decided_at < $4::timestamptz
      and x.seq > $5 and x.seq <= $6
    order by x.decided_at, x.${id} limit ${PAGE_ROWS})`,
).join(' union all ');

/** The smallest id of all, so that a first page begins with what settled at the very instant. */
export const NO_ID: Uuid = '00000000-0000-0000-0000-000000000000';

async function* grossPayments(tx: Tx, tenantId: Uuid, which: Finality): AsyncGenerator<FinalPage> {
  const { fromMs, toMs, after, to } = rangeOf(which);
  let last = { settledAt: fromMs, paymentId: NO_ID };
  for (;;) {
    const page = await tx.query<Omit<FinalPayment, 'windowId'>>(
      `select p.id as "paymentId", p.debtor_agent_id as "debtorAgentId", p.creditor_agent_id as "creditorAgentId", p.asset, p.units,
              g.settled_at as "settledAt"
         from (${GROSS}) g join settlement.payment p on p.tenant_id = $1 and p.id = g.id
        order by g.settled_at, g.id limit ${PAGE_ROWS}`,
      [tenantId, instant(last.settledAt), last.paymentId, instant(toMs), after, to],
    );
    if (page.length > 0) yield { windowId: null, payments: page.map((payment) => ({ ...payment, windowId: null })) };
    if (page.length < PAGE_ROWS) return;
    last = page.at(-1)!;
  }
}

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

/** Which final payments: by the book's sequence of the act that made them final, or by its time (half-open); one bank's or all. */
/** `sinceMs` narrows the search: nothing with these sequences has an earlier time. */
export type Finality = { seqs: { after: bigint; to: bigint; sinceMs: Millis } } | { fromMs: Millis; toMs: Millis };
export type OfWhom = { participantId: Uuid; asset: string };

type Window = { id: Uuid; number: number; settledAt: Millis };

/** What is gone through in one go, at most: a window's payments between two sequences, or payments that settled alone. */
export type FinalPage = { windowId: Uuid | null; payments: readonly FinalPayment[] };

/**
 * Every payment that became final, in pages of few, in order of finality among the windows and among the others. Reads forward
 * through the members of each window and never twice.
 */
export async function* finalPayments(tx: Tx, tenantId: Uuid, which: Finality, whom?: OfWhom): AsyncGenerator<FinalPage> {
  for await (const window of windowsOf(tx, tenantId, which)) yield* paymentsOfWindow(tx, tenantId, window, whom);
  yield* grossPayments(tx, tenantId, which, whom);
}

async function* windowsOf(tx: Tx, tenantId: Uuid, which: Finality): AsyncGenerator<Window> {
  const [condition, from, to] =
    'seqs' in which
      ? ['finality_seq > $3 and finality_seq <= $4', which.seqs.after, which.seqs.to]
      : ['settled_at >= $3::timestamptz and settled_at < $4::timestamptz', instant(which.fromMs), instant(which.toMs)];
  let last = -1;
  for (;;) {
    const page = await tx.query<Window>(
      `select id, number, settled_at as "settledAt" from settlement.netting_window
        where tenant_id = $1 and state = 'settled' and number > $2 and ${condition} order by number limit ${PAGE_ROWS}`,
      [tenantId, last, from, to],
    );
    yield* page;
    if (page.length < PAGE_ROWS) return;
    last = page.at(-1)!.number;
  }
}

async function* paymentsOfWindow(tx: Tx, tenantId: Uuid, { id, settledAt }: Window, whom: OfWhom | undefined): AsyncGenerator<FinalPage> {
  const membership = await membershipOf(tx, tenantId, id);
  for (let afterSeq = 0n; ;) {
    const members = await membersBehind(tx, tenantId, membership, { afterSeq, limit: PAGE_ROWS });
    // Who was taken out of the window did not settle in it.
    const payments = members.filter((member) => !member.removed && concerns(member, whom)).map((member) => ofMember(member, id, settledAt));
    if (payments.length > 0) yield { windowId: id, payments };
    if (members.length < PAGE_ROWS) return;
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
 * What settled by itself, one kind after the other: decided at the door, by review, or out of the queue. Each is read along its
 * index of times; `$2` and `$3` are where the page before ended, and sequences are held against `$5` and `$6`.
 */
const BRANCHES = [
  { table: 'settlement.payment', id: 'id', only: `x.decision = 'settled'` },
  { table: 'settlement.review', id: 'payment_id', only: `x.decision = 'settled'` },
  { table: 'settlement.queue_exit', id: 'entry_id', only: `x.outcome = 'settled' and x.kind = 'payment'` },
];

const GROSS = BRANCHES.map(
  ({ table, id, only }) => `
  (select x.${id} as id, x.decided_at as settled_at from ${table} x join settlement.payment p on p.tenant_id = x.tenant_id and p.id = x.${id}
    where x.tenant_id = $1 and ${only} and (x.decided_at, x.${id}) > ($2::timestamptz, $3::uuid) and x.decided_at < $4::timestamptz
      and x.seq > $5 and x.seq <= $6 and ($7::uuid is null or (p.asset = $8 and (p.debtor_agent_id = $7 or p.creditor_agent_id = $7)))
    order by x.decided_at, x.${id} limit ${PAGE_ROWS})`,
).join(' union all ');

const NO_ID = '00000000-0000-0000-0000-000000000000';
const FOREVER_MS = Date.UTC(9999, 0, 1);
const MOST_SEQ = 2n ** 63n - 1n;

async function* grossPayments(tx: Tx, tenantId: Uuid, which: Finality, whom: OfWhom | undefined): AsyncGenerator<FinalPage> {
  const [after, to] = 'seqs' in which ? [which.seqs.after, which.seqs.to] : [-1n, MOST_SEQ];
  const [fromMs, toMs] = 'seqs' in which ? [which.seqs.sinceMs, FOREVER_MS] : [which.fromMs, which.toMs];
  // The smallest id of all, so that the first page begins with what settled at the very instant.
  let last = { settledAt: fromMs, paymentId: NO_ID };
  for (;;) {
    const page = await tx.query<Omit<FinalPayment, 'windowId'>>(
      `select p.id as "paymentId", p.debtor_agent_id as "debtorAgentId", p.creditor_agent_id as "creditorAgentId", p.asset, p.units,
              g.settled_at as "settledAt"
         from (${GROSS}) g join settlement.payment p on p.tenant_id = $1 and p.id = g.id
        order by g.settled_at, g.id limit ${PAGE_ROWS}`,
      [tenantId, instant(last.settledAt), last.paymentId, instant(toMs), after, to, whom?.participantId ?? null, whom?.asset ?? null],
    );
    if (page.length > 0) yield { windowId: null, payments: page.map((payment) => ({ ...payment, windowId: null })) };
    if (page.length < PAGE_ROWS) return;
    last = page.at(-1)!;
  }
}

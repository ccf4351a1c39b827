import type { Ctx } from '../../base/context.ts';
import type { Uuid } from '../../base/id.ts';
import type { SettlementDeps } from '../deps.ts';
import type { RecordOf } from '../iso20022/catalogue.ts';
import { writePacs002, type TransactionReport } from '../iso20022/pacs002.ts';
import type { RecordReading } from '../iso20022/read-message.ts';
import { findPayment } from '../payment/store.ts';
import { viewOfStanding } from '../payment/view.ts';
import { frameOf, outcomeOf, refusalsOf } from './answer.ts';
import type { Handled, Incoming } from './handler.ts';
import { paymentsNamed, paymentsOfMessage } from './store.ts';
import { rejectedFor, reportOn } from './take-transfers.ts';

/** Payments that are told of when a whole file is asked about. */
const MOST_OF_A_FILE = 10_000;

/** Tells what became of payments, one by one or of whole files (pacs.028). Of what the asking bank may not see it is told as of what there is not. */
export async function answerStatusRequest(deps: SettlementDeps, ctx: Ctx, incoming: Incoming<'pacs.028'>): Promise<Handled> {
  const { message } = incoming;
  const reports: TransactionReport[] = [];
  for (const record of message.records) reports.push(await reportOf(deps, ctx, record));
  const { originalGroups = [] } = message.header as { originalGroups?: readonly { messageId: string }[] };
  if (message.records.length === 0) {
    for (const { messageId } of originalGroups) reports.push(...(await reportsOfFile(deps, ctx, messageId)));
  }
  if (reports.length === 0) {
    const text = 'No payment of the files that are asked about is known.';
    return { outcome: 'refused', refusals: [{ code: 'NARR', text, path: 'OrgnlGrpInf' }] };
  }
  const paths = message.records.map(({ path }) => path);
  // That a payment was rejected is an answer; only what was not found is a refusal of the question.
  const unknown = reports.filter(({ acceptedAt }) => acceptedAt === undefined);
  return {
    outcome: outcomeOf(reports.map((report) => ({ status: unknown.includes(report) ? 'RJCT' : 'ACTC' }))),
    refusals: refusalsOf(
      reports.map((report) => (unknown.includes(report) ? report : { ...report, status: 'ACTC' as const })),
      paths,
    ),
    answer: writePacs002({ ...frameOf(deps, message), transactions: reports }),
  };
}

async function reportOf(deps: SettlementDeps, ctx: Ctx, record: RecordReading<RecordOf<'pacs.028'>>): Promise<TransactionReport> {
  const { references } = record;
  if (record.result === 'refused') return rejectedFor(references, record.refusals);
  const reference = { ...references, originalMessageId: record.value.originalGroup?.messageId };
  const found = await deps.db.read(ctx, (tx) => paymentsNamed(tx, ctx.tenantId, reference));
  if (found.length === 1) return reportOnPayment(deps, ctx, found[0]!, references);
  const text = found.length === 0 ? 'There is no such payment.' : 'More than one payment fits; name it by its UETR.';
  return { references, status: 'RJCT', reason: { code: 'NARR', text, path: record.path } };
}

async function reportsOfFile(deps: SettlementDeps, ctx: Ctx, messageId: string): Promise<TransactionReport[]> {
  const ids = await deps.db.read(ctx, (tx) => paymentsOfMessage(tx, ctx.tenantId, messageId, MOST_OF_A_FILE));
  const reports: TransactionReport[] = [];
  for (const id of ids) reports.push(await reportOnPayment(deps, ctx, id, {}));
  return reports;
}

async function reportOnPayment(
  deps: SettlementDeps,
  ctx: Ctx,
  id: Uuid,
  references: TransactionReport['references'],
): Promise<TransactionReport> {
  const view = viewOfStanding((await deps.db.read(ctx, (tx) => findPayment(tx, ctx.tenantId, id)))!);
  return reportOn({ ...references, endToEndId: view.endToEndId, uetr: view.uetr }, view);
}

import type { Ctx } from '../../base/context.ts';
import type { SettlementDeps } from '../deps.ts';
import { intermediaryRefusal } from '../iso20022/chain.ts';
import type { GroupOf, RecordOf } from '../iso20022/catalogue.ts';
import type { TransactionReport } from '../iso20022/pacs002.ts';
import { noteOf, partyOf, reasonsAgainst, withoutAbsent, type TransactionReading } from '../iso20022/pacs008-transaction.ts';
import type { MessageOf, RecordReading } from '../iso20022/read-message.ts';
import type { ReasonCode, Refusal } from '../iso20022/reason.ts';
import { writePain002 } from '../iso20022/write/pain002.ts';
import { frameOf, outcomeOf, refusalsOf } from './answer.ts';
import type { Handled, Incoming } from './handler.ts';
import { takeTransfers } from './take-transfers.ts';

type Batch = GroupOf<'pain.001'>;
type Transfer = RecordOf<'pain.001'>;

/** Takes the payments that a bank sends on behalf of its customers. Answers with a pain.002, batch by batch. */
export async function takePain001(deps: SettlementDeps, ctx: Ctx, incoming: Incoming<'pain.001'>): Promise<Handled> {
  const { message } = incoming;
  const readings = message.records.map((record) => readingOf(record, message.groups[record.group - 1]?.value));
  const transactions = await takeTransfers(deps, ctx, { incoming, kindOf: () => 'pain.001' }, readings);
  const paths = message.records.map(({ path }) => path);
  return {
    outcome: outcomeOf(transactions),
    refusals: refusalsOf(transactions, paths),
    answer: writePain002({ ...frameOf(deps, message), batches: batchesOf(message, transactions) }),
  };
}

function batchesOf({ groups, records }: MessageOf<'pain.001'>, transactions: readonly TransactionReport[]) {
  return groups.map(({ index, value }) => ({
    batchId: value.batchId ?? 'NOTPROVIDED',
    transactions: transactions.filter((_, i) => records[i]!.group === index),
  }));
}

function readingOf(record: RecordReading<Transfer>, batch: Partial<Batch> | undefined): TransactionReading {
  const { index, references, amount, path } = record;
  const read = { index, references, amount };
  const against = reasonsAgainst(record, (value) => missingIn(value, batch as Batch, path));
  if (against) return { ...read, result: 'refused', ...against };
  return { ...read, result: 'ok', order: orderOf(record.value as Transfer, batch as Batch) };
}

/** What the standard leaves open and this network needs. */
function missingIn(transfer: Transfer, batch: Batch, path: string): Refusal | undefined {
  const inBatch = path.slice(0, path.indexOf('/'));
  const at = (code: ReasonCode, place: string, text: string): Refusal => ({ code, text, path: place });
  if (batch.method === 'CHK') return at('AG03', `${inBatch}/PmtMtd`, 'Cheques are not supported.');
  const between = intermediaryRefusal(transfer, path);
  if (between) return between;
  if (!transfer.amount) return at('AG03', `${path}/Amt/EqvtAmt`, 'An amount told as the equivalent of another currency is not supported.');
  if (!batch.debtorAgent.bic) return at('RC03', `${inBatch}/DbtrAgt/FinInstnId/BICFI`, 'The BIC in DbtrAgt is missing.');
  if (!transfer.creditorAgent?.bic) return at('RC04', `${path}/CdtrAgt/FinInstnId/BICFI`, 'The BIC in CdtrAgt is missing.');
  if (batch.debtor.name === undefined) return at('BE08', `${inBatch}/Dbtr/Nm`, 'The name in Dbtr is missing.');
  if (transfer.creditor.name === undefined) return at('BE22', `${path}/Cdtr/Nm`, 'The name in Cdtr is missing.');
  if (Array.from(noteOf(transfer.remittance) ?? '').length <= 140) return undefined;
  return at('CH16', `${path}/RmtInf/Ustrd`, 'Remittance information is longer than 140 characters.');
}

function orderOf(transfer: Transfer, batch: Batch) {
  return withoutAbsent({
    uetr: transfer.uetr,
    endToEndId: transfer.endToEndId,
    debtorAgent: batch.debtorAgent.bic!,
    creditorAgent: transfer.creditorAgent!.bic!,
    debtor: partyOf(batch.debtor, batch.debtorAccount, transfer.ultimateDebtor ?? batch.ultimateDebtor),
    creditor: partyOf(transfer.creditor, transfer.creditorAccount, transfer.ultimateCreditor),
    asset: transfer.amount!.asset,
    units: transfer.amount!.units,
    valueDate: batch.executionDate,
    purpose: transfer.purpose,
    remittance: noteOf(transfer.remittance),
  });
}

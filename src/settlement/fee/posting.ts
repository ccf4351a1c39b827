import { newId, type Uuid } from '../../base/id.ts';
import { codeOf } from '../../base/money.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { LedgerTx, TransferDraft } from '../../ledger/port.ts';
import type { SettlementDeps } from '../deps.ts';
import { requireOperatorsMoney } from '../custody/income.ts';
import { type ManagedDraft, openManagedAccounts } from '../open-managed-accounts.ts';
import { free } from '../participant/read-participants.ts';
import { findParticipant } from '../participant/store.ts';
import { claimFeeAccount, insertPosting, type InvoiceRow } from './invoice-store.ts';
import { EVERYONE } from './schedule.ts';

/** The three accounts between which fees move. */
type Accounts = { settlement: Uuid; receivable: Uuid; income: Uuid };
type Subject = Pick<InvoiceRow, 'id' | 'number' | 'participantId' | 'asset'>;
type Move = { from: keyof Accounts; to: keyof Accounts; units: bigint };

/**
 * Moves fees of a document on the ledger, as the last thing but rows in its transaction. `plan` gets what the participant has
 * free at that moment, which stays so until the commit. What touches the settlement account is kept for its statement.
 * Errors: `settlement.income_short` when what is paid back has been paid out of custody.
 */
export async function post(
  deps: Pick<SettlementDeps, 'ledger'>,
  tx: Tx,
  tenantId: Uuid,
  { subject, plan }: { subject: Subject; plan: (free: bigint) => readonly Move[] },
): Promise<void> {
  const { accounts, fresh } = await accountsOf(tx, tenantId, subject);
  const ledger = await deps.ledger.inTx(tx, tenantId);
  await openManagedAccounts(ledger, fresh);
  const available = free((await ledger.balances([accounts.settlement])).get(accounts.settlement));
  const moves = plan(available > 0n ? available : 0n).filter(({ units }) => units > 0n);
  if (moves.length === 0) return;
  const back = moves.filter(({ from, to }) => from === 'income' && to === 'settlement').reduce((sum, { units }) => sum + units, 0n);
  if (back > 0n) await requireOperatorsMoney(tx, ledger, tenantId, { asset: subject.asset, units: back });
  await transfer(ledger, tx, tenantId, { subject, accounts, moves });
}

type Posting = { subject: Subject; accounts: Accounts; moves: readonly Move[] };

async function transfer(ledger: LedgerTx, tx: Tx, tenantId: Uuid, { subject, accounts, moves }: Posting): Promise<void> {
  const drafts = moves.map(({ from, to, units }): TransferDraft => ({
    id: newId(),
    kind: 'posted',
    debitAccountId: accounts[from],
    creditAccountId: accounts[to],
    asset: subject.asset,
    units,
    reference: subject.number,
  }));
  const { atMs } = await ledger.transfer(drafts);
  for (const [i, { from, to, units }] of moves.entries()) {
    if (from !== 'settlement' && to !== 'settlement') continue;
    const { participantId, asset, id, number } = subject;
    const signed = from === 'settlement' ? -units : units;
    const posting = { transferId: drafts[i]!.id, participantId, asset, units: signed, invoiceId: id, reference: number, recordedAt: atMs };
    await insertPosting(tx, tenantId, posting);
  }
}

/** The accounts, and those among them that have to be opened first. */
async function accountsOf(
  tx: Tx,
  tenantId: Uuid,
  { participantId, asset }: Subject,
): Promise<{ accounts: Accounts; fresh: ManagedDraft[] }> {
  const participant = (await findParticipant(tx, tenantId, participantId))!;
  const settlement = participant.accounts.find((account) => account.asset === asset)!.settlementAccountId;
  const [owes, earns] = [newId(), newId()];
  const receivable = await claimFeeAccount(tx, tenantId, { asset, participantId, accountId: owes });
  const income = await claimFeeAccount(tx, tenantId, { asset, participantId: EVERYONE, accountId: earns });
  const fresh: ManagedDraft[] = [];
  if (receivable === owes) {
    const name = `Fees receivable from ${participant.bic} ${codeOf(asset)}`;
    fresh.push({ id: owes, name, kind: 'asset', asset, creditsMustNotExceedDebits: true, reference: participant.bic });
  }
  if (income === earns) fresh.push({ id: earns, name: `Fee income ${codeOf(asset)}`, kind: 'income', asset });
  return { accounts: { settlement, receivable, income }, fresh };
}

import { fromWireId, newId, toWireId, type Uuid } from '../../base/id.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { LedgerTx } from '../../ledger/port.ts';
import type { Executor } from '../custody/decide-proposal.ts';
import { insertMovements } from '../custody/movement-store.ts';
import { requireUnlistedPayee } from '../custody/payee.ts';
import type { ProposalRow } from '../custody/proposal.ts';
import type { SettlementDeps } from '../deps.ts';
import { openManagedAccounts } from '../open-managed-accounts.ts';
import { claimSystemAccount } from '../participant/store.ts';
import { draftInstruction, writeHeld } from '../rail/held-instruction.ts';
import type { InstructionRow, ReturnOf } from '../rail/instruction.ts';
import { instructionNames } from '../rail/instruction-store.ts';
import type { WayOut } from '../rail/way-out.ts';
import { findBreak, type BreakRow } from './break-store.ts';
import { findEntry, type EntryRow } from './entry-store.ts';
import { namesOfPayment, requireReturnable, wayBack } from './propose-return.ts';
import type { Receiver } from './sender.ts';
import { lockOpenEntry, resolved } from './work-breaks.ts';
import { bookingOf } from './write-off.ts';

/**
 * Sends money back to where it came from. It comes onto the ledger, on suspense, and is held there for an instruction to the rail of
 * the account that it came to, all in one act: so it is in custody, and neither a token nor the operator's, until the rail has paid.
 *
 * Errors: those of an open entry, `settlement.break_not_incoming`, `settlement.break_not_returnable`, `settlement.rail_missing`,
 * `settlement.payee_listed`, `settlement.name_unreadable`.
 */
export const approveBreakReturn: Executor = async (deps, { tx, ctx, proposal }) => {
  const { tenantId } = ctx;
  const data = proposal.data as Record<'breakId' | 'holder' | 'number' | 'agentBic' | 'code', string> & { text?: string };
  const receiver = { name: data.holder, number: data.number, agentBic: data.agentBic };
  const found = await findBreak(tx, tenantId, fromWireId(data.breakId));
  const told = found?.entryId ? await findEntry(tx, tenantId, found.entryId) : undefined;
  const screeningSet = await requireUnlistedPayee(deps, tenantId, receiver, told?.sender ?? {});
  const row = await lockOpenEntry(tx, tenantId, fromWireId(data.breakId));
  const entry = requireReturnable(row, await findEntry(tx, tenantId, row.entryId));
  const way = await wayBack(tx, tenantId, row);
  const { ledgerAccountId } = way.account;
  const ownId = newId();
  const suspense = await claimSystemAccount(tx, tenantId, row.asset, 'suspense', ownId);
  const { transfer, movement } = bookingOf({ row, ledgerAccountId, against: suspense, units: row.units, proposalId: proposal.id });
  const refs = await withoutOurs(tx, tenantId, entry);
  const returnOf: ReturnOf = {
    ...namesOfPayment({ ...entry, refs }),
    code: data.code,
    ...(data.text && { text: data.text }),
    transferId: transfer.id,
  };
  const instruction = draftReturn(deps, way, { row, refs, receiver, returnOf, proposal, screeningSet });
  const resolution = `Returned to ${receiver.name} by ${toWireId('ins', instruction.id)}, by ${proposal.proposedBy} and ${ctx.actor.name}`;
  const { events } = await resolved(deps, tx, tenantId, { row, rule: 'return', resolution: resolution.slice(0, 500) });
  const ledger = await deps.ledger.inTx(tx, tenantId);
  if (suspense === ownId) await openSuspense(ledger, row.asset, suspense);
  const { atMs } = await ledger.transfer([transfer]);
  await insertMovements(tx, tenantId, [{ ...movement, kind: 'unexpected', entryId: row.entryId, recordedAt: atMs }]);
  await writeHeld(tx, ledger, tenantId, { row: instruction, debitAccountId: suspense });
  return events;
};

/**
 * The references of a payment without those that name instructions of ours. Whoever sent it has chosen them, and what the bank says of the
 * return under them would be taken for an answer about a payout.
 */
async function withoutOurs(tx: Tx, tenantId: Uuid, { refs }: EntryRow): Promise<string[]> {
  const ours = await instructionNames(tx, tenantId, refs);
  return refs.filter((ref) => !ours.has(ref));
}

/** Suspense is what the operator owes to senders outside: it can never owe less than nothing. */
function openSuspense(ledger: LedgerTx, asset: string, id: Uuid): Promise<void> {
  return openManagedAccounts(ledger, [{ id, name: `Suspense ${asset}`, kind: 'liability', asset, debitsMustNotExceedCredits: true }]);
}

type Draft = {
  row: BreakRow;
  refs: readonly string[];
  receiver: Receiver;
  returnOf: ReturnOf;
  proposal: ProposalRow;
  screeningSet: number;
};

/** References have 35 characters, as everywhere in ISO 20022. */
const MOST = 35;

/** Under the reference of the payment itself, by which the sender and statements know it. */
function draftReturn(deps: SettlementDeps, way: WayOut, { row, refs, receiver, returnOf, proposal, screeningSet }: Draft): InstructionRow {
  const own = `RETURN ${row.id.replaceAll('-', '').slice(-12)}`;
  const reference = [returnOf.endToEndId, ...refs].find((ref) => ref !== undefined && ref.length <= MOST) ?? own;
  const { asset, units } = row;
  const wanted = { asset, units, reference, creditor: receiver, requestedBy: proposal.proposedBy, screeningSet };
  return { ...draftInstruction(deps, way, wanted), kind: 'return', proposalId: proposal.id, breakId: row.id, returnOf };
}

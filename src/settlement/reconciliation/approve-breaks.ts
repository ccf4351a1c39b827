import { fromWireId } from '../../base/id.ts';
import { findCustodyAccount } from '../custody/account-store.ts';
import { participantNamed } from '../custody/approve.ts';
import type { Executor } from '../custody/decide-proposal.ts';
import { mint } from '../custody/mint.ts';
import { insertMovements } from '../custody/movement-store.ts';
import { accountIn } from '../custody/propose.ts';
import { requireMayWriteOff } from '../custody/write-off-limit.ts';
import { findBreak } from './break-store.ts';
import { lockOpenEntry, requireIncoming, resolved } from './work-breaks.ts';
import { approveMissingWriteOff } from './work-missing.ts';
import { bookingOf, explainRefusal, requireOwnAccount } from './write-off.ts';

/** Mints money that names nobody to whom two people have found. Errors: `settlement.break_resolved`, `settlement.participant_not_found`. */
export const approveBreakFunding: Executor = async (deps, { tx, ctx, proposal }) => {
  const { tenantId } = ctx;
  const data = proposal.data as Record<'breakId' | 'participantId', string>;
  const row = await lockOpenEntry(tx, tenantId, fromWireId(data.breakId));
  requireIncoming(row);
  const participant = await participantNamed(tx, tenantId, data.participantId);
  const { settlementAccountId } = accountIn(participant, row.asset);
  const { ledgerAccountId } = (await findCustodyAccount(tx, tenantId, row.custodyAccountId))!;
  const resolution = `Minted to ${participant.bic} by ${proposal.proposedBy} and ${ctx.actor.name}`;
  const { events } = await resolved(deps, tx, tenantId, { row, rule: 'fund', resolution });
  const reference = `BREAK ${row.id.replaceAll('-', '').slice(-12)}`;
  const minting = { participantId: participant.id, settlementAccountId, ledgerAccountId, asset: row.asset, units: row.units, reference };
  return [...events, ...(await mint(deps, tx, tenantId, [{ ...minting, kind: 'mint', entryId: row.entryId }]))];
};

/**
 * Books a break on an account of the operator's own. Errors: `settlement.break_resolved`, `settlement.write_off_account_invalid`,
 * `settlement.write_off_above_limit`.
 */
export const approveWriteOff: Executor = async (deps, { tx, ctx, proposal, at }) => {
  const { tenantId } = ctx;
  const data = proposal.data as Record<'breakId' | 'accountId', string>;
  const accountId = fromWireId(data.accountId);
  const found = await findBreak(tx, tenantId, fromWireId(data.breakId));
  if (found?.kind === 'missing') return approveMissingWriteOff(deps, { tx, ctx, proposal, at });
  const row = await lockOpenEntry(tx, tenantId, fromWireId(data.breakId));
  await requireOwnAccount(tx, tenantId, accountId);
  await requireMayWriteOff(tx, ctx, row);
  const { ledgerAccountId } = (await findCustodyAccount(tx, tenantId, row.custodyAccountId))!;
  const resolution = `Written off to ${data.accountId} by ${proposal.proposedBy} and ${ctx.actor.name}`;
  const { events } = await resolved(deps, tx, tenantId, { row, rule: 'write_off', resolution });
  const { units } = row;
  const { transfer, movement } = bookingOf({ row, ledgerAccountId, against: accountId, units, proposalId: proposal.id });
  const ledger = await deps.ledger.inTx(tx, tenantId);
  const { atMs } = await ledger.transfer([transfer]).catch(explainRefusal(units));
  await insertMovements(tx, tenantId, [{ ...movement, kind: 'write_off', entryId: row.entryId, recordedAt: atMs }]);
  return events;
};

import { fromWireId, newId, toWireId, type Uuid } from '../../base/id.ts';
import { AppError } from '../../base/error.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { SettlementDeps } from '../deps.ts';
import { openManagedAccounts } from '../open-managed-accounts.ts';
import { claimSystemAccount, findParticipant, type ParticipantRow } from '../participant/store.ts';
import {
  custodyAccounts,
  insertCustodyAccount,
  putPayoutAccount,
  setDirectFunding,
  type CustodyAccountRow,
  type DirectFunding,
} from './account-store.ts';
import type { Execution, Executor } from './decide-proposal.ts';
import { mint } from './mint.ts';
import { requireUnlistedPayee } from './payee.ts';
import { accountIn, custodyAccountTaken } from './propose.ts';

/** Errors: `settlement.participant_not_found`. */
export async function participantNamed(tx: Tx, tenantId: Uuid, wireId: string): Promise<ParticipantRow> {
  const row = await findParticipant(tx, tenantId, fromWireId(wireId));
  if (!row) throw new AppError('not_found', 'settlement.participant_not_found', 'There is no such participant.');
  return row;
}

/**
 * Opens a custody account. The first of an asset takes over the ledger account that funding has used so far, so that what is
 * in custody already is held against its statements.
 */
export const approveCustodyAccount: Executor = async (deps, { tx, ctx, proposal, at }) => {
  const { asset, name, number, servicerBic } = proposal.data as Record<string, string> & { asset: string };
  const { tenantId } = ctx;
  const isFirst = !(await custodyAccounts(tx, tenantId)).some((account) => account.asset === asset);
  const ownId = newId();
  const ledgerAccountId = isFirst ? await claimSystemAccount(tx, tenantId, asset, 'custody', ownId) : ownId;
  const row: CustodyAccountRow = {
    id: newId(at),
    asset,
    name: name!,
    number: number!,
    servicerBic: servicerBic!,
    ledgerAccountId,
    openedAt: at,
  };
  if (!(await insertCustodyAccount(tx, tenantId, row))) throw custodyAccountTaken(row.number);
  if (ledgerAccountId !== ownId) return;
  const ledger = await deps.ledger.inTx(tx, tenantId);
  const reference = toWireId('cst', row.id);
  await openManagedAccounts(ledger, [
    { id: ownId, name: `Custody ${asset} ${number}`, kind: 'asset', asset, creditsMustNotExceedDebits: true, reference },
  ]);
};

/** Sets where a participant's money goes. Errors: `settlement.participant_not_found`, `settlement.payee_listed`, `settlement.name_unreadable`. */
export const approvePayoutAccount: Executor = async (deps, { tx, ctx, proposal, at }) => {
  const { participantId, asset, holder, number, agentBic } = proposal.data as Record<
    'participantId' | 'asset' | 'holder' | 'number' | 'agentBic',
    string
  >;
  const participant = await participantNamed(tx, ctx.tenantId, participantId);
  await requireUnlistedPayee(deps, ctx.tenantId, { name: holder, agentBic });
  await putPayoutAccount(tx, ctx.tenantId, { participantId: participant.id, asset, holder, number, agentBic }, at);
};

export const approveCustodyPolicy: Executor = (_deps, { tx, ctx, proposal, at }) =>
  setDirectFunding(tx, ctx.tenantId, proposal.data['directFunding'] as DirectFunding, at);

/** Errors: `settlement.participant_not_found`, `settlement.asset_not_held`. */
export const approveMint: Executor = async (deps: SettlementDeps, { tx, ctx, proposal }: Execution) => {
  const { participantId, asset, units, reference } = proposal.data as Record<'participantId' | 'asset' | 'units' | 'reference', string>;
  const participant = await participantNamed(tx, ctx.tenantId, participantId);
  const { settlementAccountId } = accountIn(participant, asset);
  const ledgerAccountId = await claimSystemAccount(tx, ctx.tenantId, asset, 'custody', newId());
  const minting = { participantId: participant.id, settlementAccountId, ledgerAccountId, asset, units: BigInt(units), reference };
  return mint(deps, tx, ctx.tenantId, [{ ...minting, kind: 'approved_mint', proposalId: proposal.id }]);
};

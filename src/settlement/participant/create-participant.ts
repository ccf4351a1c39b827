import type { Ctx } from '../../base/context.ts';
import { isBic, isLei } from '../../base/check-digit.ts';
import { isKnownAsset } from '../../base/currency.ts';
import { AppError } from '../../base/error.ts';
import { newId } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { LedgerTx } from '../../ledger/port.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { SettlementDeps } from '../deps.ts';
import { openManagedAccounts } from '../open-managed-accounts.ts';
import { noteOfBank, requireInForce, screenBank, untilNotOvertaken } from '../screening/rescreening/screen-participant.ts';
import { openForAssets } from '../window/open-windows.ts';
import { createParticipant as contract } from './contract.ts';
import { normalBic } from './directory.ts';
import { claimSystemAccount, insertParticipant, PLAIN_MESSAGING, systemAccounts, type ParticipantRow, type SystemRole } from './store.ts';

type Participant = OutputOf<typeof contract>;

/**
 * Admits a bank, screened by name, BIC and LEI in the same act. Its settlement accounts are liabilities of the operator that cannot be overdrawn; its reserve accounts
 * hold what is set aside for payments on their way.
 *
 * Errors: `settlement.bic_invalid`, `settlement.lei_invalid`, `settlement.asset_unknown`, `settlement.bic_taken`.
 */
export async function createParticipant(deps: SettlementDeps, ctx: Ctx, input: InputOf<typeof contract>): Promise<Participant> {
  check(input);
  const row: ParticipantRow = {
    id: newId(deps.clock.now()),
    name: input.name,
    bic: normalBic(input.bic),
    lei: input.lei,
    state: 'active',
    messaging: PLAIN_MESSAGING,
    createdAt: deps.clock.now(),
    accounts: input.assets.map((asset) => ({ asset, settlementAccountId: newId(), reserveAccountId: newId() })),
  };
  const answer = await untilNotOvertaken(() => admit(deps, ctx, input, row));
  deps.directory.forget(ctx.tenantId);
  return answer;
}

/**
 * Whoever a list names is admitted, and does not take part until two people have decided on its case: it is suspended from the first
 * moment.
 */
async function admit(deps: SettlementDeps, ctx: Ctx, input: InputOf<typeof contract>, plain: ParticipantRow): Promise<Participant> {
  const screened = await screenBank(deps, ctx.tenantId, { ...plain, agents: plain.messaging.agents });
  const row: ParticipantRow = screened.listed.length > 0 ? { ...plain, state: 'suspended' } : plain;
  return await deps.access.command(ctx, contract, async (tx) => {
    await requireInForce(tx, ctx.tenantId, screened);
    if (!(await insertParticipant(tx, ctx.tenantId, row))) {
      throw new AppError('conflict', 'settlement.bic_taken', `A participant with BIC ${row.bic} or LEI ${row.lei} exists already.`);
    }
    await openForAssets(tx, ctx.tenantId, input.assets, row.createdAt);
    const events = await noteOfBank(tx, ctx.tenantId, screened);
    await openAccounts(deps, tx, ctx.tenantId, row);
    const accounts = row.accounts.map((account) => ({ ...account, available: 0n, reserved: 0n }));
    return { answer: { ...row, accounts }, subject: row.bic, events };
  });
}

function check(input: InputOf<typeof contract>): void {
  if (!isBic(input.bic)) throw new AppError('invalid', 'settlement.bic_invalid', `${input.bic} is not a BIC.`);
  if (!isLei(input.lei)) throw new AppError('invalid', 'settlement.lei_invalid', `${input.lei} is not a LEI: its check digits are wrong.`);
  const unknown = input.assets.find((asset) => !isKnownAsset(asset));
  if (unknown)
    throw new AppError('invalid', 'settlement.asset_unknown', `${unknown} is not a currency with its ISO 4217 number of decimals.`);
}

async function openAccounts(deps: SettlementDeps, tx: Tx, tenantId: string, row: ParticipantRow): Promise<void> {
  const claims: { asset: string; role: SystemRole; id: string }[] = [];
  for (const role of ['custody', 'clearing'] as const) {
    const standing = await systemAccounts(tx, tenantId, role);
    for (const { asset } of row.accounts) {
      if (standing.has(asset)) continue;
      const id = newId();
      if ((await claimSystemAccount(tx, tenantId, asset, role, id)) === id) claims.push({ asset, role, id });
    }
  }
  const ledger = await deps.ledger.inTx(tx, tenantId);
  await openSystemAccounts(ledger, claims);
  await openManagedAccounts(
    ledger,
    row.accounts.flatMap(({ asset, settlementAccountId, reserveAccountId }) => {
      const own = { kind: 'liability' as const, asset, debitsMustNotExceedCredits: true, memberId: row.id, reference: row.bic };
      return [
        { ...own, id: settlementAccountId, name: `${row.bic} settlement ${asset}` },
        { ...own, id: reserveAccountId, name: `${row.bic} reserve ${asset}` },
      ];
    }),
  );
}

async function openSystemAccounts(ledger: LedgerTx, claims: readonly { asset: string; role: SystemRole; id: string }[]): Promise<void> {
  await openManagedAccounts(
    ledger,
    claims.map(({ asset, role, id }) =>
      role === 'custody'
        ? { id, name: `Custody ${asset}`, kind: 'asset', asset, creditsMustNotExceedDebits: true }
        : { id, name: `Clearing ${asset}`, kind: 'liability', asset, debitsMustNotExceedCredits: true },
    ),
  );
}

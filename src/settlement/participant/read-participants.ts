import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { DEFAULT_PAGE, idCursor, toPage } from '../../base/page.ts';
import type { Balance } from '../../ledger/port.ts';
import type { SettlementDeps } from '../deps.ts';
import type { getParticipant as getContract, listParticipants as listContract } from './contract.ts';
import { findParticipant, pageOfParticipants, type ParticipantRow } from './store.ts';

type Participant = OutputOf<typeof getContract>;

/** Errors: `settlement.participant_not_found`, the same for another tenant's participant. */
export async function getParticipant(deps: SettlementDeps, ctx: Ctx, input: { id: Uuid }): Promise<Participant> {
  const row = await mustFind(deps, ctx, input.id);
  return withBalances(row, await balancesOf(deps, ctx, [row]));
}

export async function listParticipants(
  deps: SettlementDeps,
  ctx: Ctx,
  input: InputOf<typeof listContract>,
): Promise<OutputOf<typeof listContract>> {
  const limit = input.limit ?? DEFAULT_PAGE;
  const rows = await deps.db.read(ctx, (tx) =>
    pageOfParticipants(tx, ctx.tenantId, { limit: limit + 1, after: idCursor(input.after), query: input.query }),
  );
  const balances = await balancesOf(deps, ctx, rows);
  return toPage(rows, limit, (row) => withBalances(row, balances));
}

/** The row, or the error that says it does not exist. */
export async function mustFind(deps: Pick<SettlementDeps, 'db'>, ctx: Ctx, id: Uuid): Promise<ParticipantRow> {
  const row = await deps.db.read(ctx, (tx) => findParticipant(tx, ctx.tenantId, id));
  if (!row) throw new AppError('not_found', 'settlement.participant_not_found', 'There is no such participant.');
  return row;
}

function balancesOf(deps: SettlementDeps, ctx: Ctx, rows: readonly ParticipantRow[]): Promise<Map<Uuid, Balance>> {
  return deps.ledger.balances(
    ctx.tenantId,
    rows.flatMap((row) => row.accounts.flatMap((a) => [a.settlementAccountId, a.reserveAccountId])),
  );
}

function withBalances(row: ParticipantRow, balances: ReadonlyMap<Uuid, Balance>): Participant {
  const accounts = row.accounts.map((account) => ({
    ...account,
    available: free(balances.get(account.settlementAccountId)),
    reserved: free(balances.get(account.reserveAccountId)),
  }));
  return { ...row, accounts };
}

/** What a liability account can still be debited with. */
export function free(balance: Balance | undefined): bigint {
  return balance ? balance.creditsPosted - balance.debitsPosted - balance.debitsPending : 0n;
}

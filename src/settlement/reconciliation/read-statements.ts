import type { Ctx } from '../../base/context.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { DEFAULT_PAGE, idCursor, toPage } from '../../base/page.ts';
import { custodyAccounts } from '../custody/account-store.ts';
import { requireOperator } from '../custody/reserves.ts';
import type { SettlementDeps } from '../deps.ts';
import type * as contract from './contract.ts';
import { pageOfEntries } from './entry-store.ts';
import { pageOfStatements } from './statement-store.ts';
import { viewOfEntry, viewOfStatement } from './view.ts';

type Deps = Pick<SettlementDeps, 'db'>;

export async function listStatements(
  deps: Deps,
  ctx: Ctx,
  { limit = DEFAULT_PAGE, after, custodyAccountId }: InputOf<typeof contract.listStatements>,
): Promise<OutputOf<typeof contract.listStatements>> {
  return deps.db.read(ctx, async (tx) => {
    const rows = await pageOfStatements(tx, ctx.tenantId, { limit: limit + 1, after: idCursor(after), custodyAccountId });
    const assets = new Map((await custodyAccounts(tx, ctx.tenantId)).map(({ id, asset }) => [id, asset]));
    return toPage(rows, limit, (row) => viewOfStatement(row, assets.get(row.custodyAccountId)!));
  });
}

export async function listStatementEntries(
  deps: Deps,
  ctx: Ctx,
  { limit = DEFAULT_PAGE, after, custodyAccountId, state }: InputOf<typeof contract.listStatementEntries>,
): Promise<OutputOf<typeof contract.listStatementEntries>> {
  return deps.db.read(ctx, async (tx) => {
    const rows = await pageOfEntries(tx, ctx.tenantId, { limit: limit + 1, after: idCursor(after), custodyAccountId, state });
    const assets = new Map((await custodyAccounts(tx, ctx.tenantId)).map(({ id, asset }) => [id, asset]));
    return toPage(rows, limit, (row) => viewOfEntry(row, assets.get(row.custodyAccountId)!));
  });
}

const DAY_MS = 86_400_000;

/** Ledger against statement at the end of a day, in UTC, account by account. Errors: `settlement.operator_only`. */
export async function getEndOfDay(
  deps: Pick<SettlementDeps, 'db' | 'ledger'>,
  ctx: Ctx,
  { day }: InputOf<typeof contract.getEndOfDay>,
): Promise<OutputOf<typeof contract.getEndOfDay>> {
  requireOperator(ctx);
  const { tenantId } = ctx;
  const rows = await deps.db.read(ctx, (tx) =>
    tx.query<{ id: string; name: string; asset: string; ledgerAccountId: string; closing: bigint }>(
      `select distinct on (a.asset, a.id) a.id, a.name, a.asset, a.ledger_account_id as "ledgerAccountId", s.closing
         from settlement.custody_account a
         join settlement.bank_statement s on s.tenant_id = a.tenant_id and s.custody_account_id = a.id
        where a.tenant_id = $1 and s.kind = 'statement' and s.complete and not s.covered and s.to_day = $2::date
        order by a.asset, a.id, s.number desc nulls last, s.told_at desc nulls last, s.id desc`,
      [tenantId, day],
    ),
  );
  const end = Date.parse(`${day}T00:00:00Z`) + DAY_MS - 1;
  const balances = await deps.ledger.balancesAt(
    tenantId,
    rows.map(({ ledgerAccountId }) => ledgerAccountId),
    end,
  );
  return {
    items: rows.map(({ id, name, asset, ledgerAccountId, closing }) => {
      const balance = balances.get(ledgerAccountId);
      const ledger = balance ? balance.debitsPosted - balance.creditsPosted : 0n;
      return { custodyAccountId: id, name, asset, day, closing, ledger, difference: ledger - closing, agrees: ledger === closing };
    }),
  };
}

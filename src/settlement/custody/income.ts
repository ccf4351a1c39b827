import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import { codeOf, toDecimalText } from '../../base/money.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { Balance, LedgerTx } from '../../ledger/port.ts';
import type { SettlementDeps } from '../deps.ts';
import { feeAccounts } from '../fee/invoice-store.ts';
import { fxAccounts } from '../fx/store.ts';
import { accountsOf, readFigures, reservesOf, type ReserveReading } from './reserves.ts';

/** The income accounts of the network in each currency: fees of invoices, fees of exchanges, and what is left of rounding them. */
export type IncomeSource = 'fees' | 'exchange_fees' | 'exchange_rounding';

type IncomeAccount = { asset: string; source: IncomeSource; accountId: Uuid };

/**
 * One income account. `stands` is on it; `unpaid` of that was invoiced and is still owed by banks, so that no money stands behind it;
 * `payingOut` is on its way out; `payable` may leave.
 */
export type Income = IncomeAccount & { stands: bigint; unpaid: bigint; payingOut: bigint; payable: bigint };

type Reading = {
  reserves: Omit<ReserveReading, 'balances'>;
  accounts: readonly IncomeAccount[];
  receivables: readonly { asset: string; accountId: Uuid }[];
};

/** Every income account, and by currency what the operator has in custody beyond all that is owed and on its way out. */
export type Earnings = { items: Income[]; free: ReadonlyMap<string, bigint> };

/**
 * What may leave of each income account: no more than stands on it as money, and no more than the operator has in custody beyond
 * what participants and senders outside are owed, so that reserves go on covering every token.
 */
function earningsOf({ reserves, accounts, receivables }: Reading, balances: ReadonlyMap<Uuid, Balance>): Earnings {
  const rows = accounts.map(({ asset, source, accountId }) => {
    const owed = source === 'fees' ? receivables.filter((one) => one.asset === asset) : [];
    const unpaid = owed.reduce((sum, { accountId: id }) => sum - funds(balances.get(id)), 0n);
    const payingOut = balances.get(accountId)?.debitsPending ?? 0n;
    return { asset, source, accountId, stands: funds(balances.get(accountId)), unpaid, payingOut };
  });
  const leaving = (asset: string) => rows.reduce((sum, row) => (row.asset === asset ? sum + row.payingOut : sum), 0n);
  const free = new Map(reservesOf({ ...reserves, balances }).map((one) => [one.asset, one.operator - one.suspense - leaving(one.asset)]));
  const items = rows.map((row) => ({ ...row, payable: least(row.stands - row.unpaid - row.payingOut, free.get(row.asset) ?? 0n) }));
  return { items, free };
}

const funds = (balance: Balance | undefined): bigint => (balance ? balance.creditsPosted - balance.debitsPosted : 0n);

/** The smaller one, and nothing when that is below zero. */
function least(a: bigint, b: bigint): bigint {
  const smaller = a < b ? a : b;
  return smaller > 0n ? smaller : 0n;
}

async function readIncome(tx: Tx, tenantId: Uuid): Promise<Reading> {
  const fees = await feeAccounts(tx, tenantId);
  const exchanges = [...(await fxAccounts(tx, tenantId))].map(([key, accountId]): IncomeAccount => {
    const [role, asset] = key.split(' ') as [string, string];
    return { asset, source: role === 'fx_fees' ? 'exchange_fees' : 'exchange_rounding', accountId };
  });
  const own = fees.filter(({ isIncome }) => isIncome).map(({ asset, accountId }): IncomeAccount => ({ asset, source: 'fees', accountId }));
  const ordered = [...own, ...exchanges].sort((a, b) => (a.asset === b.asset ? 0 : a.asset < b.asset ? -1 : 1));
  return { reserves: await readFigures(tx, tenantId), accounts: ordered, receivables: fees.filter(({ isIncome }) => !isIncome) };
}

function balancesNeeded({ reserves, accounts, receivables }: Reading): Uuid[] {
  return [...accountsOf(reserves), ...accounts.map(({ accountId }) => accountId), ...receivables.map(({ accountId }) => accountId)];
}

/** What has been earned as it stands now. */
export async function currentEarnings({ db, ledger }: Pick<SettlementDeps, 'db' | 'ledger'>, tenantId: Uuid): Promise<Earnings> {
  const reading = await db.read({ tenantId }, (tx) => readIncome(tx, tenantId));
  return earningsOf(reading, await ledger.balances(tenantId, balancesNeeded(reading)));
}

/** The same in a transaction; it stays so until its end, since nothing else enters the book. */
export async function lockedEarnings(tx: Tx, ledger: LedgerTx, tenantId: Uuid): Promise<Earnings> {
  await ledger.seq();
  const reading = await readIncome(tx, tenantId);
  return earningsOf(reading, await ledger.balances(balancesNeeded(reading)));
}

/**
 * Before money of the operator becomes a participant's again: it has to be in custody still. The book is locked from here on.
 * Errors: `settlement.income_short`.
 */
export async function requireOperatorsMoney(
  tx: Tx,
  ledger: LedgerTx,
  tenantId: Uuid,
  { asset, units }: { asset: string; units: bigint },
): Promise<void> {
  const { free } = await lockedEarnings(tx, ledger, tenantId);
  const held = free.get(asset) ?? 0n;
  if (held < units) throw incomeShort(asset, least(held, units));
}

/** Less is there than is asked for. */
export function incomeShort(asset: string, payable: bigint): AppError {
  const amount = `${toDecimalText({ asset, units: payable })} ${codeOf(asset)}`;
  return new AppError(
    'unprocessable',
    'settlement.income_short',
    `${amount} is there; the rest is owed to participants, by them, or on its way out.`,
  );
}

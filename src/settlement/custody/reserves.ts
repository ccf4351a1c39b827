import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import type { OutputOf } from '../../base/operation.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { Balance } from '../../ledger/port.ts';
import type { SettlementDeps } from '../deps.ts';
import { allParticipants, systemAccounts, type ParticipantRow } from '../participant/store.ts';
import type { getReserves as contract } from './reserves-contract.ts';
import { statementFigures, type StatementFigures } from './reserve-store.ts';

/** One custody account: what its mirror on the ledger holds, and what its custodian has said. */
export type AccountReserves = {
  custodyAccountId: Uuid;
  name: string;
  ledger: bigint;
  closing: bigint | null;
  day: string | null;
  inTransit: bigint;
  unmatched: bigint;
  /** How many things the custodian has said that are not matched. */
  open: number;
  difference: bigint;
};

export type ReserveState = 'whole' | 'open' | 'unconfirmed' | 'short';

/** One currency; `balances` are what each participant is owed. */
export type CurrencyReserves = {
  asset: string;
  outstanding: bigint;
  payingOut: bigint;
  operator: bigint;
  /** Of the operator's share, what is on its way back to senders outside. */
  suspense: bigint;
  custody: bigint;
  statements: AccountReserves[];
  state: ReserveState;
  balances: ReadonlyMap<Uuid, bigint>;
};

/** What reserves are made of, as read at one moment. */
export type ReserveReading = {
  participants: readonly ParticipantRow[];
  /** The ledger's custody account of each asset. */
  custody: ReadonlyMap<string, Uuid>;
  /** Where money stands that goes back to its sender, of each asset that has had such. */
  suspense: ReadonlyMap<string, Uuid>;
  figures: readonly StatementFigures[];
  balances: ReadonlyMap<Uuid, Balance>;
};

/**
 * What is owed, held and confirmed in each currency. The tokens of a currency are what participants' settlement and reserve
 * accounts hold; whatever else money in custody stands against is the operator's share, also what it owes to senders outside.
 * Of each custody account the books come to: ledger = closing + in transit − unmatched, whatever happens; `difference` would say that
 * they do not.
 */
export function reservesOf({ participants, custody, suspense, figures, balances }: ReserveReading): CurrencyReserves[] {
  const assets = [...new Set([...custody.keys(), ...figures.map(({ asset }) => asset)])].sort();
  const owed = (id: Uuid | undefined) => (id === undefined ? 0n : credits(balances.get(id)));
  return assets.map((asset) => {
    const own = new Map<Uuid, bigint>();
    for (const { id, accounts } of participants) {
      const account = accounts.find((one) => one.asset === asset);
      if (account) own.set(id, owed(account.settlementAccountId) + owed(account.reserveAccountId));
    }
    const statements = figures.filter((one) => one.asset === asset).map((one) => accountReserves(one, -owed(one.ledgerAccountId)));
    const mirrors = new Set([custody.get(asset), ...figures.filter((one) => one.asset === asset).map((one) => one.ledgerAccountId)]);
    const sum = (of: (balance: Balance) => bigint) =>
      [...mirrors].reduce((total, id) => total + (id && balances.has(id) ? of(balances.get(id)!) : 0n), 0n);
    const held = sum(({ debitsPosted, creditsPosted }) => debitsPosted - creditsPosted);
    const outstanding = [...own.values()].reduce((total, units) => total + units, 0n);
    const currency = {
      asset,
      outstanding,
      payingOut: sum(({ creditsPending }) => creditsPending),
      operator: held - outstanding,
      suspense: owed(suspense.get(asset)),
      custody: held,
    };
    return { ...currency, statements, state: stateOf(currency.operator - currency.suspense, statements), balances: own };
  });
}

function credits(balance: Balance | undefined): bigint {
  return balance ? balance.creditsPosted - balance.debitsPosted : 0n;
}

function accountReserves({ id, name, closing, day, moved, told, unmatched, open }: StatementFigures, ledger: bigint): AccountReserves {
  const inTransit = moved + told;
  const difference = ledger - ((closing ?? 0n) + inTransit - unmatched);
  return { custodyAccountId: id, name, ledger, closing, day, inTransit, unmatched, open, difference };
}

/** `operator` less what it owes to senders outside. */
function stateOf(operator: bigint, statements: readonly AccountReserves[]): ReserveState {
  if (operator < 0n || statements.some(({ difference }) => difference !== 0n)) return 'short';
  if (statements.some(({ open }) => open > 0)) return 'open';
  if (statements.length === 0 || statements.some(({ closing }) => closing === null)) return 'unconfirmed';
  return 'whole';
}

/** Accounts whose balances `reservesOf` needs. */
export function accountsOf({ participants, custody, suspense, figures }: Omit<ReserveReading, 'balances'>): Uuid[] {
  const own = participants.flatMap(({ accounts }) => accounts.flatMap((a) => [a.settlementAccountId, a.reserveAccountId]));
  return [...new Set([...own, ...custody.values(), ...suspense.values(), ...figures.map((one) => one.ledgerAccountId)])];
}

/** Everything but the balances. */
export async function readFigures(tx: Tx, tenantId: Uuid): Promise<Omit<ReserveReading, 'balances'>> {
  return {
    participants: await allParticipants(tx, tenantId),
    custody: await systemAccounts(tx, tenantId, 'custody'),
    suspense: await systemAccounts(tx, tenantId, 'suspense'),
    figures: await statementFigures(tx, tenantId),
  };
}

const ATTEMPTS = 4;

/** The reserves of this moment, read again when something was booked between the one reading and the other. */
export async function currentReserves(deps: Pick<SettlementDeps, 'db' | 'ledger'>, tenantId: Uuid): Promise<CurrencyReserves[]> {
  for (let attempt = 1; ; attempt++) {
    const reading = await deps.db.read({ tenantId }, (tx) => readFigures(tx, tenantId));
    const balances = await deps.ledger.balances(tenantId, accountsOf(reading));
    const reserves = reservesOf({ ...reading, balances });
    const isTorn = reserves.some(({ statements }) => statements.some(({ difference }) => difference !== 0n));
    if (!isTorn || attempt === ATTEMPTS) return reserves;
  }
}

/** Errors: `settlement.operator_only` for a bank, which has the published proof. */
export async function getReserves(deps: SettlementDeps, ctx: Ctx): Promise<OutputOf<typeof contract>> {
  requireOperator(ctx);
  const reserves = await currentReserves(deps, ctx.tenantId);
  return {
    at: deps.clock.now(),
    items: reserves.map(({ balances: _, statements, ...currency }) => ({
      ...currency,
      statements: statements.map(({ closing, day, ...of }) => ({
        ...of,
        ...(closing !== null && { closing }),
        ...(day !== null && { day }),
      })),
    })),
  };
}

/** Errors: `settlement.operator_only` for whoever acts for a participant. */
export function requireOperator(ctx: Ctx): void {
  if (ctx.memberId === undefined) return;
  throw new AppError('forbidden', 'settlement.operator_only', 'This is for the operator of the network.');
}

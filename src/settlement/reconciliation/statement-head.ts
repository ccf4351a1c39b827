import { AppError } from '../../base/error.ts';
import { codeOf } from '../../base/money.ts';
import { dayOf, isLocalDate, type LocalDate, type Millis } from '../../base/time.ts';
import type { CustodyAccountRow } from '../custody/account-store.ts';
import type { StatementReading } from '../iso20022/messages/statements.ts';
import type { HeaderReading } from './read-statement.ts';

/** Which custodian speaks, when that is known from the way the document came. */
export type Source = { servicerBic?: string };

/** What a statement says before its entries. */
export type Head = {
  account: CustodyAccountRow;
  opening: bigint | null;
  closing: bigint | null;
  from: Millis | null;
  toDay: LocalDate;
  number: bigint | null;
  toldAt: Millis | null;
  page: { number: number; last: boolean };
};

/** `Max5NumericText` of ISO 20022. */
const MOST_PAGES = 99_999;

/**
 * Errors: `settlement.statement_account_unknown`, the same for an account that another custodian keeps;
 * `settlement.statement_mixed_currency`, `settlement.statement_malformed`.
 */
export function headOf(
  accounts: readonly CustodyAccountRow[],
  { header, statement, source, now }: { header: HeaderReading; statement: StatementReading; source: Source; now: Millis },
): Head {
  const account = accountNamed(accounts, statement, source);
  const { balances = [], from = null, to, createdAt } = statement;
  if (balances.some(({ amount }) => amount.asset !== account.asset)) throw mixed(account.asset);
  const find = (types: readonly string[]) => balances.find(({ type }) => types.includes(type));
  const closing = find(['CLBD']);
  const toDay = closing?.day ?? dayOf(to ?? createdAt ?? now);
  const page = { number: header.page ?? 1, last: header.isLastPage ?? true };
  if (!isLocalDate(toDay) || page.number > MOST_PAGES)
    throw new AppError(
      'invalid',
      'settlement.statement_malformed',
      'The statement cannot be taken: its day or its page is out of all bounds.',
    );
  const number = statement.legalSequence ?? statement.sequence;
  return {
    account,
    opening: unitsOf(find(['OPBD', 'PRCD'])),
    closing: unitsOf(closing),
    from,
    toDay,
    number: number === undefined ? null : BigInt(number),
    toldAt: createdAt ?? null,
    page,
  };
}

type Balance = NonNullable<StatementReading['balances']>[number];

function unitsOf(balance: Balance | undefined): bigint | null {
  if (!balance) return null;
  return balance.direction === 'CRDT' ? balance.amount.units : -balance.amount.units;
}

function accountNamed(
  accounts: readonly CustodyAccountRow[],
  { account, balances = [] }: StatementReading,
  { servicerBic }: Source,
): CustodyAccountRow {
  const number = (account.iban ?? account.other ?? '').replaceAll(' ', '').toUpperCase();
  const currency = account.currency ?? (balances[0] && codeOf(balances[0].amount.asset));
  const named = accounts.filter((one) => one.number === number && (servicerBic === undefined || one.servicerBic === servicerBic));
  const found = named.length === 1 && currency === undefined ? named[0] : named.find(({ asset }) => codeOf(asset) === currency);
  if (found) return found;
  throw new AppError(
    'unprocessable',
    'settlement.statement_account_unknown',
    `${number || 'The account'}${currency ? ` in ${currency}` : ''} is no custody account of this network${servicerBic ? ` at ${servicerBic}` : ''}.`,
  );
}

/** Amounts of another currency than that of the account. */
export function mixed(asset: string): AppError {
  return new AppError(
    'unprocessable',
    'settlement.statement_mixed_currency',
    `A statement of an account in ${asset} has amounts of another currency.`,
  );
}

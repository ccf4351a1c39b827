import { compareDecimal, type Decimal, formatDecimal } from '../../../base/decimal.ts';
import { codeOf, scaleOf } from '../../../base/money.ts';
import type { Family, RecordOf } from '../catalogue.ts';
import type { StatementReading } from '../messages/statements.ts';
import type { RecordReading } from '../read-message.ts';
import { type FileRule, groupRule, recordRule, type Rule, type Tell } from './rule.ts';

/** Rules about statements: a statement that does not add up is refused whole, since something of it may be lost. */

const families = ['camt.052', 'camt.053', 'camt.054'] as const satisfies readonly Family[];
type Entry = RecordOf<'camt.053'>;
type Entries = readonly RecordReading<Entry>[];

const signed = (amount: { units: bigint }, direction: 'CRDT' | 'DBIT') => (direction === 'CRDT' ? amount.units : -amount.units);

/** Entries that are booked; only these make balances. */
function bookedOf(entries: Entries): Entry[] | undefined {
  const values: Entry[] = [];
  for (const entry of entries) {
    if (entry.result === 'refused') return undefined;
    if (entry.value.status === 'BOOK') values.push(entry.value);
  }
  return values;
}

const balance = groupRule({
  id: 'S01',
  about: 'Opening balance and booked entries lead to the closing balance.',
  families: ['camt.053'],
  group({ balances = [] }, tell, { records }) {
    const find = (...types: string[]) => {
      const found = balances.filter(({ type }) => types.includes(type));
      return found.length === 1 ? found[0] : undefined;
    };
    const [opening, closing] = [find('OPBD', 'PRCD'), find('CLBD')];
    const entries = bookedOf(records);
    // A statement in pages has interim balances, and one with a refused entry cannot be added up.
    if (!opening || !closing || !entries || opening.amount.asset !== closing.amount.asset) return;
    if (entries.some(({ amount }) => amount.asset !== opening.amount.asset)) return;
    const sum = entries.reduce(
      (total, { amount, direction }) => total + signed(amount, direction),
      signed(opening.amount, opening.direction),
    );
    const end = signed(closing.amount, closing.direction);
    if (sum === end) return;
    const text = (units: bigint) => formatDecimal({ units, scale: scaleOf(opening.amount.asset) });
    tell(
      'AM10',
      `balances.${balances.indexOf(closing)}.amount`,
      `The entries lead to ${text(sum)}, not to the closing balance ${text(end)}.`,
    );
  },
});

const totals = groupRule({
  id: 'S02',
  about: 'Numbers and sums of entries are those that are told.',
  families,
  group(statement, tell, { records }) {
    const entries = records.flatMap(({ result, value }) => (result === 'ok' ? [value as Entry] : []));
    if (entries.length !== records.length) return;
    checkTotal('total', statement.total, entries, tell);
    checkTotal(
      'totalCredit',
      statement.totalCredit,
      entries.filter(({ direction }) => direction === 'CRDT'),
      tell,
    );
    checkTotal(
      'totalDebit',
      statement.totalDebit,
      entries.filter(({ direction }) => direction === 'DBIT'),
      tell,
    );
  },
});

function checkTotal(field: string, said: StatementReading['total'], entries: readonly Entry[], tell: Tell): void {
  if (!said) return;
  if (said.entries !== undefined && said.entries !== entries.length) {
    tell('AM18', `${field}.entries`, `NbOfNtries says ${said.entries}, there are ${entries.length}.`);
  }
  const [first] = entries;
  if (!said.sum || entries.some(({ amount }) => amount.asset !== first?.amount.asset)) return;
  const units = entries.reduce((sum, { amount }) => sum + amount.units, 0n);
  const sum: Decimal = { units, scale: first ? scaleOf(first.amount.asset) : 0 };
  if (compareDecimal(sum, said.sum) !== 0)
    tell('AM10', `${field}.sum`, `Sum says ${formatDecimal(said.sum)}, the entries add up to ${formatDecimal(sum)}.`);
}

const currency = recordRule({
  id: 'S03',
  about: 'Entries are in the currency of the account.',
  families,
  record({ amount }, tell, { group }) {
    const account = group?.account?.currency;
    if (account !== undefined && codeOf(amount.asset) !== account) tell('AM11', 'amount', `The account is in ${account}.`);
  },
});

const details = recordRule({
  id: 'S04',
  about: 'The payments behind an entry add up to it, where each tells its amount.',
  families,
  record(entry, tell) {
    const parts = entry.details ?? [];
    const amounts = parts.map((part) => part.amount ?? part.transactionAmount);
    // Charges may be taken out of an entry, and a net entry has payments of both directions.
    if (
      parts.length === 0 ||
      [entry, ...parts].some(({ charges }) => charges) ||
      amounts.some((amount) => amount?.asset !== entry.amount.asset)
    )
      return;
    const sum = parts.reduce((total, part, i) => total + signed(amounts[i]!, part.direction ?? entry.direction), 0n);
    if (sum === signed(entry.amount, entry.direction)) return;
    const text = (units: bigint) => formatDecimal({ units, scale: scaleOf(entry.amount.asset) });
    tell('AM10', 'amount', `The payments add up to ${text(sum < 0n ? -sum : sum)}, the entry says ${text(entry.amount.units)}.`);
  },
});

const once: FileRule = {
  id: 'S05',
  about: 'A statement is in a file once.',
  families,
  file(message, tells) {
    if (message.family !== 'camt.052' && message.family !== 'camt.053' && message.family !== 'camt.054') return;
    const seen = new Map<string, number>();
    for (const statement of message.groups) {
      const { statementId, account } = statement.value;
      if (statementId === undefined) continue;
      const key = `${statementId} ${account?.iban ?? account?.other ?? ''}`;
      const first = seen.get(key);
      if (first === undefined) seen.set(key, statement.index);
      else tells.group(statement)('DU03', 'statementId', `Statement ${first} of this file has the same id.`);
    }
  },
};

export const STATEMENT_RULES: readonly Rule[] = [balance, totals, currency, details, once];

import type { LocalDate, Millis } from '../../../base/time.ts';
import { codeOf, scaleOf } from '../../../base/money.ts';
import { account, agent, decimalNumber, first, instant, leaf, moneyElement, ownReference, tag, type Xml } from '../xml-writer.ts';
import { type Frame, stream, tally, type Total, whole, writtenMessage } from './streaming.ts';

/** What moved: a payment between customers, money brought into custody or taken out, a net position, a fee, or one side of an exchange. */
export type EntryKind = 'payment' | 'funding' | 'defunding' | 'settlement' | 'fee' | 'exchange';

/** One movement. `units` above zero came in, below zero went out. */
export type StatementEntry = {
  /** Unique in the statement, at most 35 characters. */
  reference: string;
  kind: EntryKind;
  units: bigint;
  bookedAt: Millis;
  valueDate: LocalDate;
  /** Booked unless said otherwise; only what is booked makes the balance. */
  status?: 'BOOK' | 'PDNG' | 'INFO';
  endToEndId?: string;
  uetr?: string;
  transactionId?: string;
  debtor?: { name: string; account?: string };
  creditor?: { name: string; account?: string };
  /** BICs. */
  debtorAgent?: string;
  creditorAgent?: string;
  remittance?: string;
  /** What else we say of it, e.g. under which id it is found here. */
  information?: string;
  /** Code of ExternalReturnReason1Code, for a payment that came back. */
  returnReason?: string;
};

/** What a statement says besides its entries. */
export type StatementHead = {
  version?: number;
  messageId: string;
  createdAt: Millis;
  /** Number of the statement in its account and year. */
  statementId: string;
  day: LocalDate;
  account: { id: string; name?: string; ownerName: string; ownerBic?: string; servicerBic?: string };
  asset: string;
  /** Part of a statement that is sent in several messages. */
  page?: { number: number; isLast: boolean };
};

/** What stands before the entries and has to be known before them. Units of debits are below zero. */
export type StatementTotals = { credits: Total; debits: Total };

/** camt.052 during the day (balance so far), camt.053 of a day, camt.054 of single entries (without balances). */
export type StatementFamily = 'camt.052' | 'camt.053' | 'camt.054';

const NAMES = {
  'camt.052': { root: 'BkToCstmrAcctRpt', statement: 'Rpt', closing: 'ITBD' },
  'camt.053': { root: 'BkToCstmrStmt', statement: 'Stmt', closing: 'CLBD' },
  'camt.054': { root: 'BkToCstmrDbtCdtNtfctn', statement: 'Ntfctn', closing: undefined },
} as const;

/** Balances are for camt.052 and camt.053: opening plus booked entries is closing. */
export type Balances = { opening: bigint; closing: bigint };

type Outgoing = StatementHead & StatementTotals & Partial<Balances>;

/**
 * A statement in pieces, in constant memory, valid against the schema of its version. Totals are told first and held
 * against the entries: throws RangeError at the end, before the document is complete, when they do not come to them.
 *
 * Errors: `iso20022.not_expressible` when the asset is no ISO 4217 currency or an amount has more than 18 digits.
 */
export function streamStatement(
  family: StatementFamily,
  statement: Outgoing,
  entries: Iterable<StatementEntry> | AsyncIterable<StatementEntry>,
): AsyncGenerator<string> {
  return stream(frameOf(family, statement), entries);
}

/** A short statement at once; see `streamStatement`. Its totals are counted here. */
export function writeStatement(
  family: StatementFamily,
  statement: StatementHead & Partial<Balances>,
  entries: readonly StatementEntry[],
): string {
  return whole(frameOf(family, { ...statement, ...totalsOf(entries) }), entries);
}

/** Totals of entries that are all at hand. */
export function totalsOf(entries: Iterable<Pick<StatementEntry, 'units'>>): StatementTotals {
  const totals: StatementTotals = { credits: { count: 0, units: 0n }, debits: { count: 0, units: 0n } };
  for (const { units } of entries) {
    const side = units < 0n ? totals.debits : totals.credits;
    side.count++;
    side.units += units;
  }
  return totals;
}

function frameOf(family: StatementFamily, statement: Outgoing): Frame<StatementEntry> {
  const { asset, credits, debits, opening, closing } = statement;
  const { root, statement: name } = NAMES[family];
  const [counted, owed] = [tally(credits), tally(debits)];
  let booked = 0n;
  return {
    message: writtenMessage(family, statement.version),
    before: `<${root}>${headerOf(statement)}<${name}>${headOf(family, statement)}`,
    item(entry) {
      (entry.units < 0n ? owed : counted).add(entry.units);
      if ((entry.status ?? 'BOOK') === 'BOOK') booked += entry.units;
      return entryOf(asset, entry);
    },
    after() {
      counted.settle('credits');
      owed.settle('debits');
      if (opening !== undefined && opening + booked !== closing) {
        throw new RangeError(`the entries lead to ${opening + booked}, not to the closing balance ${closing}`);
      }
      return `</${name}></${root}>`;
    },
  };
}

function headerOf({ messageId, createdAt, account: { ownerName }, page }: Outgoing): Xml {
  return tag(
    'GrpHdr',
    ownReference('MsgId', messageId),
    instant('CreDtTm', createdAt),
    tag('MsgRcpt', leaf('Nm', first(140, ownerName))),
    page && tag('MsgPgntn', leaf('PgNb', String(page.number)), leaf('LastPgInd', String(page.isLast))),
  );
}

function headOf(family: StatementFamily, statement: Outgoing): Xml {
  const { asset, day, opening, closing } = statement;
  const closingCode = NAMES[family].closing;
  const balance = (code: string, units: bigint) =>
    tag('Bal', tag('Tp', tag('CdOrPrtry', leaf('Cd', code))), ...signed(asset, units), tag('Dt', leaf('Dt', day)));
  const balances =
    closingCode === undefined || opening === undefined || closing === undefined
      ? []
      : [balance('OPBD', opening), balance(closingCode, closing)];
  return [
    ownReference('Id', statement.statementId),
    instant('CreDtTm', statement.createdAt),
    tag('FrToDt', leaf('FrDtTm', `${day}T00:00:00.000Z`), leaf('ToDtTm', `${day}T23:59:59.999Z`)),
    accountOf(statement),
    ...balances,
    summaryOf(statement),
  ].join('');
}

function accountOf({ account: of, asset }: Outgoing): Xml {
  return tag(
    'Acct',
    tag('Id', tag('Othr', ownReference('Id', of.id, 34))),
    leaf('Ccy', codeOf(asset)),
    leaf('Nm', of.name && first(70, of.name)),
    tag('Ownr', leaf('Nm', first(140, of.ownerName)), tag('Id', tag('OrgId', leaf('AnyBIC', of.ownerBic)))),
    agent('Svcr', of.servicerBic),
  );
}

function summaryOf({ asset, credits, debits }: Outgoing): Xml {
  const total = (name: string, count: number, units: bigint) =>
    tag(name, leaf('NbOfNtries', String(count)), leaf('Sum', decimalNumber({ units, scale: scaleOf(asset) })));
  return tag(
    'TxsSummry',
    total('TtlNtries', credits.count + debits.count, credits.units - debits.units),
    total('TtlCdtNtries', credits.count, credits.units),
    total('TtlDbtNtries', debits.count, -debits.units),
  );
}

function entryOf(asset: string, entry: StatementEntry): Xml {
  const { information } = entry;
  const added = leaf('AddtlTxInf', information && first(500, information));
  const returned = entry.returnReason === undefined ? '' : tag('RtrInf', tag('Rsn', leaf('Cd', entry.returnReason)));
  return tag(
    'Ntry',
    ownReference('NtryRef', entry.reference),
    ...signed(asset, entry.units),
    tag('Sts', leaf('Cd', entry.status ?? 'BOOK')),
    tag('BookgDt', instant('DtTm', entry.bookedAt)),
    tag('ValDt', leaf('Dt', entry.valueDate)),
    ownReference('AcctSvcrRef', entry.reference),
    bankCode(entry),
    tag('NtryDtls', tag('TxDtls', referencesOf(entry), partiesOf(entry), agentsOf(entry), remittanceOf(entry), returned, added)),
  );
}

const PROPRIETARY = { payment: 'PMT', funding: 'FUND', defunding: 'DEFUND', settlement: 'NET', fee: 'FEE', exchange: 'FX' } as const;

/** Payments by the ISO bank transaction codes (issued or received, cross-border); the network's own movements by its own. */
function bankCode({ kind, units }: StatementEntry): Xml {
  const family = tag('Fmly', leaf('Cd', units < 0n ? 'ICDT' : 'RCDT'), leaf('SubFmlyCd', 'XBCT'));
  const domain = kind === 'payment' ? tag('Domn', leaf('Cd', 'PMNT'), family) : '';
  return tag('BkTxCd', domain, tag('Prtry', leaf('Cd', PROPRIETARY[kind]), leaf('Issr', 'RIALTO')));
}

function referencesOf({ endToEndId, uetr, transactionId }: StatementEntry): Xml {
  return tag(
    'Refs',
    leaf('EndToEndId', endToEndId && first(35, endToEndId)),
    leaf('UETR', uetr),
    leaf('TxId', transactionId && first(35, transactionId)),
  );
}

function partiesOf({ debtor, creditor }: StatementEntry): Xml {
  const party = (name: string, of: StatementEntry['debtor']) => [
    tag(name, tag('Pty', leaf('Nm', of && first(140, of.name)))),
    account(`${name}Acct`, of?.account),
  ];
  return tag('RltdPties', ...party('Dbtr', debtor), ...party('Cdtr', creditor));
}

function agentsOf({ debtorAgent, creditorAgent }: StatementEntry): Xml {
  return tag('RltdAgts', agent('DbtrAgt', debtorAgent), agent('CdtrAgt', creditorAgent));
}

function remittanceOf({ remittance }: StatementEntry): Xml {
  return tag('RmtInf', leaf('Ustrd', remittance && first(140, remittance)));
}

/** ISO amounts carry no sign; the direction stands beside them. */
function signed(asset: string, units: bigint): [Xml, Xml] {
  return [moneyElement('Amt', { asset, units }), leaf('CdtDbtInd', units < 0n ? 'DBIT' : 'CRDT')];
}

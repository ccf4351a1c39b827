import { AppError } from '../../base/error.ts';
import { CURRENCIES } from '../../base/currency.ts';
import { codeOf, scaleOf, toDecimalText } from '../../base/money.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import { agent } from './pacs002.ts';
import { amount, decimalNumber, document, first, leaf, ownReference, tag, type Xml } from './xml-writer.ts';

/** Version of the statement that is written. */
export const CAMT053_VERSION = 'camt.053.001.08';

/** What moved: a payment between customers, money brought into custody or taken out, or a net position. */
export type EntryKind = 'payment' | 'funding' | 'defunding' | 'settlement';

/** One booked movement. `units` above zero came in, below zero went out. */
export type StatementEntry = {
  /** Unique in the statement, at most 35 characters. */
  reference: string;
  kind: EntryKind;
  units: bigint;
  bookedAt: Millis;
  valueDate: LocalDate;
  endToEndId?: string;
  uetr?: string;
  transactionId?: string;
  debtor?: { name: string; account?: string };
  creditor?: { name: string; account?: string };
  /** BICs. */
  debtorAgent?: string;
  creditorAgent?: string;
  remittance?: string;
};

/** A day of one settlement account. `opening` plus all entries is `closing`. */
export type Statement = {
  messageId: string;
  createdAt: Millis;
  /** Number of the statement in its account and year. */
  statementId: string;
  day: LocalDate;
  account: { id: string; name?: string; ownerName: string; ownerBic?: string; servicerBic?: string };
  asset: string;
  opening: bigint;
  closing: bigint;
  entries: readonly StatementEntry[];
};

/**
 * The statement as an XML document, valid against the schema of `CAMT053_VERSION`.
 *
 * Errors: `iso20022.not_expressible` when the asset is no ISO 4217 currency or an amount has more than 18 digits. Throws
 * RangeError when opening balance and entries do not come to the closing balance: such a statement must not leave.
 */
export function writeCamt053(statement: Statement): string {
  const sum = statement.entries.reduce((total, { units }) => total + units, statement.opening);
  if (sum !== statement.closing) throw new RangeError(`the entries lead to ${sum}, not to the closing balance ${statement.closing}`);
  const header = tag(
    'GrpHdr',
    ownReference('MsgId', statement.messageId),
    leaf('CreDtTm', new Date(statement.createdAt).toISOString()),
    tag('MsgRcpt', leaf('Nm', first(140, statement.account.ownerName))),
  );
  return document(CAMT053_VERSION, tag('BkToCstmrStmt', header, bodyOf(statement)));
}

function bodyOf(statement: Statement): Xml {
  const { asset, day, entries } = statement;
  const balance = (code: string, units: bigint) =>
    tag('Bal', tag('Tp', tag('CdOrPrtry', leaf('Cd', code))), ...signed(asset, units), tag('Dt', leaf('Dt', day)));
  return tag(
    'Stmt',
    ownReference('Id', statement.statementId),
    leaf('CreDtTm', new Date(statement.createdAt).toISOString()),
    tag('FrToDt', leaf('FrDtTm', `${day}T00:00:00.000Z`), leaf('ToDtTm', `${day}T23:59:59.999Z`)),
    accountOf(statement),
    balance('OPBD', statement.opening),
    balance('CLBD', statement.closing),
    totalsOf(asset, entries),
    ...entries.map((entry) => entryOf(asset, entry)),
  );
}

function accountOf({ account, asset }: Statement): Xml {
  return tag(
    'Acct',
    tag('Id', tag('Othr', ownReference('Id', account.id, 34))),
    leaf('Ccy', codeOf(asset)),
    leaf('Nm', account.name && first(70, account.name)),
    tag('Ownr', leaf('Nm', first(140, account.ownerName)), tag('Id', tag('OrgId', leaf('AnyBIC', account.ownerBic)))),
    agent('Svcr', account.servicerBic),
  );
}

function totalsOf(asset: string, entries: readonly StatementEntry[]): Xml {
  const total = (name: string, some: readonly StatementEntry[]) => {
    const units = some.reduce((sum, entry) => sum + magnitude(entry.units), 0n);
    return tag(name, leaf('NbOfNtries', String(some.length)), leaf('Sum', decimalNumber({ units, scale: scaleOf(asset) })));
  };
  const credits = entries.filter(({ units }) => units >= 0n);
  const debits = entries.filter(({ units }) => units < 0n);
  return tag('TxsSummry', total('TtlNtries', entries), total('TtlCdtNtries', credits), total('TtlDbtNtries', debits));
}

function entryOf(asset: string, entry: StatementEntry): Xml {
  return tag(
    'Ntry',
    ownReference('NtryRef', entry.reference),
    ...signed(asset, entry.units),
    tag('Sts', leaf('Cd', 'BOOK')),
    tag('BookgDt', leaf('DtTm', new Date(entry.bookedAt).toISOString())),
    tag('ValDt', leaf('Dt', entry.valueDate)),
    ownReference('AcctSvcrRef', entry.reference),
    bankCode(entry),
    tag('NtryDtls', tag('TxDtls', referencesOf(entry), partiesOf(entry), agentsOf(entry), remittanceOf(entry))),
  );
}

const PROPRIETARY = { payment: 'PMT', funding: 'FUND', defunding: 'DEFUND', settlement: 'NET' } as const;

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
  const party = (name: string, of: { name: string; account?: string } | undefined) => [
    tag(name, tag('Pty', leaf('Nm', of && first(140, of.name)))),
    tag(`${name}Acct`, tag('Id', tag('Othr', leaf('Id', of?.account && first(34, of.account))))),
  ];
  return tag('RltdPties', ...party('Dbtr', debtor), ...party('Cdtr', creditor));
}

function agentsOf({ debtorAgent, creditorAgent }: StatementEntry): Xml {
  return tag('RltdAgts', agent('DbtrAgt', debtorAgent), agent('CdtrAgt', creditorAgent));
}

function remittanceOf({ remittance }: StatementEntry): Xml {
  return tag('RmtInf', leaf('Ustrd', remittance && first(140, remittance)));
}

const magnitude = (units: bigint) => (units < 0n ? -units : units);

/** ISO amounts carry no sign; the direction stands beside them. */
function signed(asset: string, units: bigint): [Xml, Xml] {
  const code = codeOf(asset);
  if (CURRENCIES.get(code) !== scaleOf(asset)) {
    throw new AppError(
      'unprocessable',
      'iso20022.not_expressible',
      `${asset} is no currency of ISO 4217, so no ISO 20022 statement can carry it.`,
    );
  }
  const value = toDecimalText({ asset, units: magnitude(units) });
  if (value.replace('.', '').replace(/^0+/, '').length > 18) {
    throw new AppError('unprocessable', 'iso20022.not_expressible', 'ISO 20022 amounts have at most 18 digits.');
  }
  return [amount('Amt', code, value), leaf('CdtDbtInd', units < 0n ? 'DBIT' : 'CRDT')];
}

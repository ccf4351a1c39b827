import type { LocalDate } from '../../src/base/time.ts';
import type { StatementFamily } from '../../src/settlement/iso20022/write/statement.ts';

/** An entry as one bank or another writes it; what is left out is not in the document. */
export type BankEntry = {
  /** Euro cents; above zero came in. */
  units: bigint;
  day: LocalDate;
  /** `AcctSvcrRef`: of its own, the same for all, or none. */
  reference?: string;
  /** `NtryRef`: often the place in the document. */
  number?: string;
  endToEndId?: string;
  uetr?: string;
  creditorReference?: string;
  text?: string;
  /** The payments of a batch, instead of what the entry says of one. */
  payments?: readonly BankPayment[];
};

export type BankPayment = Pick<BankEntry, 'units' | 'endToEndId' | 'uetr' | 'creditorReference'>;

export type BankDocument = {
  id: string;
  /** `Othr` of the account. */
  account: string;
  day: LocalDate;
  /** Where `FrToDt` begins; it is left out without one. */
  from?: LocalDate;
  /** `ElctrncSeqNb`. */
  sequence?: number;
  /** Time of `CreDtTm` on the day. */
  at?: string;
  /** Only a camt.053 has balances here. */
  opening?: bigint;
  entries: readonly BankEntry[];
};

const NAMES = {
  'camt.052': ['BkToCstmrAcctRpt', 'Rpt'],
  'camt.053': ['BkToCstmrStmt', 'Stmt'],
  'camt.054': ['BkToCstmrDbtCdtNtfctn', 'Ntfctn'],
} as const;

/** A camt.052, camt.053 or camt.054 as banks send them, with as much or as little in it as one likes. */
export function bankDocument(family: StatementFamily, of: BankDocument): Buffer {
  const { id, account, day, from, sequence, at = '22:00:00', opening, entries } = of;
  const [root, group] = NAMES[family];
  const closing = entries.reduce((sum, { units }) => sum + units, opening ?? 0n);
  const head = [
    tag('Id', id),
    tag('ElctrncSeqNb', sequence?.toString()),
    tag('CreDtTm', `${day}T${at}Z`),
    from && `<FrToDt><FrDtTm>${from}T00:00:00Z</FrDtTm><ToDtTm>${day}T23:59:59Z</ToDtTm></FrToDt>`,
    `<Acct><Id><Othr><Id>${account}</Id></Othr></Id><Ccy>EUR</Ccy></Acct>`,
    opening !== undefined && balance('OPBD', opening, day) + balance('CLBD', closing, day),
  ].filter((part) => part);
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:${family}.001.08"><${root}><GrpHdr><MsgId>${id}</MsgId>` +
      `<CreDtTm>${day}T${at}Z</CreDtTm></GrpHdr><${group}>${head.join('')}${entries.map(entryOf).join('')}</${group}></${root}></Document>`,
  );
}

function entryOf(entry: BankEntry): string {
  const { units, day, reference, number, text, payments } = entry;
  const details = payments ? payments.map((one) => detailOf(one, amount(one.units))).join('') : detailOf(entry, '');
  const dates = `<BookgDt><Dt>${day}</Dt></BookgDt><ValDt><Dt>${day}</Dt></ValDt>`;
  return (
    `<Ntry>${tag('NtryRef', number)}${amount(units)}<Sts><Cd>BOOK</Cd></Sts>${dates}${tag('AcctSvcrRef', reference)}` +
    `${details && `<NtryDtls>${details}</NtryDtls>`}${tag('AddtlNtryInf', text)}</Ntry>`
  );
}

function detailOf({ endToEndId, uetr, creditorReference }: BankPayment, money: string): string {
  const refs = tag('EndToEndId', endToEndId) + tag('UETR', uetr);
  const remittance = creditorReference && `<RmtInf><Strd><CdtrRefInf><Ref>${creditorReference}</Ref></CdtrRefInf></Strd></RmtInf>`;
  const said = (refs && `<Refs>${refs}</Refs>`) + money + (remittance ?? '');
  return said && `<TxDtls>${said}</TxDtls>`;
}

const tag = (name: string, value: string | undefined): string => (value === undefined ? '' : `<${name}>${value}</${name}>`);

function amount(units: bigint): string {
  const digits = (units < 0n ? -units : units).toString().padStart(3, '0');
  return `<Amt Ccy="EUR">${digits.slice(0, -2)}.${digits.slice(-2)}</Amt><CdtDbtInd>${units < 0n ? 'DBIT' : 'CRDT'}</CdtDbtInd>`;
}

function balance(code: string, units: bigint, day: LocalDate): string {
  return `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp>${amount(units)}<Dt><Dt>${day}</Dt></Dt></Bal>`;
}

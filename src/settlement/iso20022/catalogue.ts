import {
  CUSTOMER_STATUS_HEADER,
  CUSTOMER_TRANSACTION_STATUS,
  RECALL,
  RECALL_HEADER,
  RECALLED_GROUP,
  REPORT_REQUEST,
  REPORTED_BATCH,
  REPORT_REQUEST_HEADER,
  RESOLUTION,
  RESOLUTION_HEADER,
  RESOLVED_GROUP,
  STATUS_HEADER,
  STATUS_REQUEST,
  STATUS_REQUEST_HEADER,
  TRANSACTION_STATUS,
} from './messages/inquiries.ts';
import {
  CREDIT_TRANSFER,
  INITIATED_TRANSFER,
  INITIATION_HEADER,
  INSTITUTION_TRANSFER,
  PAYMENT_BATCH,
  PAYMENT_RETURN,
  RETURN_HEADER,
  TRANSFER_HEADER,
} from './messages/payments.ts';
import { ENTRY, MOVEMENT, SETTLEMENT_REQUEST, SETTLEMENT_REQUEST_HEADER, STATEMENT, STATEMENT_HEADER } from './messages/statements.ts';
import type { CarryingMessage } from './carried/grammar.ts';
import type { Kind, Of } from './shape.ts';

/**
 * A message definition as it is read: the element below `Document`, the versions, and what its parts are. `group` stands
 * between the message and its records where there is one (a batch, a statement). A record is what can be refused alone.
 */
export type Definition<H = unknown, G = unknown, R = unknown> = {
  readonly root: string;
  readonly versions: readonly number[];
  readonly header: Kind<H>;
  readonly group?: { readonly name: string; readonly kind: Kind<G> };
  /** `amount` is the element whose sum the header tells; further names behind `|`. */
  readonly record: { readonly name: string; readonly kind: Kind<R>; readonly amount?: string };
  /** A message of this kind without a record says nothing and is refused. */
  readonly needsRecords: boolean;
  /** The message in which goes on what its records say. */
  readonly passedOnAs?: CarryingMessage;
};

/** Versions of 2009 use older names (`BIC`, `BICOrBEI`); those since 2019 differ in what this network does not read. */
const since = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);
const OLDEST = { 'pacs.008': 2, 'pacs.004': 2, 'pain.001': 3, 'camt.052': 2, 'camt.053': 2, 'camt.054': 2 } as const;

/** Whether a version uses the names of 2009. */
export function isOlder(family: string, version: number): boolean {
  return (OLDEST as Readonly<Record<string, number>>)[family] === version;
}

const define = <H, G, R>(definition: Definition<H, G, R>) => definition;

/** Every message that is read, by its family. The tables of the README say the same. */
export const CATALOGUE = {
  'pain.001': define({
    root: 'CstmrCdtTrfInitn',
    versions: [3, ...since(9, 12)],
    header: INITIATION_HEADER,
    group: { name: 'PmtInf', kind: PAYMENT_BATCH },
    record: { name: 'CdtTrfTxInf', kind: INITIATED_TRANSFER, amount: 'Amt/InstdAmt|Amt/EqvtAmt/Amt' },
    needsRecords: true,
    passedOnAs: 'pacs.008.001.09',
  }),
  'pacs.008': define({
    root: 'FIToFICstmrCdtTrf',
    versions: [2, ...since(8, 13)],
    header: TRANSFER_HEADER,
    record: { name: 'CdtTrfTxInf', kind: CREDIT_TRANSFER, amount: 'IntrBkSttlmAmt' },
    needsRecords: true,
    passedOnAs: 'pacs.008.001.09',
  }),
  'pacs.009': define({
    root: 'FICdtTrf',
    versions: since(8, 12),
    header: TRANSFER_HEADER,
    record: { name: 'CdtTrfTxInf', kind: INSTITUTION_TRANSFER, amount: 'IntrBkSttlmAmt' },
    needsRecords: true,
    passedOnAs: 'pacs.009.001.09',
  }),
  'pacs.004': define({
    root: 'PmtRtr',
    versions: [2, ...since(9, 14)],
    header: RETURN_HEADER,
    record: { name: 'TxInf', kind: PAYMENT_RETURN, amount: 'RtrdIntrBkSttlmAmt' },
    needsRecords: false,
    passedOnAs: 'pacs.004.001.10',
  }),
  'pacs.002': define({
    root: 'FIToFIPmtStsRpt',
    versions: since(10, 15),
    header: STATUS_HEADER,
    record: { name: 'TxInfAndSts', kind: TRANSACTION_STATUS },
    needsRecords: false,
  }),
  'pain.002': define({
    root: 'CstmrPmtStsRpt',
    versions: since(10, 14),
    header: CUSTOMER_STATUS_HEADER,
    group: { name: 'OrgnlPmtInfAndSts', kind: REPORTED_BATCH },
    record: { name: 'TxInfAndSts', kind: CUSTOMER_TRANSACTION_STATUS },
    needsRecords: false,
  }),
  'pacs.028': define({
    root: 'FIToFIPmtStsReq',
    versions: since(3, 6),
    header: STATUS_REQUEST_HEADER,
    record: { name: 'TxInf', kind: STATUS_REQUEST },
    needsRecords: false,
  }),
  'pacs.029': define({
    root: 'MulSttlmReq',
    versions: [2],
    header: SETTLEMENT_REQUEST_HEADER,
    group: { name: 'SttlmReq', kind: SETTLEMENT_REQUEST },
    record: { name: 'MvmntRcrd', kind: MOVEMENT, amount: 'Amt/Amt' },
    needsRecords: true,
  }),
  'camt.056': define({
    root: 'FIToFIPmtCxlReq',
    versions: since(8, 11),
    header: RECALL_HEADER,
    group: { name: 'Undrlyg', kind: RECALLED_GROUP },
    record: { name: 'TxInf', kind: RECALL, amount: 'OrgnlIntrBkSttlmAmt' },
    needsRecords: false,
  }),
  'camt.029': define({
    root: 'RsltnOfInvstgtn',
    versions: since(9, 13),
    header: RESOLUTION_HEADER,
    group: { name: 'CxlDtls', kind: RESOLVED_GROUP },
    record: { name: 'TxInfAndSts', kind: RESOLUTION },
    needsRecords: false,
  }),
  'camt.060': define({
    root: 'AcctRptgReq',
    versions: since(3, 7),
    header: REPORT_REQUEST_HEADER,
    record: { name: 'RptgReq', kind: REPORT_REQUEST },
    needsRecords: true,
  }),
  'camt.052': define({
    root: 'BkToCstmrAcctRpt',
    versions: [2, ...since(8, 13)],
    header: STATEMENT_HEADER,
    group: { name: 'Rpt', kind: STATEMENT },
    record: { name: 'Ntry', kind: ENTRY, amount: 'Amt' },
    needsRecords: false,
  }),
  'camt.053': define({
    root: 'BkToCstmrStmt',
    versions: [2, ...since(8, 13)],
    header: STATEMENT_HEADER,
    group: { name: 'Stmt', kind: STATEMENT },
    record: { name: 'Ntry', kind: ENTRY, amount: 'Amt' },
    needsRecords: false,
  }),
  'camt.054': define({
    root: 'BkToCstmrDbtCdtNtfctn',
    versions: [2, ...since(8, 13)],
    header: STATEMENT_HEADER,
    group: { name: 'Ntfctn', kind: STATEMENT },
    record: { name: 'Ntry', kind: ENTRY, amount: 'Amt' },
    needsRecords: false,
  }),
};

export type Family = keyof typeof CATALOGUE;
type DefinitionOf<F extends Family> = (typeof CATALOGUE)[F];
export type HeaderOf<F extends Family> = Of<DefinitionOf<F>['header']>;
export type RecordOf<F extends Family> = Of<DefinitionOf<F>['record']['kind']>;
export type GroupOf<F extends Family> = DefinitionOf<F> extends Definition<unknown, infer G> ? G : never;

/** Every message that is read, as banks name it, e.g. `pacs.008.001.08`. */
export function readableMessages(): string[] {
  return Object.entries(CATALOGUE).flatMap(([family, { versions }]) => versions.map((version) => nameOf(family, version)));
}

/** `pacs.008`, 8 → `pacs.008.001.08`. */
export function nameOf(family: string, version: number): string {
  return `${family}.001.${String(version).padStart(2, '0')}`;
}

/** The definition of a message by its name; undefined when it is not read. */
export function definitionOf(message: string): { family: Family; version: number; definition: Definition } | undefined {
  const match = /^([a-z]{4}\.\d{3})\.001\.(\d{2})$/.exec(message);
  const family = match?.[1];
  if (family === undefined || !Object.hasOwn(CATALOGUE, family)) return undefined;
  const definition: Definition = CATALOGUE[family as Family];
  const version = Number(match![2]);
  return definition.versions.includes(version) ? { family: family as Family, version, definition } : undefined;
}

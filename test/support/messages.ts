import { expect } from 'vitest';
import { dayOf } from '../../src/base/time.ts';
import type { Bank } from './fixtures.ts';
import { haveIsoSchemas, schemaErrors } from './iso-schemas.ts';

/** Messages of ISO 20022 as banks write them, for tests: short, in any version and with any parts. */

const head = (message: string, body: string) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:${message}">${body}</Document>`;
const now = () => new Date().toISOString();
export const agentXml = (name: string, bic: string) => `<${name}><FinInstnId><BICFI>${bic}</BICFI></FinInstnId></${name}>`;

/** A payment between customers; `amount` as written. */
export type Sent = { id: string; uetr?: string; from: Bank; to: Bank; amount?: string; creditor?: string };

export function pacs008(messageId: string, payments: readonly Sent[]): Buffer {
  const transactions = payments.map(
    ({ id, uetr, from, to, amount = '1.00', creditor = 'Meridian Foods Ltd' }) =>
      `<CdtTrfTxInf><PmtId><InstrId>I-${id}</InstrId><EndToEndId>${id}</EndToEndId><TxId>T-${id}</TxId>${uetr ? `<UETR>${uetr}</UETR>` : ''}</PmtId>` +
      `<IntrBkSttlmAmt Ccy="EUR">${amount}</IntrBkSttlmAmt><IntrBkSttlmDt>${dayOf(Date.now())}</IntrBkSttlmDt><ChrgBr>SHAR</ChrgBr>` +
      `<Dbtr><Nm>Aurora Shipping AS</Nm><PstlAdr><Ctry>NO</Ctry></PstlAdr></Dbtr>${agentXml('DbtrAgt', from.bic)}${agentXml('CdtrAgt', to.bic)}` +
      `<Cdtr><Nm>${creditor}</Nm></Cdtr><CdtrAcct><Id><IBAN>NO9386011117947</IBAN></Id></CdtrAcct><RmtInf><Ustrd>Invoice ${id}</Ustrd></RmtInf></CdtTrfTxInf>`,
  );
  const header = `<GrpHdr><MsgId>${messageId}</MsgId><CreDtTm>${now()}</CreDtTm><NbOfTxs>${payments.length}</NbOfTxs><SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf>${agentXml('InstgAgt', payments[0]!.from.bic)}</GrpHdr>`;
  return Buffer.from(head('pacs.008.001.09', `<FIToFICstmrCdtTrf>${header}${transactions.join('')}</FIToFICstmrCdtTrf>`));
}

/** A payment of a bank to a bank; with `cover`, of a customer's payment behind it. */
export function pacs009(
  messageId: string,
  { id, uetr, from, to, amount = '5.00' }: Sent,
  cover?: { debtor: string; creditor: string },
): Buffer {
  const underlying = cover
    ? `<UndrlygCstmrCdtTrf><Dbtr><Nm>${cover.debtor}</Nm></Dbtr>${agentXml('DbtrAgt', from.bic)}${agentXml('CdtrAgt', to.bic)}<Cdtr><Nm>${cover.creditor}</Nm></Cdtr></UndrlygCstmrCdtTrf>`
    : '';
  return Buffer.from(
    head(
      'pacs.009.001.09',
      `<FICdtTrf><GrpHdr><MsgId>${messageId}</MsgId><CreDtTm>${now()}</CreDtTm><NbOfTxs>1</NbOfTxs><SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf></GrpHdr>` +
        `<CdtTrfTxInf><PmtId><InstrId>I-${id}</InstrId><EndToEndId>${id}</EndToEndId>${uetr ? `<UETR>${uetr}</UETR>` : ''}</PmtId><IntrBkSttlmAmt Ccy="EUR">${amount}</IntrBkSttlmAmt>` +
        `<IntrBkSttlmDt>${dayOf(Date.now())}</IntrBkSttlmDt>${agentXml('Dbtr', from.bic)}${agentXml('Cdtr', to.bic)}${underlying}</CdtTrfTxInf></FICdtTrf>`,
    ),
  );
}

/** What customers of a bank order, in one batch. */
export function pain001(
  messageId: string,
  from: Bank,
  payments: readonly { id: string; to: Bank; amount?: string; creditor?: string }[],
): Buffer {
  const transactions = payments.map(
    ({ id, to, amount = '2.00', creditor = 'Meridian Foods Ltd' }) =>
      `<CdtTrfTxInf><PmtId><EndToEndId>${id}</EndToEndId></PmtId><Amt><InstdAmt Ccy="EUR">${amount}</InstdAmt></Amt>${agentXml('CdtrAgt', to.bic)}` +
      `<Cdtr><Nm>${creditor}</Nm></Cdtr><CdtrAcct><Id><IBAN>NO9386011117947</IBAN></Id></CdtrAcct></CdtTrfTxInf>`,
  );
  return Buffer.from(
    head(
      'pain.001.001.12',
      `<CstmrCdtTrfInitn><GrpHdr><MsgId>${messageId}</MsgId><CreDtTm>${now()}</CreDtTm><NbOfTxs>${payments.length}</NbOfTxs><InitgPty><Nm>Aurora Shipping AS</Nm></InitgPty></GrpHdr>` +
        `<PmtInf><PmtInfId>BATCH-1</PmtInfId><PmtMtd>TRF</PmtMtd><ReqdExctnDt><Dt>${dayOf(Date.now())}</Dt></ReqdExctnDt><Dbtr><Nm>Aurora Shipping AS</Nm></Dbtr>` +
        `<DbtrAcct><Id><IBAN>NO9386011117947</IBAN></Id></DbtrAcct>${agentXml('DbtrAgt', from.bic)}${transactions.join('')}</PmtInf></CstmrCdtTrfInitn>`,
    ),
  );
}

/** A question about payments (by UETR) or about files (by message id). */
export function pacs028(messageId: string, asked: { uetrs?: readonly string[]; messages?: readonly string[] }): Buffer {
  const groups = (asked.messages ?? []).map(
    (id) => `<OrgnlGrpInf><OrgnlMsgId>${id}</OrgnlMsgId><OrgnlMsgNmId>pacs.008.001.09</OrgnlMsgNmId></OrgnlGrpInf>`,
  );
  const transactions = (asked.uetrs ?? []).map((uetr) => `<TxInf><OrgnlUETR>${uetr}</OrgnlUETR></TxInf>`);
  return Buffer.from(
    head(
      'pacs.028.001.06',
      `<FIToFIPmtStsReq><GrpHdr><MsgId>${messageId}</MsgId><CreDtTm>${now()}</CreDtTm></GrpHdr>${groups.join('')}${transactions.join('')}</FIToFIPmtStsReq>`,
    ),
  );
}

/** A return of a payment. */
export function pacs004(
  messageId: string,
  back: { id: string; uetr: string; from: Bank; original: string; amount: string; reason?: string; currency?: string },
): Buffer {
  const { id, uetr, from, original, amount, reason = 'AC04', currency = 'EUR' } = back;
  return Buffer.from(
    head(
      'pacs.004.001.10',
      `<PmtRtr><GrpHdr><MsgId>${messageId}</MsgId><CreDtTm>${now()}</CreDtTm><NbOfTxs>1</NbOfTxs><SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf>${agentXml('InstgAgt', from.bic)}</GrpHdr>` +
        `<TxInf><RtrId>${id}</RtrId><OrgnlUETR>${uetr}</OrgnlUETR><OrgnlIntrBkSttlmAmt Ccy="${currency}">${original}</OrgnlIntrBkSttlmAmt>` +
        `<RtrdIntrBkSttlmAmt Ccy="${currency}">${amount}</RtrdIntrBkSttlmAmt><IntrBkSttlmDt>${dayOf(Date.now())}</IntrBkSttlmDt><RtrRsnInf><Rsn><Cd>${reason}</Cd></Rsn><AddtlInf>In words</AddtlInf></RtrRsnInf></TxInf></PmtRtr>`,
    ),
  );
}

const assignment = (id: string, from: Bank, to: Bank) =>
  `<Assgnmt><Id>${id}</Id><Assgnr>${agentXml('Agt', from.bic)}</Assgnr><Assgne>${agentXml('Agt', to.bic)}</Assgne><CreDtTm>${now()}</CreDtTm></Assgnmt>`;

/** A recall of payments. */
export function camt056(
  messageId: string,
  from: Bank,
  to: Bank,
  recalls: readonly { id: string; uetr: string; reason?: string }[],
): Buffer {
  const transactions = recalls.map(
    ({ id, uetr, reason = 'DUPL' }) =>
      `<TxInf><CxlId>${id}</CxlId><OrgnlUETR>${uetr}</OrgnlUETR><CxlRsnInf><Rsn><Cd>${reason}</Cd></Rsn><AddtlInf>Sent twice</AddtlInf></CxlRsnInf></TxInf>`,
  );
  return Buffer.from(
    head(
      'camt.056.001.09',
      `<FIToFIPmtCxlReq>${assignment(messageId, from, to)}<Case><Id>CASE-${messageId}</Id><Cretr>${agentXml('Agt', from.bic)}</Cretr></Case><Undrlyg>${transactions.join('')}</Undrlyg></FIToFIPmtCxlReq>`,
    ),
  );
}

/** An answer to a recall. */
export function camt029(
  messageId: string,
  from: Bank,
  to: Bank,
  answer: { uetr: string; status: 'ACCR' | 'RJCR' | 'PDCR'; reason?: string },
): Buffer {
  const reason = answer.reason
    ? `<CxlStsRsnInf><Rsn><Cd>${answer.reason}</Cd></Rsn><AddtlInf>The customer says no</AddtlInf></CxlStsRsnInf>`
    : '';
  const confirmation = { ACCR: 'CNCL', RJCR: 'RJCR', PDCR: 'PDCR' }[answer.status];
  return Buffer.from(
    head(
      'camt.029.001.13',
      `<RsltnOfInvstgtn>${assignment(messageId, from, to)}<Sts><Conf>${confirmation}</Conf></Sts><CxlDtls><TxInfAndSts><OrgnlUETR>${answer.uetr}</OrgnlUETR><TxCxlSts>${answer.status}</TxCxlSts>${reason}</TxInfAndSts></CxlDtls></RsltnOfInvstgtn>`,
    ),
  );
}

/** The document, held against the official schema of its version where that is there. */
export function valid(xml: string): string {
  const message = /tech:xsd:([a-z]{4}\.\d{3}\.\d{3}\.\d{2})/.exec(xml)![1]!;
  if (haveIsoSchemas()) expect(schemaErrors(message, xml)).toEqual([]);
  return xml;
}

/** The texts of an element, in order. */
export function textsOf(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}(?: [^>]*)?>([^<]*)</${name}>`, 'g'))].map(([, text]) => text!);
}

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { haveIsoSchemas, schemaErrors } from '../../../../test/support/iso-schemas.ts';
import type { RailAnswer, RailRequest } from '../adapter.ts';
import { newId } from '../../../base/id.ts';
import { nameOf, type Instruction } from '../instruction.ts';
import { httpRail } from './http/adapter.ts';
import { iso20022FileRail } from './iso20022-file/adapter.ts';
import { PACS004, PACS009, PACS028 } from './iso20022-file/messages.ts';

const instruction: Instruction = {
  id: '019a0000-0000-7000-8000-000000000001',
  kind: 'payout',
  asset: 'EUR/2',
  units: 1_234_567n,
  reference: 'OUT-2026-0001',
  debtor: { name: 'Euro <main>', number: 'DE89370400440532013000', agentBic: 'MARKDEFF' },
  creditor: { name: 'Nordfjord & Co', number: '123-456', agentBic: 'NORDFIHH', bic: 'NORDFIHH' },
  uetr: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff',
};
const at = Date.parse('2026-11-20T09:30:00Z');
const returning: Instruction = {
  ...instruction,
  kind: 'return',
  reference: 'THEIR-E2E-1',
  creditor: { name: 'Nordlys <AS>', number: 'NO9386011117947', agentBic: 'DNBANOKK' },
  returnOf: {
    code: 'NARR',
    text: 'Nobody here knows the sender & the reference',
    bookedOn: '2026-11-19',
    endToEndId: 'THEIR-E2E-1',
    uetr: '7f9619ff-8b86-4d01-b42d-00cf4fc964ff',
    transferId: '019a0000-0000-7000-8000-000000000009',
  },
};
const send: RailRequest = { kind: 'send', instruction, at };
const ask: RailRequest = { kind: 'ask', number: 3, instruction, at };
const rail = { id: 'r', servicerBic: 'MARKDEFF', url: 'https://rail.example/v1/' };
const name = nameOf(instruction.id);

/** Recorded replies, each with what it has to come to. */
function fixtures(folder: string): { file: string; text: string }[] {
  const where = new URL(`./${folder}/fixtures/`, import.meta.url);
  return readdirSync(where)
    .sort()
    .map((file) => ({ file, text: readFileSync(new URL(file, where), 'utf8') }));
}

describe('a rail over HTTP', () => {
  test('is sent one instruction under its id, and asked by it', () => {
    expect(httpRail.toCall(rail, send)).toMatchObject({ method: 'POST', url: 'https://rail.example/v1/payments', idempotencyKey: name });
    const call = httpRail.toCall(rail, send);
    expect(call.kind === 'http' && JSON.parse(call.body)).toEqual({
      id: name,
      uetr: instruction.uetr,
      purpose: 'payout',
      currency: 'EUR',
      amount: '12345.67',
      debtor: { name: 'Euro <main>', account: 'DE89370400440532013000', agent: 'MARKDEFF' },
      creditor: { name: 'Nordfjord & Co', account: '123-456', agent: 'NORDFIHH', bic: 'NORDFIHH' },
      reference: 'OUT-2026-0001',
    });
    expect(httpRail.toCall(rail, ask)).toMatchObject({ method: 'GET', url: `https://rail.example/v1/payments/${name}`, body: '' });
  });

  test('the same instruction is always sent as the same bytes', () => {
    expect(httpRail.toCall(rail, { ...send, at: at + 86_400_000 })).toEqual(httpRail.toCall(rail, send));
  });

  type Recorded = { asked: boolean; status: number; body: string; answer: Omit<RailAnswer, 'instruction'> };
  test.each(fixtures('http'))('means by $file what it is to mean', ({ text }) => {
    const { asked, status, body, answer } = JSON.parse(text) as Recorded;
    expect(httpRail.fromReply({ kind: 'http', status, body }, asked ? ask : send)).toMatchObject([{ instruction: name, ...answer }]);
  });

  test('that does not answer says nothing', () => {
    expect(httpRail.fromReply({ kind: 'none', why: 'ECONNRESET' }, send)).toEqual([
      { instruction: name, answer: 'unknown', reason: 'ECONNRESET' },
    ]);
  });
});

describe('a rail of ISO 20022 files', () => {
  test('is sent a pacs.009 under the id of the instruction, and asked by a pacs.028 that waits behind it', () => {
    expect(iso20022FileRail.toCall(rail, send)).toMatchObject({ kind: 'file', name: `${name}.xml` });
    expect(iso20022FileRail.toCall(rail, ask)).toMatchObject({ kind: 'file', name: `${name}-q3.xml`, waitsBehind: `${name}.xml` });
  });

  test.runIf(haveIsoSchemas()).each([
    [PACS009, send],
    [PACS028, ask],
    [PACS004, { ...send, instruction: returning }],
    [PACS004, { ...send, instruction: { ...returning, returnOf: { code: 'AC01', bookedOn: '2026-11-19', transferId: newId() } } }],
    [PACS028, { ...ask, instruction: returning }],
    [
      PACS009,
      {
        ...send,
        instruction: {
          ...instruction,
          kind: 'sweep' as const,
          creditor: { name: 'Second', number: 'FI2112345600000785', agentBic: 'NORDFIHH' },
        },
      },
    ],
  ])('writes %s valid against its schema', (message, request) => {
    const call = iso20022FileRail.toCall(rail, request);
    expect(call.kind === 'file' && schemaErrors(message, call.content)).toEqual([]);
  });

  test('is told of a return by what the payment that came in was called, from whom to whom it goes back, and why', () => {
    const { content } = iso20022FileRail.toCall(rail, { ...send, instruction: returning }) as { content: string };
    for (const part of [
      `<RtrId>${name}</RtrId><OrgnlEndToEndId>THEIR-E2E-1</OrgnlEndToEndId><OrgnlUETR>7f9619ff-8b86-4d01-b42d-00cf4fc964ff</OrgnlUETR>`,
      '<RtrdIntrBkSttlmAmt Ccy="EUR">12345.67</RtrdIntrBkSttlmAmt><ChrgBr>SHAR</ChrgBr><RtrChain>',
      '<CdtrAgt><FinInstnId><BICFI>DNBANOKK</BICFI></FinInstnId></CdtrAgt><Cdtr><Pty><Nm>Nordlys &lt;AS&gt;</Nm></Pty></Cdtr>',
      '<RtrRsnInf><Rsn><Cd>NARR</Cd></Rsn><AddtlInf>Nobody here knows the sender &amp; the reference</AddtlInf></RtrRsnInf>',
    ])
      expect(content).toContain(part);
    const question = iso20022FileRail.toCall(rail, { ...ask, instruction: returning });
    expect(question.kind === 'file' && question.content).toContain(`<OrgnlMsgNmId>${PACS004}</OrgnlMsgNmId>`);
  });

  test('that reports on a return under the names of the payment that came in answers for the file that it names', () => {
    const theirs = '7c0ffee0000070008000000000000001';
    const text = `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.002.001.12"><FIToFIPmtStsRpt><GrpHdr><MsgId>R-1</MsgId><CreDtTm>2026-11-20T10:00:00Z</CreDtTm></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>${name}</OrgnlMsgId><OrgnlMsgNmId>${PACS004}</OrgnlMsgNmId></OrgnlGrpInfAndSts><TxInfAndSts><OrgnlEndToEndId>${theirs}</OrgnlEndToEndId><TxSts>ACSC</TxSts></TxInfAndSts></FIToFIPmtStsRpt></Document>`;
    const answers = iso20022FileRail.fromReply({ kind: 'document', name: 'r.xml', bytes: Buffer.from(text) });
    expect(answers).toEqual([{ instruction: name, answer: 'accepted' }]);
  });

  const EXPECTED: Readonly<Record<string, readonly Partial<RailAnswer>[] | undefined>> = {
    'accepted.xml': [{ answer: 'accepted', reference: 'BANK-77' }],
    'absent.xml': [{ answer: 'absent', reason: 'NOOR' }],
    'duplicate.xml': [{ answer: 'unknown', reason: 'AM05 Sent twice' }],
    'in-process.xml': [{ answer: 'unknown', reason: 'the bank says ACSP' }],
    'notification.xml': undefined,
    'other-names.xml': [],
    'refused.xml': [{ answer: 'refused', reason: 'AC04 Account closed' }],
  };
  test.each(fixtures('iso20022-file'))('means by $file what it is to mean', ({ file, text }) => {
    const answers = iso20022FileRail.fromReply({ kind: 'document', name: file, bytes: Buffer.from(text) });
    const expected = EXPECTED[file];
    if (expected === undefined) expect(answers).toBeUndefined();
    else expect(answers).toMatchObject(expected.map((answer) => ({ instruction: name, ...answer })));
    expect(Object.keys(EXPECTED)).toContain(file);
  });

  test.each([{ kind: 'written' as const }, { kind: 'waits' as const }, { kind: 'none' as const, why: 'ENOSPC' }])(
    'that has been put down is never taken for paid or refused: $kind',
    (reply) => {
      expect(iso20022FileRail.fromReply(reply, send)).toMatchObject([{ instruction: name, answer: 'unknown' }]);
    },
  );
});

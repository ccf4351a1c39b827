import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openIsoDoor, type IsoDoor } from '../../../test/support/iso-door.ts';
import { pacs004, pacs008, pain001, textsOf } from '../../../test/support/messages.ts';
import { manualClock } from '../../base/time.ts';
import { setPolicy } from '../liquidity/manage-policy.ts';
import { DEFAULT_POLICY } from '../liquidity/route.ts';

let door: IsoDoor;

beforeAll(async () => {
  door = await openIsoDoor({ name: 'C', clock: manualClock(Date.now()), list: 'id,name\n1,Viktor Baranovski\n' });
  await setPolicy(door.house.settlement.deps, door.house.ctx, { policy: { ...DEFAULT_POLICY, otherwise: 'instant' } });
});
afterAll(() => door.house.close());

const sent = (one = door.next()) => pacs008(`M-${one.id}`, [one]).toString();
const initiated = (one = door.next()) => pain001(`M-${one.id}`, door.a, [one]).toString();
const bearer = (code: string, document = sent()) => document.replace('>SHAR<', `>${code}<`);
const remitted = (strd: string, document = sent()) => document.replace(/<RmtInf>.*<\/RmtInf>/, `<RmtInf>${strd}</RmtInf>`);
const invoice = (number: string) =>
  `<Strd><RfrdDocInf><Tp><CdOrPrtry><Cd>CINV</Cd></CdOrPrtry></Tp><Nb>${number}</Nb></RfrdDocInf><RfrdDocAmt><RmtdAmt Ccy="EUR">1.00</RmtdAmt></RfrdDocAmt></Strd>`;
const reference = '<Strd><RfrdDocInf><Nb>4713</Nb></RfrdDocInf></Strd>';
const carriedRows = () =>
  door.house.settlement.deps.db.read(door.house.ctx, (tx) => tx.query('select payment_id from settlement.payment_carried', []));

describe('the bank that is paid is told', () => {
  test.each(['DEBT', 'CRED', 'SHAR', 'SLEV'])('who bears the charges, as it was said: %s', async (code) => {
    expect(await door.send(bearer(code))).toBe('ACSC');
    expect(await door.forwarded('pacs.008')).toContain(`<ChrgBr>${code}</ChrgBr>`);
  });

  test('structured remittance, instructions, purposes, reports and addresses as they were written', async () => {
    const type = '<PmtTpInf><InstrPrty>NORM</InstrPrty><SvcLvl><Cd>G001</Cd></SvcLvl><CtgyPurp><Cd>SUPP</Cd></CtgyPurp></PmtTpInf>';
    const address =
      '<PstlAdr><StrtNm>Strandgaten</StrtNm><BldgNb>18</BldgNb><PstCd>5013</PstCd><TwnNm>Bergen</TwnNm><Ctry>NO</Ctry></PstlAdr>';
    const told =
      '<InstrForCdtrAgt><Cd>PHOB</Cd><InstrInf>+47 55 &amp; 00</InstrInf></InstrForCdtrAgt><InstrForNxtAgt><InstrInf>By noon</InstrInf></InstrForNxtAgt>';
    const reported = '<RgltryRptg><DbtCdtRptgInd>DEBT</DbtCdtRptgInd><Dtls><Cd>14</Cd><Inf>Goods</Inf></Dtls></RgltryRptg>';
    const related =
      '<RltdRmtInf><RmtId>R-1</RmtId><RmtLctnDtls><Mtd>EMAL</Mtd><ElctrncAdr>a@b.example</ElctrncAdr></RmtLctnDtls></RltdRmtInf>';
    const document = remitted(invoice('4711') + invoice('4712'))
      .replace('<IntrBkSttlmAmt', `${type}<IntrBkSttlmAmt`)
      .replace('<PstlAdr><Ctry>NO</Ctry></PstlAdr>', address)
      .replace('<RmtInf>', `${told}<Purp><Prtry>Rent</Prtry></Purp>${reported}${related}<RmtInf>`);
    expect(await door.send(document)).toBe('ACSC');
    const left = await door.forwarded('pacs.008');
    for (const part of [type, address, told, '<Purp><Prtry>Rent</Prtry></Purp>', reported, related, invoice('4711') + invoice('4712')])
      expect(left).toContain(part);
  });

  test('what a customer ordered in a pain.001: of the transfer, else of its batch', async () => {
    const rich = initiated()
      .replace('</DbtrAgt>', '</DbtrAgt><ChrgBr>DEBT</ChrgBr>')
      .replace('</CdtrAcct></CdtTrfTxInf>', `</CdtrAcct><Purp><Prtry>Rent</Prtry></Purp><RmtInf>${reference}</RmtInf></CdtTrfTxInf>`);
    expect(await door.send(rich)).toBe('ACSC');
    const left = await door.forwarded('pacs.008');
    for (const part of ['<ChrgBr>DEBT</ChrgBr>', '<Purp><Prtry>Rent</Prtry></Purp>', reference]) expect(left).toContain(part);
    const own = initiated().replace('</Amt>', '</Amt><ChrgBr>CRED</ChrgBr>');
    expect(await door.send(own)).toBe('ACSC');
    expect(await door.forwarded('pacs.008')).toContain('<ChrgBr>CRED</ChrgBr>');
  });
});

describe('what goes on with a payment', () => {
  test('is kept of those only that say more than their order has', async () => {
    const before = (await carriedRows()).length;
    await door.send(sent());
    expect(await carriedRows()).toHaveLength(before);
    await door.send(bearer('DEBT'));
    expect(await carriedRows()).toHaveLength(before + 1);
  });

  test.each([
    ['the agent of the payer', (name: string) => sent().replace(/(<DbtrAgt><FinInstnId><BICFI>[A-Z]+<\/BICFI>)/, `$1<Nm>${name}</Nm>`)],
    [
      'a branch of the agent of the payee',
      (name: string) => sent().replace('</FinInstnId></CdtrAgt>', `</FinInstnId><BrnchId><Nm>${name}</Nm></BrnchId></CdtrAgt>`),
    ],
    [
      'the account of a previous agent',
      (name: string) =>
        sent().replace(
          '<Dbtr>',
          `<PrvsInstgAgt1><FinInstnId><BICFI>FJORNOKK</BICFI></FinInstnId></PrvsInstgAgt1><PrvsInstgAgt1Acct><Id><Othr><Id>1</Id></Othr></Id><Nm>${name}</Nm></PrvsInstgAgt1Acct><Dbtr>`,
        ),
    ],
  ])('is screened where it names somebody: %s', async (_, write) => {
    expect(await door.send(write('Viktor Baranovski'))).toBe('PDNG');
    expect((await door.found()).screening.hits).toMatchObject([{ name: 'Viktor Baranovski', listed: 'Viktor Baranovski' }]);
    expect(await door.send(write('Solvik Group AS'))).toBe('ACSC');
    expect(await door.forwarded('pacs.008')).toContain('<Nm>Solvik Group AS</Nm>');
  });

  test('is a part of what is paid: the same payment with other remittance under its UETR is refused', async () => {
    const one = door.next();
    const told = (messageId: string, strd: string) => remitted(strd, sent(one)).replace(`<MsgId>M-${one.id}`, `<MsgId>${messageId}`);
    expect(await door.send(told('M-first', invoice('1')))).toBe('ACSC');
    expect(await door.send(told('M-again', invoice('1')))).toBe('ACSC');
    const answer = await door.submit(told('M-other', invoice('2')));
    expect([textsOf(answer, 'TxSts'), textsOf(answer, 'Cd')]).toEqual([['RJCT'], ['DUPL']]);
  });

  test('is refused by name when it is more than is kept', async () => {
    const lines = `<Strd><AddtlRmtInf>${'x'.repeat(140)}</AddtlRmtInf></Strd>`.repeat(100);
    const answer = await door.submit(remitted(lines));
    expect([textsOf(answer, 'TxSts'), textsOf(answer, 'Cd')]).toEqual([['RJCT'], ['CH16']]);
  });

  test('is seen by the two banks of the payment only', async () => {
    await door.send(bearer('DEBT'));
    const { id } = await door.found();
    const { deps } = door.house.settlement;
    const seen = (memberId: typeof id) =>
      deps.db.read({ ...door.house.ctx, memberId }, (tx) => tx.query('select from settlement.payment_carried where payment_id = $1', [id]));
    expect(
      [await seen(door.a.id), await seen(door.b.id), await seen(crypto.randomUUID() as typeof id)].map(({ length }) => length),
    ).toEqual([1, 1, 0]);
  });
});

describe('a return tells the bank that gets its money back', () => {
  /** A final payment of 1.00, and what comes of its return, in which something stands behind the amount. */
  const returned = async (told: string, amount = '0.95', made = door.next()) => {
    expect(await door.send(pacs008(`M-${made.id}`, [{ ...made, amount: '1.00' }]).toString())).toBe('ACSC');
    const back = { id: `R-${made.id}`, uetr: made.uetr, from: door.b, original: '1.00', amount };
    return pacs004(`B-${made.id}`, back).toString().replace('</IntrBkSttlmDt>', `</IntrBkSttlmDt>${told}`);
  };
  const left = async () => door.forwarded('pacs.004', await door.found(undefined, door.b), door.a);
  const taken = (agent: string, name = '') =>
    `<ChrgsInf><Amt Ccy="EUR">0.05</Amt><Agt><FinInstnId><BICFI>${agent}</BICFI>${name}</FinInstnId></Agt></ChrgsInf>`;

  test.each(['DEBT', 'CRED', 'SHAR', 'SLEV'])('who bears the charges, as it was said: %s', async (code) => {
    expect(await door.send(await returned(`<ChrgBr>${code}</ChrgBr>`))).toBe('ACSC');
    expect(await left()).toContain(`<ChrgBr>${code}</ChrgBr>`);
  });

  test('what was taken off on the way and by whom, of which amount, at which rate, and what was paid as compensation', async () => {
    const told = `<RtrdInstdAmt Ccy="NOK">11.00</RtrdInstdAmt><XchgRate>0.0909</XchgRate><CompstnAmt Ccy="EUR">0.01</CompstnAmt><ChrgBr>CRED</ChrgBr>${taken('FJORNOKK')}${taken('MARKDEFF')}`;
    expect(await door.send(await returned(told))).toBe('ACSC');
    expect(await left()).toContain(`<RtrdIntrBkSttlmAmt Ccy="EUR">0.95</RtrdIntrBkSttlmAmt>${told}`);
  });

  test('nothing of charges where nothing was said of them', async () => {
    expect(await door.send(await returned('', '1.00'))).toBe('ACSC');
    expect(await left()).not.toMatch(/ChrgBr|ChrgsInf|RtrdInstdAmt/);
  });

  test('only of whom lists do not name: who took charges is screened by all that is said of it', async () => {
    const told = (name: string) => `<RtrdInstdAmt Ccy="EUR">1.00</RtrdInstdAmt>${taken('FJORNOKK', `<Nm>${name}</Nm>`)}`;
    expect(await door.send(await returned(told('Viktor Baranovski')))).toBe('PDNG');
    expect(await door.send(await returned(told('Solvik Bank')))).toBe('ACSC');
    expect(await left()).toContain('<Nm>Solvik Bank</Nm>');
  });

  test('the same under one return id: with other charges it is another return, and is refused', async () => {
    const made = door.next();
    const first = await returned('<ChrgBr>CRED</ChrgBr>', '0.95', made);
    expect([await door.send(first), await door.send(first.replace('<MsgId>B-', '<MsgId>BB-'))]).toEqual(['ACSC', 'ACSC']);
    const other = first.replace('<MsgId>B-', '<MsgId>BC-').replace('>CRED<', '>DEBT<');
    expect(await door.send(other)).toBe('RJCT');
  });
});

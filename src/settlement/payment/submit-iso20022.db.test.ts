import { afterAll, beforeAll, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { sharedData, whereThere } from '../../../test/support/shared-data.ts';
import { dayOf } from '../../base/time.ts';
import { writePacs008 } from '../iso20022/pacs008-writer.ts';
import { openSchemas, type Schemas } from '../iso20022/schema/schemas.ts';
import { submitIso20022 } from './submit-iso20022.ts';

let house: TestHouse;
let banks: [Bank, Bank];
beforeAll(async () => {
  house = await createTestHouse();
  banks = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK'], { 'EUR/2': 1_000_000n })) as [Bank, Bank];
});
afterAll(() => house.close());

/** Three payments, the second of which is changed as text. */
function file(messageId: string, edit: (transaction: string) => string): Buffer {
  const debtor = { name: 'Aurora Shipping AS', account: 'FI2112345600000785' };
  const transactions = [1, 2, 3].map((n) => ({
    order: orderOf(banks[0], banks[1], {
      units: 100n,
      endToEndId: `${messageId}-${n}`,
      debtor,
      uetr: crypto.randomUUID(),
      valueDate: today(),
    }),
  }));
  const text = writePacs008({ version: 9, messageId, createdAt: Date.now(), instructingAgent: banks[0].bic, transactions });
  const [head, ...rest] = text.split('<CdtTrfTxInf>');
  return Buffer.from([head, rest[0], edit(rest[1]!), rest[2]].join('<CdtTrfTxInf>'));
}

const today = () => dayOf(Date.now());

const statusesOf = (pacs002: string): string[] => [...pacs002.matchAll(/<TxSts>(\w+)</g)].map(([, status]) => status!);

test('a wrong check digit refuses the one transaction, with code and place, and loses none of the others', async () => {
  const edit = (text: string) => text.replace(/<IBAN>[A-Z]{2}\d\d/, (iban) => `${iban.slice(0, -2)}00`);
  const document = file('CHECK', edit);
  const answer = await submitIso20022(house.settlement.deps, house.ctx, {}, { document });
  expect(statusesOf(answer)).toEqual(['ACSP', 'RJCT', 'ACSP']);
  expect(answer).toMatch(/<Cd>AC0\d</);
  expect(answer).toContain('CdtTrfTxInf[2]');
});

whereThere(sharedData('iso20022/', 'the extra tests of files held against the official schemas on their way in'), () => {
  let schemas: Schemas;
  beforeAll(async () => {
    schemas = await openSchemas(sharedData('iso20022/', '')!, { threads: 1 });
  });
  afterAll(() => schemas.close());

  test('with schemas configured, what breaks the schema alone refuses its transaction, with the place', async () => {
    // Read without the schema it is well: the element is one that this network does not look at.
    const edit = (text: string) => text.replace('</CdtTrfTxInf>', '<Unheard>x</Unheard></CdtTrfTxInf>');
    const without = await submitIso20022(house.settlement.deps, house.ctx, {}, { document: file('PLAIN', edit) });
    expect(statusesOf(without)).toEqual(['ACSP', 'ACSP', 'ACSP']);
    const answer = await submitIso20022({ ...house.settlement.deps, schemas }, house.ctx, {}, { document: file('SCHEMA', edit) });
    expect(statusesOf(answer)).toEqual(['ACSP', 'RJCT', 'ACSP']);
    expect(answer).toMatch(/CdtTrfTxInf\[2\]/);
  });
});

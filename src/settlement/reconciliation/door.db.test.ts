import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCustodyAccount } from '../../../test/support/custody.ts';
import { admitBanks, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { entry, statementOf } from '../../../test/support/statement.ts';
import { creditorReferenceOf } from '../../base/check-digit.ts';
import type { Ctx } from '../../base/context.ts';
import { newId } from '../../base/id.ts';
import { checkMessage } from '../iso20022/check-message.ts';
import type { MessageOf } from '../iso20022/read-message.ts';
import { getParticipant } from '../participant/read-participants.ts';
import type { RailDocument } from '../rail/transport.ts';
import { railStatements, statementHandler } from './door.ts';

let house: TestHouse;
let bank: Bank;
const deps = () => house.settlement.deps;

beforeAll(async () => {
  house = await createTestHouse();
  [bank] = (await admitBanks(house, ['AAAAFIHH'], { 'EUR/2': 0n })) as [Bank];
  await openCustodyAccount(house);
});
afterAll(() => house.close());

const euros = async () => (await getParticipant(deps(), house.ctx, bank)).accounts[0]!.available;
const notification = (units: bigint, id: string) => statementOf('camt.054', [entry(units, creditorReferenceOf(bank.bic))], { id });

async function hand(ctx: Ctx, bytes: Buffer, sender = 'MARKDEFF') {
  const { message } = await checkMessage(bytes);
  return statementHandler<'camt.054'>(deps())(ctx, { id: newId(), message: message as MessageOf<'camt.054'>, sender, receivedAt: 0 });
}

test('a message of the custodian is taken, and handed over again it changes nothing', async () => {
  const bytes = await notification(500n, 'N-1');
  expect([await hand(house.ctx, bytes), await hand(house.ctx, bytes), await euros()]).toMatchObject([
    { outcome: 'accepted' },
    { outcome: 'accepted' },
    500n,
  ]);
});

test('a message of a participant, or of another bank, mints nothing', async () => {
  const before = await euros();
  const bytes = await notification(700n, 'N-2');
  expect(await hand(house.memberCtx(bank.id), bytes)).toMatchObject({ outcome: 'refused' });
  expect(await hand(house.ctx, bytes, 'AAAAFIHH')).toMatchObject({
    outcome: 'refused',
    refusals: [{ text: expect.stringContaining('no custody account') }],
  });
  expect(await euros()).toBe(before);
});

test('a rail’s statement is taken for accounts at its own bank, and what is none is left to the rail', async () => {
  const before = await euros();
  const document = (bytes: Buffer): RailDocument => ({
    name: 'a.xml',
    bytes: bytes.length,
    read: () => [bytes] as unknown as AsyncIterable<Uint8Array>,
  });
  const take = railStatements(deps());
  const bytes = await notification(9n, 'N-3');
  expect(await take(house.tenantId, { id: 'r', servicerBic: 'MARKDEFF' }, document(bytes))).toBe(true);
  expect(await euros()).toBe(before + 9n);
  await expect(take(house.tenantId, { id: 'r', servicerBic: 'NORDFIHH' }, document(bytes))).rejects.toMatchObject({
    code: 'settlement.statement_account_unknown',
  });
  expect(await take(house.tenantId, { id: 'r', servicerBic: 'MARKDEFF' }, document(Buffer.from('<pacs.002/>')))).toBe(false);
});

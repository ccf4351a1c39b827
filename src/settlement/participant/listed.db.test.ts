import { afterAll, beforeAll, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { listedBanks } from '../../../test/support/listed-banks.ts';
import { leiOf } from '../../base/check-digit.ts';
import { manualClock } from '../../base/time.ts';
import { confirmCase, decideCase } from '../compliance/decide-case.ts';
import { sendPayment } from '../payment/send-payment.ts';
import { grantScreeningException } from '../screening/manage-exceptions.ts';
import { setParticipantState } from './set-participant-state.ts';

const LEI = leiOf('TESTLISTEDENTITY00');
const clock = manualClock(Date.now());
let house: TestHouse;
let honest: Bank;
const deps = () => house.settlement.deps;
const { admit, another, caseOf, dismissed, findings, letIn, screenAgain, state, ...banks } = listedBanks(() => house, clock);
const load = (...lines: string[]) => banks.load('1,Blackgate Maritime Bank', `2,Nobody Of That Name,,,SABRRUMM,${LEI}`, ...lines);

beforeAll(async () => {
  house = await createTestHouse({ clock });
  [honest] = (await admitBanks(house, ['AAAAFIHH'], { 'EUR/2': 100_000n })) as [Bank];
  await load();
});
afterAll(() => house.close());

test('a bank that no list names takes part at once', async () => {
  const { id, state: at } = await admit();
  expect([at, await findings(id)]).toEqual(['active', []]);
});

test.each([
  ['its name', { name: 'Black Gate Maritime Bank' }, 'Black Gate Maritime Bank'],
  ['its BIC, whatever it is called', { bic: 'SABRRUMM' }, 'SABRRUMM'],
  ['its LEI', { lei: LEI }, LEI],
])('a bank that a list names by %s is admitted and takes no part until two people have dismissed its case', async (_, change, name) => {
  const { id, bic, state: at } = await admit(change);
  expect([at, (await findings(id)).map((one) => one.name)]).toEqual(['suspended', [name]]);
  const order = orderOf({ id, bic }, honest);
  await expect(sendPayment(deps(), house.ctx, order)).rejects.toMatchObject({ code: 'settlement.participant_suspended' });
  await expect(letIn(id)).rejects.toMatchObject({ code: 'settlement.participant_listed' });
  expect((await dismissed(name)).outcome).toBe('dismissed');
  expect(await state(id)).toBe('suspended');
  expect((await letIn(id)).state).toBe('active');
  // What was told once is told no more, neither by a further change of the lists.
  await load('3,Quite Another');
  await screenAgain();
  expect(await findings(id)).toHaveLength(1);
});

test('one whose case is reported stays out, unless an exception sets the match aside', async () => {
  const { id } = await admit({ name: 'Blackgate Maritime Banks' });
  const { id: caseId } = await caseOf('Blackgate Maritime Banks');
  await decideCase(deps(), house.ctx, { id: caseId, decision: 'report', comment: 'It is them' });
  await confirmCase(deps(), another(), { id: caseId, answer: 'approve', comment: 'Seen' });
  await expect(letIn(id)).rejects.toMatchObject({ code: 'settlement.participant_listed' });
  const exception = { name: 'Blackgate Maritime Banks', listId: 'house', entryId: '1', reason: 'The authority says no', days: 5 };
  await grantScreeningException(deps(), house.ctx, exception);
  expect((await letIn(id)).state).toBe('active');
});

test('one that a list has come to name since it was suspended is let in by nobody before that is decided', async () => {
  const { id } = await admit({ name: 'Fjordvik Savings' });
  await setParticipantState(deps(), house.ctx, { id, state: 'suspended' });
  await load('4,Fjordvik Savings');
  await expect(letIn(id)).rejects.toMatchObject({ code: 'settlement.participant_listed' });
  expect(await findings(id)).toHaveLength(1);
  await dismissed('Fjordvik Savings');
  expect((await letIn(id)).state).toBe('active');
});

test('asked for twice by one key, it is one bank and one finding', async () => {
  const lei = leiOf('TESTADMITTEDTWICE0');
  const wanted = { name: 'Blackgate Maritime Bank', bic: 'TWICFIHH', lei };
  const [once, again] = [await admit(wanted, house.keyed('admit-1')), await admit(wanted, house.keyed('admit-1'))];
  expect([again.id, again.state, (await findings(once.id)).length]).toEqual([once.id, 'suspended', 1]);
});

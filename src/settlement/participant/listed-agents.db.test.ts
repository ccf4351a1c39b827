import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { listedBanks } from '../../../test/support/listed-banks.ts';
import type { Uuid } from '../../base/id.ts';
import { manualClock } from '../../base/time.ts';
import { decideCase } from '../compliance/decide-case.ts';
import { getParticipant } from './read-participants.ts';
import { grantScreeningException } from '../screening/manage-exceptions.ts';
import { setParticipantMessaging } from './set-participant-messaging.ts';
import { setParticipantState } from './set-participant-state.ts';

/** The BICs under which others send for a bank are screened like its own. */

const clock = manualClock(Date.now());
let house: TestHouse;
const deps = () => house.settlement.deps;
const { admit, caseOf, dismissed, findings, letIn, load, screenAgain } = listedBanks(() => house, clock);

beforeAll(async () => {
  house = await createTestHouse({ clock });
  await load('1,Sample Servant,,,SRVBRUMM');
});
afterAll(() => house.close());

const name = (id: Uuid, ...agents: string[]) => setParticipantMessaging(deps(), house.ctx, { id, usage: 'network', agents });
const agentsOf = async (id: Uuid) => (await getParticipant(deps(), house.ctx, { id })).messaging.agents;
const refused = { code: 'settlement.agent_listed' };

test('nobody sends for a bank whom a list names, whichever branch, until that is dismissed', async () => {
  const { id } = await admit();
  await expect(name(id, 'HELPDEFF', 'SRVBRUMM123')).rejects.toMatchObject(refused);
  expect([await agentsOf(id), (await findings(id)).map((one) => one.name)]).toEqual([[], ['SRVBRUMM123']]);
  // What was told once is told no more.
  await expect(name(id, 'SRVBRUMM123')).rejects.toMatchObject(refused);
  expect(await findings(id)).toHaveLength(1);
  expect((await name(id, 'HELPDEFF')).messaging.agents).toEqual(['HELPDEFF']);
  const { id: caseId } = await caseOf('SRVBRUMM123');
  await decideCase(deps(), house.ctx, { id: caseId, decision: 'dismiss', comment: 'Licensed' });
  expect((await name(id, 'SRVBRUMM123')).messaging.agents).toEqual(['SRVBRUMM123']);
  // Of another BIC of the same entry nobody has decided.
  await expect(name(id, 'SRVBRUMM456')).rejects.toMatchObject(refused);
});

test('one whom an exception sets aside sends', async () => {
  const { id } = await admit();
  await expect(name(id, 'SRVBRUMM')).rejects.toMatchObject(refused);
  const exception = { name: 'SRVBRUMM', listId: 'house', entryId: '1', reason: 'The authority says no', days: 5 };
  await grantScreeningException(deps(), house.ctx, exception);
  expect(await agentsOf(id)).toEqual([]);
  expect((await name(id, 'SRVBRUMM')).messaging.agents).toEqual(['SRVBRUMM']);
});

test('a list that comes to name one has it found, and the bank is not let in again before that is decided', async () => {
  const { id } = await admit();
  await name(id, 'LATRDEFF');
  await load('1,Sample Servant,,,SRVBRUMM', '2,Another Servant,,,LATRDEFF');
  await screenAgain();
  expect((await findings(id)).map((one) => [one.name, one.listed])).toEqual([['LATRDEFF', 'Another Servant']]);
  await setParticipantState(deps(), house.ctx, { id, state: 'suspended' });
  await expect(letIn(id)).rejects.toMatchObject({
    code: 'settlement.participant_listed',
    message: expect.stringContaining('A list names LATRDEFF.') as string,
  });
  await dismissed('LATRDEFF');
  expect((await letIn(id)).state).toBe('active');
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { listedBanks } from '../../../test/support/listed-banks.ts';
import { toWireId } from '../../base/id.ts';
import { manualClock } from '../../base/time.ts';
import { getCase } from '../compliance/read-cases.ts';
import { grantScreeningException } from '../screening/manage-exceptions.ts';
import { loadScreeningList } from '../screening/manage-lists.ts';
import { setParticipantMessaging } from './set-participant-messaging.ts';
import { setParticipantState } from './set-participant-state.ts';

const clock = manualClock(Date.now());
let house: TestHouse;
const deps = () => house.settlement.deps;
const { admit, caseOf, dismissed, findings, letIn, load, screenAgain, state } = listedBanks(() => house, clock);

beforeAll(async () => {
  house = await createTestHouse({ clock });
});
afterAll(() => house.close());

/** What an entry comes to say, of a bank that it named before. */
const CHANGES: [what: string, line: (name: string) => string][] = [
  ['another name', (name) => `1,${name} Group`],
  ['an alias', (name) => `1,${name},Kestrel Holding`],
  ['a number', (name) => `1,${name},,tax AB1234567`],
  ['a BIC', (name) => `1,${name},,,ZZZZRUMM`],
  ['a programme', (name) => `1,${name},,,,,RUSSIA-EO14024`],
];

describe.each(CHANGES)('an entry of which %s is told', (what, changed) => {
  const name = `Blackgate ${what.split(' ')[1]} Bank`;

  test('is judged anew where a bank was found not to be meant, and the case says so', async () => {
    await load(`1,${name}`);
    const { id } = await admit({ name });
    const first = await caseOf(name);
    await dismissed(name);
    await letIn(id);
    await load(changed(name), '2,Somebody Else');
    await screenAgain();
    expect((await findings(id)).map(({ entryChanged = false }) => entryChanged)).toEqual([true, false]);
    const second = await caseOf(name);
    expect(second.summary).toBe(
      `The list says something else of an entry that was dismissed in case ${first.number}: ${name} and ${second.summary.split(' and ')[1]!}`,
    );
    const { links } = await getCase(deps(), house.ctx, { id: second.id });
    expect(links).toMatchObject([{ kind: 'case', subject: toWireId('case', first.id) }]);
    await setParticipantState(deps(), house.ctx, { id, state: 'suspended' });
    await expect(letIn(id)).rejects.toMatchObject({ code: 'settlement.participant_listed' });
    await dismissed(name);
    expect((await letIn(id)).state).toBe('active');
    // As it was judged once it is known.
    await load(`1,${name}`);
    await screenAgain();
    expect(await findings(id)).toHaveLength(2);
  });

  test('is matched again by whom an exception was granted for', async () => {
    await load(`1,${name}`);
    const { id } = await admit({ name: `${name} AS` });
    await dismissed(`${name} AS`);
    const exception = { name: `${name} AS`, listId: 'house', entryId: '1', reason: 'The authority says no', days: 5 };
    await grantScreeningException(deps(), house.ctx, exception);
    expect((await letIn(id)).state).toBe('active');
    await load(changed(name));
    await setParticipantState(deps(), house.ctx, { id, state: 'suspended' });
    await expect(letIn(id)).rejects.toMatchObject({ code: 'settlement.participant_listed' });
  });
});

test('what is told of an entry while its case is open stands in the history of that case', async () => {
  await load('1,Skagen Harbour Bank');
  const { id } = await admit({ name: 'Skagen Harbour Bank' });
  const { id: caseId } = await caseOf('Skagen Harbour Bank');
  await load('1,Skagen Harbour Bank,Harbour Holding');
  await screenAgain();
  expect((await caseOf('Skagen Harbour Bank')).id).toBe(caseId);
  const { steps } = await getCase(deps(), house.ctx, { id: caseId });
  expect(steps.filter(({ step }) => step === 'found').map(({ text }) => text.split(':')[0])).toEqual([
    'A changed list matches',
    'The list says something else of an entry that was told before',
  ]);
  await dismissed('Skagen Harbour Bank');
  expect((await letIn(id)).state).toBe('active');
});

test('what was dismissed before the entry was kept with it is judged once more', async () => {
  await load('1,Vestby Savings');
  const { id } = await admit({ name: 'Vestby Savings' });
  await dismissed('Vestby Savings');
  await house.database.admin(`update settlement.rescreening_finding set entry_digest = null where subject_id = '${id}'`);
  await expect(letIn(id)).rejects.toMatchObject({ code: 'settlement.participant_listed' });
  await dismissed('Vestby Savings');
  expect((await letIn(id)).state).toBe('active');
});

test('a bank that was found not to be meant by its name is found by the BIC that the same entry tells', async () => {
  await load('1,Tromsund Bank,,,TRMSNOKK');
  const byName = await admit({ name: 'Tromsund Bank' });
  await dismissed('Tromsund Bank');
  expect((await letIn(byName.id)).state).toBe('active');
  const agents = { id: byName.id, usage: 'network' as const, agents: ['TRMSNOKK'] };
  await expect(setParticipantMessaging(deps(), house.ctx, agents)).rejects.toMatchObject({ code: 'settlement.agent_listed' });
  expect((await findings(byName.id)).map(({ name }) => name)).toEqual(['TRMSNOKK', 'Tromsund Bank']);
});

test('a bank that is found by name and by BIC at once has both told, and one case', async () => {
  await load('1,Lofoten Bank,,,LOFONOKK');
  const { id } = await admit();
  await load('1,Nobody');
  await screenAgain();
  const late = await admit({ name: 'Lofoten Bank', bic: 'LOFONOKK' });
  await load('1,Lofoten Bank,,,LOFONOKK');
  await screenAgain();
  expect((await findings(late.id)).map(({ name }) => name).sort()).toEqual(['LOFONOKK', 'Lofoten Bank']);
  expect([await state(late.id), await findings(id)]).toEqual(['active', []]);
  expect(await caseOf('Lofoten Bank')).toBeDefined();
  expect(await caseOf('LOFONOKK')).toBeUndefined();
  // A list of the same entry under another name is another entry.
  await loadScreeningList(deps(), house.ctx, { id: 'other' }, { document: Buffer.from('id,name\n1,Lofoten Bank\n') });
  await screenAgain();
  expect((await findings(late.id)).map(({ listId, entryChanged = false }) => [listId, entryChanged])).toContainEqual(['other', false]);
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { newId } from '../../base/id.ts';
import { dueMail, insertMail, letterOf, recordTry } from './store.ts';

const RELAY = { role: 'rialto_relay' } as const;
const NOW = 1_800_000_000_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ modules: [] });
});
afterAll(() => database.drop());

test('what is due names the eldest of each tenant first, however many one has, and nothing that waits no longer', async () => {
  const [flood, ada] = [newId(), newId()];
  const put = async (tenantId: typeof flood, at: number) => {
    const letter = { id: newId(), recipient: 'ada@rialto.test', subject: 's', plain: 'p', html: 'h' };
    await database.db.write(RELAY, (tx) => insertMail(tx, tenantId, letter, at));
    return { tenantId, id: letter.id };
  };
  const floods = [];
  for (let i = 0; i < 30; i++) floods.push(await put(flood, NOW - 1_000 + i));
  const [first, second] = [await put(ada, NOW - 10), await put(ada, NOW - 5)];
  await put(newId(), NOW + 1);
  const due = () => database.db.read(RELAY, (tx) => dueMail(tx, NOW));
  expect((await due()).slice(0, 4)).toEqual([floods[0], first, floods[1], second]);
  await database.db.write(RELAY, (tx) => recordTry(tx, first, { state: 'sent', at: NOW }));
  expect((await due()).slice(0, 3)).toEqual([floods[0], second, floods[1]]);
  expect(await database.db.read(RELAY, (tx) => letterOf(tx, first))).toBeUndefined();
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openCustodyAccount, openRail, setPayoutAccount } from '../../../test/support/custody.ts';
import { admitBanks, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { entry, statementOf } from '../../../test/support/statement.ts';
import type { Uuid } from '../../base/id.ts';
import { manualClock } from '../../base/time.ts';
import { railStatements } from '../reconciliation/door.ts';
import { listStatements } from '../reconciliation/read-statements.ts';
import type { RailCall } from './adapter.ts';
import { allRails } from './rail-store.ts';
import { listRailDocuments } from './read-documents.ts';
import { getInstruction } from './read-instructions.ts';
import { requestPayout } from './request.ts';
import { runRail, takeOver, type RunDeps } from './run-rail.ts';
import type { RailDocument } from './transport.ts';

const clock = manualClock(Date.parse('2026-11-20T10:00:00Z'));
let house: TestHouse;
let bank: Bank;
let account: Uuid;
let calls: RailCall[] = [];
let inbox: RailDocument[] = [];
let moves: string[] = [];
let cannotMove = false;
let made = 0;
const deps = () => house.settlement.deps;

beforeAll(async () => {
  house = await createTestHouse({ clock });
  [bank] = (await admitBanks(house, ['AAAAFIHH'], { 'EUR/2': 100_000n })) as [Bank];
  account = await openCustodyAccount(house, { number: 'MAIN0001', servicerBic: 'NORDFIHH' });
  await openRail(house, 'files', { kind: 'iso20022_file', servicerBic: 'NORDFIHH' });
  await setPayoutAccount(house, bank.id);
});
beforeEach(() => {
  [calls, inbox, moves, cannotMove] = [[], [], [], false];
  clock.advance(3_600_000);
});
afterAll(() => house.close());

const run = (): RunDeps => ({
  ...deps(),
  takeStatement: railStatements(deps()),
  transport: {
    call: async (_tenant, _rail, call) => {
      calls.push(call);
      return { kind: 'written' };
    },
    documents: async () => inbox,
    putAway: async (_tenant, _rail, name, into) => {
      if (cannotMove) throw new Error('the folder is full');
      inbox = inbox.filter((one) => one.name !== name);
      moves.push(`${into}/${name}`);
      return name;
    },
    close: async () => undefined,
  },
});
const document = (name: string, bytes: Buffer): RailDocument => ({
  name,
  bytes: bytes.length,
  read: async function* () {
    yield bytes;
  },
});
/** A file that cannot be read, for no fault of its own that anybody knows of. */
const broken = (name: string): RailDocument => ({
  ...document(name, Buffer.from('')),
  // oxlint-disable-next-line require-yield -- it fails before there is anything
  read: async function* () {
    throw new Error('input/output error');
  },
});
const statement = async (name: string, units: readonly bigint[], reference = `ASR-${++made}`) =>
  document(
    name,
    await statementOf(
      'camt.054',
      units.map((of) => entry(of, 'NOBODY', { reference })),
      { id: name, number: 'MAIN0001', servicerBic: 'NORDFIHH' },
    ),
  );
async function round(by: RunDeps = run()): Promise<void> {
  const [rail] = await deps().db.read({ tenantId: house.tenantId }, (tx) => allRails(tx, house.tenantId));
  await runRail(by, await takeOver(by, house.tenantId, rail!), new AbortController().signal);
}
/** The process dies when a document is moved, before that is written down. */
function dyingBehindMove(): RunDeps {
  const own = run();
  const putAway: typeof own.transport.putAway = async (...args) => {
    await own.transport.putAway(...args);
    throw new Error('killed between the move and the row');
  };
  return { ...own, transport: { ...own.transport, putAway } };
}
const payout = () => requestPayout(deps(), house.ctx, { id: bank.id, asset: 'EUR/2', units: 100n, reference: `OUT-${++made}` });
const documents = async () => (await listRailDocuments(deps(), house.ctx, { id: 'files' })).items;
/** How often it was told that a document is set aside. */
const told = async (name: string): Promise<number> => {
  const rows = await house.database.admin<{ data: string }>(
    `select array_to_string(data, ' ') as data from infra.event_segment where 'settlement.rail_document_set_aside' = any (types)`,
  );
  return rows.filter(({ data }) => data.includes(`"${name}"`)).length;
};

test('a document that fails holds up neither the others nor the money, and is set aside with an alert after some rounds', async () => {
  inbox = [broken('a.xml'), await statement('b.xml', [1n])];
  const { id } = await payout();
  await round();
  expect([moves, calls.length, (await getInstruction(deps(), house.ctx, { id })).state]).toEqual([['done/b.xml'], 1, 'unknown']);
  expect(await documents()).toMatchObject([{ name: 'a.xml', state: 'failing', attempts: 1, code: 'internal' }]);
  // It is not tried again at once.
  await round();
  expect(await documents()).toMatchObject([{ attempts: 1 }]);
  for (let i = 0; i < 10; i++) {
    clock.advance(3_600_000);
    await round();
  }
  expect([moves, inbox]).toEqual([['done/b.xml', 'refused/a.xml'], []]);
  expect((await documents())[0]).toMatchObject({ name: 'a.xml', keptAs: 'a.xml', state: 'set_aside' });
  expect(await told('a.xml')).toBe(1);
  expect((await listRailDocuments(deps(), house.ctx, { id: 'files', limit: 1 })).items).toHaveLength(1);
});

test('a document that fails for a while is taken as soon as it can be', async () => {
  const good = await statement('c.xml', [2n]);
  inbox = [{ ...broken('c.xml') }];
  await round();
  inbox = [good];
  clock.advance(60_000);
  await round();
  expect([moves, (await documents()).map(({ name }) => name), await told('c.xml')]).toEqual([['done/c.xml'], ['a.xml'], 0]);
});

test('what nothing can be made of is set aside at once, by name and with the reason', async () => {
  const foreign = await statementOf('camt.053', [entry(5n, 'X')], { id: 'FOREIGN', number: 'DE02120300000000202051' });
  inbox = [document('d.xml', foreign), document('e.xml', Buffer.from('<a/>'))];
  await round();
  expect(moves).toEqual(['refused/d.xml', 'refused/e.xml']);
  expect((await documents()).slice(0, 2)).toMatchObject([
    { name: 'e.xml', code: 'settlement.rail_document_unknown' },
    { name: 'd.xml', code: 'settlement.statement_account_unknown', detail: expect.stringContaining('no custody account') },
  ]);
  expect(await told('d.xml')).toBe(1);
  await expect(listRailDocuments(deps(), house.memberCtx(bank.id), { id: 'files' })).rejects.toMatchObject({
    code: 'settlement.rail_not_found',
  });
});

test('one that cannot be moved is told of once and stops nothing', async () => {
  inbox = [document('f.xml', Buffer.from('<a/>'))];
  cannotMove = true;
  await payout();
  for (let i = 0; i < 3; i++) {
    await round();
    clock.advance(3_600_000);
  }
  expect([await told('f.xml'), (await documents())[0]]).toMatchObject([1, { name: 'f.xml', state: 'set_aside' }]);
  expect([(await documents())[0]!.keptAs, calls.length > 0]).toEqual([undefined, true]);
  cannotMove = false;
  await round();
  expect([moves, (await documents())[0]!.keptAs]).toEqual([['refused/f.xml'], 'f.xml']);
});

test('a name that comes again after it was set aside is a document of its own', async () => {
  inbox = [await statement('f.xml', [3n])];
  await round();
  expect([moves, (await documents())[0]!.state]).toEqual([['done/f.xml'], 'set_aside']);
});

test('a folder that cannot be listed does not keep money from being sent', async () => {
  await payout();
  const deaf = { ...run(), transport: { ...run().transport, documents: () => Promise.reject(new Error('EACCES')) } };
  await round(deaf);
  expect(calls.length).toBeGreaterThan(0);
});

test('two charges of one reference in one statement are two, and the rail goes on', async () => {
  inbox = [await statement('g.xml', [-500n, -500n], 'CHARGES')];
  await round();
  const { items } = await listStatements(deps(), house.ctx, { custodyAccountId: account });
  expect([moves, items[0]!.entries]).toEqual([['done/g.xml'], 2]);
  const [row] = await house.database.admin<{ count: number }>(
    `select count(*)::int as count from settlement.statement_entry where custody_account_id = $1 and units = -500`,
    [account],
  );
  expect(row!.count).toBe(2);
});

describe('after a crash between the move of a refused document and its row', () => {
  beforeEach(async () => {
    inbox = [document('daily.xml', Buffer.from(`<a n="${++made}"/>`))];
    await round(dyingBehindMove());
    clock.advance(86_400_000);
  });
  const statementsOf = async () => (await listStatements(deps(), house.ctx, { custodyAccountId: account })).items.length;

  test('the next one of its name is taken', async () => {
    const before = await statementsOf();
    inbox = [await statement('daily.xml', [123n])];
    await round();
    expect([moves, await statementsOf()]).toEqual([['refused/daily.xml', 'done/daily.xml'], before + 1]);
    expect((await documents())[0]).toMatchObject({ name: 'daily.xml', state: 'replaced' });
  });

  test('the next one of its name is told of when it is refused too', async () => {
    const before = await told('daily.xml');
    inbox = [document('daily.xml', Buffer.from('<another/>'))];
    await round();
    expect([moves, await told('daily.xml')]).toEqual([['refused/daily.xml', 'refused/daily.xml'], before + 1]);
    expect((await documents()).slice(0, 2)).toMatchObject([
      { state: 'set_aside', keptAs: 'daily.xml' },
      { name: 'daily.xml', state: 'replaced' },
    ]);
  });
});

test('one that could not be moved and is written over by its bank is taken', async () => {
  inbox = [document('h.xml', Buffer.from('<a/>'))];
  cannotMove = true;
  await round();
  expect(await told('h.xml')).toBe(1);
  [inbox, cannotMove] = [[await statement('h.xml', [9n])], false];
  clock.advance(3_600_000);
  await round();
  expect([moves, await told('h.xml')]).toEqual([['done/h.xml'], 1]);
});

test('one that could not be moved is taken as it lies there once it can be, as when its account was unknown', async () => {
  inbox = [
    document(
      'i.xml',
      await statementOf('camt.054', [entry(5n, 'X', { reference: 'I-1' })], { id: 'I', number: 'LATE0001', servicerBic: 'NORDFIHH' }),
    ),
  ];
  cannotMove = true;
  await round();
  await openCustodyAccount(house, { number: 'LATE0001', servicerBic: 'NORDFIHH' });
  cannotMove = false;
  clock.advance(3_600_000);
  await round();
  expect(moves).toEqual(['done/i.xml']);
});

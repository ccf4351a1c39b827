import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { listedBanks } from '../../../test/support/listed-banks.ts';
import { leiOf } from '../../base/check-digit.ts';
import { manualClock } from '../../base/time.ts';
import type { SettlementDeps } from '../deps.ts';
import { createParticipant } from './create-participant.ts';
import { getParticipant } from './read-participants.ts';
import { setParticipantMessaging } from './set-participant-messaging.ts';
import { setParticipantState } from './set-participant-state.ts';

/** Lists that change while somebody is admitted or let in: between the look at them and the commit. */

const clock = manualClock(Date.now());
let house: TestHouse;
let made = 0;
const { admit, caseOf, findings, load, screenAgain, state } = listedBanks(() => house, clock);

beforeAll(async () => {
  house = await createTestHouse({ clock });
});
afterAll(() => house.close());
beforeEach(async () => {
  await load('1,Somebody Else');
  await screenAgain();
});

const bank = (name: string) => ({
  name,
  bic: `MWH${'ABCDEFGHIJ'[made]}FIHH`,
  lei: leiOf(`TESTMEANWHILE${String(made++).padStart(5, '0')}`),
  assets: ['EUR/2'],
});

/** Dependencies with something that happens once: before a command's transaction, or within it behind the look at the lists. */
function meanwhile(when: 'before' | 'within', happens: () => Promise<unknown>): SettlementDeps {
  const { deps } = house.settlement;
  let isDone = false;
  const once = async () => {
    if (isDone) return;
    isDone = true;
    await happens();
  };
  const command: typeof deps.access.command = async (ctx, operation, work) => {
    if (when === 'before') await once();
    return await deps.access.command(ctx, operation, async (tx) => {
      const done = await work(tx);
      if (when === 'within') await once();
      return done;
    });
  };
  return { ...deps, access: { ...deps.access, command } };
}

const WAIT = { timeout: 20_000, interval: 20 };

/** Whether somebody waits for a lock of this house. */
const isWaiting = async () => {
  const waiting = await house.database.admin(
    `select from pg_locks where not granted and locktype = 'advisory'
        and database = (select oid from pg_database where datname = current_database())`,
  );
  return waiting.length > 0;
};

/** A list that is loaded by another process: answers when it is in force, or has been seen to wait for a lock. */
function loading(...lines: string[]): { until(): Promise<void>; done(): Promise<unknown> } {
  let loaded: Promise<unknown> = Promise.resolve();
  let isLoaded = false;
  return {
    async until() {
      loaded = load(...lines).then(() => (isLoaded = true));
      await vi.waitFor(async () => expect(isLoaded || (await isWaiting())).toBe(true), WAIT);
      if (!isLoaded) return;
      // It did not wait: screening again may have come and gone as well.
      await screenAgain();
    },
    done: () => loaded,
  };
}

describe('a list that comes to name a bank between the look at the lists and the commit', () => {
  test('has it admitted as suspended', async () => {
    const deps = meanwhile('before', () => load('1,Somebody Else', '2,Alesund Savings'));
    const { id, state: at } = await createParticipant(deps, house.ctx, bank('Alesund Savings'));
    expect([at, (await findings(id)).length]).toEqual(['suspended', 1]);
  });

  test('has it found by screening again, which begins behind the admission', async () => {
    const list = loading('1,Somebody Else', '2,Bergsund Savings');
    const { id } = await createParticipant(meanwhile('within', list.until), house.ctx, bank('Bergsund Savings'));
    await list.done();
    await screenAgain();
    expect((await findings(id)).map(({ name }) => name)).toEqual(['Bergsund Savings']);
    expect(await caseOf('Bergsund Savings')).toBeDefined();
  });

  test('is looked at before the bank is let in again', async () => {
    const { id } = await admit({ name: 'Dalvik Savings' });
    await setParticipantState(house.settlement.deps, house.ctx, { id, state: 'suspended' });
    const deps = meanwhile('before', () => load('1,Somebody Else', '2,Dalvik Savings'));
    await expect(setParticipantState(deps, house.ctx, { id, state: 'active' })).rejects.toMatchObject({
      code: 'settlement.participant_listed',
    });
    expect([await state(id), (await findings(id)).length]).toEqual(['suspended', 1]);
  });

  test('waits for the commit that lets it in, and finds it then', async () => {
    const { id } = await admit({ name: 'Eidsvoll Savings' });
    await setParticipantState(house.settlement.deps, house.ctx, { id, state: 'suspended' });
    const seen: string[] = [];
    const list = loading('1,Somebody Else', '2,Eidsvoll Savings');
    const deps = meanwhile('within', async () => {
      await list.until();
      seen.push(...(await findings(id)).map(({ name }) => name));
    });
    await setParticipantState(deps, house.ctx, { id, state: 'active' });
    await list.done();
    await screenAgain();
    expect([seen, (await findings(id)).length]).toEqual([[], 1]);
  });

  test('keeps the BIC that it names from sending for a bank', async () => {
    const { id } = await admit({ name: 'Forde Savings' });
    const deps = meanwhile('before', () => load('1,Somebody Else', '2,Sample Servant,,,SRVBRUMM'));
    const agents = { id, usage: 'network' as const, agents: ['SRVBRUMM'] };
    await expect(setParticipantMessaging(deps, house.ctx, agents)).rejects.toMatchObject({ code: 'settlement.agent_listed' });
  });
});

test('who is suspended while somebody takes it for active is screened before it is let in', async () => {
  const { id } = await admit({ name: 'Grimstad Savings' });
  const deps = meanwhile('before', async () => {
    await setParticipantState(house.settlement.deps, house.ctx, { id, state: 'suspended' });
    await load('1,Somebody Else', '2,Grimstad Savings');
  });
  await expect(setParticipantState(deps, house.ctx, { id, state: 'active' })).rejects.toMatchObject({
    code: 'settlement.participant_listed',
  });
  expect(await state(id)).toBe('suspended');
});

/** Dependencies that do something once a transaction has been given the lists, before it goes on. */
function withLists(happens: () => Promise<unknown>): SettlementDeps {
  const { deps } = house.settlement;
  let isDone = false;
  const command: typeof deps.access.command = (ctx, operation, work) =>
    deps.access.command(ctx, operation, (tx) => {
      const query = async (sql: string, values?: unknown[]) => {
        const rows = await tx.query(sql, values);
        if (isDone || !sql.includes('pg_advisory_xact_lock_shared')) return rows;
        isDone = true;
        await happens();
        return rows;
      };
      return work({ ...tx, query: query as typeof tx.query });
    });
  return { ...deps, access: { ...deps.access, command } };
}

/** What those wait for who wait for a lock of this house. */
const waits = async () => {
  const sql = `select wait_event as event from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  return (await house.database.admin(sql)).map(({ event }) => (event === 'advisory' ? 'lists' : 'bank')).sort();
};

test('who sets the messaging of a bank and who lets it in wait at the bank before they ask for the lists: with a list in between, never in a circle', async () => {
  const { id } = await admit({ name: 'Hammerfest Savings' });
  const { deps } = house.settlement;
  await setParticipantState(deps, house.ctx, { id, state: 'suspended' });
  const others: Promise<unknown>[] = [];
  const seen: string[] = [];
  const slow = withLists(async () => {
    others.push(load('1,Somebody Else', '2,Nobody Known'));
    await vi.waitFor(async () => expect(await waits()).toEqual(['lists']), WAIT);
    others.push(setParticipantState(deps, house.ctx, { id, state: 'active' }));
    await vi.waitFor(async () => expect(await waits()).toHaveLength(2), WAIT);
    seen.push(...(await waits()));
  });
  const agents = ['HAMRNOKK'];
  await setParticipantMessaging(slow, house.ctx, { id, usage: 'network', agents });
  await Promise.all(others);
  expect(seen).toEqual(['bank', 'lists']);
  const bank = await getParticipant(deps, house.ctx, { id });
  expect([bank.state, bank.messaging.agents]).toEqual(['active', agents]);
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import type { Ctx } from '../../base/context.ts';
import type { Uuid } from '../../base/id.ts';
import { manualClock } from '../../base/time.ts';
import type { Job } from '../../infra/module.ts';
import { placeEvents } from '../../infra/outbox/store.ts';
import type { Db, Tx } from '../../infra/postgres/db.ts';
import { listPayments } from '../payment/read-payments.ts';
import { sendPayment } from '../payment/send-payment.ts';
import { pageOfPayments } from '../payment/store.ts';
import { loadScreeningList } from '../screening/manage-lists.ts';
import { fillSearchJob } from './fill-search.ts';
import { findNames } from './find-names.ts';
import { searchWords } from './words.ts';

const clock = manualClock(Date.now());
let house: TestHouse;
let banks: Bank[];
let filling: Job;
const deps = () => house.settlement.deps;
const sent = new Map<Uuid, string[]>();

beforeAll(async () => {
  house = await createTestHouse({ clock });
  filling = fillSearchJob(deps());
  banks = await admitBanks(house, ['NORDFIHH', 'AURONOKK', 'MERIDEFF'], { 'EUR/2': 10n ** 12n });
});
afterAll(() => house.close());

async function pay(debtor: string, creditor: string, from = 0, to = 1, uetr?: Uuid): Promise<Uuid> {
  const order = orderOf(banks[from]!, banks[to]!, { debtor: { name: debtor }, creditor: { name: creditor }, ...(uetr && { uetr }) });
  const { id } = await sendPayment(deps(), house.ctx, order);
  sent.set(id, [debtor, creditor]);
  return id;
}

/** Publishes what waits and fills the search until it has everything. */
async function fill(job = filling): Promise<void> {
  await placeEvents(deps().db, 100_000);
  await job.run(new AbortController().signal);
}

async function search(query: string, ctx: Ctx = house.ctx, rest: object = {}): Promise<Uuid[]> {
  const found: Uuid[] = [];
  let after: string | undefined;
  do {
    const page = await listPayments(deps(), ctx, { query, limit: 7, ...rest, ...(after !== undefined && { after }) });
    found.push(...page.items.map(({ id }) => id));
    after = page.next;
  } while (after !== undefined);
  return found;
}

const begins = (words: readonly string[], names: readonly string[]) =>
  names.some((name) => words.every((word) => searchWords(name).some((one) => one.startsWith(word))));
const expected = (query: string) =>
  [...sent]
    .filter(([, names]) => begins(searchWords(query), names))
    .map(([id]) => id)
    .reverse();

const FIRST = ['Anna', 'Annika', 'Виктор', 'Viktor', 'Müller', 'José María', 'al-Rashid', 'Nordic'];
const LAST = ['Petrov', 'Петров', 'Shipping AS', 'Shipwright Ltd', 'Lind', 'Lindqvist', 'Foods (Intl.)', '7 Seas'];

describe('a search by name', () => {
  test('finds payments by beginnings of words, in any order and script, whether they were there before it or came since', async () => {
    for (let i = 0; i < 30; i++) await pay(`${FIRST[i % 8]} ${LAST[(i * 3) % 8]}`, `${FIRST[(i * 5) % 8]} ${LAST[(i * 7 + 1) % 8]}`);
    await fill();
    for (let i = 0; i < 30; i++) await pay(`${FIRST[(i * 3) % 8]} ${LAST[i % 8]}`, `${FIRST[(i * 7 + 2) % 8]} ${LAST[(i * 5) % 8]}`);
    await fill();
    clock.advance(60_000);
    await fill();
    for (const query of [
      'anna',
      'ann',
      'lind ann',
      'PETROV',
      'Петр',
      'виктор petrov',
      'ship',
      'shipw',
      'müll',
      'maria jose',
      'rashid',
      '7',
      'intl foods',
      'nobody',
      'nna',
    ]) {
      expect([query, await search(query)]).toEqual([query, expected(query)]);
    }
  });

  test('finds a payment at once, before the search has it', async () => {
    const id = await pay('Quirin Immediate', 'Meridian Foods Ltd');
    expect(await search('quirin imm')).toEqual([id]);
    await fill();
    expect(await search('imm quirin')).toEqual([id]);
  });

  test('finds by end-to-end id and UETR as well', async () => {
    const uetr = '97ed4827-7b6f-4491-a06f-b548d5a7512d';
    const id = await pay('Somebody Named', 'Meridian Foods Ltd', 0, 1, uetr);
    const { items } = await listPayments(deps(), house.ctx, { query: uetr });
    expect(items.map((item) => item.id)).toEqual([id]);
    expect(await search(uetr.toUpperCase())).toEqual([id]);
    expect(await search(items[0]!.endToEndId)).toEqual([id]);
  });

  test('goes together with every other filter', async () => {
    await fill();
    expect(await search('anna', house.ctx, { status: 'reserved', asset: 'EUR/2' })).toEqual(expected('anna'));
    expect(await search('anna', house.ctx, { status: 'held' })).toEqual([]);
    expect(await search('anna', house.ctx, { participantId: banks[2]!.id })).toEqual([]);
  });

  test('a bank finds its own payments, all of them, and none that it may not see', async () => {
    const document = Buffer.from('id,name\n1,Viktor Baranovski\n');
    await loadScreeningList(deps(), house.ctx, { id: 'house' }, { document });
    const mine: Uuid[] = [];
    for (let i = 0; i < 10; i++) {
      mine.unshift(await pay('Waldemar Common', 'Meridian Foods Ltd', 2, 1));
      await pay('Waldemar Common', 'Meridian Foods Ltd', 0, 1);
      // Held ones are not told to the bank that would be paid.
      await pay('Waldemar Common', 'Viktor Baranovski', 0, 2);
    }
    await fill();
    expect(await search('waldemar', house.memberCtx(banks[2]!.id))).toEqual(mine);
    expect(await search('viktor bar', house.memberCtx(banks[2]!.id))).toEqual([]);
    expect(await search('waldemar')).toHaveLength(30);
  });

  test('a process that dies while it fills, and events that are no longer kept, leave nothing out', async () => {
    const ids: Uuid[] = [];
    for (let i = 0; i < 5; i++) {
      ids.unshift(await pay('Crescentia Interrupted', 'Meridian Foods Ltd'));
      const write = async (...[scope, work]: Parameters<typeof house.database.db.write>) =>
        await deps().db.write(scope, async (tx) => {
          await work(tx);
          throw new Error('the process died before the commit');
        });
      await fill(fillSearchJob({ ...deps(), db: { ...deps().db, write } }));
      if (i % 2 === 0) await fill();
    }
    await house.database.admin('update infra.event_head set trimmed = seq');
    await house.database.admin('update settlement.party_search set event_seq = 0');
    await fill();
    clock.advance(60_000);
    await fill();
    expect(await search('crescentia')).toEqual(ids);
    const kept = await house.database.admin(`select 1 from settlement.party_payment where payment_id = any($1::uuid[])`, [ids]);
    expect(kept).toHaveLength(10);
  });

  test('while nothing happens nothing is written', async () => {
    await fill();
    clock.advance(60_000);
    const job = fillSearchJob(deps());
    await fill(job);
    clock.advance(60_000);
    await fill(job);
    let writes = 0;
    const counting = {
      ...deps().db,
      write: async (...call: Parameters<typeof house.database.db.write>) => (writes++, await deps().db.write(...call)),
    };
    const quiet = fillSearchJob({ ...deps(), db: counting as Db });
    for (let i = 0; i < 3; i++) {
      await quiet.run(new AbortController().signal);
      clock.advance(60_000);
    }
    expect(writes).toBeLessThanOrEqual(1);
  });
});

test('a name among many payments is found by indexes, without walking the payments', async () => {
  const rare = await pay('Zenobia Rarely', 'Meridian Foods Ltd');
  // As many as make walking dear, under a name of their own.
  await house.database.admin(
    `insert into settlement.payment select (jsonb_populate_record(p, jsonb_build_object('id', '01000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'), 'uetr', gen_random_uuid(),
       'end_to_end_id', 'COPY-' || i, 'received_at', now() - interval '1 hour'))).*
       from settlement.payment p, generate_series(1, 4000) i where p.id = $1`,
    [[...sent.keys()][0]],
  );
  await fill();
  clock.advance(60_000);
  await fill();
  await house.database.admin('analyze');
  let plans = '';
  const names = await findNames(deps().db, house.ctx, 'zenobia');
  const found = await deps().db.read({ tenantId: house.tenantId }, async (tx) => {
    await tx.query(`select set_config('plan_cache_mode', 'force_generic_plan', true)`);
    const query: Tx['query'] = async (text, values) => {
      const plan = await tx.query<Record<string, string>>(`explain (analyze, costs off, timing off, summary off) ${text}`, values);
      plans += plan.map((row) => row['QUERY PLAN']).join('\n');
      return tx.query(text, values);
    };
    return await pageOfPayments({ query }, house.tenantId, { query: 'zenobia', names, limit: 10 });
  });
  expect(found.map(({ record }) => record.id)).toEqual([rare]);
  expect(plans).toMatch(/party_payment_pkey/);
  expect(plans).toMatch(/payment_by_end_to_end_id/);
  expect(plans).not.toMatch(/Seq Scan on (payment|party_payment) /);
});

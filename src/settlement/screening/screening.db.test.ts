import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { manualClock } from '../../base/time.ts';
import type { Db } from '../../infra/postgres/db.ts';
import { grantScreeningException, listScreeningExceptions, revokeScreeningException } from './manage-exceptions.ts';
import { loadScreeningList } from './manage-lists.ts';
import { createScreening } from './screening.ts';

const clock = manualClock(Date.now());
let house: TestHouse;
const deps = () => house.settlement.deps;

beforeAll(async () => {
  house = await createTestHouse({ clock });
});
afterAll(() => house.close());

const load = (id: string, text: string, query: object = {}) =>
  loadScreeningList(deps(), house.ctx, { id, ...query }, { document: Buffer.from(text) });
const parties = (debtor: string, creditor = 'Nordlys Foods AS') => ({
  debtor: { name: debtor, account: 'FI2112345600000785', country: 'FI' },
  creditor: { name: creditor },
});
const findings = (debtor: string) => deps().screening.screenParties(house.tenantId, parties(debtor) as never);

describe('a list', () => {
  test('is in force when its loading is answered, and its version stands for good', async () => {
    await load('house', 'id,name\n1,Viktor Baranovski\n');
    expect((await findings('Wiktor Baranowski')).hits).toMatchObject([{ party: 'debtor', listId: 'house', entryId: '1' }]);
    await load('house', 'id,name\n1,Viktor Baranovski\n2,Oksana Petrenko\n');
    expect((await findings('Oksana Petrenko')).hits).toHaveLength(1);
    const versions = await house.database.admin('select entries from settlement.screening_list_version order by loaded_at');
    expect(versions.map(({ entries }) => entries)).toContain(2);
  });

  test.each([
    ['torn', 'id,name\n1,"Viktor', {}, 'settlement.list_truncated'],
    ['with another checksum', 'id,name\n1,A B\n', { sha256: '0'.repeat(64) }, 'settlement.list_checksum'],
    ['without entries', 'id,name\n', {}, 'settlement.list_empty'],
    ['of a form that is not known', '<rss></rss>', {}, 'settlement.list_unknown_format'],
    ['with less than half of the entries', 'id,name\n9,Nobody Else\n', {}, 'settlement.list_shrunk'],
  ])('%s is refused by name, and the list before stays in force', async (_, text, query, code) => {
    await load(
      'house',
      `id,name\n${['Viktor Baranovski', 'Oksana Petrenko', 'Ivan Tester'].map((name, i) => `${i + 1},${name}`).join('\n')}\n`,
    );
    await expect(load('house', text, query)).rejects.toMatchObject({ code });
    expect((await findings('Viktor Baranovski')).hits).toHaveLength(1);
  });

  test('of half the size is taken when that is meant', async () => {
    await load('house', 'id,name\n1,Viktor Baranovski\n', { allowSmaller: 'true' });
    expect((await findings('Oksana Petrenko')).hits).toEqual([]);
  });

  test('in XML is screened like any other', async () => {
    const text = readFileSync(new URL('../../../test/fixtures/screening/un-sample.xml', import.meta.url), 'utf8');
    await load('un', text);
    expect((await findings('Maxim Mustermann')).hits).toMatchObject([{ listId: 'un', entryId: 'CDi.001' }]);
    expect((await findings('Максим Мустерманн')).hits).toHaveLength(1);
  });

  test('of exposed persons is noted and holds nothing', async () => {
    await load('pep', 'id,name\n7,Severin Mandelbrot\n', { purpose: 'pep' });
    const found = await findings('Severin Mandelbrot');
    expect([found.hits, found.notices?.map(({ entryId }) => entryId)]).toEqual([[], ['7']]);
  });
});

describe('while a list changes', () => {
  test('names are screened against the list before, and never against none', async () => {
    await load('house', 'id,name\n1,Viktor Baranovski\n', { allowSmaller: 'true' });
    const own = manualClock(clock.now());
    const gate = Promise.withResolvers<void>();
    let reads = 0;
    const slow: Db = {
      ...deps().db,
      async read(scope, work) {
        reads++;
        // Versions, contents and set of the first index, then versions and contents of the changed list.
        if (reads === 5) await gate.promise;
        return deps().db.read(scope, work);
      },
    };
    const screening = createScreening(slow, own);
    const first = await screening.check(house.tenantId, 'Viktor Baranovski');
    expect(first).toHaveLength(1);
    await load('house', 'id,name\n1,Viktor Baranovski\n2,Oksana Petrenko\n');
    own.advance(10_000);
    expect(await screening.check(house.tenantId, 'Viktor Baranovski')).toHaveLength(1);
    expect(await screening.check(house.tenantId, 'Oksana Petrenko')).toEqual([]);
    gate.resolve();
    await screening.reload(house.tenantId);
    expect(await screening.check(house.tenantId, 'Oksana Petrenko')).toHaveLength(1);
  });

  test('the event loop goes on: it turns many times while an index of thousands of names is laid out', async () => {
    const many = Array.from({ length: 5_000 }, (_, i) => `${i},Name${(i * 7919) % 5_003} Of${i} Somebody${i % 97}`).join('\n');
    let turns = 0;
    const turn = setInterval(() => turns++, 1);
    await load('many', `id,name\n${many}\n`);
    clearInterval(turn);
    expect(turns).toBeGreaterThan(20);
  });
});

describe('an exception', () => {
  test('sets one entry aside for a name in any order, until it ends, is revoked or the entry changes', async () => {
    await load('house', 'id,name\n1,Viktor Baranovski\n2,Victor Baranovsky\n', { allowSmaller: 'true' });
    const grant = { name: 'Viktor Baranovski', listId: 'house', entryId: '1', reason: 'Another date of birth', days: 30 };
    const granted = await grantScreeningException(deps(), house.ctx, grant);
    const found = await findings('BARANOVSKI, Viktor');
    expect([found.hits.map(({ entryId }) => entryId), found.cleared?.map(({ exceptionId }) => exceptionId)]).toEqual([['2'], [granted.id]]);
    expect((await findings('Viktor Baranowski')).cleared).toBeUndefined();

    clock.advance(31 * 86_400_000);
    expect((await findings('Viktor Baranovski')).cleared).toBeUndefined();

    const again = await grantScreeningException(deps(), house.ctx, grant);
    await load('house', 'id,name,born\n1,Viktor Baranovski,1971\n2,Victor Baranovsky,\n');
    expect((await findings('Viktor Baranovski')).cleared).toBeUndefined();
    await revokeScreeningException(deps(), house.ctx, { id: again.id });
    const { items } = await listScreeningExceptions(deps(), house.ctx);
    expect(items.find(({ id }) => id === again.id)?.revokedAt).toBeDefined();
  });

  test('is refused where nothing matches', async () => {
    const grant = { name: 'Somebody Else', listId: 'house', entryId: '1', reason: 'Not needed', days: 30 };
    await expect(grantScreeningException(deps(), house.ctx, grant)).rejects.toMatchObject({ code: 'settlement.entry_not_matched' });
  });
});

test('a name without letters and digits is refused and does not pass', async () => {
  await expect(deps().screening.screenParties(house.tenantId, parties('Nordlys', '-- . --') as never)).rejects.toMatchObject({
    code: 'settlement.name_unreadable',
  });
});

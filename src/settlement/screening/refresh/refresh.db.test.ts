import type { RequestListener } from 'node:http';
import { describe, expect, test } from 'vitest';
import { csv, listScene, MANY, serve, sha256 } from '../../../../test/support/list-scene.ts';
import { OFAC } from '../../../../test/support/screening-lists.ts';
import { loadScreeningList } from '../manage-lists.ts';
import { dismissScreeningAlert, listsCheck, listScreeningAlerts } from './manage-alerts.ts';
import { listListSources, removeListSource } from './manage-sources.ts';
import { refreshJob } from './refresh-lists.ts';

const MINUTE_MS = 60_000;
const scene = listScene();
const { fresh, set, run } = scene;
const deps = () => scene.house.settlement.deps;
const load = (id: string, text: string) => loadScreeningList(deps(), scene.house.ctx, { id }, { document: Buffer.from(text) });
const hits = async (name: string) => (await deps().screening.check(scene.house.tenantId, name)).map(({ listId }) => listId);
const alertsOf = async (id: string) => (await listScreeningAlerts(deps(), scene.house.ctx)).items.filter(({ listId }) => listId === id);
const eventsOf = (id: string) =>
  scene.house.database.admin(`select 1 from infra.event_segment where 'settlement.list_refused' = any (types) and $1 = any (subjects)`, [
    id,
  ]);

describe('a list with a source', () => {
  test('is fetched, put in force and noted as by the job; the same again is asked for with what the server said of it', async () => {
    const id = fresh();
    scene.answer = (request, reply) =>
      request.headers['if-none-match'] === '"one"'
        ? reply.writeHead(304).end()
        : serve(csv('Ludmila Hartwig'), { etag: '"one"', 'last-modified': 'Mon, 02 Nov 2026 08:00:00 GMT' })(request, reply);
    await set(id);
    expect(await run(id)).toMatchObject({
      outcome: 'loaded',
      failures: 0,
      nextAt: scene.clock.now() + 60 * MINUTE_MS,
      goodAt: scene.clock.now(),
    });
    expect(await hits('Ludmila Hartwig')).toEqual([id]);
    expect(await run(id)).toMatchObject({ outcome: 'unchanged' });
    expect(scene.seen[1]!.headers).toMatchObject({ 'if-none-match': '"one"', 'if-modified-since': 'Mon, 02 Nov 2026 08:00:00 GMT' });
    await load(id, csv('Ludmila Hartwig', 'Someone Loaded By Hand'));
    await run(id);
    // What is in force now is not what the server spoke of.
    expect(scene.seen[2]!.headers['if-none-match']).toBeUndefined();
  });

  test('the same bytes under a new date are no new version', async () => {
    const id = fresh();
    scene.answer = serve(csv('Ludmila Hartwig'));
    await set(id);
    await run(id);
    expect(await run(id)).toMatchObject({ outcome: 'unchanged' });
    const versions = await scene.house.database.admin('select 1 from settlement.screening_list_version where list_id = $1', [id]);
    expect(versions).toHaveLength(1);
  });

  test('is fetched by the job when its time has come, and not before; one that fails holds up no other', async () => {
    const [good, bad] = [fresh(), fresh()];
    scene.answer = (request, reply) => (request.url!.includes(bad) ? reply.destroy() : serve(csv('Ottilie Brandauer'))(request, reply));
    await set(bad);
    await set(good, { intervalMinutes: 30 });
    const job = refreshJob(deps(), scene.fetcher);
    const times = (id: string) => scene.seen.filter(({ url }) => url!.includes(`${id}.csv`)).length;
    await job.run(new AbortController().signal);
    expect([times(good), times(bad)]).toEqual([1, 1]);
    expect(await hits('Ottilie Brandauer')).toEqual([good]);
    await job.run(new AbortController().signal);
    expect([times(good), times(bad)]).toEqual([1, 1]);
    scene.clock.advance(30 * MINUTE_MS);
    await job.run(new AbortController().signal);
    expect([times(good), times(bad)]).toEqual([2, 2]);
    const [loaded] = await scene.house.database.admin('select loaded_by from settlement.screening_list_version where list_id = $1', [good]);
    expect(loaded).toEqual({ loaded_by: 'settlement.refresh_lists' });
  });

  test('is fetched no more once the source is removed, and stays in force', async () => {
    const id = fresh();
    scene.answer = serve(csv('Irmgard Solander'));
    await set(id);
    await run(id);
    expect(await removeListSource(deps(), scene.house.ctx, { id })).toEqual({ removed: true });
    expect(await removeListSource(deps(), scene.house.ctx, { id })).toEqual({ removed: false });
    await expect(run(id)).rejects.toMatchObject({ code: 'settlement.source_not_found' });
    expect((await listListSources(deps(), scene.house.ctx)).items.map(({ listId }) => listId)).not.toContain(id);
    expect(await hits('Irmgard Solander')).toEqual([id]);
  });
});

describe('a bad file leaves the list in force and is told', () => {
  const cases: [string, RequestListener, object, string][] = [
    ['torn off within a name', serve('id,name\n1,"Per'), {}, 'settlement.list_truncated'],
    ['with another checksum than the one set', serve(MANY), { sha256: sha256('another') }, 'settlement.list_checksum'],
    ['with fewer entries than must be', serve(csv('A Person')), { minimumEntries: 5 }, 'settlement.list_too_few'],
    [
      'with less than what was allowed to go',
      serve(csv('A B', 'C D', 'E F', 'G H', 'I J', 'K L', 'M N')),
      { largestShrinkPercent: 20 },
      'settlement.list_shrunk',
    ],
    ['in another format than expected', serve(MANY), { format: 'un_xml' }, 'settlement.list_other_format'],
    ['without entries', serve('id,name\n'), {}, 'settlement.list_empty'],
    ['that is a web page', serve('<!DOCTYPE html><html><body>Moved</body></html>'), {}, 'settlement.list_unknown_format'],
    ['larger than may be', serve(MANY + ' '.repeat(30_000)), {}, 'settlement.list_too_large'],
  ];
  test.each(cases)('%s', async (_, bad, change, code) => {
    const id = fresh();
    scene.answer = serve(MANY);
    await set(id);
    await run(id);
    scene.answer = bad;
    await set(id, change);
    expect(await run(id)).toMatchObject({ outcome: 'refused', code, failures: 1, nextAt: scene.clock.now() + 2 * MINUTE_MS });
    expect(await hits('Person Number3 Somebody')).toEqual(expect.arrayContaining([id]));
    expect(await alertsOf(id)).toMatchObject([{ code, times: 1, source: `${scene.base}/lists/${id}.csv` }]);
    expect((await alertsOf(id))[0]!.closedAt).toBeUndefined();
    expect(await eventsOf(id)).toHaveLength(1);
    expect(await listsCheck(deps()).run()).toMatchObject({ ok: false });
    // The same again is counted, not told again; a good file ends it.
    await run(id);
    expect(await alertsOf(id)).toMatchObject([{ times: 2 }]);
    expect(await eventsOf(id)).toHaveLength(1);
    scene.answer = serve(MANY);
    await set(id);
    expect(await run(id)).toMatchObject({ outcome: 'unchanged', failures: 0 });
    expect(await alertsOf(id)).toMatchObject([{ closing: 'loaded' }]);
  });

  test('a connection that ends before the announced length, silence and an error of the server are told after three times', async () => {
    const id = fresh();
    scene.answer = serve(MANY);
    await set(id);
    await run(id);
    scene.answer = (_, reply) => {
      reply.writeHead(200, { 'content-length': String(MANY.length + 10) });
      reply.write(MANY);
      setImmediate(() => reply.destroy());
    };
    expect(await run(id)).toMatchObject({
      outcome: 'unreachable',
      code: 'settlement.list_unreachable',
      detail: expect.stringContaining('ended before'),
    });
    scene.answer = (_, reply) => reply.writeHead(503).end('no');
    expect(await run(id)).toMatchObject({ outcome: 'unreachable', detail: expect.stringContaining('503') });
    expect(await alertsOf(id)).toEqual([]);
    scene.answer = () => undefined;
    expect(await run(id)).toMatchObject({ outcome: 'unreachable', failures: 3, detail: expect.stringContaining('in time') });
    expect(await alertsOf(id)).toMatchObject([{ code: 'settlement.list_unreachable' }]);
    expect(await hits('Person Number3 Somebody')).toEqual(expect.arrayContaining([id]));
    scene.answer = serve(MANY);
    await run(id);
    expect((await alertsOf(id))[0]).toMatchObject({ closing: 'loaded' });
  });

  test('a list of which no good file has ever come from its source is told as well, as one that is not in force', async () => {
    const id = fresh();
    scene.answer = serve('id,name\n1,"Per');
    await set(id);
    expect(await run(id)).toMatchObject({ outcome: 'refused', code: 'settlement.list_truncated' });
    expect(await alertsOf(id)).toMatchObject([{ code: 'settlement.list_truncated', times: 1, inForce: false }]);
    expect(await eventsOf(id)).toHaveLength(1);
    await run(id);
    expect(await alertsOf(id)).toMatchObject([{ times: 2 }]);
    const [open] = await alertsOf(id);
    await dismissScreeningAlert(deps(), scene.house.ctx, { id: open!.id, comment: 'The publisher is told' });
    await run(id);
    expect(await alertsOf(id)).toMatchObject([{ times: 3, closing: 'dismissed' }]);
    scene.answer = serve(MANY);
    scene.clock.advance(1_000);
    await run(id);
    scene.answer = serve('id,name\n1,"Per');
    await run(id);
    expect(await alertsOf(id)).toMatchObject([{ times: 1, inForce: true }, { closing: 'dismissed' }]);
    scene.answer = serve(MANY);
    await run(id);
    expect(await alertsOf(id)).toMatchObject([{ closing: 'loaded' }, {}]);
  });

  test('a list that is sent by hand and refused is told as well, where one is in force', async () => {
    const id = fresh();
    await expect(load(id, 'id,name\n1,"Vik')).rejects.toMatchObject({ code: 'settlement.list_truncated' });
    expect(await alertsOf(id)).toEqual([]);
    await load(id, MANY);
    await expect(load(id, 'id,name\n1,"Vik')).rejects.toMatchObject({ code: 'settlement.list_truncated' });
    expect(await alertsOf(id)).toMatchObject([{ code: 'settlement.list_truncated', source: scene.house.ctx.actor.name }]);
    await load(id, MANY);
    expect(await alertsOf(id)).toMatchObject([{ closing: 'loaded' }]);
  });

  test('files of OFAC that were cut among the aliases, or lack one of the four, are refused by hand and from a source, and aliases are found', async () => {
    const id = fresh();
    const whole = OFAC.replace('AERO TESTLINIEN', 'SUEDWEG LUFTFRACHT');
    await load(id, whole);
    await set(id);
    const [names] = whole.split('36,12,');
    for (const [bad, code] of [
      [whole.slice(0, whole.indexOf(',"fka"')), 'settlement.list_truncated'],
      [whole.slice(0, whole.indexOf('36,25')), 'settlement.list_truncated'],
      [`${names}\u001a`, 'settlement.list_shrunk'],
    ] as const) {
      await expect(load(id, bad)).rejects.toMatchObject({ code });
      scene.answer = serve(bad);
      expect(await run(id)).toMatchObject({ outcome: 'refused', code });
    }
    expect(await alertsOf(id)).toMatchObject([{ times: 6 }]);
    expect(await hits('Suedweg Luftfracht')).toContain(id);
    await loadScreeningList(deps(), scene.house.ctx, { id, allowSmaller: 'true' }, { document: Buffer.from(`${names}\u001a`) });
    expect(await hits('Suedweg Luftfracht')).not.toContain(id);
  });

  test('a list in force from before its extent was kept is held against by its entries, and the next one by all', async () => {
    const id = fresh();
    await load(id, OFAC);
    await scene.house.database.admin('update settlement.screening_list set extent = null where id = $1', [id]);
    await load(id, OFAC.replace('ATL', 'ATLAS'));
    await expect(load(id, `${OFAC.split('36,12,')[0]}\u001a`)).rejects.toMatchObject({ code: 'settlement.list_shrunk' });
    await load(id, OFAC);
  });

  test('a dismissed alert stays closed while the same goes on, and another opens after a good file or for something else', async () => {
    const id = fresh();
    await load(id, MANY);
    const torn = () => expect(load(id, 'id,name\n1,"Vik')).rejects.toMatchObject({ code: 'settlement.list_truncated' });
    await torn();
    const [alert] = await alertsOf(id);
    scene.clock.advance(1_000);
    const dismissed = await dismissScreeningAlert(deps(), scene.house.ctx, { id: alert!.id, comment: 'The publisher is told' });
    expect(dismissed).toMatchObject({ closing: 'dismissed', comment: 'The publisher is told', closedBy: scene.house.ctx.actor.name });
    await torn();
    expect(await alertsOf(id)).toMatchObject([{ closing: 'dismissed', times: 2 }]);
    await expect(load(id, csv('Only One'))).rejects.toMatchObject({ code: 'settlement.list_shrunk' });
    expect((await alertsOf(id)).map(({ code }) => code)).toEqual(['settlement.list_shrunk', 'settlement.list_truncated']);
    scene.clock.advance(1_000);
    await load(id, MANY);
    await torn();
    expect((await alertsOf(id))[0]).toMatchObject({ code: 'settlement.list_truncated', times: 1 });
    await load(id, MANY);
    expect(await listsCheck(deps()).run()).toEqual({ ok: true, detail: 'No list waits for a good file.' });
  });

  test('an alert that never was is not found', async () => {
    await expect(dismissScreeningAlert(deps(), scene.house.ctx, { id: scene.house.tenantId, comment: 'Nothing' })).rejects.toMatchObject({
      code: 'settlement.alert_not_found',
    });
  });
});

test('setting, running and removing a source leave audit rows', async () => {
  const id = fresh();
  scene.answer = serve(MANY);
  await set(id);
  await run(id);
  await removeListSource(deps(), scene.house.ctx, { id });
  const rows = await scene.house.database.admin<{ action: string }>('select action from access.audit where subject = $1', [id]);
  expect(rows.map(({ action }) => action).sort()).toEqual([
    'settlement.load_screening_list',
    'settlement.remove_list_source',
    'settlement.run_list_source',
    'settlement.set_list_source',
  ]);
});

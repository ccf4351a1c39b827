import { beforeEach, describe, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../../test/support/house.ts';
import type { Uuid } from '../../../base/id.ts';
import { manualClock } from '../../../base/time.ts';
import type { SettlementDeps } from '../../deps.ts';
import { createParticipant } from '../../participant/create-participant.ts';
import { leiOf } from '../../../base/check-digit.ts';
import { getPayment } from '../../payment/read-payments.ts';
import { releasePayment } from '../../payment/review-payment.ts';
import { sendPayment } from '../../payment/send-payment.ts';
import { grantScreeningException } from '../manage-exceptions.ts';
import { loadScreeningList } from '../manage-lists.ts';
import { screen } from '../match.ts';
import type { Finding } from './finding.ts';
import { listRescreeningFindings, listRescreenings } from './read-rescreenings.ts';
import { rescreenJob } from './rescreen.ts';

const DAY_MS = 86_400_000;
let clock: ReturnType<typeof manualClock>;
let house: TestHouse;
let banks: Bank[];
let cases: Finding[];
const deps = () => house.settlement.deps;

beforeEach(async () => {
  clock = manualClock(Date.now());
  house = await createTestHouse({ clock });
  cases = [];
  banks = await admitBanks(house, ['NORDFIHH', 'AURONOKK'], { 'EUR/2': 10n ** 12n });
  await load(['Listed From The Start'], { wait: true });
  return () => house.close();
});

/** Loads the house list with names as entries 1, 2, …; a name with a year behind `*` was born then. */
async function load(names: readonly string[], { wait = false } = {}): Promise<void> {
  const rows = names.map((name, i) => `${i + 1},${name.split('*')[0]!},${name.split('*')[1] ?? ''}`).join('\n');
  await loadScreeningList(deps(), house.ctx, { id: 'house', allowSmaller: 'true' }, { document: Buffer.from(`id,name,born\n${rows}\n`) });
  if (wait) await screenAgain();
}

const jobOf = (of: SettlementDeps, settledDays: number) =>
  rescreenJob(of, { settledDays, openCases: async (_tx, _tenant, found) => void cases.push(...found) });

/** Runs the job until the run is done, as it would over a minute and more. */
async function screenAgain(settledDays = 5, of: () => SettlementDeps = deps): Promise<void> {
  for (let turn = 0; turn < 100; turn++) {
    await jobOf(of(), settledDays).run(new AbortController().signal);
    const [latest] = (await listRescreenings(deps(), house.ctx)).items;
    if (latest?.stage === 'done') return;
    clock.advance(35_000);
  }
  throw new Error('the run does not end');
}

const pay = async (debtor: string, creditor = 'Meridian Foods Ltd'): Promise<Uuid> =>
  (await sendPayment(deps(), house.ctx, orderOf(banks[0]!, banks[1]!, { debtor: { name: debtor }, creditor: { name: creditor } }))).id;
const findings = async () => (await listRescreeningFindings(deps(), house.ctx, { limit: 500 })).items;
const events = () =>
  house.database.admin<{ data: { paymentId?: string; kind: string } }>(
    `select unnest(data) as data from infra.event_segment where 'settlement.rescreening_hit' = any (types)`,
  );

/** Makes everything that is open final, as a window does. */
const settleAll = () =>
  house.database.admin(
    `update settlement.netting_window set state = 'settled', to_seq = 1000000, settled_at = now(), finality_seq = 1000000 where state = 'open'`,
  );

describe('when a list changes', () => {
  test('payments that are not final are found, told once, and shown to the operator alone', async () => {
    const hit = await pay('Ingrid Marklund');
    const clean = await pay('Sofia Andersson');
    await load(['Listed From The Start', 'Ingrid Marklund'], { wait: true });
    expect(await findings()).toMatchObject([
      {
        kind: 'open',
        paymentId: hit,
        party: 'debtor',
        change: 'new',
        purpose: 'sanctions',
        listed: 'Ingrid Marklund',
        entryId: '2',
        score: 1,
      },
    ]);
    expect(await events()).toHaveLength(1);
    expect(cases.map(({ subjectId }) => subjectId)).toEqual([hit]);
    expect((await getPayment(deps(), house.ctx, { id: hit })).screening.later).toMatchObject([
      { party: 'debtor', change: 'new', entryId: '2' },
    ]);
    expect((await getPayment(deps(), house.ctx, { id: clean })).screening.later).toBeUndefined();
    expect((await getPayment(deps(), house.memberCtx(banks[0]!.id), { id: hit })).screening).toEqual({ hits: [] });
    // It is held now, and what is held does not exist for the bank that would be paid.
    await expect(getPayment(deps(), house.memberCtx(banks[1]!.id), { id: hit })).rejects.toMatchObject({
      code: 'settlement.payment_not_found',
    });
    // The next change does not tell it again.
    await load(['Listed From The Start', 'Ingrid Marklund*1971', 'Another One'], { wait: true });
    expect(await findings()).toHaveLength(1);
  });

  test('only what the lists added or changed is matched, and that is told with the run', async () => {
    await load(['Listed From The Start', 'Ingrid Marklund', 'Somebody Else'], { wait: true });
    await load(['Listed From The Start', 'Ingrid Marklund', 'Somebody Else Altogether'], { wait: true });
    const [latest, before, first] = (await listRescreenings(deps(), house.ctx)).items;
    expect([latest, before]).toMatchObject([
      { whole: false, changedEntries: 1, stage: 'done' },
      { whole: false, changedEntries: 2, stage: 'done' },
    ]);
    expect(first).toMatchObject({ whole: true });
    expect(latest!.fromSet).toBe(before!.toSet);
  });

  test('what is final is listed as what would have been held, as many days back as is set, and nobody is alarmed', async () => {
    const old = await pay('Ingrid Marklund');
    clock.advance(4 * DAY_MS);
    const recent = await pay('Ingrid Marklund');
    await settleAll();
    await load(['Listed From The Start', 'Ingrid Marklund']);
    await screenAgain(2);
    expect(await findings()).toMatchObject([{ kind: 'settled', paymentId: recent }]);
    await load(['Listed From The Start', 'Ingrid Marklund*1970']);
    await screenAgain(0);
    expect(await findings()).toHaveLength(1);
    await load(['Listed From The Start', 'Ingrid Marklund*1971']);
    await screenAgain(10);
    expect(new Set((await findings()).map(({ paymentId }) => paymentId))).toEqual(new Set([old, recent]));
    expect([await events(), cases]).toEqual([[], []]);
  });

  test('the notes of a held payment follow the lists: what came and what went', async () => {
    const held = await pay('Listed From The Start', 'Ingrid Marklund');
    const later = async () =>
      ((await getPayment(deps(), house.ctx, { id: held })).screening.later ?? [])
        .map(({ party, change, entryId }) => `${party} ${change} ${entryId}`)
        .sort();
    await load(['Nobody At All', 'Ingrid Marklund'], { wait: true });
    expect(await later()).toEqual(['creditor new 2', 'debtor gone 1']);
    await load(['Listed From The Start', 'Nobody At All'], { wait: true });
    expect(await later()).toEqual(['creditor gone 2', 'debtor new 1']);
    await load(['Listed From The Start', 'Nobody At All*1971'], { wait: true });
    expect((await findings()).filter(({ kind }) => kind === 'held')).toHaveLength(4);
    expect(cases.every(({ kind, change }) => kind === 'held' && change === 'new')).toBe(true);
  });

  test('a bank of the directory that comes onto a list is found', async () => {
    const lei = leiOf('TEST99999999999999');
    const { id } = await createParticipant(deps(), house.ctx, { name: 'Blackgate Maritime Bank', bic: 'BLCKFIHH', lei, assets: ['EUR/2'] });
    await load(['Listed From The Start', 'Black Gate Maritime Bank'], { wait: true });
    expect(await findings()).toMatchObject([
      { kind: 'participant', participantId: id, party: 'participant', name: 'Blackgate Maritime Bank' },
    ]);
    expect((await events())[0]!.data.kind).toBe('participant');
  });

  test('matches with exposed persons are noted and alarm nobody', async () => {
    const noted = await pay('Ingrid Marklund');
    await loadScreeningList(deps(), house.ctx, { id: 'pep', purpose: 'pep' }, { document: Buffer.from('id,name\n1,Ingrid Marklund\n') });
    await screenAgain();
    expect(await findings()).toMatchObject([{ paymentId: noted, purpose: 'pep' }]);
    expect([await events(), cases]).toEqual([[], []]);
  });

  test('what an exception sets aside is not found, until its entry changes', async () => {
    await load(['Listed From The Start', 'Ingrid Marklund'], { wait: true });
    const grant = { name: 'Ingrid Marklund', listId: 'house', entryId: '2', reason: 'Another person', days: 30 };
    await grantScreeningException(deps(), house.ctx, grant);
    const passed = await pay('Ingrid Marklund');
    await load(['Listed From The Start*1950', 'Ingrid Marklund'], { wait: true });
    expect(await findings()).toEqual([]);
    await load(['Listed From The Start*1950', 'Ingrid Marklund*1971'], { wait: true });
    expect(await findings()).toMatchObject([{ paymentId: passed, kind: 'open', entryId: '2' }]);
  });

  test('a payment released by review is found again only when the entry that it matched changes', async () => {
    const id = await pay('Listed From The Start');
    await releasePayment(deps(), house.ctx, { id, comment: 'Another person' });
    await load(['Listed From The Start', 'Somebody New'], { wait: true });
    expect(await findings()).toEqual([]);
    await load(['Listed From The Start*1950', 'Somebody New'], { wait: true });
    expect(await findings()).toMatchObject([{ paymentId: id, kind: 'open', entryId: '1' }]);
  });

  test('a payment that another process took meanwhile under the lists before is found as well', async () => {
    await load(['Listed From The Start', 'Ingrid Marklund']);
    const run = () => jobOf(deps(), 5).run(new AbortController().signal);
    const stage = async () => (await listRescreenings(deps(), house.ctx)).items[0]!.stage;
    await run();
    expect(await stage()).toBe('following');
    const late = await pay('Sofia Andersson');
    await house.database.admin(`update settlement.payment set debtor = '{"name":"Ingrid Marklund"}', screening_set = 1 where id = $1`, [
      late,
    ]);
    clock.advance(65_000);
    await run();
    // As long as such payments come it goes on.
    clock.advance(30_000);
    await run();
    expect(await stage()).toBe('following');
    await screenAgain();
    expect(await findings()).toMatchObject([{ paymentId: late }]);
  });

  test('a list that changes once more while it goes on makes it begin again, against what all were screened against', async () => {
    const [one, two] = [await pay('Ingrid Marklund'), await pay('Oskar Lindqvist')];
    await load(['Listed From The Start', 'Ingrid Marklund']);
    const stop = new AbortController();
    const stopping = {
      ...deps(),
      db: { ...deps().db, write: async (...call: Parameters<typeof house.database.db.write>) => (stop.abort(), deps().db.write(...call)) },
    };
    await jobOf(stopping as SettlementDeps, 5).run(stop.signal);
    expect((await listRescreenings(deps(), house.ctx)).items[0]!.stage).not.toBe('done');
    await load(['Listed From The Start', 'Oskar Lindqvist']);
    await screenAgain();
    const [latest] = (await listRescreenings(deps(), house.ctx)).items;
    expect(latest).toMatchObject({ stage: 'done', changedEntries: 1 });
    expect((await findings()).map(({ paymentId }) => paymentId)).toContain(two);
    expect((await findings()).map(({ paymentId }) => paymentId)).not.toContain(one);
  });
});

describe('however it goes', () => {
  test('a process that dies at any commit loses nothing and tells nothing twice', async () => {
    const ids = [await pay('Ingrid Marklund'), await pay('Oskar Lindqvist', 'Ingrid Marklund'), await pay('Sofia Andersson')];
    const held = await pay('Listed From The Start', 'Oskar Lindqvist');
    await load(['Listed From The Start', 'Ingrid Marklund', 'Oskar Lindqvist']);
    for (let dies = 1; dies < 12; dies++) {
      let writes = 0;
      const write = async (...[scope, work]: Parameters<typeof house.database.db.write>) =>
        await deps().db.write(scope, async (tx) => {
          const done = await work(tx);
          if (++writes === (dies % 3) + 1) throw new Error('the process died before the commit');
          return done;
        });
      await jobOf({ ...deps(), db: { ...deps().db, write } } as SettlementDeps, 5).run(new AbortController().signal);
    }
    cases = [];
    await screenAgain();
    const found = (await findings()).map(({ kind, paymentId, party, entryId }) => `${kind} ${paymentId} ${party} ${entryId}`);
    expect(found.sort()).toEqual(
      [`open ${ids[0]} debtor 2`, `open ${ids[1]} debtor 3`, `open ${ids[1]} creditor 2`, `held ${held} creditor 3`].sort(),
    );
    expect(await events()).toHaveLength(4);
  });

  test('it finds what screening everything anew would find', async () => {
    const names = Array.from(
      { length: 40 },
      (_, i) =>
        `${['Ingrid', 'Oskar', 'Black gate', 'Blackgate', 'Yusuf'][i % 5]} ${['Marklund', 'Lindqvist', 'Maritime', 'al Rashid'][i % 4]} ${i % 3 === 0 ? 'Trading' : ''}`,
    );
    const ids = new Map<Uuid, string>();
    for (const name of names) ids.set(await pay(name), name);
    await load(['Listed From The Start', 'Ingrid Marklund', 'Black Gate Maritime', 'Youssef Alrashid', 'Oscar Lindkvist'], { wait: true });
    const { index } = await deps().screening.inForce(house.tenantId);
    const expected = [...ids].flatMap(([id, name]) => screen(index, name).map(({ entryId, score }) => `${id} ${entryId} ${score}`));
    const found = (await findings()).map(({ paymentId, entryId, score }) => `${paymentId} ${entryId} ${score}`);
    expect(expected.length).toBeGreaterThanOrEqual(10);
    expect(found.sort()).toEqual(expected.sort());
  });

  test('nothing is done while no list changes, and what is kept of earlier versions is let go', async () => {
    await load(['Listed From The Start', 'One', 'Two'], { wait: true });
    let writes = 0;
    const write = async (...call: Parameters<typeof house.database.db.write>) => (writes++, await deps().db.write(...call));
    await jobOf({ ...deps(), db: { ...deps().db, write } } as SettlementDeps, 5).run(new AbortController().signal);
    expect(writes).toBe(0);
    const kept = await house.database.admin('select 1 from settlement.screening_list_version where entry_hashes is not null');
    expect(kept).toHaveLength(1);
  });
});

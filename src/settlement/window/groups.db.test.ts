import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { manualClock } from '../../base/time.ts';
import { excludeParticipant } from '../clearing/exclude-participant.ts';
import { getPayment } from '../payment/read-payments.ts';
import { sendPayment } from '../payment/send-payment.ts';
import { verifyWindow } from '../verify-window/verify.ts';
import { closeAllWindows, closeWindow, finishWindows } from './close-window.ts';
import { cutOffDue } from './cut-off-due.ts';
import { extendCutOff, listWindowGroups, setWindowGroup } from './manage-groups.ts';
import { windowFileBytes } from './read-file.ts';
import { getWindow, listWindows } from './read-windows.ts';
import { setAsideDifferences } from './set-aside.ts';
import { settleNetted } from './settle-netted.ts';

/** A Monday, 08:00 in Berlin. */
const MONDAY = Date.UTC(2026, 10, 23, 7);
const clock = manualClock(MONDAY);
const ASSETS = ['EUR/2', 'USD/2', 'JPY/0', 'GBP/2'];

let house: TestHouse;
let banks: Bank[];
const deps = () => house.settlement.deps;
const groupDeps = () => ({ ...deps(), windowSeconds: 0 });
const pay = (from: number, to: number, asset: string, change: object = {}) =>
  sendPayment(deps(), house.ctx, orderOf(banks[from]!, banks[to]!, { asset, units: 100n, ...change }));
const statusOf = async (id: string) => (await getPayment(deps(), house.ctx, { id })).status;
const groupNamed = async (id: string) => (await listWindowGroups(groupDeps(), house.ctx)).items.find((group) => group.id === id)!;
const EUROPE = { zone: 'Europe/Berlin', cutOffs: ['10:00', '16:30'], calendars: ['EUR', 'GBP'] };

beforeAll(async () => {
  house = await createTestHouse({ clock });
  banks = await admitBanks(
    house,
    ['AAAAFIHH', 'BBBBNOKK', 'CCCCDEFF', 'DDDDFRPP'],
    Object.fromEntries(ASSETS.map((asset) => [asset, 10n ** 9n])),
  );
});
afterAll(() => house.close());

/** What contradicts the books at this moment; nothing when all is well. */
async function contradictions() {
  const [row] = await house.database.admin<Record<string, bigint>>(`
    select
      (select count(*) from settlement.obligation o where 1 <> (
         select count(*) from settlement.window_span s
          where s.tenant_id = o.tenant_id and s.asset = o.asset and o.seq > s.from_seq and (s.to_seq is null or o.seq <= s.to_seq))) as "not in one range",
      (select count(*) from settlement.netting_window w join settlement.window_currency c on c.window_id = w.id
        where c.gross <> (select sum(p.incoming) from settlement.position p where p.window_id = w.id and p.asset = c.asset)) as "gross is not incoming",
      (select count(*) from settlement.system_account s join ledger.balance b on b.account_id = s.account_id
        where s.role = 'clearing' and b.debits_posted <> b.credits_posted) as "clearing not empty",
      (select count(*) from (select o.seq, o.units, o.asset from settlement.obligation o
         left join lateral (select c.joined_window_id, c.returned from settlement.carried_obligation c where c.seq = o.seq order by c.step desc limit 1) c on true
         left join settlement.window_span s on s.asset = o.asset and o.seq > s.from_seq and (s.to_seq is null or o.seq <= s.to_seq)
         left join settlement.netting_window w on w.id = coalesce(c.joined_window_id, s.window_id)
        where c.returned is not true and (w.state <> 'settled' or (c.joined_window_id is null and c.returned is false))) waiting) as waiting,
      (select coalesce(sum(b.credits_posted - b.debits_posted), 0) from settlement.participant_account a join ledger.balance b on b.account_id = a.reserve_account_id)
        - (select coalesce(sum(o.units), 0) from settlement.obligation o
             left join lateral (select c.joined_window_id, c.returned from settlement.carried_obligation c where c.seq = o.seq order by c.step desc limit 1) c on true
             left join settlement.window_span s on s.asset = o.asset and o.seq > s.from_seq and (s.to_seq is null or o.seq <= s.to_seq)
             left join settlement.netting_window w on w.id = coalesce(c.joined_window_id, s.window_id)
            where c.returned is not true and (w.state <> 'settled' or (c.joined_window_id is null and c.returned is false))) as "set aside and not owed"`);
  const { waiting, ...rest } = row!;
  return { waiting, contradictions: Object.fromEntries(Object.entries(rest).filter(([, count]) => count !== 0n)) };
}

/** Checks that fail over all windows that were cut off, each by its own file. */
async function unsound(): Promise<string[]> {
  const rows = await house.database.admin<{ id: string; number: number }>(
    `select id, number from settlement.netting_window where input_root is not null order by number`,
  );
  const found: string[] = [];
  for (const { id, number } of rows) {
    const { checks } = await verifyWindow(await windowFileBytes(deps(), house.tenantId, id));
    found.push(
      ...checks.filter(({ result }) => result === 'fails').map((check) => `window ${number} ${check.id}: ${check.findings.join()}`),
    );
  }
  return found;
}

describe('groups of currencies', () => {
  test('are cut off apart: what is owed in another group waits for its own window', async () => {
    const group = await setWindowGroup(groupDeps(), house.ctx, { id: 'asia', name: 'Yen', mode: 'by_hand', assets: ['JPY/0'] });
    expect(group).toMatchObject({ assets: ['JPY/0'], window: { endsDay: false } });
    expect((await groupNamed('main')).assets).toEqual(['EUR/2', 'GBP/2', 'USD/2']);
    const [euro, yen] = [await pay(0, 1, 'EUR/2'), await pay(1, 0, 'JPY/0')];
    const closed = await closeWindow(deps(), house.ctx);
    expect(closed).toMatchObject({ group: 'main', state: 'settled', payments: 1 });
    expect([await statusOf(euro.id), await statusOf(yen.id)]).toEqual(['settled', 'reserved']);
    expect((await getPayment(deps(), house.ctx, { id: yen.id })).window).toMatchObject({ id: group.window.id });
    const asia = await closeWindow(deps(), house.ctx, { group: 'asia' });
    expect(asia).toMatchObject({ group: 'asia', state: 'settled', payments: 1, id: group.window.id });
    expect(await statusOf(yen.id)).toBe('settled');
    // Whoever asks within the same millisecond is answered with the window that was just closed.
    clock.advance(1);
    await expect(closeWindow(deps(), house.ctx, { group: 'asia' })).rejects.toMatchObject({ code: 'settlement.window_empty' });
    await expect(closeWindow(deps(), house.ctx, { group: 'nowhere' })).rejects.toMatchObject({ code: 'settlement.window_group_not_found' });
    expect((await listWindows(deps(), house.ctx, { group: 'asia' })).items.map(({ state }) => state)).toEqual(['open', 'settled']);
  });

  test('a currency that changes its group takes along what is not cut off yet, and nothing else', async () => {
    const [first, second] = [await pay(0, 1, 'USD/2'), await pay(0, 1, 'EUR/2')];
    await setWindowGroup(groupDeps(), house.ctx, { id: 'asia', name: 'Yen and dollar', mode: 'by_hand', assets: ['JPY/0', 'USD/2'] });
    expect(await closeWindow(deps(), house.ctx)).toMatchObject({ payments: 1 });
    expect([await statusOf(first.id), await statusOf(second.id)]).toEqual(['reserved', 'settled']);
    expect(await closeWindow(deps(), house.ctx, { group: 'asia' })).toMatchObject({ payments: 1, currencies: [{ asset: 'USD/2' }] });
    await setWindowGroup(groupDeps(), house.ctx, { id: 'asia', name: 'Yen', mode: 'by_hand', assets: ['JPY/0'] });
    expect((await groupNamed('main')).assets).toContain('USD/2');
    expect(await contradictions()).toEqual({ waiting: 0n, contradictions: {} });
  });

  test('all groups are closed at once, each by itself', async () => {
    await pay(0, 1, 'JPY/0');
    await pay(2, 1, 'EUR/2');
    const { items } = await closeAllWindows(deps(), house.ctx);
    expect(items.map(({ group, state }) => `${group} ${state}`)).toEqual(['main settled', 'asia settled']);
    clock.advance(1);
    expect((await closeAllWindows(deps(), house.ctx)).items).toEqual([]);
  });

  test('what is wrong with a group is said by name, and nothing changes', async () => {
    const set = (change: object) => setWindowGroup(groupDeps(), house.ctx, { id: 'x', name: 'X', mode: 'schedule', ...change } as never);
    const refused: [object, string][] = [
      [{}, 'settlement.schedule_missing'],
      [{ mode: 'by_hand', schedule: EUROPE }, 'settlement.schedule_unused'],
      [{ schedule: { ...EUROPE, cutOffs: ['16:30', '10:00'] } }, 'settlement.schedule_malformed'],
      [{ schedule: { ...EUROPE, zone: 'Europe/Nowhere' } }, 'settlement.zone_unknown'],
      [{ schedule: { ...EUROPE, calendars: ['XYZ'] } }, 'settlement.calendar_missing'],
      [{ schedule: EUROPE, assets: ['EUR/7'] }, 'settlement.asset_unknown'],
      [{ id: 'main', schedule: EUROPE, assets: ['EUR/2'] }, 'settlement.main_group_assets'],
    ];
    for (const [change, code] of refused) await expect(set(change)).rejects.toMatchObject({ code });
    expect((await listWindowGroups(groupDeps(), house.ctx)).items.map(({ id }) => id)).toEqual(['main', 'asia']);
    const bank = house.memberCtx(banks[0]!.id);
    await expect(setWindowGroup(groupDeps(), bank, { id: 'x', name: 'X', mode: 'by_hand' })).rejects.toMatchObject({
      code: 'settlement.operator_only',
    });
    await expect(closeWindow(deps(), bank)).rejects.toMatchObject({ code: 'settlement.operator_only' });
  });
});

describe('a schedule', () => {
  const due = () => cutOffDue(deps(), house.ctx);
  const berlin = (time: string, day = '2026-11-23') => Date.parse(`${day}T${time}:00+01:00`);

  beforeAll(async () => {
    await closeAllWindows(deps(), house.ctx);
    await setWindowGroup(groupDeps(), house.ctx, {
      id: 'europe',
      name: 'Europe',
      mode: 'schedule',
      schedule: EUROPE,
      assets: ['EUR/2', 'GBP/2'],
    });
  });

  test('cuts off at its times and not before, and says which business day that was', async () => {
    expect((await groupNamed('europe')).window).toMatchObject({ cutOffAt: berlin('10:00'), businessDay: '2026-11-23', endsDay: false });
    const { id } = await pay(0, 1, 'EUR/2');
    clock.set(berlin('09:59'));
    await due();
    expect(await statusOf(id)).toBe('reserved');
    clock.set(berlin('10:00'));
    await due();
    expect(await statusOf(id)).toBe('settled');
    const [, settled] = (await listWindows(deps(), house.ctx, { group: 'europe' })).items;
    expect(settled).toMatchObject({ state: 'settled', businessDay: '2026-11-23', cutOffAt: berlin('10:00') });
    expect((await groupNamed('europe')).window).toMatchObject({ cutOffAt: berlin('16:30'), endsDay: true });
  });

  test('closing by hand before the time leaves the time as it was', async () => {
    await pay(0, 1, 'EUR/2');
    expect(await closeWindow(deps(), house.ctx, { group: 'europe' })).toMatchObject({ businessDay: '2026-11-23' });
    expect((await groupNamed('europe')).window).toMatchObject({ cutOffAt: berlin('16:30'), endsDay: true });
  });

  test('an extension puts the cut-off off, with who and why; too long a one is refused', async () => {
    const { id } = await pay(0, 1, 'GBP/2');
    const extended = await extendCutOff(groupDeps(), house.ctx, { id: 'europe', minutes: 30, reason: 'A participant is late' });
    expect(extended.window).toMatchObject({ cutOffAt: berlin('17:00'), plannedAt: berlin('16:30') });
    expect(extended.window.extensions).toMatchObject([{ to: berlin('17:00'), reason: 'A participant is late', by: house.ctx.actor.name }]);
    await extendCutOff(groupDeps(), house.ctx, { id: 'europe', minutes: 720, reason: 'Much too late' });
    await expect(extendCutOff(groupDeps(), house.ctx, { id: 'europe', minutes: 720, reason: 'Much too late' })).rejects.toMatchObject({
      code: 'settlement.extension_too_long',
    });
    const [audited] = await house.database.admin<{ n: bigint }>(
      `select count(*) as n from access.audit where action = 'settlement.extend_cut_off'`,
    );
    expect(audited!.n).toBe(2n);
    clock.set(berlin('17:00'));
    await due();
    expect(await statusOf(id)).toBe('reserved');
    clock.set(berlin('05:00', '2026-11-24'));
    await due();
    expect(await statusOf(id)).toBe('settled');
    const [, settled] = (await listWindows(deps(), house.ctx, { group: 'europe' })).items;
    expect(settled).toMatchObject({ businessDay: '2026-11-23' });
    expect((await groupNamed('europe')).window).toMatchObject({ cutOffAt: berlin('10:00', '2026-11-24'), extensions: [] });
  });

  test('a time at which nothing is owed passes, over weekends and holidays', async () => {
    clock.set(berlin('18:00', '2026-12-24'));
    await due();
    expect((await groupNamed('europe')).window).toMatchObject({ cutOffAt: berlin('10:00', '2026-12-29'), businessDay: '2026-12-29' });
    expect((await groupNamed('europe')).closings).toEqual([]);
    clock.set(berlin('12:00', '2026-12-25'));
    expect((await groupNamed('europe')).closings.map(({ currency }) => currency)).toEqual(['EUR', 'GBP']);
  });

  test('a payment waits for the business day of its value date, whatever is cut off before', async () => {
    clock.set(berlin('09:00', '2026-12-29'));
    const now = await pay(0, 1, 'EUR/2');
    const later = await pay(1, 0, 'EUR/2', { valueDate: '2026-12-30' });
    clock.set(berlin('10:00', '2026-12-29'));
    await due();
    expect([await statusOf(now.id), await statusOf(later.id)]).toEqual(['settled', 'reserved']);
    const [open, settled] = (await listWindows(deps(), house.ctx, { group: 'europe' })).items;
    expect(settled).toMatchObject({ payments: 1 });
    expect((await getPayment(deps(), house.ctx, { id: later.id })).window).toMatchObject({ id: open!.id });
    clock.set(berlin('16:30', '2026-12-29'));
    await due();
    expect(await statusOf(later.id)).toBe('reserved');
    clock.set(berlin('10:00', '2026-12-30'));
    await due();
    expect(await statusOf(later.id)).toBe('settled');
    const id = (await getPayment(deps(), house.ctx, { id: later.id })).window!.id;
    expect(await getWindow(deps(), house.ctx, { id })).toMatchObject({ payments: 1, joined: 1, businessDay: '2026-12-30' });
    expect(await contradictions()).toEqual({ waiting: 0n, contradictions: {} });
    expect(await unsound()).toEqual([]);
  });

  test('a window that nothing new fell into settles what has waited for its day', async () => {
    clock.set(berlin('09:00', '2027-01-04'));
    const { id } = await pay(0, 1, 'EUR/2', { valueDate: '2027-01-05' });
    clock.set(berlin('16:30', '2027-01-04'));
    await due();
    expect(await statusOf(id)).toBe('reserved');
    clock.set(berlin('16:30', '2027-01-05'));
    await due();
    expect(await statusOf(id)).toBe('settled');
    const last = (await listWindows(deps(), house.ctx, { group: 'europe' })).items.find(({ state }) => state === 'settled');
    expect(last).toMatchObject({ payments: 1, businessDay: '2027-01-05' });
    expect(await contradictions()).toEqual({ waiting: 0n, contradictions: {} });
    expect(await unsound()).toEqual([]);
  });
});

describe('whatever happens in whatever order', () => {
  type Action =
    | { kind: 'pay'; from: number; to: number; asset: string; days: number }
    | { kind: 'close'; group: string }
    | { kind: 'crash'; group: string }
    | { kind: 'assign'; group: string; assets: string[] }
    | { kind: 'exclude'; bank: number; fate: 'return' | 'carry' }
    | { kind: 'settle' }
    | { kind: 'wait'; days: number };
  const GROUPS = ['main', 'asia', 'europe', 'slow'];
  const group = fc.constantFrom(...GROUPS);
  const action: fc.Arbitrary<Action> = fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        kind: fc.constant('pay' as const),
        from: fc.nat(3),
        to: fc.integer({ min: 1, max: 3 }),
        asset: fc.constantFrom(...ASSETS),
        days: fc.nat(2),
      }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('close' as const), group }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const), group }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('assign' as const), group, assets: fc.subarray(ASSETS) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('exclude' as const),
        bank: fc.nat(3),
        fate: fc.constantFrom('return' as const, 'carry' as const),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'settle' as const }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), days: fc.nat(2) }) },
  );
  const expected = /settlement\.(window_empty|participant_not_in_window|participant_excluded|window_final)/;
  const attempt = (work: Promise<unknown>) =>
    work.catch((error: { code?: string }) => {
      if (!expected.test(error.code ?? '')) throw error;
    });
  const slowest = async () =>
    (await house.database.admin<{ id: string }>(`select id from settlement.netting_window where state = 'netted' order by number`)).map(
      ({ id }) => id,
    );

  async function perform(one: Action): Promise<void> {
    if (one.kind === 'pay') {
      const valueDate = new Date(clock.now() + one.days * 86_400_000).toISOString().slice(0, 10);
      await pay(one.from, (one.from + one.to) % 4, one.asset, { units: BigInt(1 + one.days * 7), valueDate });
    } else if (one.kind === 'close') await attempt(closeWindow(deps(), house.ctx, { group: one.group }));
    else if (one.kind === 'crash') {
      const broken = { ...deps(), outbox: { append: () => Promise.reject(new Error('the process died here')) } };
      await closeWindow(broken, house.ctx, { group: one.group }).catch(() => {});
    } else if (one.kind === 'assign') {
      const groupMode = { europe: { mode: 'schedule', schedule: EUROPE }, slow: { mode: 'by_hand', settles: 'by_hand' } }[one.group] ?? {
        mode: 'by_hand',
      };
      if (one.group !== 'main')
        await setWindowGroup(groupDeps(), house.ctx, { id: one.group, name: one.group, ...groupMode, assets: one.assets } as never);
    } else if (one.kind === 'exclude') {
      const [id] = await slowest();
      if (id)
        await attempt(
          excludeParticipant(deps(), house.ctx, { id, participantId: banks[one.bank]!.id, fate: one.fate, reason: 'A default' }),
        );
    } else if (one.kind === 'settle') {
      const [id] = await slowest();
      if (id) await settleNetted(deps(), house.ctx, { id });
    } else clock.advance(one.days * 86_400_000);
  }

  test('every obligation is in exactly one window and currency, what is set aside is what is owed, and every file holds', async () => {
    await setWindowGroup(groupDeps(), house.ctx, { id: 'slow', name: 'slow', mode: 'by_hand', settles: 'by_hand', assets: ['USD/2'] });
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 10, maxLength: 40 }), async (actions) => {
        for (const one of actions) await perform(one);
        expect((await contradictions()).contradictions).toEqual({});
        expect(await setAsideDifferences(deps(), house.tenantId)).toEqual([]);
        await finishWindows(deps(), house.ctx);
        // Everything comes to its end once its day has come.
        for (let day = 0; day < 12 && (await contradictions()).waiting! > 0n; day++) {
          clock.advance(86_400_000);
          await cutOffDue(deps(), house.ctx);
          await closeAllWindows(deps(), house.ctx);
          for (const id of await slowest()) await settleNetted(deps(), house.ctx, { id });
        }
        expect(await contradictions()).toEqual({ waiting: 0n, contradictions: {} });
      }),
      { numRuns: 8, endOnFailure: true },
    );
    expect(await unsound()).toEqual([]);
    const open = await house.database.admin(`select number, state from settlement.netting_window where state in ('cut_off', 'netted')`);
    expect(open).toEqual([]);
  });

  test('the database itself refuses a range that would overlap, leave a gap or branch off', async () => {
    const [last] = await house.database.admin<{ from_seq: bigint; window_id: string; tenant_id: string }>(
      `select tenant_id, from_seq, window_id from settlement.window_span where asset = 'EUR/2' and to_seq is null`,
    );
    const { tenant_id, from_seq, window_id } = last!;
    const insert = (from: bigint, to: bigint | null, after: bigint | null) =>
      house.database.admin(
        `insert into settlement.window_span (tenant_id, asset, from_seq, to_seq, after_seq, window_id)
         values ('${tenant_id}', 'EUR/2', ${from}, ${to ?? 'null'}, ${after ?? 'null'}, '${window_id}')`,
      );
    await expect(insert(from_seq + 5n, null, from_seq + 5n), 'behind a gap').rejects.toThrow();
    await expect(insert(from_seq + 5n, from_seq + 9n, null), 'a second beginning').rejects.toThrow();
    await expect(insert(from_seq, from_seq + 9n, from_seq), 'a branch').rejects.toThrow();
    await expect(insert(0n, 5n, 0n), 'from nowhere').rejects.toThrow();
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admitBanks } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { manualClock } from '../../base/time.ts';
import { createReportSchedule, listSchedules, planByCalendars as planReports } from '../report/manage-schedules.ts';
import { planByCalendars } from '../window/cut-off-due.ts';
import { extendCutOff, listWindowGroups, setWindowGroup } from '../window/manage-groups.ts';
import { BUILT_IN_CALENDARS, calendarsWith } from './built-in.ts';
import type { Calendars } from './holidays.ts';
import { ownCalendars } from './own.ts';

/** A Monday, 08:00 in Berlin; the day after it is free by the operator's own calendars only. */
const MONDAY = Date.UTC(2026, 10, 23, 7);
const TUESDAY_OFF = { '2026-11-24': "Founders' Day" };
const lira = {
  currency: 'TRY',
  system: 'EFT',
  source: 'made up',
  zone: 'Europe/Istanbul',
  weekend: [6, 7],
  years: { from: 2026, to: 2027 },
  rules: [],
  dates: { '2026-11-25': 'Feast' },
  estimated: ['2026-11-25'],
  open: [],
};
const read = (...values: object[]): Calendars =>
  calendarsWith(ownCalendars(values.map((value, i) => ({ name: `${i}.json`, content: Buffer.from(JSON.stringify(value)) }))));
const euro = BUILT_IN_CALENDARS.get('EUR')!;
const OWN = read({ ...euro, dates: TUESDAY_OFF }, lira);
const berlin = (day: string, time: string) => Date.parse(`${day}T${time}:00+01:00`);

const clock = manualClock(MONDAY);
let house: TestHouse;
const deps = (calendars: Calendars = house.settlement.deps.calendars) => ({ ...house.settlement.deps, calendars, windowSeconds: 0 });
const groupNamed = async (id: string) => (await listWindowGroups(deps(), house.ctx)).items.find((group) => group.id === id)!;
const cutOffOf = async (id: string) => (await groupNamed(id)).window.cutOffAt;
const setGroup = (id: string, asset: string, calendars: string[]) =>
  setWindowGroup(deps(), house.ctx, {
    id,
    name: id,
    mode: 'schedule',
    schedule: { zone: 'Europe/Berlin', cutOffs: ['12:00'], calendars },
    assets: [asset],
  });

beforeAll(async () => {
  house = await createTestHouse({ clock, calendars: OWN });
  await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK'], { 'EUR/2': 10n ** 9n, 'TRY/2': 10n ** 9n, 'USD/2': 10n ** 9n });
});
afterAll(() => house.close());

describe('an own calendar', () => {
  test('plans the windows of a group, in the place of the built-in one and for a currency that has none', async () => {
    clock.set(berlin('2026-11-23', '13:00'));
    expect((await setGroup('euro', 'EUR/2', ['EUR'])).window.cutOffAt).toBe(berlin('2026-11-25', '12:00'));
    expect((await setGroup('lira', 'TRY/2', ['EUR', 'TRY'])).window).toMatchObject({
      cutOffAt: berlin('2026-11-26', '12:00'),
      businessDay: '2026-11-26',
    });
  });

  test('says why there is no window today', async () => {
    clock.set(berlin('2026-11-25', '08:00'));
    expect((await groupNamed('lira')).closings).toEqual([{ currency: 'TRY', name: 'Feast', estimated: true }]);
    clock.set(berlin('2026-11-23', '13:00'));
  });

  test('plans reports on its business days', async () => {
    const made = await createReportSchedule(deps(), house.ctx, {
      name: 'Daily',
      kind: 'payments',
      format: 'csv',
      parameters: { period: 'previous_business_day', calendar: 'TRY' },
      cron: '0 6 * * *',
      zone: 'Europe/Berlin',
      businessDays: 'EUR',
    });
    expect(made.nextAt).toBe(berlin('2026-11-25', '06:00'));
  });
});

describe('a start with other calendars', () => {
  const DAYS_OFF = { ...TUESDAY_OFF, '2026-11-25': 'Thanks', '2026-11-26': 'More thanks' };
  const corrected = read({ ...euro, dates: DAYS_OFF }, lira);
  const short = read({ ...euro, years: { from: 2025, to: 2025 } }, lira);
  const plan = async (calendars?: Calendars) => {
    await planByCalendars(deps(calendars), house.ctx);
    await planReports(deps(calendars), house.tenantId);
  };
  const report = async () => (await listSchedules(deps(), house.ctx)).items[0]!;

  test('with the same ones changes nothing', async () => {
    const before = [await groupNamed('euro'), await groupNamed('lira'), await groupNamed('main'), await report()];
    await plan();
    expect([await groupNamed('euro'), await groupNamed('lira'), await groupNamed('main'), await report()]).toEqual(before);
  });

  test('moves what is planned ahead', async () => {
    await plan(corrected);
    expect([await cutOffOf('euro'), await cutOffOf('lira')]).toEqual([berlin('2026-11-27', '12:00'), berlin('2026-11-27', '12:00')]);
    expect((await report()).nextAt).toBe(berlin('2026-11-27', '06:00'));
  });

  test('plans before the first cut-off, by the job itself', async () => {
    for (const name of ['settlement.cut_off_due', 'settlement.schedule_reports'])
      await house.settlement.jobs.find((job) => job.name === name)!.run(new AbortController().signal);
    expect([await cutOffOf('euro'), await cutOffOf('lira')]).toEqual([berlin('2026-11-25', '12:00'), berlin('2026-11-26', '12:00')]);
    expect((await report()).nextAt).toBe(berlin('2026-11-25', '06:00'));
  });

  test('that say nothing of the year leaves cut-offs to people, and newer ones plan them again', async () => {
    await plan(short);
    expect((await groupNamed('euro')).window).not.toHaveProperty('cutOffAt');
    expect(await report()).toMatchObject({ problem: expect.stringContaining('says nothing of 2026') as string });
    await plan();
    expect(await cutOffOf('euro')).toBe(berlin('2026-11-25', '12:00'));
    expect((await report()).nextAt).toBe(berlin('2026-11-25', '06:00'));
    expect((await report()).problem ?? null).toBeNull();
  });

  test('leaves what is due, and what somebody put off', async () => {
    await extendCutOff(deps(), house.ctx, { id: 'euro', minutes: 30, reason: 'A participant is late' });
    await plan(corrected);
    expect(await cutOffOf('euro')).toBe(berlin('2026-11-25', '12:30'));
    await plan();
    clock.set(berlin('2026-11-26', '12:00'));
    await plan(corrected);
    expect(await cutOffOf('lira')).toBe(berlin('2026-11-26', '12:00'));
  });
});

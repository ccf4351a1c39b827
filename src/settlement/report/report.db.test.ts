import { text } from 'node:stream/consumers';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import type { Ctx } from '../../base/context.ts';
import { fromDecimalText } from '../../base/money.ts';
import { manualClock, systemClock } from '../../base/time.ts';
import { openWindows } from '../window/store.ts';
import { closeWindow } from '../window/close-window.ts';
import { sendPayment } from '../payment/send-payment.ts';
import { cancelReport } from './cancel-report.ts';
import { downloadReport } from './download-report.ts';
import { createFileStore } from './files.ts';
import { createReportSchedule, deleteReportSchedule, listSchedules, queueScheduled } from './manage-schedules.ts';
import { getReport, listReports } from './read-reports.ts';
import { paymentsReport } from './kinds/payments.ts';
import { createRunner } from './run-reports.ts';
import { startReport } from './start-report.ts';
import { beginRun, expireRuns, findRun, insertRun } from './store.ts';
import type { ReportView } from './view.ts';

let house: TestHouse;
let folder: string;
let banks: [Bank, Bank, Bank];
const day = new Date().toISOString().slice(0, 10);
const deps = () => ({ ...house.settlement.deps, files: createFileStore(folder) });
type Asked = Parameters<typeof startReport>[2];

async function settle(): Promise<void> {
  const open = await house.database.db.read({ tenantId: house.tenantId }, (tx) => openWindows(tx, house.tenantId));
  expect(open).not.toHaveLength(0);
  await closeWindow(house.settlement.deps, house.ctx);
}

beforeAll(async () => {
  house = await createTestHouse();
  folder = await mkdtemp(join(tmpdir(), 'rialto-reports-'));
  banks = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK', 'CCCCDEFF'], { 'EUR/2': 10n ** 9n, 'JPY/0': 10n ** 9n })) as [Bank, Bank, Bank];
  const [a, b, c] = banks;
  for (let i = 1; i <= 5; i++)
    await sendPayment(deps(), house.ctx, orderOf(a, b, { units: BigInt(i) * 1_000n, creditor: { name: '=SUM(A1)' } }));
  await sendPayment(deps(), house.ctx, orderOf(b, c, { units: 50_000_000n }));
  await sendPayment(deps(), house.ctx, orderOf(c, a, { asset: 'JPY/0', units: 777n }));
  await settle();
  await sendPayment(deps(), house.ctx, orderOf(b, a, { units: 42n }));
  // A report of today ends a second before it is asked for.
  await vi.waitUntil(async () => Date.now() > (await lastActMs()) + 2_000, { timeout: 10_000 });
});
afterAll(async () => {
  await house.close();
  await rm(folder, { recursive: true, force: true });
});

async function lastActMs(): Promise<number> {
  const [row] = await house.database.admin<{ at: number }>('select max(decided_at) as at from settlement.payment');
  return row!.at;
}

async function runAll(): Promise<void> {
  const runner = createRunner(deps());
  for (;;) {
    const open = await house.database.admin(`select 1 from settlement.report_run where state in ('queued', 'running')`);
    if (open.length === 0) return;
    await (
      await runner.begin(new AbortController().signal)
    ).ended;
  }
}

async function made(input: Asked, ctx: Ctx = house.ctx): Promise<ReportView> {
  const { id } = await startReport(deps(), ctx, input);
  await runAll();
  return getReport(deps(), ctx, { id });
}

async function csvOf(input: Omit<Asked, 'format'>, ctx: Ctx = house.ctx): Promise<string[][]> {
  const report = await made({ ...input, format: 'csv' }, ctx);
  expect(report).toMatchObject({ state: 'done' });
  const { output } = await downloadReport(deps(), ctx, { id: report.id }, {});
  const lines = (await text(output as Readable)).trimEnd().split('\r\n');
  expect(report.rows).toBe(lines.length - 1);
  return lines.map((line) => line.split(','));
}

const column = (rows: readonly string[][], name: string): string[] => {
  const at = rows[0]!.indexOf(name);
  expect(at).toBeGreaterThanOrEqual(0);
  return rows.slice(1).map((fields) => fields[at]!);
};

describe('reports', () => {
  test('of payments hold every payment of the days, with nothing that a spreadsheet calculates', async () => {
    const rows = await csvOf({ kind: 'payments', parameters: { from: day } });
    expect(rows).toHaveLength(1 + 8);
    expect(column(rows, 'Amount').toSorted()).toEqual(['0.42', '10.00', '20.00', '30.00', '40.00', '50.00', '500000.00', '777'].toSorted());
    expect(column(rows, 'Creditor').filter((name) => name === "'=SUM(A1)")).toHaveLength(5);
    const settled = await csvOf({ kind: 'payments', parameters: { from: day, status: 'settled', asset: 'EUR/2' } });
    expect(settled).toHaveLength(1 + 6);
  });

  test('statements begin and end with what the ledger says, and every line leads to its balance', async () => {
    for (const bank of banks) {
      for (const asset of ['EUR/2', 'JPY/0']) {
        const rows = await csvOf({ kind: 'statement', parameters: { from: day, participantId: bank.id, asset } });
        const units = (cell: string) => (cell === '' ? 0n : fromDecimalText(asset, cell).units);
        const [amounts, balances] = [column(rows, 'Amount').map(units), column(rows, 'Balance').map(units)];
        for (let i = 1; i < balances.length; i++) expect(balances[i]).toBe(balances[i - 1]! + amounts[i]!);
        expect(balances[0]).toBe(0n);
        expect(column(rows, 'What')).not.toContain('Other movements');
        expect(column(rows, 'What')[1]).toBe('Funding');
      }
    }
    const rows = await csvOf({ kind: 'statement', parameters: { from: day, participantId: banks[0].id, asset: 'EUR/2' } });
    expect(column(rows, 'Balance').at(-1)).toBe('9999850.00');
  });

  test('of a window hold positions that add up to nothing in each currency', async () => {
    const [window] = await house.database.admin<{ id: string }>(`select id from settlement.netting_window where state = 'settled'`);
    const rows = await csvOf({ kind: 'window', parameters: { windowId: window!.id } });
    const nets = column(rows, 'Net').map(Number);
    expect(rows).toHaveLength(1 + 5);
    expect(nets.reduce((sum, net) => sum + net, 0)).toBe(0);
  });

  test('of positions tell what each participant paid and was paid', async () => {
    const rows = await csvOf({ kind: 'positions', parameters: { from: day, asset: 'EUR/2' } });
    const of = (bic: string, how: string) => rows.find((fields) => fields[1] === bic && fields[4] === how)!.slice(5);
    expect(of('AAAAFIHH', 'In windows')).toEqual(['1', '0.00', '150.00', '-150.00', '150.00']);
    expect(of('BBBBNOKK', 'In windows')).toEqual(['1', '150.00', '500000.00', '-499850.00', '500150.00']);
    expect(of('AAAAFIHH', 'Custody')).toEqual(['1', '10000000.00', '0.00', '10000000.00', '10000000.00']);
  });

  test('for a regulator tell totals by corridor and participant, large payments, and how many records there are', async () => {
    const rows = await csvOf({ kind: 'regulator', parameters: { from: day, largeFrom: '100000' } });
    const records = rows.slice(1);
    const of = (record: string) => records.filter(([first]) => first === record).map((fields) => fields.slice(2, 9).join(' '));
    expect(of('L')).toEqual(['EUR NO DE BBBBNOKK CCCCDEFF 1 500000.00']);
    expect(of('D')).toEqual(['EUR FI NO   5 150.00', 'EUR NO DE   1 500000.00', 'JPY DE FI   1 777']);
    expect(of('P')).toContain('EUR FI  AAAAFIHH  5 150.00');
    expect(of('P')).toContain('EUR  NO  BBBBNOKK 5 150.00');
    expect(records.at(-1)![7]).toBe(String(records.length - 1));
  });

  test.each([
    ['positions', 'xlsx'],
    ['positions', 'pdf'],
    ['regulator', 'xlsx'],
    ['regulator', 'pdf'],
  ] as const)('come (%s) as %s too, the same file for the same question', async (kind, format) => {
    const report = await made({ kind, format, parameters: { from: day } });
    expect(report.file).toMatchObject({ name: `${kind}_${day}.${format}` });
    expect(report.file!.bytes).toBeGreaterThan(1_000);
  });

  test('read all rows from one snapshot, a page at a time: what comes in meanwhile is not in it', async () => {
    const days = { from: day, to: day, fromMs: Date.now() - 86_400_000, toMs: Date.now() + 86_400_000 };
    const counted = await house.database.db.read({ tenantId: house.tenantId }, async (tx) => {
      const source = await paymentsReport.open({ tx, tenantId: house.tenantId, ledger: deps().ledger, now: Date.now() }, { days });
      await sendPayment(deps(), house.ctx, orderOf(banks[0], banks[1], { units: 1n }));
      let rows = 0;
      for await (const page of source.pages) rows += page.length;
      return { rows, total: source.total };
    });
    expect(counted.rows).toBe(counted.total);
  });
});

describe('a bank', () => {
  test('gets its own payments only, and nobody else sees its report', async () => {
    const ctx = house.memberCtx(banks[0].id);
    const rows = await csvOf({ kind: 'payments', parameters: { from: day } }, ctx);
    for (const fields of rows.slice(1)) expect([fields[2], fields[4]]).toContain('AAAAFIHH');
    const mine = await listReports(deps(), ctx, {});
    expect(mine.items).toHaveLength(1);
    const other = house.memberCtx(banks[1].id);
    expect((await listReports(deps(), other, {})).items).toEqual([]);
    const ask = { id: mine.items[0]!.id };
    await expect(getReport(deps(), other, ask)).rejects.toMatchObject({ code: 'settlement.report_not_found' });
    await expect(downloadReport(deps(), other, ask, {})).rejects.toMatchObject({ code: 'settlement.report_not_found' });
    await expect(cancelReport(deps(), other, ask)).rejects.toMatchObject({ code: 'settlement.report_not_found' });
    expect((await listReports(deps(), house.ctx, {})).items.map(({ id }) => id)).toContain(ask.id);
  });

  test('is refused what is not about it', async () => {
    const ctx = house.memberCtx(banks[0].id);
    const ask = (input: Omit<Asked, 'format'>) => startReport(deps(), ctx, { ...input, format: 'csv' });
    await expect(ask({ kind: 'regulator', parameters: { from: day } })).rejects.toMatchObject({ code: 'settlement.report_forbidden' });
    const foreign = { from: day, participantId: banks[1].id, asset: 'EUR/2' };
    await expect(ask({ kind: 'statement', parameters: foreign })).rejects.toMatchObject({ code: 'settlement.participant_not_found' });
  });

  test('cannot read by a report what its key has no scope for', async () => {
    const { actor, ...rest } = house.ctx;
    const ctx = { ...rest, actor: { ...actor, scopes: new Set(['settlement:read']) } };
    const ask = startReport(deps(), ctx, { kind: 'payments', format: 'csv', parameters: { from: day } });
    await expect(ask).rejects.toMatchObject({ code: 'settlement.report_forbidden' });
  });
});

describe('bad questions are refused by name', () => {
  test.each([
    [{ kind: 'statement', parameters: { from: '2026-01-01' } }, 'settlement.report_parameter_missing'],
    [{ kind: 'payments', parameters: {} }, 'settlement.report_parameter_missing'],
    [{ kind: 'payments', parameters: { from: '2026-01-01', largeFrom: '1' } }, 'settlement.report_parameter_unused'],
    [{ kind: 'payments', parameters: { from: '2026-02-30' } }, 'settlement.report_period_invalid'],
    [{ kind: 'payments', parameters: { from: '2026-02-02', to: '2026-02-01' } }, 'settlement.report_period_invalid'],
    [{ kind: 'payments', parameters: { from: '2020-01-01', to: '2026-01-01' } }, 'settlement.report_period_invalid'],
    [{ kind: 'payments', parameters: { from: '2026-01-01', period: 'today' } }, 'settlement.report_period_invalid'],
    [{ kind: 'payments', parameters: { period: 'previous_business_day' } }, 'settlement.calendar_missing'],
  ] as const)('%j', async (input, code) => {
    await expect(startReport(deps(), house.ctx, { ...input, format: 'csv' })).rejects.toMatchObject({ code });
  });
});

describe('a run', () => {
  const ask: Asked = { kind: 'payments', format: 'csv', parameters: { from: day } };

  test('that a crash left half-way is begun anew and comes to the same', async () => {
    const { id } = await startReport(deps(), house.ctx, ask);
    const begun = await house.database.db.write({ tenantId: house.tenantId }, (tx) => beginRun(tx, house.tenantId, id, Date.now()));
    expect(begun).toMatchObject({ state: 'running', attempts: 1 });
    await runAll();
    expect(await getReport(deps(), house.ctx, { id })).toMatchObject({ state: 'done' });
    const [row] = await house.database.admin<{ attempts: number }>('select attempts from settlement.report_run where id = $1', [id]);
    expect(row!.attempts).toBe(2);
    expect(await readdir(join(folder, house.tenantId, 'unfinished'))).toEqual([]);
  });

  test('that never comes to an end is given up, and says so', async () => {
    const { id } = await startReport(deps(), house.ctx, ask);
    await house.database.admin(`update settlement.report_run set state = 'running', attempts = 3 where id = $1`, [id]);
    await runAll();
    expect(await getReport(deps(), house.ctx, { id })).toMatchObject({ state: 'failed', problem: { code: 'settlement.report_gave_up' } });
  });

  test('that is cancelled leaves no file, and is cancelled once', async () => {
    const { id } = await startReport(deps(), house.ctx, ask);
    expect(await cancelReport(deps(), house.ctx, { id })).toMatchObject({ state: 'cancelled' });
    await runAll();
    expect(await cancelReport(deps(), house.ctx, { id })).toMatchObject({ state: 'cancelled' });
    await expect(downloadReport(deps(), house.ctx, { id }, {})).rejects.toMatchObject({ code: 'settlement.report_not_done' });
    const done = await made(ask);
    await expect(cancelReport(deps(), house.ctx, { id: done.id })).rejects.toMatchObject({ code: 'settlement.report_over' });
  });

  test('tells how far it is, whoever it is for', async () => {
    await made(ask, house.memberCtx(banks[2].id));
    const events = await house.database.admin<{ data: { state: string }; members: string }>(
      `select e.data, e.members from infra.event_segment o, unnest(o.types, o.members, o.data) as e (type, members, data)
        where e.type = 'settlement.report_changed'`,
    );
    const mine = events.filter(({ members }) => members === `{${banks[2].id}}`);
    expect(mine.map(({ data }) => data.state)).toEqual(expect.arrayContaining(['queued', 'running', 'done']));
  });

  test('that cannot be made fails with what was wrong', async () => {
    const row = await house.database.db.write({ tenantId: house.tenantId }, (tx) =>
      insertRun(tx, house.tenantId, {
        id: '00000000-0000-7000-8000-000000000001',
        kind: 'regulator',
        format: 'pdf',
        parameters: { from: '2023-01-01', to: '2020-01-01' },
        keepDays: 1,
        memberId: null,
        requestedBy: 'test',
        requestedAt: Date.now(),
      }),
    );
    await runAll();
    expect(await getReport(deps(), house.ctx, { id: row!.id })).toMatchObject({
      state: 'failed',
      problem: { code: 'settlement.report_period_invalid' },
    });
  });
});

describe('a file', () => {
  test('is sent in the part that a range names, so that a download goes on where it broke off', async () => {
    const report = await made({ kind: 'payments', format: 'csv', parameters: { from: day } });
    const get = async (range?: string) => {
      const { output, extras } = await downloadReport(deps(), house.ctx, { id: report.id }, { range });
      return { text: await text(output as Readable), ...extras };
    };
    const whole = await get();
    expect(whole).toMatchObject({
      status: 200,
      headers: { 'content-length': String(report.file!.bytes), etag: `"${report.file!.sha256}"` },
    });
    const rest = await get('bytes=100-');
    expect(rest).toMatchObject({ status: 206, headers: { 'content-range': `bytes 100-${report.file!.bytes - 1}/${report.file!.bytes}` } });
    expect(whole.text.slice(0, 100) + rest.text).toBe(whole.text);
    expect((await get('bytes=-5')).text).toBe(whole.text.slice(-5));
    for (const useless of ['bytes=999999999-', 'bytes=-', 'lines=1-2', 'bytes=5-2']) expect((await get(useless)).status).toBe(200);
  });

  test('is removed when its time is over and no other report has the same', async () => {
    const ask: Asked = { kind: 'positions', format: 'csv', parameters: { from: day, asset: 'JPY/0' } };
    const [first, second] = [await made({ ...ask, keepDays: 1 }), await made({ ...ask, keepDays: 2 })];
    expect(first.file!.sha256).toBe(second.file!.sha256);
    const expire = (days: number) =>
      house.database.db.write({ tenantId: house.tenantId }, (tx) =>
        expireRuns(tx, house.tenantId, Date.now() + days * 86_400_000 + 60_000),
      );
    expect(await expire(1)).toEqual([]);
    await expect(downloadReport(deps(), house.ctx, { id: first.id }, {})).rejects.toMatchObject({ code: 'settlement.report_expired' });
    const unneeded = await expire(2);
    expect(unneeded.map((hash) => hash.toString('hex'))).toEqual([second.file!.sha256]);
  });
});

describe('a schedule', () => {
  const schedule = { kind: 'payments', format: 'csv', parameters: { period: 'yesterday' }, name: 'Mornings', cron: '0 6 * * *' } as const;

  test('queues its report each time once, and only the latest after a pause', async () => {
    const clock = manualClock(Date.now());
    const at = { ...deps(), clock };
    const made = await createReportSchedule(at, house.ctx, { ...schedule, forParticipantId: banks[0].id, keepDays: 7 });
    expect(made.nextAt).toBeGreaterThan(clock.now());
    await queueScheduled(at, house.tenantId);
    expect(await runsOf(made.id)).toHaveLength(0);
    clock.set(made.nextAt! + 5 * 86_400_000);
    await Promise.all([queueScheduled(at, house.tenantId), queueScheduled(at, house.tenantId)]);
    expect(await runsOf(made.id)).toHaveLength(1);
    const [{ nextAt } = {}] = (await listSchedules(at, house.ctx)).items;
    expect(nextAt).toBe(made.nextAt! + 6 * 86_400_000);
    expect((await listSchedules(at, house.memberCtx(banks[0].id))).items).toHaveLength(1);
    expect((await listSchedules(at, house.memberCtx(banks[1].id))).items).toHaveLength(0);
    await deleteReportSchedule(at, house.ctx, { id: made.id });
    expect((await listSchedules({ ...at, clock: systemClock }, house.ctx)).items).toHaveLength(0);
    expect(await runsOf(made.id)).toHaveLength(1);
  });

  test.each([
    [{ cron: '0 6 * *' }, 'settlement.cron_invalid'],
    [{ cron: '61 6 * * *' }, 'settlement.cron_invalid'],
    [{ cron: '0 0 31 2 *' }, 'settlement.cron_invalid'],
    [{ zone: 'Mars/Olympus' }, 'settlement.zone_unknown'],
    [{ businessDays: 'XXX' }, 'settlement.calendar_missing'],
  ] as const)('with %j is refused by name', async (change, code) => {
    await expect(createReportSchedule(deps(), house.ctx, { ...schedule, ...change })).rejects.toMatchObject({ code });
  });

  const runsOf = (id: string) => house.database.admin('select id from settlement.report_run where schedule_id = $1', [id]);
});

test('a run that another tenant asks for does not exist', async () => {
  const report = await made({ kind: 'payments', format: 'csv', parameters: { from: day } });
  const stranger = '00000000-0000-7000-8000-0000000000ff';
  expect(await house.database.db.read({ tenantId: stranger }, (tx) => findRun(tx, house.tenantId, report.id))).toBeUndefined();
});

import { expect, test } from 'vitest';
import { jobsHealth } from './check.ts';

test('background work is not well without a direct session, nor while a job goes on failing', async () => {
  let [isOpen, at] = [true, 0];
  const { check, onRun } = jobsHealth({ isOpen: () => isOpen }, () => at);
  const ran = (job: string, ok: boolean) => onRun({ job, ok, durationMs: 1 });
  expect(await check.run()).toMatchObject({ ok: true });
  ran('access.trim', false);
  ran('ledger.grow_log', false);
  expect(await check.run()).toMatchObject({ ok: true });
  at = 59_999;
  ran('access.trim', false);
  ran('ledger.grow_log', true);
  ran('ledger.grow_log', false);
  at = 60_000;
  const { ok, detail } = await check.run();
  expect([ok, detail]).toEqual([false, '1 of the jobs fail since a minute or longer: access.trim']);
  ran('access.trim', true);
  expect(await check.run()).toMatchObject({ ok: true });
  isOpen = false;
  expect(await check.run()).toMatchObject({ ok: false, detail: expect.stringContaining('no direct session') });
});

test('traffic is not kept away from a process whose background work fails', () => {
  expect(jobsHealth({ isOpen: () => false }).check).toMatchObject({ name: 'jobs', advisory: true });
});

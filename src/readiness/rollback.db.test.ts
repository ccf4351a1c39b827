import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callerOf, visitor } from '../../test/support/access.ts';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { manualClock } from '../base/time.ts';
import * as contract from './contract.ts';
import * as watching from './watch-contract.ts';

let house: TestHouse;
let folder = '';
const clock = manualClock(Date.UTC(2026, 10, 22, 9));
/** A program that counts how often it was called. */
const argv: [string, ...string[]] = [process.execPath, '-e', `require('fs').appendFileSync('called', 'x')`];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollback-'));
  house = await createTestHouse({
    clock,
    rollback: { mode: 'confirm', name: 'undo', script: { argv, cwd: folder, timeoutMs: 20_000 } },
  });
});
afterAll(async () => {
  await house.close();
  await rm(folder, { recursive: true });
});

const name = 'parcels';
const TEXT = `# Release of the parcel service

## After the release

- [ ] Parcels arrive in the first hour

## Roll back immediately if

- [ ] The database is gone for 5 minutes
`;
const call = () => callerOf(house.readiness.routes);
const code = (expected: string) => expect.objectContaining({ code: expected });
const called = () => readFile(join(folder, 'called'), 'utf8').catch(() => '');
const look = async (afterMs: number) => {
  clock.advance(afterMs);
  await house.readiness.jobs.find((job) => job.name === 'readiness.watch')!.run(new AbortController().signal);
  return (await call().output(watching.listWatches, house.ctx, { name })).items[0]!;
};

test('the rollback that is advised is called in the name of whoever confirms it with the password, once, also over a restart', async () => {
  const document = (text: string) => ({ ...visitor, document: new TextEncoder().encode(text) });
  await call().output(contract.uploadChecklist, house.ctx, { name }, document(TEXT));
  const { lines } = await call().output(contract.getChecklist, house.ctx, { name });
  const checks = [{ kind: 'health', params: { check: 'database' } }];
  const bindings = lines.map(({ id: line }) => ({ line, disposition: { kind: 'checked', checks } }));
  const file = JSON.stringify({ version: 1, checklist: name, bindings });
  await call().output(contract.uploadBindings, house.ctx, { name }, document(file));
  await house.stepUp();
  await call().output(contract.confirmBindings, house.ctx, { name, lines: lines.map(({ id }) => id) });
  clock.advance(6 * 60_000);

  const { id } = await call().output(watching.startWatch, house.ctx, { name });
  const input = { name, id };
  expect(await look(0)).toMatchObject({ rollbackPolicy: 'confirm', advice: 'continue' });
  await expect(call().output(watching.confirmRollback, house.ctx, input)).rejects.toEqual(code('readiness.step_up_required'));
  await house.stepUp();
  await expect(call().output(watching.confirmRollback, house.ctx, input)).rejects.toEqual(code('readiness.rollback_not_advised'));

  house.health.well = false;
  for (let minute = 0; minute < 15; minute++) await look(60_000);
  expect(await look(0)).toMatchObject({ advice: 'rollback' });
  expect(await called()).toBe('');
  await house.stepUp();
  expect(await call().output(watching.confirmRollback, house.keyed('back'), input)).toMatchObject({
    confirmed: { by: expect.stringContaining(house.ctx.actor.name) },
  });
  expect(await call().output(watching.confirmRollback, house.keyed('back'), input)).toMatchObject({ confirmed: {} });
  await expect(call().output(watching.confirmRollback, house.ctx, input)).rejects.toEqual(code('readiness.rollback_done'));
  await house.restart();
  expect(await look(15_000)).toMatchObject({
    rollback: { script: 'undo', by: expect.stringContaining(house.ctx.actor.name), exitCode: 0 },
  });
  await look(15_000);
  expect(await called()).toBe('x');
  const { moments } = await call().output(watching.getWatch, house.ctx, input);
  expect(moments.map(({ kind }) => kind).filter((kind) => kind.startsWith('rollback'))).toEqual([
    'rollback_confirmed',
    'rollback_started',
    'rollback_called',
  ]);
  const audit = await house.database.admin(`select outcome from access.audit where action = 'readiness.confirm_rollback'`);
  expect(audit).toHaveLength(1);
});

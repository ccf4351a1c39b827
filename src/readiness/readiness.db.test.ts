import { afterAll, beforeAll, expect, test } from 'vitest';
import { actorWith, callerOf, ctxFor, nobody, PASSWORD, visitor } from '../../test/support/access.ts';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { sampleLine } from '../../test/support/sample-checklist.ts';
import { createUser, login, stepUp } from '../access/contract.ts';
import type { Actor, Ctx } from '../base/context.ts';
import { newId } from '../base/id.ts';
import { manualClock } from '../base/time.ts';
import * as contract from './contract.ts';
import * as signing from './signing-contract.ts';
import * as watching from './watch-contract.ts';

let house: TestHouse;
const clock = manualClock(Date.UTC(2026, 10, 22, 9));
beforeAll(async () => void (house = await createTestHouse({ clock })));
afterAll(() => house.close());

const name = 'production';
const call = () => callerOf(house.readiness.routes);
const code = (expected: string) => expect.objectContaining({ code: expected });
const runJobs = async () => {
  for (const job of house.readiness.jobs.filter((one) => one.name === 'readiness.run')) await job.run(new AbortController().signal);
};
const runNow = async (ctx: Ctx = house.ctx) => {
  const { id } = await call().output(contract.startRun, ctx, { name });
  await runJobs();
  return id;
};
const checklist = () => call().output(contract.getChecklist, house.ctx, { name });
const stateOf = async (title: string) => (await checklist()).lines.find((line) => line.title === title)!;

/** A user who signed in, holds roles of checklists, and has proved the password again. */
const signer = async (roles: readonly string[]): Promise<Actor> => {
  const email = `signer-${newId()}@rialto.test`;
  const access = callerOf(house.access.routes);
  const { id } = await access.output(createUser, house.ctx, { email, name: 'A signer', password: PASSWORD, roles: ['operator'] });
  await call().output(signing.setSigner, house.ctx, { id, roles: [...roles] });
  const { accessToken } = await access.output(login, nobody, { email, password: PASSWORD });
  const actor = await house.access.authenticate(accessToken);
  await access.output(stepUp, actor, { password: PASSWORD });
  return actor;
};
const sign = (actor: Actor | Ctx, title = 'Drill', role = 'Release manager') =>
  call().output(signing.signLine, actor, { name, line: sampleLine(title), role, statement: 'Seen the protocol of the restore' });

test('before the first run nothing is decided, and every line says that it was not looked at', async () => {
  const { gate, lines, run } = await checklist();
  expect(gate.decision).toBe('undecided');
  expect(run).toBeUndefined();
  expect(lines.map(({ title }) => title)).toEqual(['Database', 'Drill', 'Second site', 'Watched', 'Archive']);
  expect(lines.filter(({ state }) => state === 'pass')).toEqual([]);
});

test('a run is made in the background, is told from its queue to its end, and keeps what its checks saw', async () => {
  const queued = await call().output(contract.startRun, house.ctx, { name });
  expect(queued).toMatchObject({ state: 'queued', checklist: name });
  expect(await call().output(contract.startRun, house.ctx, { name })).toMatchObject({ id: queued.id });
  await runJobs();
  const run = await call().output(contract.getRun, house.ctx, { id: queued.id });
  expect(run).toMatchObject({ state: 'finished', done: 1, total: 1, counts: { pass: 2, awaiting_sign_off: 3 } });
  expect(run.lines[0]).toMatchObject({ state: 'pass', checks: [{ kind: 'health', state: 'pass' }] });
  expect(await stateOf('Database')).toMatchObject({ state: 'pass', effect: 'passes' });
  expect(await stateOf('Drill')).toMatchObject({ state: 'awaiting_sign_off', effect: 'blocks', role: 'Release manager' });
  expect((await checklist()).gate).toMatchObject({ decision: 'no_go', runId: queued.id });
  const events = await house.database.admin<{ type: string }>(`select unnest(types) as type from infra.event_segment`);
  expect(events.map(({ type }) => type)).toContain('readiness.run_finished');
  const evidence = await call().output(contract.getEvidence, house.ctx, { sha256: run.results! });
  expect(JSON.parse(String(evidence))).toMatchObject({ id: queued.id });
});

test('nobody signs without a step-up login, nor in a role that they were not given', async () => {
  await runNow();
  const stranger = await signer(['QA']);
  await expect(sign(stranger)).rejects.toEqual(code('readiness.role_not_held'));
  await expect(sign(house.ctx)).rejects.toEqual(code('readiness.step_up_required'));
  const key: Actor = { kind: 'key', id: newId(), name: 'pipeline', tenantId: house.tenantId, scopes: new Set(['readiness:sign']) };
  await expect(sign(key)).rejects.toEqual(code('readiness.step_up_required'));
  expect(await stateOf('Drill')).toMatchObject({ state: 'awaiting_sign_off' });
});

test('a signature makes the line pass, stands verified in its history and in the audit log, and is void when it is withdrawn', async () => {
  await runNow();
  const ada = await signer(['Release manager']);
  const logged = await sign(ada);
  expect(await stateOf('Drill')).toMatchObject({ state: 'pass', notes: [{ kind: 'signed', by: ada.name, record: logged.record }] });
  const before = await call().output(contract.getLine, house.ctx, { name, line: sampleLine('Drill') });
  expect(before.history.find(({ kind }) => kind === 'signed')).toMatchObject({ by: ada.name, genuine: true, withdrawn: false });
  expect(before.signers.map(({ id }) => id)).toContain(ada.id);
  const audit = await house.database.admin<{ detail: object }>(`select detail from access.audit where action = 'readiness.sign_line'`);
  expect(audit.at(-1)!.detail).toMatchObject({ kind: 'signed', lines: [sampleLine('Drill')], leaf: logged.leaf });

  await call().output(signing.withdrawRecord, ada, { name, record: logged.record, reason: 'It was the protocol of another drill' });
  expect(await stateOf('Drill')).toMatchObject({ state: 'awaiting_sign_off', notes: [] });
  const { history } = await call().output(contract.getLine, house.ctx, { name, line: sampleLine('Drill') });
  expect(history.find(({ record }) => record === logged.record)).toMatchObject({ withdrawn: true });
});

test('the same key answers as the first time, also when the proof has ended, and signs once', async () => {
  await runNow();
  const ada = await signer(['Release manager']);
  const ctx = () => ctxFor(ada, { key: 'sign-once', bodyHash: 'b'.repeat(64) });
  const first = await sign(ctx());
  clock.advance(6 * 60_000);
  expect(await sign(ctx())).toEqual(first);
  await expect(sign(ada)).rejects.toEqual(code('readiness.step_up_required'));
});

test('whoever asks for a waiver cannot grant it; another approver can, and the line is waived, never passed', async () => {
  await runNow();
  const [asks, grants] = [await signer(['Release manager']), await signer(['Release manager'])];
  const until = clock.now() + 20 * 86_400_000;
  const wish = { name, line: sampleLine('Second site'), reason: 'The lines are ordered', until };
  const request = await call().output(signing.requestWaiver, asks, wish);
  await expect(call().output(signing.grantWaiver, asks, { id: request.id })).rejects.toEqual(code('readiness.own_request'));
  await call().output(signing.grantWaiver, grants, { id: request.id });
  expect(await stateOf('Second site')).toMatchObject({ state: 'waived', effect: 'waived' });
  await expect(call().output(signing.grantWaiver, grants, { id: request.id })).rejects.toEqual(code('readiness.waiver_request_decided'));
  expect((await checklist()).waiverRequests.find(({ id }) => id === request.id)).toMatchObject({
    state: 'granted',
    decidedBy: grants.name,
  });
  const refused = await call().output(signing.requestWaiver, asks, { ...wish, line: sampleLine('Archive') });
  expect(await call().output(signing.refuseWaiver, asks, { id: refused.id })).toMatchObject({ state: 'refused', own: true });
});

test('a release is watched in its windows, a look that finds something bad is told, and a restart goes on where it was', async () => {
  const look = async (afterMs = 5 * 60_000) => {
    clock.advance(afterMs);
    await house.readiness.jobs.find((job) => job.name === 'readiness.watch')!.run(new AbortController().signal);
    return (await call().output(watching.listWatches, house.ctx, { name })).items[0]!;
  };
  const started = await call().output(watching.startWatch, house.ctx, { name });
  expect(await look(0)).toMatchObject({ id: started.id, passes: 1, advice: 'continue', lines: [{ title: 'Watched', sight: 'good' }] });
  house.health.well = false;
  expect(await look()).toMatchObject({ passes: 2, advice: 'attention', lines: [{ sight: 'bad' }] });
  await house.restart();
  house.health.well = true;
  expect(await look()).toMatchObject({ id: started.id, passes: 3, advice: 'continue' });
  const { moments } = await call().output(watching.getWatch, house.ctx, { name, id: started.id });
  expect(moments.map(({ kind }) => kind)).toEqual(['observed', 'advised', 'observed', 'advised', 'observed', 'advised']);
  const events = await house.database.admin<{ type: string }>(`select unnest(types) as type from infra.event_segment`);
  expect(events.map(({ type }) => type)).toContain('readiness.watch_advised');

  const after = await call().output(watching.noteRollback, house.ctx, { name, id: started.id });
  expect(after).toMatchObject({ rollback: { script: 'by hand', exitCode: 0 } });
  expect(await call().output(watching.stopWatch, house.ctx, { name, id: started.id })).toMatchObject({ ended: { outcome: 'stopped' } });
  await expect(call().output(watching.stopWatch, house.ctx, { name, id: started.id })).rejects.toEqual(code('readiness.watch_over'));
  expect((await look()).passes).toBe(3);
});

test('the verdict goes into the log as the gate has it, and a changed checklist leaves nothing of it', async () => {
  await runNow();
  const [manager, lead] = [await signer(['Release manager']), await signer(['Technical lead'])];
  await sign(manager);
  await sign(lead, 'Archive', 'Technical lead');
  await sign(lead, 'Second site', 'Technical lead');
  const verdict = await call().output(signing.decideRelease, manager, { name });
  expect(verdict).toMatchObject({ decision: 'go', blocks: [] });
  expect((await checklist()).gate).toMatchObject({ decision: 'go', signed: { decision: 'go', by: manager.name } });
  await house.stepUp();
  const rest = await call()
    .output(contract.confirmBindings, house.ctx, { name, lines: [sampleLine('Archive')] })
    .catch((error: unknown) => error);
  expect(rest).toEqual(code('readiness.nothing_to_confirm'));

  const bindings = JSON.stringify({ version: 1, checklist: name, bindings: [] });
  const document = new TextEncoder().encode(bindings);
  await call().output(contract.uploadBindings, house.ctx, { name }, { ...visitor, document });
  const after = await checklist();
  expect(after.gate.decision).toBe('undecided');
  expect(after.gate.signed).toBeUndefined();
  expect(after.lines.filter(({ state }) => state === 'pass')).toEqual([]);
  expect(after.voided.some(({ why }) => why.includes('bindings_changed'))).toBe(true);
});

test('a checklist that is uploaded is read, bound by what its themes propose, and run beside the product’s own', async () => {
  const text =
    '# Release of the parcel service\n\n## Critical\n\n- [ ] The health endpoint `/health` answers 200\n- [ ] Rollback was rehearsed\n- [ ] No secret is in the repository\n';
  const request = { ...visitor, document: new TextEncoder().encode(text) };
  const kept = await call().output(contract.uploadChecklist, house.ctx, { name: 'parcels' }, request);
  expect(kept).toMatchObject({ origin: 'uploaded', items: 3, unbound: 3, title: 'Release of the parcel service' });
  const { lines } = await call().output(contract.getChecklist, house.ctx, { name: 'parcels' });
  const confirm = (at: number) => call().output(contract.confirmBindings, house.ctx, { name: 'parcels', lines: [lines[at]!.id] });
  // No target here has the health endpoint of the parcel service, and ours is not taken for it.
  await expect(confirm(0)).rejects.toEqual(code('readiness.parameter_missing'));
  expect((await call().output(contract.getLine, house.ctx, { name: 'parcels', line: lines[0]!.id })).proposal).toMatchObject({
    decides: 'checked',
    missing: [{ name: 'target' }],
  });
  expect((await confirm(2)).unbound).toBe(2);
  await call().output(contract.startRun, house.ctx, { name: 'parcels' });
  await runJobs();
  const ran = await call().output(contract.getChecklist, house.ctx, { name: 'parcels' });
  // Nothing that may be asked is named in the settings, so what was asked is refused: not a pass.
  expect(ran.lines.map(({ state }) => state)).not.toContain('pass');
  expect((await call().output(contract.listChecklists, house.ctx, {})).items.map((one) => one.name)).toEqual(['production', 'parcels']);
});

test('bindings of a kind of check that is no longer there make an error of their line, and hide nothing else', async () => {
  const { lines } = await call().output(contract.getChecklist, house.ctx, { name: 'parcels' });
  const gone = { kind: 'checked', checks: [{ kind: 'abandoned', params: {} }] };
  const binding = { line: lines[0]!.id, disposition: gone, confirmed: { by: 'Ada Lovelace', at: '2026-01-02' } };
  const bytes = Buffer.from(JSON.stringify({ version: 1, checklist: 'parcels', bindings: [binding] }));
  await expect(
    call().output(contract.uploadBindings, house.ctx, { name: 'parcels' }, { ...visitor, document: new Uint8Array(bytes) }),
  ).rejects.toEqual(code('readiness.bindings_invalid'));
  const keep = `with kept as (insert into readiness.evidence values ($1, sha256($2), 'application/yaml', $2, now()) returning sha256)
    update readiness.checklist set bindings = kept.sha256 from kept where name = 'parcels'`;
  await house.database.admin(keep, [house.tenantId, bytes]);
  await call().output(contract.startRun, house.ctx, { name: 'parcels' });
  await runJobs();
  const ran = await call().output(contract.getChecklist, house.ctx, { name: 'parcels' });
  expect(ran.lines.map(({ state }) => state)).toEqual(['error', 'fail', 'fail']);
});

test.each(['text', 'json', 'junit', 'markdown', 'html', 'pdf'] as const)('the report can be had as %s', async (format) => {
  const { output, extras } = await call().reply(contract.downloadReport, house.ctx, { name, format });
  expect((output as Buffer).length).toBeGreaterThan(200);
  expect(extras.headers!['content-disposition']).toContain('attachment; filename="production-2026-');
});

test('who is bound to a bank sees nothing, and another tenant has no checklist and keeps none', async () => {
  const member = house.memberCtx(newId());
  expect((await call().output(contract.listChecklists, member, {})).items).toEqual([]);
  expect((await call().output(signing.listSigners, member, {})).items).toEqual([]);
  await expect(call().output(contract.getChecklist, member, { name })).rejects.toEqual(code('readiness.checklist_not_found'));
  const other = actorWith(newId(), ['readiness:read', 'readiness:write']);
  await expect(call().output(contract.getChecklist, other, { name })).rejects.toEqual(code('readiness.checklist_not_found'));
  const request = { ...visitor, document: new TextEncoder().encode('- [ ] mine\n') };
  await expect(call().output(contract.uploadChecklist, other, { name: 'mine' }, request)).rejects.toEqual(code('readiness.operator_only'));
});

test('a run that a process left behind is made anew, and one whose log was written is only ended', async () => {
  const left = await call().output(contract.startRun, house.ctx, { name });
  await house.database.admin(`update readiness.run set state = 'running' where id = $1`, [left.id]);
  await house.restart();
  await runJobs();
  expect(await call().output(contract.getRun, house.ctx, { id: left.id })).toMatchObject({ state: 'finished' });
  const entries = `select count(*)::int as entries from readiness.record where kind = 'run_finished' and body like '%' || $1 || '%'`;
  await house.database.admin(`update readiness.run set state = 'running', results = null where id = $1`, [left.id]);
  await runJobs();
  expect(await call().output(contract.getRun, house.ctx, { id: left.id })).toMatchObject({ state: 'finished' });
  expect(await house.database.admin(entries, [left.id])).toEqual([{ entries: 1 }]);
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { actorWith, callerOf, visitor } from '../../test/support/access.ts';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import * as contract from './contract.ts';
import { HOUSE_LIMITS } from './reading/limits.ts';
import * as watching from './watch-contract.ts';

const name = 'release';
const TEXT = '# Release\n\n## Medium\n\n- [ ] The health of the database is good\n- [ ] The archive is read\n- [ ] The manual is there\n';

let house: TestHouse;
beforeAll(async () => {
  house = await createTestHouse();
});
afterAll(() => house.close());

const call = () => callerOf(house.readiness.routes);
const code = (expected: string) => expect.objectContaining({ code: expected });
const bytes = (text: string) => ({ ...visitor, document: new TextEncoder().encode(text) });
const shown = (of = name) => call().output(contract.getChecklist, house.ctx, { name: of });
const upload = (text: string, of = name) => call().output(contract.uploadChecklist, house.ctx, { name: of }, bytes(text));
/** A key that may write, as a pipeline has one. */
const key = () => actorWith(house.tenantId, ['readiness:read', 'readiness:write'], { kind: 'key' });
const runJobs = async () => {
  for (const job of house.readiness.jobs.filter((one) => one.name === 'readiness.run')) await job.run(new AbortController().signal);
};

const confirmed = { by: 'Head of Security', at: '2026-01-02' };
async function bindingsOf(): Promise<object[]> {
  const [health, archive, manual] = (await shown()).lines.map(({ id }) => id);
  return [
    { line: health, disposition: { kind: 'checked', checks: [{ kind: 'health', params: { check: 'database' } }] } },
    { line: archive, disposition: { kind: 'not_applicable', reason: 'None here', by: 'Head of Security' } },
    { line: manual, disposition: { kind: 'waived', reason: 'Next week', by: 'Head of Security', until: '2099-12-31' } },
  ];
}
const fileOf = (bindings: readonly object[], more: object = {}) => JSON.stringify({ version: 1, checklist: name, ...more, bindings });

test('bindings that were made beside a file of the name are taken for it, and those of another checklist are not', async () => {
  await upload(TEXT);
  const bindings = await bindingsOf();
  const take = (checklist: string) => call().output(contract.uploadBindings, key(), { name }, bytes(fileOf(bindings, { checklist })));
  for (const file of [name, `${name}.md`, `${name.toUpperCase()}.markdown`]) expect(await take(file)).toMatchObject({ unbound: 3 });
  for (const other of ['other', `other/${name}.md.yaml`, `${name}-2.md`])
    await expect(take(other)).rejects.toEqual(code('readiness.bindings_of_another'));
});

test('a name in a file that is uploaded confirms nothing: only an account does, after a step-up login, and in its own name', async () => {
  await upload(TEXT);
  const bindings = await bindingsOf();
  const file = fileOf(
    bindings.map((binding) => ({ ...binding, confirmed })),
    { validFor: '700d' },
  );
  const kept = await call().output(contract.uploadBindings, key(), { name }, bytes(file));
  const lines = (await shown()).lines.map(({ id }) => id);
  expect(kept).toMatchObject({
    unbound: 3,
    takenOut: { confirmations: lines.map((line) => ({ line, by: 'Head of Security' })), validFor: true },
  });
  await call().output(contract.startRun, house.ctx, { name });
  await runJobs();
  expect((await shown()).lines.map(({ state }) => state)).toEqual(['fail', 'fail', 'fail']);

  const confirm = (actor: typeof house.ctx | ReturnType<typeof key>) => call().output(contract.confirmBindings, actor, { name, lines });
  await expect(confirm(key())).rejects.toEqual(code('readiness.step_up_required'));
  await expect(confirm(house.ctx)).rejects.toEqual(code('readiness.step_up_required'));
  await house.stepUp();
  await confirm(house.ctx);
  await call().output(contract.startRun, house.ctx, { name });
  await runJobs();
  const [health, archive, manual] = (await shown()).lines;
  expect([health!.state, archive!.state, manual!.state]).toEqual(['pass', 'not_applicable', 'waived']);
  const detail = await call().output(contract.getLine, house.ctx, { name, line: archive!.id });
  expect(detail.confirmedBy).toContain(house.ctx.actor.name);
  expect(`${archive!.summary} ${manual!.summary}`).not.toContain('Head of Security');
  expect(archive!.summary).toContain(house.ctx.actor.name);
});

test('what the house holds stays confirmed when the same comes again, and is taken out where one word is another', async () => {
  const { bindingsText } = await heldNow();
  const held = JSON.parse(JSON.stringify((await import('yaml')).parse(bindingsText))) as { bindings: { disposition: object }[] };
  const same = await call().output(contract.uploadBindings, key(), { name }, bytes(JSON.stringify(held)));
  expect(same).toMatchObject({ unbound: 0, takenOut: { confirmations: [], validFor: false } });
  held.bindings[0]!.disposition = { kind: 'attested', role: 'Anybody' };
  const changed = await call().output(contract.uploadBindings, key(), { name }, bytes(JSON.stringify(held)));
  expect(changed).toMatchObject({ unbound: 1, takenOut: { confirmations: [{ line: (await shown()).lines[0]!.id }] } });
});

async function heldNow(): Promise<{ bindingsText: string }> {
  const [row] = await house.database.admin<{ text: string }>(
    `select convert_from(e.bytes, 'utf8') as text from readiness.checklist c join readiness.evidence e on e.sha256 = c.bindings where c.name = $1`,
    [name],
  );
  return { bindingsText: row!.text };
}

test('a document that is larger than the house reads is refused by name, and nothing of it is kept', async () => {
  const many = `# Many\n${'- [ ] x\n'.repeat(HOUSE_LIMITS.lines + 1)}`;
  await expect(upload(many, 'many')).rejects.toEqual(code('readiness.checklist_too_large'));
  await expect(upload(`- [ ] x\n${'\n'.repeat(HOUSE_LIMITS.textLines)}`, 'many')).rejects.toEqual(code('readiness.checklist_too_large'));
  await expect(shown('many')).rejects.toEqual(code('readiness.checklist_not_found'));
});

test('a large document is read, bound and confirmed as a small one is', async () => {
  const text = `# Large\n\n## Medium\n\n${Array.from({ length: 900 }, (_, i) => `- [ ] **Part ${i}**: no secret is in the repository\n`).join('')}`;
  await upload(text, 'large');
  const before = await shown('large');
  expect(before.lines).toHaveLength(900);
  await house.stepUp();
  const lines = before.lines.slice(0, 300).map(({ id }) => id);
  const after = await call().output(contract.confirmBindings, house.ctx, { name: 'large', lines });
  expect(after.unbound).toBe(600);
  const detail = await call().output(contract.getLine, house.ctx, { name: 'large', line: before.lines[899]!.id });
  expect(detail.proposal).toMatchObject({ decides: 'checked' });
});

test('a checklist that was uploaded can be taken away, with a line in the audit log; its log goes on when it comes again', async () => {
  const remove = (of: string) => call().output(contract.deleteChecklist, house.ctx, { name: of });
  const { log } = await shown();
  await upload('# Watched\n\n## Roll back if\n\n- [ ] The shop is down for 5 minutes\n', 'watched');
  const watch = await call().output(watching.startWatch, house.ctx, { name: 'watched' });
  await expect(remove('watched')).rejects.toEqual(code('readiness.checklist_in_use'));
  await call().output(watching.stopWatch, house.ctx, { name: 'watched', id: watch.id });
  await remove('watched');
  await call().output(contract.startRun, house.ctx, { name });
  await expect(remove(name)).rejects.toEqual(code('readiness.checklist_in_use'));
  await runJobs();
  expect(await remove(name)).toEqual({ name });
  await expect(shown()).rejects.toEqual(code('readiness.checklist_not_found'));
  await expect(remove(name)).rejects.toEqual(code('readiness.checklist_not_found'));
  await expect(remove('production')).rejects.toEqual(code('readiness.checklist_reserved'));
  const audit = `select subject from access.audit where action = 'readiness.delete_checklist' order by subject`;
  expect(await house.database.admin(audit)).toEqual(expect.arrayContaining([{ subject: name }, { subject: 'watched' }]));
  await upload(TEXT);
  const again = await shown();
  expect(again.log.size).toBeGreaterThan(log.size);
  expect(again.unbound).toBe(3);
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { enrolCheaply, PASSPHRASE, readinessCli } from '../../../../test/support/readiness-cli.ts';
import { readSeeds } from '../../../../test/support/seeds.ts';
import { whereThere } from '../../../../test/support/shared-data.ts';
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts';
import { testPeople, runOf, stateOf, subjectOfTest, NOW } from '../../../../test/support/readiness.ts';
import { decide } from '../../../readiness/gate/decide.ts';
import { openLine, type OpenedLine } from '../../../readiness/report/opened-line.ts';
import { sourceText } from '../../../readiness/report/source-text.ts';
import { DEFAULT_POLICY } from '../../../readiness/record/fold.ts';
import { openFileStore } from '../../../readiness/record/file-store.ts';
import { systemClock } from '../../../base/time.ts';
import { describeOpenedLine } from './describe-opened-line.ts';

const CHECKLIST = `# Release

## Critical
- [ ] The door answers in under 200 ms
  with its own words below

  \`\`\`sh
  curl localhost
  \`\`\`
- [ ] Somebody tried it
- [ ] Nobody decides this
`;

async function sceneOf() {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  onTestFinished(() => void vi.restoreAllMocks());
  const folder = temporaryFolder({ 'release.md': CHECKLIST, pass: `${PASSPHRASE}\n` });
  const path = (name: string) => join(folder, name);
  await readinessCli('init', folder);
  await enrolCheaply(path('people.yaml'), path('keys'), { id: 'ada', name: 'Ada', roles: ['QA Lead'] });
  const { value } = await readinessCli('read', path('release.md'));
  const [door, tried] = (value as { items: { id: string }[] }).items.map(({ id }) => id);
  const confirmed = 'confirmed: { by: Grace, at: 2026-01-05 }';
  const file = `{ kind: file, params: { path: door.conf, contains: ["answers"] } }`;
  writeFileSync(
    path('release.bindings.yaml'),
    `version: 1\nchecklist: release.md\nbindings:\n  - { line: "${door}", holdsDemand: the file says it, disposition: { kind: checked, checks: [${file}] }, ${confirmed} }\n` +
      `  - { line: "${tried}", disposition: { kind: attested, role: QA Lead }, ${confirmed} }\n`,
  );
  const work = ['--settings', path('readiness.yaml'), '--commit', 'c0ffee'];
  const as = [...work, '--as', 'ada', '--keys', path('keys'), '--passphrase-file', path('pass')];
  const show = async (...args: string[]) => {
    const { text, value: opened } = await readinessCli('show', ...args, ...work);
    return { text, opened: opened as OpenedLine };
  };
  return { path, work, as, show, list: path('release.md'), door: door! };
}

describe('rialto readiness show', () => {
  test('opens a line: as written, its binding, its result with the evidence, its history, and who may sign', async () => {
    const { path, work, as, show, list, door } = await sceneOf();
    await readinessCli('run', list, ...work);
    writeFileSync(path('door.conf'), 'port: 80\nthe door answers\npassword: hunter2hunter2\n');
    await readinessCli('run', list, ...work);
    await readinessCli('sign', list, ':10', '--statement', 'Tried on staging', ...as);
    const { text, opened } = await show(':4', list);
    expect(opened).toMatchObject({
      checklist: 'release.md',
      id: door,
      written: ['- [ ] The door answers in under 200 ms', '  with its own words below', '', '  ```sh', '  curl localhost', '  ```'],
      binding: {
        disposition: { checks: [{ kind: 'file', params: { path: 'door.conf', contains: ['answers'] } }] },
        confirmed: { by: 'Grace' },
      },
      history: [{ state: 'pass' }, { state: 'fail' }],
      effect: 'passes',
    });
    expect(opened.result!.checks[0]!.seen).toContain('line 2 has "answers": the door answers');
    expect(text).toContain('  | line 2 has "answers": the door answers');
    expect(text).toContain('file {"path":"door.conf","contains":["answers"]}');
    expect(text).toMatch(/Over the runs\n.* pass .*\n.* fail .*door\.conf is not there/);
    expect(text).not.toContain('hunter2hunter2');
    const signed = await show(':10', list);
    expect(signed.opened.maySign).toEqual({ role: 'QA Lead', people: [{ id: 'ada', name: 'Ada' }] });
    expect(signed.text).toMatch(/signed by Ada as QA Lead: Tried on staging {2}\[record \d+\]/);
    expect(signed.text).toContain('QA Lead: Ada (ada)');
  });

  test('opens it as an earlier run saw it, by the id of the run, its beginning, or its record', async () => {
    const { path, work, show, list } = await sceneOf();
    await readinessCli('run', list, ...work);
    writeFileSync(path('door.conf'), 'it answers\n');
    await readinessCli('run', list, ...work);
    const { opened } = await show(':4', list);
    const { run, record } = opened.history[1]!;
    for (const name of [run, run.slice(0, -1), String(record)]) {
      const earlier = await show(':4', list, '--run', name);
      expect(earlier.opened.result).toMatchObject({ run, state: 'fail', checks: [{ seen: 'nothing is at door.conf' }] });
    }
    await expect(show(':4', list, '--run', 'nowhere')).rejects.toMatchObject({ code: 'readiness.run_not_found' });
  });

  test('finds the checklist by the line, and says what is missing of a line that nothing decides', async () => {
    const { work, show, list, door } = await sceneOf();
    const never = await show(':11');
    expect(never.text).toContain('Nothing is bound to it');
    expect(never.text).toContain('No run has looked at it');
    expect(never.opened.maySign).toMatchObject({ why: expect.stringContaining('no confirmed binding') });
    await readinessCli('run', list, ...work);
    expect((await show(door.slice(0, 6))).opened.line).toBe(4);
    await expect(show(':999')).rejects.toMatchObject({ code: 'readiness.line_unknown' });
    writeFileSync(list.replace('release', 'other'), readFileSync(list));
    writeFileSync(list.replace('release.md', 'other.bindings.yaml'), 'version: 1\nchecklist: other.md\nbindings: []\n');
    await expect(show(':4')).rejects.toMatchObject({ code: 'readiness.line_ambiguous' });
  });

  test('tells nothing that acts on a terminal, whatever the document and the evidence hold', async () => {
    const { path, work, show, list } = await sceneOf();
    writeFileSync(path('door.conf'), 'answers \u001b[2J\u202e\n');
    writeFileSync(list, readFileSync(list, 'utf8').replace('Nobody decides', 'Nobody \u001b[31mdecides'));
    await readinessCli('run', list, ...work);
    for (const line of [':4', ':11']) {
      const { text } = await show(line, list);
      // oxlint-disable-next-line no-control-regex -- that is what must not be there
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    }
  });
});

const seeds = readSeeds();
whereThere(seeds, () => {
  test.each(seeds!.map((seed) => [seed.name, seed] as const))(
    'every line of %s can be opened, with the evidence of every check',
    async (_, seed) => {
      const { checklist, bindings, text } = seed;
      const store = openFileStore(temporaryFolder({}), { clock: systemClock });
      const subject = subjectOfTest(checklist, bindings);
      const checksOf = new Map(
        bindings.bindings.map(({ line, disposition }) => [line, 'checks' in disposition ? (disposition.checks ?? []) : []]),
      );
      const bare = runOf(subject, Object.fromEntries([...checksOf].map(([line, checks]) => [line, checks.map(() => 'fail' as const)])));
      const evidence = await store.putEvidence(Buffer.from('what was seen'), 'text/plain');
      const run = {
        ...bare,
        results: bare.results.map((result) => ({ ...result, checks: result.checks.map((check) => ({ ...check, evidence })) })),
      };
      const results = await store.putEvidence(Buffer.from(JSON.stringify(run)), 'application/json');
      const entry = await store.append(checklist.name, {
        kind: 'run_finished',
        runId: run.id,
        subject,
        results,
        counts: {},
        requestedBy: 'Robin',
      });
      const records = await stateOf([], { people: testPeople(), subject });
      const verdict = decide({ checklist, bindings, run, subject, records, at: NOW });
      const ground = { checklist, bindings, subject, run, records, policy: DEFAULT_POLICY, at: NOW };
      const from = {
        ground,
        verdict,
        entries: [entry],
        trusted: new Set<number>(),
        store,
        source: sourceText(Buffer.from(text)).split('\n'),
        people: [],
      };
      for (const line of verdict.lines) {
        const opened = await openLine(from as never, line.lineId);
        expect(opened.written[0]!.trim()).not.toBe('');
        expect((opened.result?.checks ?? []).map(({ seen }) => seen)).toEqual((checksOf.get(line.lineId) ?? []).map(() => 'what was seen'));
        expect(describeOpenedLine(opened)).toContain('Who may sign');
      }
    },
  );
});

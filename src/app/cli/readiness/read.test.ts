import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { readinessCli } from '../../../../test/support/readiness-cli.ts';
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts';
import { checklistJson } from '../../../readiness/checklist/json.ts';
import { describeTable, describeTree } from './describe-checklist.ts';
import { readChecklistFile } from './read.ts';

const SOURCE = `# Harbour launch

## Critical (2 items)

- [x] **Cranes**: answer in < 40 ms (p95)
  - [ ] drill done
- Load: 80 ships

## Abort the departure if

- [ ] Fog for more than 2 hours

## Notes

- [ ] Captain: ____ Date: ____
`;

test('a checklist is shown as a tree with what was understood, guessed and found', async () => {
  const folder = temporaryFolder({ 'harbour.md': SOURCE });
  const tree = describeTree(await readChecklistFile(join(folder, 'harbour.md')));
  expect(tree).toContain('Harbour launch\nharbour.md, sha256 ');
  expect(tree).toContain('4 items, 1 ticked (a tick is a claim)');
  expect(tree).toContain(
    '\nCritical\n   5 [x] Cranes — answer in < 40 ms (p95)   · answer p95 < 40 ms · critical\n     6 [ ] drill done   · critical',
  );
  expect(tree).toContain('bad when true · roll back');
  expect(tree).toMatch(/Understood\n {2}items +4, of which 1 nested/);
  expect(tree).toContain('Not understood: nothing');
});

test('as a table it has one row for each item', async () => {
  const folder = temporaryFolder({ 'harbour.md': SOURCE });
  const rows = describeTable(await readChecklistFile(join(folder, 'harbour.md'))).split('\n');
  expect(rows.map((row) => row.split(/\s+/)[0])).toEqual(['line', '5', '6', '11', '15']);
});

test('as JSON every key of an item is there, with null where it has nothing', async () => {
  const folder = temporaryFolder({ 'harbour.md': SOURCE });
  const json = JSON.parse(JSON.stringify(checklistJson(await readChecklistFile(join(folder, 'harbour.md'))))) as Record<
    string,
    Record<string, unknown>[]
  >;
  expect(Object.keys(json)).toEqual([
    'name',
    'title',
    'sha256',
    'items',
    'criteria',
    'signOffs',
    'states',
    'services',
    'guessed',
    'notUnderstood',
    'findings',
  ]);
  expect(json['items']![1]).toMatchObject({
    title: 'drill done',
    line: 6,
    section: ['Harbour launch', 'Critical'],
    checked: false,
    tier: 'critical',
    depth: 1,
  });
  expect(json['items']![3]).toMatchObject({
    tier: null,
    environment: null,
    window: null,
    polarity: 'good_when_true',
    thresholds: [],
    roles: ['Captain'],
    parent: null,
  });
});

test('a file that cannot be read is named', async () => {
  await expect(readChecklistFile(join(temporaryFolder(), 'absent.md'))).rejects.toMatchObject({ code: 'readiness.file_unreadable' });
});

test('with npm, files are meant from where the person is, and not from the folder of the package', async () => {
  const folder = temporaryFolder({ 'harbour.md': SOURCE });
  onTestFinished(() => void vi.unstubAllEnvs());
  const gone = vi.spyOn(process, 'chdir').mockImplementation(() => undefined);
  onTestFinished(() => gone.mockRestore());
  for (const [script, wanted] of [
    ['rialto', [[folder]]],
    ['test', []],
  ] as const) {
    gone.mockClear();
    vi.stubEnv('npm_lifecycle_event', script);
    vi.stubEnv('INIT_CWD', folder);
    await readinessCli('read', join(folder, 'harbour.md'));
    expect(gone.mock.calls).toEqual(wanted);
  }
});

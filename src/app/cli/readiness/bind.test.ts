import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts';
import { bind } from './bind.ts';
import { describeFindings, describeStand, describeSuggestions, standJson, tableOfSuggestions } from './describe-stand.ts';

const harbour = `# Harbour

## Before opening
- [ ] **Gate**: answers at /health/ready
- [ ] **Backups**: made every night and encrypted
- [ ] The harbour master has read the tide tables

### Sign-off
- [ ] Harbour Master: ______ Date: ______
`;

const SETTINGS = 'version: 1\ntargets: { gate: https://gate.harbour.example }\n';
const folderOf = (bindings?: string, settings = SETTINGS) => {
  const folder = temporaryFolder({
    'harbour.md': harbour,
    'readiness.yaml': settings,
    ...(bindings !== undefined && { 'harbour.bindings.yaml': bindings }),
  });
  return { folder, file: join(folder, 'harbour.md'), beside: join(folder, 'harbour.bindings.yaml') };
};

test('a checklist without bindings is shown with proposals and reasons, and nothing is written', async () => {
  const { folder, file } = folderOf();
  const stand = await bind(file, { suggest: true });
  expect(describeStand(stand)).toContain('4 lines: 0 bound, 0 suggested, 4 unbound.');
  const text = describeSuggestions(stand);
  expect(text).toMatch(/4: Gate\n {4}S1 \d+ %/);
  expect(text).toContain('→ signed by');
  expect(readdirSync(folder)).toEqual(['harbour.md', 'readiness.yaml']);
});

test('a line that is confirmed is written beside the checklist with who did it, and lint asks for the rest', async () => {
  const { file, beside, folder } = folderOf();
  const [gate] = (await bind(file, {})).lines;
  const after = await bind(file, { confirm: [gate!.line.id.slice(0, 8)], by: 'Mary' });
  expect(after.lines[0]!.state).toBe('bound');
  const written = readFileSync(beside, 'utf8');
  expect(written).toContain('# Gate');
  expect(written).toMatch(/confirmed: \{ by: Mary, at: \d{4}-\d{2}-\d{2} \}/);
  expect(describeFindings(after)).toContain('unbound');
  expect(readdirSync(folder).sort()).toEqual(['harbour.bindings.yaml', 'harbour.md', 'readiness.yaml']);
  expect((await bind(file, {})).lines[0]!.state).toBe('bound');
});

test('all lines of a theme are confirmed at once, and lint is content when nothing is left', async () => {
  const { file } = folderOf();
  const { lines } = await bind(file, {});
  const set = ['pgbackrest=backups.json'];
  await bind(file, { confirmTheme: 'B2', by: 'Mary', set });
  const rest = lines.filter(({ proposal }) => proposal!.binding.theme !== 'B2').map(({ line }) => line.id);
  const done = await bind(file, { confirm: rest, by: 'Mary' });
  expect(done.findings).toEqual([]);
  expect(describeFindings(done)).toContain('Every line is decided exactly once. 4 lines: 4 bound');
});

test('a proposal shows its kind, its parameters, how sure it is and why, and what a person has to fill in, as a tree, a table and a value', async () => {
  const { file } = folderOf();
  const stand = await bind(file, { suggest: true });
  const tree = describeSuggestions(stand);
  expect(tree).toMatch(/→ http: .*, \d+ % sure\n {8}http target: gate, path: \/health\/ready/);
  expect(tree).toContain('TO FILL IN backup_age 1.pgbackrest: the path of what pgbackrest info --output=json told');
  expect(tableOfSuggestions(stand)).toMatch(/http +target: gate, path: \/health\/ready +\d+ % +Health/);
  expect(standJson(stand)).toMatchObject({
    lines: [
      {
        proposal: { confidence: expect.any(Number), missing: [], disposition: { checks: [{ kind: 'http', params: { target: 'gate' } }] } },
      },
      { proposal: { missing: [{ name: 'pgbackrest' }] } },
      {},
      {},
    ],
  });
});

test('what is to be filled in is confirmed only once it is, and then as it was given', async () => {
  const { file, beside } = folderOf(undefined, 'version: 1\n');
  const gate = () => bind(file, { confirmTheme: 'S1', by: 'Mary' });
  await expect(gate()).rejects.toMatchObject({
    code: 'readiness.parameter_missing',
    message: expect.stringContaining('target (the name of the target'),
  });
  expect(existsSync(beside)).toBe(false);
  // The path stands in the line, so nobody is asked for it, and another one is not taken in silence.
  const other = bind(file, { confirmTheme: 'S1', by: 'Mary', set: ['target=gate', 'path=/other'] });
  await expect(other).rejects.toMatchObject({ code: 'readiness.parameter_missing', message: expect.stringContaining('path') });
  expect(existsSync(beside)).toBe(false);
  await bind(file, { confirmTheme: 'S1', by: 'Mary', set: ['target=gate'] });
  expect(readFileSync(beside, 'utf8')).toMatch(/target: gate[^]*path: \/health\/ready/);
  await expect(bind(file, { confirmTheme: 'B2', by: 'Mary', set: ['pgbackrest'] })).rejects.toMatchObject({ code: 'request.invalid' });
});

test('each of several numbers is told its own place, what nobody asks for is refused, and a line is named by its number', async () => {
  const text = '# P\n\n## Critical\n\n- [ ] Latency: p50 < 50 ms, p99 < 400 ms\n- [ ] The board agrees\n';
  const file = join(temporaryFolder({ 'p.md': text }), 'p.md');
  const at = { report: 'report=load.json', commit: 'commitAt=$.commit' };
  await expect(bind(file, { confirm: [':5'], by: 'Mary', set: [at.report, at.commit, 'at=$.p95'] })).rejects.toMatchObject({
    code: 'readiness.parameter_missing',
    message: expect.stringContaining('1.demands.1.at'),
  });
  const set = [at.report, at.commit, '1.demands.0.at=$.p50', 'demands.1.at=$.p99'];
  const [line] = (await bind(file, { confirm: [':5'], by: 'Mary', set })).lines;
  expect(line!.binding!.disposition).toMatchObject({ checks: [{ params: { demands: [{ at: '$.p50' }, { at: '$.p99' }] } }] });
  const refused = bind(file, { confirm: [':6'], by: 'Mary', set: ['path=/x'] });
  await expect(refused).rejects.toMatchObject({ code: 'readiness.parameter_missing', message: expect.stringContaining('path') });
  const [, agreed] = (await bind(file, { confirm: [':6'], by: 'Mary', set: ['role=Chair'] })).lines;
  expect(agreed!.binding!.disposition).toMatchObject({ kind: 'attested', role: 'Chair' });
  await expect(bind(file, { confirm: [':99'], by: 'Mary' })).rejects.toMatchObject({ code: 'readiness.line_unknown' });
});

test("Rialto's own paths are proposed to Rialto's own catalogue alone", async () => {
  const own = fileURLToPath(new URL('../../../readiness/catalogue/production.md', import.meta.url));
  const [none] = [join(temporaryFolder(), 'none.yaml')];
  expect(JSON.stringify(standJson(await bind(own, { bindings: none })))).toContain('rialto_');
  const { folder } = folderOf();
  const copy = join(folder, 'production.md');
  cpSync(own, copy);
  const { lines } = await bind(copy, { bindings: none });
  const proposed = JSON.stringify(lines.map(({ proposal }) => proposal?.binding.disposition));
  expect(proposed).not.toMatch(/rialto|openrtb/i);
});

test('nobody confirms without a name, and then nothing is written', async () => {
  const { file, beside } = folderOf();
  await expect(bind(file, { confirmTheme: 'S1' })).rejects.toThrow(/--by/);
  await expect(bind(file, { confirmTheme: 'S1', by: ' ' })).rejects.toThrow(/--by/);
  expect(existsSync(beside)).toBe(false);
});

test('a line that was edited is proposed as what it became, and goes on with its binding', async () => {
  const { file } = folderOf();
  const [gate] = (await bind(file, {})).lines;
  await bind(file, { confirm: [gate!.line.id], by: 'Mary' });
  writeFileSync(file, harbour.replace('**Gate**: answers', '**Gates**: each answers'));
  const edited = await bind(file, { lint: true });
  const absent = edited.findings.find(({ kind }) => kind === 'absent');
  expect(absent?.proposal?.title).toBe('Gates');
  const after = await bind(file, { confirm: [absent!.proposal!.lineId], by: 'Mary' });
  expect(after.findings.filter(({ kind }) => kind === 'absent')).toEqual([]);
  expect(after.lines[0]).toMatchObject({ state: 'bound', binding: { aliases: [gate!.line.id] } });
});

test('bindings with mistakes are refused with every one of them, and left as they are', async () => {
  const bad =
    'version: 1\nchecklist: harbour.md\nbindings:\n  - line: a\n    disposition: { kind: waived, reason: late, by: Mary }\n  - lin: b\n';
  const { file, beside } = folderOf(bad);
  await expect(bind(file, { confirmTheme: 'S1', by: 'Mary' })).rejects.toThrow(
    /harbour\.bindings\.yaml:5:5 disposition lacks until[^]*:6:5 the binding lacks line, disposition[^]*:6:5 the binding has no field "lin"/,
  );
  expect(readFileSync(beside, 'utf8')).toBe(bad);
});

test('machines get the same as one value', async () => {
  const { file } = folderOf();
  expect(standJson(await bind(file, {}))).toMatchObject({
    counts: { bound: 0, unbound: 4 },
    lines: [{ title: 'Gate', state: 'unbound', proposal: { theme: 'S1', disposition: { kind: 'checked' } } }, {}, {}, {}],
    findings: [{ kind: 'unbound' }, {}, {}, {}],
  });
});

test('lint tells of a check that asks a target which the settings lack, and of none that is named or an address', async () => {
  const check = (target: string) => `{ kind: http, params: { target: ${target}, path: /health } }`;
  const { file } = folderOf();
  const [gate] = (await bind(file, {})).lines;
  const lint = async (checks: string, settings?: string) => {
    const bindings = `version: 1\nchecklist: harbour.md\nbindings:\n  - { line: ${gate!.line.id}, disposition: { kind: checked, checks: [${checks}] } }\n`;
    const { findings } = await bind(folderOf(bindings, settings).file, { lint: true });
    return findings.filter(({ kind }) => kind === 'target_unknown');
  };
  expect(await lint(`${check('gate')}, ${check('https://gate.example')}`)).toEqual([]);
  expect(await lint(`${check('gate')}, ${check('edge')}, ${check('edge')}`)).toEqual([
    { kind: 'target_unknown', lineId: gate!.line.id, line: 4, text: expect.stringContaining('asks edge, which is no target') },
  ]);
  expect(await lint(check('gate'), 'version: 1\n')).toHaveLength(1);
});

test('lint tells of a check that runs a command which is not among the reviewed ones', async () => {
  const check = (command: string) => `{ kind: command, params: { command: ${command} } }`;
  const { file } = folderOf();
  const [gate] = (await bind(file, {})).lines;
  const lint = async (checks: string, settings: string) => {
    const bindings = `version: 1\nchecklist: harbour.md\nbindings:\n  - { line: ${gate!.line.id}, disposition: { kind: checked, checks: [${checks}] } }\n`;
    const { findings } = await bind(folderOf(bindings, settings).file, { lint: true });
    return findings.filter(({ kind }) => kind === 'command_unknown');
  };
  const reviewed = 'version: 1\ncommands: { sound: { argv: [/usr/bin/true] } }\n';
  expect(await lint(check('sound'), reviewed)).toEqual([]);
  expect(await lint(`${check('sound')}, ${check('dredge')}, ${check('dredge')}`, reviewed)).toEqual([
    {
      kind: 'command_unknown',
      lineId: gate!.line.id,
      line: 4,
      text: expect.stringContaining('runs dredge, which is not among the reviewed commands'),
    },
  ]);
  // A name that every object has is none of the settings.
  expect(await lint(check('constructor'), reviewed)).toHaveLength(1);
  expect(await lint(check('sound'), 'version: 1\n')).toHaveLength(1);
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { commitAll, enrolCheaply, gitIn, PASSPHRASE, readinessCli } from './readiness-cli.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** The checklist of a release. */
export const CHECKLIST = `# Release

## Critical (must pass)
- [ ] The service is set up
- [ ] The harbour has read it

## High (requires approval)
- [ ] The budget is there
`;

/** What a repository is set up with. */
export type Scene = { settings?: string; service?: string; ignored?: string };

/** A repository that was set up, with people whose keys are cheap to open; `.readiness` is kept with it. */
export async function sceneOf({ settings = 'version: 1\n', service, ignored = '' }: Scene = {}) {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  onTestFinished(() => void vi.restoreAllMocks());
  const folder = join(temporaryFolder(), 'service');
  const keys = join(temporaryFolder({ pass: PASSPHRASE }), 'keys');
  const pass = join(keys, '../pass');
  commitFirst(folder, { 'release.md': CHECKLIST, 'readiness.yaml': settings, 'service.json': '{"mode":"strict"}', '.gitignore': ignored });
  await readinessCli('init', folder);
  vi.stubEnv('RIALTO_INSTALLATION_KEY', join(folder, '.readiness/installation.key'));
  onTestFinished(() => void vi.unstubAllEnvs());
  for (const [id, name, role] of [
    ['ann', 'Ann Author', 'Release Manager'],
    ['ada', 'Ada Lind', 'Harbour Office'],
    ['grace', 'Grace Hill', 'Release Manager'],
    ['robin', 'Robin', 'Harbour Clerk'],
  ] as const)
    await enrolCheaply(join(folder, 'people.yaml'), keys, { id, name, roles: [role] });
  writeFileSync(join(folder, 'release.bindings.yaml'), await bindingsFor(join(folder, 'release.md'), service));
  commitAll(folder);
  return { folder, ...actingIn(folder, keys, pass) };
}

function commitFirst(folder: string, files: Readonly<Record<string, string>>): void {
  gitIn(join(folder, '..'), ['init', '-q', folder]);
  commitAll(folder, files);
}

/** The commands as people give them in a clone. */
export function actingIn(folder: string, keys: string, pass: string) {
  const list = join(folder, 'release.md');
  const setup = ['--settings', join(folder, 'readiness.yaml')];
  const as = (id: string) => ['--as', id, '--keys', keys, '--passphrase-file', pass];
  const at = (command: string, ...args: string[]) => readinessCli(command, list, ...args, ...setup);
  return {
    at,
    keys,
    pass,
    run: (...more: string[]) => at('run', '--by', 'Robin', ...more),
    decide: (...more: string[]) => at('decide', ...more),
    sign: (...more: string[]) => at('sign', ':5', '--statement', 'Read it whole', ...as('ada'), ...more),
    approve: (id: string, ...more: string[]) => at('approve', ':8', '--reason', 'Watched by hand', ...as(id), ...more),
  };
}

async function bindingsFor(list: string, service = '{ kind: file, params: { path: service.json } }'): Promise<string> {
  const { value } = await readinessCli('read', list);
  const [set, read, budget] = (value as { items: { id: string }[] }).items.map(({ id }) => id);
  const entry = (id: string, disposition: string) =>
    `  - { line: "${id}", disposition: ${disposition}, confirmed: { by: Grace, at: 2026-01-05 } }\n`;
  const budgeted = '{ kind: file, params: { path: budget.md } }';
  const bound = [
    entry(set!, `{ kind: checked, checks: [${service}] }`),
    entry(read!, '{ kind: attested, role: Harbour Office }'),
    entry(budget!, `{ kind: checked, checks: [${budgeted}] }`),
  ];
  return `version: 1\nchecklist: release.md\nbindings:\n${bound.join('')}`;
}

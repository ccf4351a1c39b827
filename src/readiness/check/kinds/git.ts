import { execFile } from 'node:child_process';
import { realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Type, { type Static } from 'typebox';
import { recordsPathspec } from '../../run/records-apart.ts';
import type { Outcome, Probe } from '../check.ts';
import { defineKind, fields, FilePath, judged, listed, Texts } from '../define.ts';
import { readDocument, readText } from '../files.ts';
import { git as ask } from '../git-read.ts';
import { readJsonPath } from '../json-path.ts';
import { folderOf } from '../loopback.ts';
import { firstLines } from '../notes.ts';
import { searchTracked } from '../tracked-files.ts';

const Params = fields({
  /** Nothing changed, nothing added, nothing untracked. */
  clean: Type.Optional(Type.Boolean()),
  /** The commit has a tag that is `v` and the version in this file, or the version itself. */
  tagIsVersionOf: Type.Optional(FilePath),
  /** Paths that git must ignore, such as `.env`. */
  ignores: Type.Optional(Texts),
  /** Paths that must be tracked. */
  tracks: Type.Optional(Texts),
  /** No tracked file may hold anything that looks like a credential. */
  noSecrets: Type.Optional(Type.Boolean()),
  /** Paths, as regular expressions, in which credentials are samples. */
  exceptIn: Type.Optional(Texts),
});
type Params = Static<typeof Params>;

async function run(params: Params, probe: Probe): Promise<Outcome> {
  const head = await ask(probe, 'rev-parse', ['--verify', 'HEAD']);
  if (head.code !== 0) return { state: 'fail', summary: `There is no commit at ${probe.root}: ${head.problem.trim().slice(0, 200)}.` };
  const commit = head.text.trim();
  const problems = [
    ...otherCommit(commit, probe),
    ...(params.clean ? await changes(probe) : []),
    ...(params.tagIsVersionOf === undefined ? [] : await tagProblems(params.tagIsVersionOf, probe)),
    ...(params.ignores ? await ignoreProblems(params.ignores, probe) : []),
    ...(params.tracks ? await trackProblems(params.tracks, probe) : []),
    ...(params.noSecrets ? await secretProblems(params, probe) : []),
  ];
  return judged({ problems, seen: `Commit ${commit.slice(0, 12)} is as demanded.`, measurements: [{ name: 'commit', value: commit }] });
}

function otherCommit(commit: string, { commit: judged, checkedOut }: Probe): string[] {
  const isEdited = judged?.includes('+') === true;
  if (judged === undefined || commit.startsWith(judged) || (commit === checkedOut && !isEdited)) return [];
  const edited = isEdited ? ' with edits' : '';
  return [`the commit checked out is ${commit.slice(0, 12)}, judged is ${judged.slice(0, 12)}${edited}`];
}

/** What git leaves out when it looks for changes: the log, which grows by being used. */
async function logOf(probe: Probe): Promise<readonly string[]> {
  const top = probe.records === undefined ? '' : (await ask(probe, 'rev-parse', ['--show-toplevel'])).text.trim();
  if (top === '') return [];
  const answer = async ([command, ...args]: readonly string[]): Promise<string | undefined> => {
    const { code, text } = await ask(probe, command as Parameters<typeof ask>[1], args);
    return code === 0 ? text.trimEnd() : undefined;
  };
  return await recordsPathspec(top, await realpath(probe.records!).catch(() => probe.records!), answer);
}

async function changes(probe: Probe): Promise<string[]> {
  const { code, text, problem } = await ask(probe, 'status', [
    '--porcelain',
    '--untracked-files=all',
    '--',
    ':(top)',
    ...(await logOf(probe)),
  ]);
  if (code !== 0) throw new Error(`git status ended with ${code}: ${problem.slice(0, 200)}`);
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.length === 0 ? [] : [`${lines.length} files are changed or not tracked: ${listed(lines.map((line) => line.slice(3)))}`];
}

async function tagProblems(path: string, probe: Probe): Promise<string[]> {
  const text = await readText(probe, path, 1 << 20);
  const version =
    text === undefined ? undefined : path.endsWith('.json') ? readJsonPath(readDocument(path, text), '$.version')[0] : text.trim();
  if (typeof version !== 'string' || version === '') return [`${path} names no version`];
  // Describes by exact tags alone; several may stand at the commit.
  const refs = await ask(probe, 'show-ref', ['--tags', '--dereference']);
  const { text: head } = await ask(probe, 'rev-parse', ['HEAD']);
  const judged = probe.checkedOut === head.trim() && probe.commit !== undefined ? [head.trim(), probe.commit] : [head.trim()];
  const tags = refs.text
    .split('\n')
    .filter((line) => judged.some((commit) => line.startsWith(commit)))
    .map((line) => line.split(' ')[1]!.replace('refs/tags/', '').replace('^{}', ''));
  return tags.includes(`v${version}`) || tags.includes(version)
    ? []
    : [`the commit has ${tags.length === 0 ? 'no tag' : `the tags ${listed(tags)}`}, the version is ${version}`];
}

async function ignoreProblems(paths: readonly string[], probe: Probe): Promise<string[]> {
  const found = await Promise.all(
    paths.map(async (path) => [path, (await ask(probe, 'check-ignore', ['-q', '--no-index', '--', path])).code] as const),
  );
  return found.filter(([, code]) => code !== 0).map(([path]) => `git does not ignore ${path}`);
}

async function trackProblems(paths: readonly string[], probe: Probe): Promise<string[]> {
  const found = await Promise.all(
    paths.map(async (path) => [path, (await ask(probe, 'ls-files', ['--error-unmatch', '--', path])).code] as const),
  );
  return found.filter(([, code]) => code !== 0).map(([path]) => `git does not track ${path}`);
}

/** Names the files and what was found in them, never the credential; and the files that nobody could look into. */
async function secretProblems({ exceptIn = [] }: Params, probe: Probe): Promise<string[]> {
  const { found, unread } = await searchTracked(probe, exceptIn);
  probe.note?.(
    firstLines([
      `${found.length} places that look as if they held a credential`,
      ...found,
      `${unread.length} tracked files not looked into`,
      ...unread,
    ]),
  );
  return [
    ...(found.length === 0 ? [] : [`${found.length} places look as if they held credentials (${listed(found)})`]),
    ...(unread.length === 0 ? [] : [`${unread.length} tracked files were not looked into: ${listed(unread)}`]),
  ];
}

const started = promisify(execFile);

/** A repository with one commit of these files; `later` are written behind it. */
async function repository(files: Readonly<Record<string, string>>, later: Readonly<Record<string, string>> = {}) {
  const { root, end } = await folderOf(files);
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', HOME: root };
  const who = ['-c', 'user.name=fixture', '-c', 'user.email=fixture@localhost', '-c', 'init.defaultBranch=main'];
  const call = (...args: string[]) => started('git', [...who, ...args], { cwd: root, env });
  await call('init', '-q');
  await call('add', '-A');
  await call('commit', '-q', '--no-gpg-sign', '-m', 'fixture');
  for (const [name, text] of Object.entries(later)) await writeFile(join(root, name), text);
  return { probe: { root }, end };
}

export const git = defineKind({
  name: 'git',
  summary: 'The repository is clean, tagged with its version, ignores and tracks what it should, and holds no credentials.',
  params: Params,
  describe: ({ clean, tagIsVersionOf, ignores = [], tracks = [], noSecrets }) =>
    [
      ...(clean ? ['clean'] : []),
      ...(tagIsVersionOf ? [`tag is the version of ${tagIsVersionOf}`] : []),
      ...ignores.map((path) => `ignores ${path}`),
      ...tracks.map((path) => `tracks ${path}`),
      ...(noSecrets ? ['no credentials'] : []),
    ].join(', ') || 'has a commit',
  run,
  timeoutMs: ({ noSecrets }) => (noSecrets ? 60_000 : 20_000),
  unheld: [{ names: ['exceptIn'], when: ({ noSecrets }) => noSecrets !== true, where: 'without noSecrets' }],
  negative: [
    {
      name: 'a file that was changed after the commit',
      arrange: async () => ({ params: { clean: true }, ...(await repository({ 'a.txt': 'a' }, { 'b.txt': 'b' })) }),
    },
    {
      name: 'a commit without the tag of its version',
      arrange: async () => ({
        params: { tagIsVersionOf: 'package.json' },
        ...(await repository({ 'package.json': '{"version":"1.2.3"}' })),
      }),
    },
    {
      name: 'a file of settings that git does not ignore',
      arrange: async () => ({ params: { ignores: ['.env'] }, ...(await repository({ 'a.txt': 'a' })) }),
    },
    {
      name: 'a credential in a tracked file',
      // Put together here, so that this file does not hold what it looks for.
      arrange: async () => ({
        params: { noSecrets: true },
        ...(await repository({ 'config.js': `const key = '${['AKIA', 'ABCDEFGHIJ', 'KLMNOP'].join('')}';` })),
      }),
    },
    {
      name: 'a credential behind a megabyte of other text, written with two bytes for each letter',
      arrange: async () => ({
        params: { noSecrets: true },
        ...(await repository({ 'dump.sql': [...`${'-'.repeat(1 << 20)}\n'${['AKIA', 'ABCDEFGHIJ', 'KLMNOP'].join('')}'`].join('\0') })),
      }),
    },
    {
      name: 'a tracked file that cannot be looked into',
      async arrange() {
        const made = await repository({ 'gone.env': 'a' });
        await rm(join(made.probe.root, 'gone.env'));
        return { params: { noSecrets: true }, ...made };
      },
    },
  ],
});

import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Type, { type Static } from 'typebox';
import type { Outcome, Probe } from '../check.ts';
import { defineKind, fields, FilePath, judged, listed, Texts } from '../define.ts';
import { lookAt, readDocument, readText } from '../files.ts';
import { git as ask } from '../git-read.ts';
import { readJsonPath } from '../json-path.ts';
import { folderOf } from '../loopback.ts';
import { secretsIn } from '../tracked-secrets.ts';
import { matches } from '../pattern.ts';

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
    ...(probe.commit !== undefined && !commit.startsWith(probe.commit)
      ? [`the commit checked out is ${commit.slice(0, 12)}, judged is ${probe.commit.slice(0, 12)}`]
      : []),
    ...(params.clean ? await changes(probe) : []),
    ...(params.tagIsVersionOf === undefined ? [] : await tagProblems(params.tagIsVersionOf, probe)),
    ...(params.ignores ? await ignoreProblems(params.ignores, probe) : []),
    ...(params.tracks ? await trackProblems(params.tracks, probe) : []),
    ...(params.noSecrets ? await secretProblems(params, probe) : []),
  ];
  return judged({ problems, seen: `Commit ${commit.slice(0, 12)} is as demanded.`, measurements: [{ name: 'commit', value: commit }] });
}

async function changes(probe: Probe): Promise<string[]> {
  const { code, text, problem } = await ask(probe, 'status', ['--porcelain', '--untracked-files=normal']);
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
  const tags = refs.text
    .split('\n')
    .filter((line) => line.startsWith(head.trim()))
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

const MOST_BYTES = 1 << 20;

/** Names the files and what was found in them, never the credential. */
async function secretProblems({ exceptIn = [] }: Params, probe: Probe): Promise<string[]> {
  const { code, text } = await ask(probe, 'ls-files', ['-z']);
  if (code !== 0) throw new Error('git ls-files failed');
  const found: string[] = [];
  for (const path of text.split('\0').filter((name) => name !== '' && !exceptIn.some((pattern) => matches(pattern, name)))) {
    probe.signal.throwIfAborted();
    const seen = await lookAt(probe, path).catch(() => undefined);
    if (!seen || seen.folder || seen.bytes > MOST_BYTES) continue;
    const bytes = await readFile(seen.path);
    if (!bytes.subarray(0, 8_000).includes(0))
      found.push(...secretsIn(bytes.toString('utf8')).map(({ line, name }) => `${path} line ${line} has ${name}`));
  }
  return found.length === 0 ? [] : [`${found.length} places look as if they held credentials (${listed(found)})`];
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
  ],
});

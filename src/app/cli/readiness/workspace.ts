import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { AppError } from '../../../base/error.ts';
import { systemClock } from '../../../base/time.ts';
import { readBindings } from '../../../readiness/binding/read-bindings.ts';
import type { Bindings } from '../../../readiness/binding/binding.ts';
import { emptyBindings } from '../../../readiness/binding/write-bindings.ts';
import { builtInChecks } from '../../../readiness/check/built-in.ts';
import { createKinds } from '../../../readiness/check/kinds.ts';
import { readSettings, type CheckSettings } from '../../../readiness/check/settings.ts';
import { valuesOf } from '../../../readiness/check/targets.ts';
import type { Checklist } from '../../../readiness/checklist/checklist.ts';
import { decide, type Verdict } from '../../../readiness/gate/decide.ts';
import type { Ground } from '../../../readiness/gate/draft.ts';
import { NOBODY, filePeople, readPeople, whoIsIn, type PeopleFile } from '../../../readiness/people-file.ts';
import { isPlaceholder } from '../../../readiness/people-roles.ts';
import type { People } from '../../../readiness/people.ts';
import { openFileStore } from '../../../readiness/record/file-store.ts';
import { fold } from '../../../readiness/record/fold.ts';
import type { ReadinessRecord, RecordStore } from '../../../readiness/record/record.ts';
import type { WhoIs } from '../../../readiness/record/separation.ts';
import { soundLog } from '../../../readiness/record/trusted.ts';
import { isVouchedFor, mayVouch } from '../../../readiness/record/vouched.ts';
import { historyOf, type History } from '../../../readiness/run/authors.ts';
import { commitNamed, commitOf, isInRepository } from '../../../readiness/run/commit.ts';
import { configHashOf } from '../../../readiness/run/deployed.ts';
import { refuseCutLog } from '../../../readiness/run/log-in-git.ts';
import { filesReadBy, inputsHashOf } from '../../../readiness/run/inputs.ts';
import { loadRun } from '../../../readiness/run/load-run.ts';
import type { Subject } from '../../../readiness/run/result.ts';
import { readRunSettings, RUN_KEYS, type RunSettings } from '../../../readiness/run/settings.ts';
import { subjectFor } from '../../../readiness/run/subject.ts';
import { readChecklistFile } from './read.ts';

/** What all commands that act on a checklist may be told. */
export type WorkOptions = { bindings?: string; settings?: string; commit?: string; environment?: string; since?: string };

/** Where a folder was set up: its settings, its people, its log. */
export type Setup = {
  settings: RunSettings;
  checks: CheckSettings;
  /** The settings that checks may read and that the configuration is made of. */
  environment: Readonly<Record<string, string | undefined>>;
  peopleFile: PeopleFile;
  people: People;
  store: RecordStore;
};

/** A checklist with all that belongs to it, as it is now. */
export type Workspace = Setup & {
  checklist: Checklist;
  bindings: Bindings;
  subject: Subject;
  inputs: string;
  checkedOut?: string;
  /** Files that checks read and git neither tracks nor ignores: they make what is judged another commit. */
  unheld?: readonly string[];
  author?: string;
  /** Knows the people and programs of the file of people. */
  whoIs: WhoIs;
  /** Where the repository is asked, and the last release as it was named by hand. */
  folder: string;
  since?: string;
};

/** How things stand: what a person acts on, what was decided from it, and the log that it rests on. */
export type Standing = { ground: Ground; verdict: Verdict; entries: readonly ReadinessRecord[]; history: History | undefined };

/** Keys of `readiness.yaml` that belong to neither checks nor runs. */
const OTHER_KEYS = ['watch'];

/**
 * Opens what `rialto readiness init` has made: the settings named, or those of this folder or of the checklist's.
 * Errors: `readiness.not_set_up`, `readiness.settings_invalid`, `readiness.people_invalid`.
 */
export async function openSetup(named?: string, beside?: string): Promise<Setup> {
  const path = settingsPath(named, beside);
  const text = await contentOf(path);
  const settings = readRunSettings(text, dirname(path));
  const checks = readSettings(text, dirname(path), [...RUN_KEYS, ...OTHER_KEYS]);
  const environment = valuesOf(checks, process.env);
  const peopleFile = readPeople(existsSync(settings.people) ? await contentOf(settings.people) : NOBODY, settings.people);
  const store = openFileStore(settings.records, { clock: systemClock });
  return { settings, checks, environment, peopleFile, people: filePeople(peopleFile), store };
}

/** Opens a checklist with its bindings and what is deployed. Errors: those of `openSetup`, of the reader, of `commitOf` and `commitNamed`. */
export async function openWorkspace(file: string, options: WorkOptions): Promise<Workspace> {
  const setup = await openSetup(options.settings, dirname(resolve(file)));
  await refuseCutLog(setup.settings.records);
  const checklist = await readChecklistFile(file);
  const bindingsPath = options.bindings ?? `${file.replace(/\.[a-z]+$/i, '')}.bindings.yaml`;
  const source = existsSync(bindingsPath) || options.bindings !== undefined ? await contentOf(bindingsPath) : emptyBindings(checklist.name);
  const bindings = readBindings(source, { file: bindingsPath });
  const { settings, checks, environment } = setup;
  const kinds = createKinds([builtInChecks()]);
  // Who may sign is part of what is judged: another file of people is another commit.
  const apart = {
    files: [file, bindingsPath].map((path) => resolve(path)),
    records: settings.records,
    read: filesReadBy({ checks, bindings, kinds }),
  };
  // What checks read is judged; a checklist may be kept elsewhere.
  const folder = (await isInRepository(checks.root)) ? checks.root : dirname(resolve(file));
  const { commit, checkedOut, author, unheld } = await (options.commit === undefined
    ? commitOf(folder, apart)
    : commitNamed(options.commit, folder, apart));
  const inputs = await inputsHashOf({ checks, bindings, kinds, environment });
  const configHash = await configurationOf(setup);
  const deployed = { commit, configHash, environment: options.environment ?? settings.environment };
  return {
    ...setup,
    checklist,
    bindings,
    subject: subjectFor(checklist, bindings, deployed),
    inputs,
    ...(checkedOut !== undefined && { checkedOut }),
    ...(unheld && { unheld }),
    ...(author !== undefined && { author: accountNamed(author, setup) }),
    whoIs: whoIsIn(setup.peopleFile),
    folder,
    ...(options.since !== undefined && { since: options.since }),
  };
}

/**
 * What was declared as configuration, what the settings say, and where checks look, wherever that is told. The password in
 * an address is not where: who signs need not know it.
 */
async function configurationOf({ settings: { config, hash }, checks, environment }: Setup): Promise<string> {
  const addresses = Object.values(checks.targets).flatMap((target) => ('env' in target ? [target.env] : []));
  const env = [...new Set([...config.env, ...addresses])].toSorted();
  const places = Object.fromEntries(addresses.map((name) => [name, withoutPassword(environment[name])]));
  const declared = Object.fromEntries(config.env.map((name) => [name, environment[name]]));
  return await configHashOf({ root: checks.root, files: config.files, env, environment: { ...places, ...declared }, settings: hash });
}

function withoutPassword(text: string | undefined): string | undefined {
  const url = text === undefined ? undefined : URL.parse(text);
  if (!url || url.password === '') return text;
  url.password = '';
  return url.href;
}

/**
 * Somebody as the log should know them: `Name <account>` when the text is the account, name or address of somebody in the
 * file of people, so that they are known again by whichever of these they act later.
 */
export function accountNamed(text: string, { peopleFile }: Pick<Setup, 'peopleFile'>): string {
  if (isPlaceholder(text)) return text;
  const meant = whoIsIn(peopleFile)(text);
  const [id, ...others] = typeof meant === 'object' ? meant.accountIds : [];
  const person = others.length === 0 ? peopleFile.people.find((one) => one.id === id) : undefined;
  return person ? `${person.name} <${person.id}>` : text;
}

/**
 * How a checklist stands by its newest run and its log. A run that speaks of something else than what is there now is told
 * as such: it decides nothing. `own` is the entry of a run that this process has just made; any other has to be vouched for.
 * Errors: `readiness.log_damaged`, `readiness.run_damaged`.
 */
export async function standingOf(workspace: Workspace, own?: number): Promise<Standing> {
  const { checklist, bindings, subject, inputs, store, people, settings, whoIs } = workspace;
  const { policy, limits } = settings;
  const log = await soundLog(store, checklist.name, people);
  const { entries, trusted, lapsed } = log;
  const at = systemClock.now();
  const history = await writtenSince(workspace, log);
  const known = { whoIs, ...(history && { authors: history.authors }) };
  const records = fold(entries, { subject, at, policy, trusted, lapsed, ...known });
  const newest = records.runs.at(-1) ?? lastRun(entries);
  const run = newest && (await loadRun(store, newest));
  const ground: Ground = { checklist, bindings, subject, inputs, run, records, policy, at, ...known, log: await store.root() };
  const ttl = limits.defaultTtlMs !== undefined && { defaultTtlMs: limits.defaultTtlMs };
  const runSigned =
    newest === undefined ||
    newest.index === own ||
    isVouchedFor(newest, log.made[newest.index]?.place ?? Number.POSITIVE_INFINITY, records.verdicts, policy);
  return { ground, verdict: decide({ ...ground, ...ttl, runSigned }), entries, history };
}

/** Who wrote what is judged, since the last release: as it was named, by tags, or by the verdicts of go of this environment that count. */
export async function writtenSince(workspace: Workspace, known?: Awaited<ReturnType<typeof soundLog>>): Promise<History | undefined> {
  const { folder, since, settings, subject, store, checklist, people } = workspace;
  const { releaseTag, records } = settings;
  const { entries, trusted } = known ?? (await soundLog(store, checklist.name, people));
  const verdicts = entries.flatMap(({ index, body }) => {
    const isGo = body.kind === 'decided' && body.decision === 'go' && body.subject.environment === subject.environment;
    return isGo && mayVouch(body.signature, settings.policy) && trusted.has(index) ? [body.subject.commit] : [];
  });
  const released = { verdicts, ...(releaseTag !== undefined && { tag: releaseTag }), ...(since !== undefined && { since }) };
  return await historyOf(folder, { commit: subject.commit, records, released });
}

function lastRun(entries: readonly ReadinessRecord[]): Parameters<typeof loadRun>[1] | undefined {
  for (const { index, at, body } of entries.toReversed()) if (body.kind === 'run_finished') return { index, at, body };
  return undefined;
}

/**
 * The identity of a line as people name it: whole, by its beginning, or `:42` for the line that begins there in the file.
 * Errors: `readiness.line_unknown`, `readiness.line_ambiguous`.
 */
export function lineNamed({ verdict }: Standing, text: string): string {
  const exact = verdict.lines.find(({ lineId }) => lineId === text);
  if (exact) return exact.lineId;
  const byNumber = /^:(\d+)$/.exec(text)?.[1];
  const found = verdict.lines.filter(({ lineId, line }) =>
    byNumber === undefined ? text.length >= 4 && lineId.startsWith(text) : line === Number(byNumber),
  );
  if (found.length === 1) return found[0]!.lineId;
  if (found.length > 1)
    throw new AppError('invalid', 'readiness.line_ambiguous', `${text} may be ${found.map(({ lineId }) => lineId).join(', ')}. Name one.`);
  throw new AppError('not_found', 'readiness.line_unknown', `The checklist has no line ${text.slice(0, 80)}.`);
}

/** Where `readiness.yaml` lies: as named, here, or beside the checklist. Error: `readiness.not_set_up`. */
export function settingsPath(named: string | undefined, beside: string | undefined): string {
  if (named !== undefined) return resolve(named);
  const found = [process.cwd(), ...(beside === undefined ? [] : [beside])].map((folder) => join(folder, 'readiness.yaml')).find(existsSync);
  if (found) return found;
  throw new AppError('not_found', 'readiness.not_set_up', 'There is no readiness.yaml here. Make one with: rialto readiness init');
}

async function contentOf(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new AppError('unprocessable', 'readiness.file_unreadable', `${path} cannot be read: ${error.code ?? error.message}.`);
  });
}

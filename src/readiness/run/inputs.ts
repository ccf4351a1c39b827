import { boundChecks } from '../binding/bound-checks.ts';
import { createHash, hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { canonicalJson } from '../../base/canonical-json.ts';
import { mapInTurns } from '../../infra/turns.ts';
import type { Bindings, BoundCheck } from '../binding/binding.ts';
import { HELD, MADE } from '../check/define.ts';
import type { KindRegistry } from '../check/kinds.ts';
import { markedIn } from '../check/marked.ts';
import { namesRead, type CheckSettings } from '../check/settings.ts';
import { slowHashOf } from './deployed.ts';

/** What the checks of a checklist may be decided by beside what they ask over the network. */
export type Inputs = {
  checks: CheckSettings;
  bindings: Bindings;
  kinds: KindRegistry;
  /** The values of settings, those of the file that the settings name before all others. */
  environment: Readonly<Record<string, string | undefined>>;
};

/**
 * One hash over what the checks of a checklist read here: every setting that can come to one, every file that a bound check
 * names, the scripts of the commands, authorities of targets. When any of it changes, what was found is no longer so.
 * Signatures are not bound to it: they speak of commit and configuration, and are given where such things are not known.
 *
 * Files that change by themselves are left out: logs and the like (`LivePath`), and those of a check that demands an age,
 * which says itself for how long they count. Made slowly, since settings may be passwords.
 */
export async function inputsHashOf({ checks, bindings, kinds, environment }: Inputs): Promise<string> {
  const bound = bindings.bindings.flatMap(({ disposition }) => boundChecks(disposition));
  const scripts = Object.values(checks.commands).flatMap(({ argv, folder }) => argv.map((word) => resolve(checks.root, folder, word)));
  const authorities = Object.values(checks.targets).flatMap(({ ca }) => ca ?? []);
  const named = [...bound.flatMap((check) => filesOf(check, kinds)), ...authorities].map((path) => resolve(checks.root, path));
  const paths = [...new Set([...named, ...scripts])].toSorted();
  // By their way from the root, which lies elsewhere in another clone.
  const files = await mapInTurns(paths, 8, async (path) => [relative(checks.root, path), await hashOf(path)] as const);
  const env = namesRead(checks).map((name) => [name, environment[name] ?? null] as const);
  return await slowHashOf(canonicalJson({ files: Object.fromEntries(files), env: Object.fromEntries(env) }));
}

/**
 * The files that bound checks read as part of what is judged, as whole paths: those that they name, and the authorities of targets. Reports
 * say themselves which commit they are of, and what must not be older than some hours says it of itself.
 */
export function filesReadBy({ checks, bindings, kinds }: Omit<Inputs, 'environment'>): string[] {
  const bound = bindings.bindings.flatMap(({ disposition }) => boundChecks(disposition));
  const authorities = Object.values(checks.targets).flatMap(({ ca }) => ca ?? []);
  const named = [...bound.flatMap((check) => filesOf(check, kinds, (isMade) => !isMade)), ...authorities];
  return [...new Set(named.map((path) => resolve(checks.root, path)))].toSorted();
}

function filesOf({ kind, params }: BoundCheck, kinds: KindRegistry, counts: (isMade: boolean) => boolean = () => true): string[] {
  const schema = kinds.find(kind)?.params;
  if (!schema || demandsAge(params)) return [];
  return markedIn(schema, params, (node) => node[HELD] === true && counts(node[MADE] === true));
}

function demandsAge(params: unknown): boolean {
  if (typeof params !== 'object' || params === null) return false;
  return Object.entries(params).some(([key, value]) => key === 'maxAgeHours' || demandsAge(value));
}

/** Beyond it, size and time stand for what is in a file. */
const MOST_BYTES = 256 << 20;

/** What stands at a path, as a word; null for nothing. What cannot be read is told by the check that reads it. */
async function hashOf(path: string): Promise<string | null> {
  const entry = await stat(path).catch(() => undefined);
  if (!entry) return null;
  if (entry.isDirectory()) return await readdir(path).then((names) => hash('sha256', names.toSorted().join('\0')), unread);
  if (!entry.isFile() || entry.size > MOST_BYTES) return `${entry.size} ${entry.mtimeMs}`;
  return await hashOfContent(path).catch(unread);
}

async function hashOfContent(path: string): Promise<string> {
  const sum = createHash('sha256');
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) sum.update(chunk);
  return sum.digest('hex');
}

const unread = (): string => 'unread';

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { addReadiness } from '../../src/app/cli/readiness.ts';
import { Secret } from '../../src/base/secret.ts';
import { addToPeople } from '../../src/readiness/people-file.ts';
import { keyPath, makeKey, writeKey } from '../../src/readiness/people-key.ts';
import { exitCodeOf } from './exit-code.ts';

export const PASSPHRASE = 'four random words here';

/** What a command told, as text and as its value in JSON. */
export type Told = { text: string; value: unknown };

/** Runs `rialto readiness …` in this process; errors are thrown, or told to standard error by commands that decide. */
export async function readinessCli(...args: string[]): Promise<Told & { exitCode: unknown }> {
  let told: Told = { text: '', value: undefined };
  const program = new Command().exitOverride();
  addReadiness(program, (parent, usage, about, work) =>
    parent
      .command(usage)
      .description(about)
      .action((...given: unknown[]) => work({ json: true, print: (text, value) => void (told = { text, value }) }, ...(given as never))),
  );
  const exitCode = await exitCodeOf(() => program.parseAsync(['readiness', ...args], { from: 'user' }));
  return { ...told, exitCode };
}

/** Somebody in a file of people, with a key that is cheap to open. */
export async function enrolCheaply(
  people: string,
  keys: string,
  person: { id: string; name: string; email?: string; roles: string[] },
): Promise<void> {
  const key = await makeKey(person.id, new Secret(PASSPHRASE), { n: 2 ** 10, r: 8, p: 1 });
  await writeKey(keyPath(keys, person.id), key);
  writeFileSync(people, addToPeople(readFileSync(people, 'utf8'), people, { person: { ...person, publicKey: key.publicKey } }));
}

/** Enters names of programs, or of others who ask and sign nothing, in a file of people. */
export function enterPrograms(people: string, ...names: string[]): void {
  writeFileSync(people, `${readFileSync(people, 'utf8')}programs: [${names.join(', ')}]\n`);
}

/** Runs git in a folder as somebody. */
export function gitIn(folder: string, args: readonly string[], author = 'Ann Author'): string {
  const who = ['-c', `user.name=${author}`, '-c', 'user.email=ann@example.org', '-c', 'protocol.file.allow=always'];
  return execFileSync('git', ['-C', folder, ...who, ...args], { encoding: 'utf8', stdio: 'pipe' }).trim();
}

/** Writes files and commits everything that stands there; tells the commit. */
export function commitAll(folder: string, files: Readonly<Record<string, string>> = {}, author?: string): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  gitIn(folder, ['add', '-A']);
  gitIn(folder, ['commit', '-q', '-m', 'next'], author);
  return gitIn(folder, ['rev-parse', 'HEAD']);
}

import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { AppError } from '../../../base/error.ts';
import { makeFolder } from '../../../infra/make-folder.ts';
import type { Service } from '../../../readiness/checklist/checklist.ts';
import { addToPeople, NOBODY, type Person } from '../../../readiness/people-file.ts';
import { installationSigner, keyPath, makeKey, writeKey } from '../../../readiness/people-key.ts';
import { IGNORED } from '../../../readiness/run/records-apart.ts';
import { readRunSettings } from '../../../readiness/run/settings.ts';
import type { AddCommand } from '../readiness.ts';
import { readChecklistFile } from './read.ts';
import { installationKeyPath, keysFolder, passphraseOf, withSigner, type SignerOptions } from './signer.ts';
import { openSetup } from './workspace.ts';

/** What the settings are at first. Services that a checklist asks are offered as targets; a person lets them in. */
const settingsText = (
  services: readonly Service[],
): string => `# What the checks of a production checklist may ask, read and run, and how its gate decides.
# Everything that is not named here is refused.
version: 1

# Where this is: lines of the checklist that belong to a later environment are not due yet.
environment: production

# Addresses that checks may ask, by name: an address, or the setting that holds it.
targets: {}
#  app: https://app.example.com
#  database: { env: DATABASE_URL }
${services.map(({ address, line }) => `#  ${nameOf(address)}: ${address}  # line ${line} of the checklist\n`).join('')}
# Settings that checks may read.
settings:
  names: []

# What belongs to the configuration: when any of it changes, results and signatures are void.
config:
  files: []
  env: []

# Who may approve, grant waivers and rule lines out; the usual roles unless told.
# gate:
#   approverRoles: [Release Manager]
#   runSigners: [installation]   # whose verdict vouches for a run of the log; installations and approvers unless told
#   compatibleRoles: [[QA Lead, Technical Lead]]
#   maxWaiverDays: 30
#   validFor: { signed: 90d, approved: 7d, ruledOut: 90d }
#   releaseTag: v*
`;

/** A name for an address, such as `localhost-8080`. */
const nameOf = (address: string): string =>
  address
    .replace(/^\w+:\/\//, '')
    .replaceAll(/[^a-z0-9]+/gi, '-')
    .replaceAll(/^-|-$/g, '');

/** `rialto readiness init`: makes the settings, the file of people and the folder of records. Leaves alone what is there. */
export function addInit(parent: Command, command: AddCommand): void {
  command<[string | undefined, { checklist?: string }]>(
    parent,
    'init [folder]',
    'make settings, a file of people and a folder of records here or in a folder; what is there already is left as it is',
    async ({ print }, folder = '.', { checklist }) => {
      const services = checklist === undefined ? [] : (await readChecklistFile(checklist)).services;
      const done = await init(resolve(folder), services);
      const lines = done.map(({ path, made }) => `${made ? 'made  ' : 'there '} ${path}`);
      const next = ['Next: name your targets in readiness.yaml, and whoever signs: rialto readiness enrol ID --name "…" --role "…"'];
      print([...lines, ...next].join('\n'), { files: done });
    },
  ).option('--checklist <file>', 'offer the services that the commands of this checklist ask as targets');
}

type Made = { path: string; made: boolean };

/** Makes what is missing. Errors: `cli.folder_unusable`, `readiness.settings_invalid`, `readiness.people_invalid` when what is there cannot be used. */
async function init(folder: string, services: readonly Service[]): Promise<Made[]> {
  await makeFolder(folder).catch((error: NodeJS.ErrnoException) => {
    throw new AppError('invalid', 'cli.folder_unusable', `${folder} cannot be used: ${error.code ?? error.message}.`, error);
  });
  const path = join(folder, 'readiness.yaml');
  const settings = await writeMissing(path, settingsText(services));
  const { people, records } = readRunSettings(await readFile(path, 'utf8'), folder);
  const peopleMade = await writeMissing(people, NOBODY);
  const keyFile = installationKeyPath(records);
  const isNew = !existsSync(keyFile);
  await makeFolder(records, { mode: 0o700 });
  const ignored = await writeMissing(join(records, '.gitignore'), IGNORED);
  const { publicKey } = await installationSigner(keyFile);
  // A key that was there before is not let in once more: somebody may have taken it out.
  if (isNew) await replace(people, addToPeople(await readFile(people, 'utf8'), people, { installation: publicKey }));
  return [settings, peopleMade, { path: keyFile, made: isNew }, ignored];
}

async function writeMissing(path: string, text: string): Promise<Made> {
  try {
    await writeFile(path, text, { flag: 'wx' });
    return { path, made: true };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return { path, made: false };
  }
}

async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.draft`, text);
  await rename(`${path}.draft`, path);
}

type EnrolOptions = SignerOptions & { settings?: string; name: string; role: string[]; email?: string };

/** `rialto readiness enrol`: a key pair for somebody, the private half under their passphrase, and their entry in the file of people. */
export function addEnrol(parent: Command, command: AddCommand): void {
  const enrolling = command<[string, EnrolOptions]>(
    parent,
    'enrol <account>',
    'make a key for somebody who signs, and enter them in the file of people',
    async ({ print }, account, options) => {
      const { person, path } = await enrol(account, options);
      const roles = person.roles.length > 0 ? person.roles.join(', ') : 'no role';
      const next = 'Commit the file of people before anybody signs: it is part of what is judged.';
      print(`${person.name} is in the file of people as ${person.id} (${roles}).\nTheir private key: ${path}\n${next}`, {
        person,
        key: path,
      });
    },
  );
  withSigner(enrolling)
    .requiredOption('--name <name>', 'their name')
    .option('--role <role...>', 'the roles in which they sign', [])
    .option('--email <address>', 'their address')
    .option('--settings <file>', 'readiness.yaml unless told');
}

/** Errors: `readiness.account_exists`, `readiness.people_invalid`, `readiness.key_exists`, `readiness.passphrase_short`. */
async function enrol(account: string, options: EnrolOptions): Promise<{ person: Person; path: string }> {
  const { settings, peopleFile } = await openSetup(options.settings);
  if (peopleFile.people.some(({ id }) => id === account))
    throw new AppError('conflict', 'readiness.account_exists', `${settings.people} has an account ${account} already.`);
  const key = await makeKey(account, await passphraseOf(options, `A passphrase for the key of ${options.name}`));
  const email = options.email !== undefined && { email: options.email };
  const person: Person = { id: account, name: options.name.trim(), ...email, roles: options.role, publicKey: key.publicKey };
  // What is not right with the entry is told before anything is written.
  const people = addToPeople(await readFile(settings.people, 'utf8'), settings.people, { person });
  const path = keyPath(keysFolder(options.keys), account);
  await writeKey(path, key);
  await replace(settings.people, people);
  return { person, path };
}

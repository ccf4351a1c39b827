import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { AppError } from '../../../base/error.ts';
import { Secret } from '../../../base/secret.ts';
import { installationSigner, keyPath, keySigner, openKey, readKey } from '../../../readiness/people-key.ts';
import { isInstallationKey } from '../../../readiness/people-file.ts';
import type { Signer } from '../../../readiness/people.ts';
import type { Setup } from './workspace.ts';

/** Who signs, and how the passphrase of the key is given. */
export type SignerOptions = { as?: string; keys?: string; passphraseFile?: string; passphraseStdin?: boolean };

/** The options of every command that is a signature. */
export function withSigner(command: Command): Command {
  return command
    .option('--as <account>', 'who signs, as people.yaml has them')
    .option('--keys <folder>', 'where the private keys lie; rialto/keys in your configuration unless told')
    .option('--passphrase-file <file>', 'read the passphrase from this file instead of asking')
    .option('--passphrase-stdin', 'read the passphrase from standard input instead of asking');
}

/** Where a user's private keys lie: `RIALTO_KEYS`, else `rialto/keys` in the folder of their configuration. */
export function keysFolder(named?: string): string {
  return named ?? process.env['RIALTO_KEYS'] ?? join(process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'rialto', 'keys');
}

/**
 * The account that signs, after its passphrase has opened its key: asked for each time, since what follows is a signature.
 * Errors: `readiness.signer_missing`, `readiness.account_unknown`, `readiness.key_other`, those of the key and passphrase.
 */
export async function signerOf({ peopleFile }: Pick<Setup, 'peopleFile'>, options: SignerOptions): Promise<Signer> {
  if (options.as === undefined) throw new AppError('invalid', 'readiness.signer_missing', 'Say who signs: --as ACCOUNT.');
  const person = peopleFile.people.find(({ id }) => id === options.as);
  if (!person)
    throw new AppError('not_found', 'readiness.account_unknown', `The file of people has no account ${options.as.slice(0, 80)}.`);
  const key = await readKey(keyPath(keysFolder(options.keys), person.id), person.id);
  if (key.publicKey !== person.publicKey)
    throw new AppError('conflict', 'readiness.key_other', `The key of ${person.id} here is another one than the file of people has.`);
  const { id: accountId, name, roles } = person;
  return keySigner({ accountId, name, roles }, await openKey(key, await passphraseOf(options, `Passphrase of ${person.name}`)));
}

/**
 * Whoever signs the verdict: the account that was named, else the installation's own key beside the records or in
 * `RIALTO_INSTALLATION_KEY`. Errors: those of `signerOf`; `readiness.installation_unknown` for a key that people.yaml lacks.
 */
export async function verdictSigner(setup: Setup, options: SignerOptions): Promise<Signer> {
  if (options.as !== undefined) return signerOf(setup, options);
  const { signer, publicKey } = await installationSigner(installationKeyPath(setup.settings.records));
  if (isInstallationKey(setup.peopleFile, publicKey)) return signer;
  const { people } = setup.settings;
  const way = existsSync(people) ? `Add it under installation in ${people}` : '`rialto readiness init` makes a file of people with it';
  const advice = `${way}, or sign yourself with --as ACCOUNT.`;
  throw new AppError(
    'forbidden',
    'readiness.installation_unknown',
    `The key of this installation (${publicKey}) may not sign verdicts. ${advice}`,
  );
}

/** Where the key of an installation lies. */
export function installationKeyPath(records: string): string {
  return process.env['RIALTO_INSTALLATION_KEY'] ?? join(records, 'installation.key');
}

/**
 * A passphrase from a file, from standard input, or asked for at the terminal without showing it.
 * Errors: `readiness.passphrase_missing`, `readiness.file_unreadable`.
 */
export async function passphraseOf(options: SignerOptions, prompt: string): Promise<Secret> {
  if (options.passphraseFile !== undefined) {
    const text = await readFile(options.passphraseFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new AppError(
        'unprocessable',
        'readiness.file_unreadable',
        `${options.passphraseFile} cannot be read: ${error.code ?? error.message}.`,
      );
    });
    return lineOf(text);
  }
  if (options.passphraseStdin) return lineOf(Buffer.concat(await Array.fromAsync(process.stdin as AsyncIterable<Buffer>)).toString('utf8'));
  if (!process.stdin.isTTY)
    throw new AppError(
      'invalid',
      'readiness.passphrase_missing',
      'There is no terminal to ask at. Give --passphrase-file or --passphrase-stdin.',
    );
  return await asked(prompt);
}

function lineOf(text: string): Secret {
  const line = text.replace(/\r?\n$/, '');
  if (line === '') throw new AppError('invalid', 'readiness.passphrase_missing', 'The passphrase is empty.');
  return new Secret(line);
}

const [ENTER, NEWLINE, INTERRUPT, END, BACKSPACE, DELETE] = ['\r', '\n', '\u0003', '\u0004', '\b', '\u007f'];

/** Reads a line key by key, so that nothing of it is shown. */
function asked(prompt: string): Promise<Secret> {
  const { stdin, stderr } = process;
  // Before the prompt, so that nothing of what is typed ahead is shown.
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  stderr.write(`${prompt}: `);
  return new Promise((resolve, reject) => {
    let typed = '';
    const end = (finish: () => void) => {
      stdin.off('data', take);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write('\n');
      finish();
    };
    const missing = () => reject(new AppError('invalid', 'readiness.passphrase_missing', 'No passphrase was given.'));
    const take = (text: string) => {
      for (const key of text) {
        if (key === INTERRUPT || key === END) return end(missing);
        if (key === ENTER || key === NEWLINE) return end(typed === '' ? missing : () => resolve(new Secret(typed)));
        typed = key === BACKSPACE || key === DELETE ? [...typed].slice(0, -1).join('') : typed + key;
      }
    };
    stdin.on('data', take);
    stdin.resume();
  });
}

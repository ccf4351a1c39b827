import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { AppError } from '../../../base/error.ts';
import { systemClock } from '../../../base/time.ts';
import { replaceKey } from '../../../readiness/people-file.ts';
import { keyPath, makeKey, writeKey } from '../../../readiness/people-key.ts';
import type { AddCommand } from '../readiness.ts';
import { keysFolder, passphraseOf, withSigner, type SignerOptions } from './signer.ts';
import { openSetup } from './workspace.ts';

type RekeyOptions = SignerOptions & { settings?: string; compromisedSince?: string };

/** `rialto readiness rekey`: a new key for somebody; the one before ends here, by time and by place in the log. */
export function addRekey(parent: Command, command: AddCommand): void {
  const rekeying = command<[string, RekeyOptions]>(
    parent,
    'rekey <account>',
    'make a new key for somebody who signs; what the key before signs from now on counts for nothing',
    async ({ print }, account, options) => {
      const { until, log, path, former } = await rekey(account, options);
      const kept = former === undefined ? '' : `\nThe former key lies at ${former}; destroy it.`;
      print(`${account} has a new key since ${until}, entry ${log.split(':', 1)[0]} of the log: ${path}${kept}`, {
        account,
        until,
        log,
        key: path,
      });
    },
  );
  withSigner(rekeying)
    .option(
      '--compromised-since <time>',
      'somebody else may have had the key since then (2026-11-22T09:30:00Z): nothing from then on counts',
    )
    .option('--settings <file>', 'readiness.yaml unless told');
}

/** Errors: `readiness.account_unknown`, `readiness.people_invalid`, `readiness.passphrase_short`, `request.invalid`. */
async function rekey(account: string, options: RekeyOptions): Promise<{ until: string; log: string; path: string; former?: string }> {
  const { compromisedSince } = options;
  if (compromisedSince !== undefined && !/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z$/.test(compromisedSince))
    throw new AppError('invalid', 'request.invalid', '--compromised-since takes a moment like 2026-11-22T09:30:00Z.');
  const { settings, peopleFile, store } = await openSetup(options.settings);
  if (!peopleFile.people.some(({ id }) => id === account))
    throw new AppError('not_found', 'readiness.account_unknown', `The file of people has no account ${account.slice(0, 80)}.`);
  const key = await makeKey(account, await passphraseOf(options, `A passphrase for the new key of ${account}`));
  const { size, root } = await store.root();
  const at = new Date(systemClock.now()).toISOString();
  const change = {
    account,
    publicKey: key.publicKey,
    at,
    log: `${size}:${root}`,
    ...(compromisedSince !== undefined && { compromisedSince }),
  };
  const people = replaceKey(await readFile(settings.people, 'utf8'), settings.people, change);
  const path = keyPath(keysFolder(options.keys), account);
  const former = await setAside(path, at);
  await writeKey(path, key);
  await writeFile(`${settings.people}.draft`, people);
  await rename(`${settings.people}.draft`, settings.people);
  return { until: at, log: change.log, path, ...(former !== undefined && { former }) };
}

/** Where the key before lies now, if it lay here. */
async function setAside(path: string, at: string): Promise<string | undefined> {
  const former = `${path}.until-${at.replaceAll(':', '')}`;
  return await rename(path, former).then(
    () => former,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    },
  );
}

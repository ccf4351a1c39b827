import { hash } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Problem, requestOf, send, type WireInput, type WireOutput } from '../../base/client.ts';
import { AppError } from '../../base/error.ts';
import type { Operation } from '../../base/operation.ts';
import { makeFolder } from '../../infra/make-folder.ts';
import { getMailbox, listOutgoing, markFetched } from '../../settlement/message/contract.ts';
import { addressOf, refusalOf } from './send-file.ts';

export type FetchOptions = {
  url: string;
  key: string | undefined;
  /** `mem_…`, for an operator's key; a bank's key fetches its own. */
  participant?: string | undefined;
  /** From behind this number, whatever was fetched before; what was fetched is then not noted anew. */
  after?: string | undefined;
  /** Told of each file. */
  onFile?: (name: string) => void;
};

/** What was fetched: files written, files that were there already, and the number up to which all is fetched. */
export type Fetched = { written: string[]; present: number; through: string };

type Message = WireOutput<typeof listOutgoing>['items'][number];

/**
 * Fetches a bank's messages into a folder, one file each, named by number, kind and message id. A file is complete before it has
 * its name, and what was written is noted at the server page by page, so a fetch that was cut short goes on where it was.
 */
export async function fetchMessages(folder: string, { participant, after, onFile, ...options }: FetchOptions): Promise<Fetched> {
  const call = caller(options);
  const whose = participant === undefined ? {} : { participantId: participant };
  await makeFolder(folder).catch((error: NodeJS.ErrnoException) => {
    throw new AppError('invalid', 'cli.folder_unusable', `${folder} cannot be used: ${error.code ?? error.message}.`);
  });
  const fetched: Fetched = { written: [], present: 0, through: after ?? (await call(getMailbox, whose)).fetchedSeq };
  for (;;) {
    const { items } = await call(listOutgoing, { ...whose, after: fetched.through, documents: 'true', limit: '500' });
    for (const message of items) {
      const name = fileNameOf(message);
      if (await isThere(path.join(folder, name), message.hash)) fetched.present++;
      else {
        await write(folder, name, message);
        fetched.written.push(name);
        onFile?.(name);
      }
    }
    const last = items.at(-1);
    if (!last) return fetched;
    fetched.through = last.seq;
    if (after === undefined) await call(markFetched, { ...whose, through: last.seq });
  }
}

/** `000000000017-pacs.002.001.12-0192….xml`: in the order of names the messages are in their own. */
function fileNameOf({ seq, kind, messageId }: Message): string {
  return `${seq.padStart(12, '0')}-${kind}-${messageId.replace(/[^A-Za-z0-9._-]/g, '_')}.xml`;
}

async function isThere(file: string, expected: string): Promise<boolean> {
  const bytes = await readFile(file).catch(() => undefined);
  return bytes !== undefined && hash('sha256', bytes) === expected;
}

async function write(folder: string, name: string, { document = '', hash: expected }: Message): Promise<void> {
  if (hash('sha256', document) !== expected)
    throw new AppError('upstream', 'cli.message_damaged', `${name} did not arrive as it was sent; fetch again.`);
  const unfinished = path.join(folder, `.${name}.part`);
  const file = await open(unfinished, 'w');
  try {
    await file.writeFile(document);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path.join(folder, name));
}

/** Calls an operation; waits where the server says that there were too many. */
function caller({ url, key }: Pick<FetchOptions, 'url' | 'key'>) {
  if (!key)
    throw new AppError(
      'unauthenticated',
      'cli.key_missing',
      'Put an API key with the scopes payments:read and payments:write into RIALTO_API_KEY (rialto keys create makes one).',
    );
  const baseUrl = addressOf(url);
  return async <T extends Operation>(operation: T, input: WireInput<T>): Promise<WireOutput<T>> => {
    for (;;) {
      try {
        return await send(operation, requestOf(operation, input as Record<string, unknown>, { token: key }), { baseUrl });
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        if (error.status !== 429 || error.retryAfterMs === undefined) throw refusalOf(error, url);
        await setTimeout(error.retryAfterMs);
      }
    }
  };
}

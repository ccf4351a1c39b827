import { createPublicKey, type KeyObject } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../base/error.ts';
import { fromWireId, isUuid, type Uuid } from '../../base/id.ts';

/** A head of a log that somebody wrote down outside of the database; `source` says who. */
export type NotedHead = { tenantId: Uuid; size: number; root: string; source: string };

/** What a verifier holds the tables against: noted heads, and the public keys that heads may be signed with. */
export type Outside = { noted: NotedHead[]; keys: KeyObject[] };

/**
 * What the data folder has of a log, and what was given with `--head`: heads (`SIZE:ROOT`, `TENANT:SIZE:ROOT`) or files of
 * them. A head without a tenant is that of the only one there is. Read it before the tables, which go on.
 * Errors: `cli.head_invalid`, `cli.file_unreadable`.
 */
export async function readOutside(
  log: 'ledger' | 'audit',
  dataFolder: string,
  given: readonly string[],
  tenants: readonly Uuid[],
): Promise<Outside> {
  const folder = join(dataFolder, 'heads');
  const pems = (await textOf(join(folder, 'keys.pem')))?.match(/-----BEGIN[^]*?END PUBLIC KEY-----/g) ?? [];
  const noted = await notedIn(join(folder, log));
  for (const one of given) noted.push(...(await headsOf(one, tenants)));
  return { noted, keys: pems.map((pem) => createPublicKey(pem)) };
}

async function notedIn(folder: string): Promise<NotedHead[]> {
  const names = await readdir(folder).catch(() => []);
  const noted: NotedHead[] = [];
  for (const name of names.filter((one) => one.endsWith('.json'))) {
    const text = (await textOf(join(folder, name))) ?? '';
    noted.push(headIn(text, 'the data folder', [name.slice(0, -'.json'.length)]));
  }
  return noted;
}

async function headsOf(given: string, tenants: readonly Uuid[]): Promise<NotedHead[]> {
  if (HEAD.test(given)) return [headIn(given, '--head', tenants)];
  const text = await textOf(given);
  if (text === undefined) {
    throw new AppError(
      'not_found',
      'cli.file_unreadable',
      `${given} cannot be read: it is neither SIZE:ROOT, TENANT:SIZE:ROOT nor a file.`,
    );
  }
  if (text.trimStart().startsWith('{')) return [headIn(text, given, tenants)];
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => headIn(line.trim().split(/\s+/).at(-1)!, given, tenants));
}

const HEAD = /^(?:([^:\s]+):)?(\d+):([0-9a-f]{64})$/;

/** A head as text, or as the API answers it (`GET /v1/ledger/log/head`, `GET /v1/audit/head`). */
function headIn(text: string, source: string, tenants: readonly Uuid[]): NotedHead {
  const [, named, size, root] = HEAD.exec(text.trimStart().startsWith('{') ? fromJson(text) : text) ?? [];
  if (size === undefined || root === undefined) throw invalid(`${source} has no head in ${text.slice(0, 200)}`);
  if (named === undefined && tenants.length !== 1) throw invalid(`There are ${tenants.length} tenants; put the one that is meant in front`);
  return { tenantId: named === undefined ? tenants[0]! : tenantOf(named), size: Number(size), root, source };
}

function fromJson(text: string): string {
  try {
    const { size, root } = JSON.parse(text) as { size: number; root: string };
    return `${size}:${root}`;
  } catch {
    return '';
  }
}

function tenantOf(text: string): Uuid {
  const id = text.startsWith('ten_') ? fromWireId(text) : text;
  if (!isUuid(id)) throw invalid(`${text} is not the id of a tenant`);
  return id;
}

function invalid(what: string): AppError {
  return new AppError(
    'invalid',
    'cli.head_invalid',
    `${what}. A head is SIZE:ROOT or TENANT:SIZE:ROOT, the root in 64 hexadecimal digits.`,
  );
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

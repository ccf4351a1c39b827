import { open, readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { AppError } from '../../../base/error.ts';
import type { Refusal } from '../reason.ts';
import type { Fault } from './check-piece.ts';
import type { CutLines, Piece } from './cut.ts';
import { refusalOf } from './findings.ts';
import { openPool, type PoolOptions } from './pool.ts';

/** What the schemas say of a message. `checked` is false when its schema is not in the folder: then nothing was held against it. */
export type SchemaReport = { checked: boolean; refusals: Refusal[] };

/** The XML schemas of a folder, ready to hold messages against. */
export type Schemas = {
  /** Messages that have a schema, e.g. `pacs.008.001.08`. */
  readonly messages: readonly string[];
  /** Holds a message against its schema, piece by piece, in threads of its own. Errors: `iso20022.schema_check_failed`. */
  check(cut: CutLines): Promise<SchemaReport>;
  close(): Promise<void>;
};

/**
 * Opens the schemas in a folder: every `.xsd` whose target namespace is a message of ISO 20022, whatever the file is called.
 * Each thread compiles a schema once, when a message first needs it. At most `threads` threads (one less than the machine
 * has processors) hold at most three pieces of 256 kB each.
 *
 * Errors: `iso20022.schemas_unreadable` for a folder that cannot be read.
 */
export async function openSchemas(folder: string, options: Partial<PoolOptions> = {}): Promise<Schemas> {
  const files = await schemaFiles(folder);
  const threads = options.threads ?? Math.max(1, Math.min(4, availableParallelism() - 1));
  const pool = openPool(files, { threads, timeoutMs: options.timeoutMs ?? 20_000 });
  return {
    messages: [...files.keys()].sort(),
    close: () => pool.close(),
    async check(cut) {
      const header = cut.applicationHeader();
      const message = headerMessage(header);
      const refusals: Refusal[] = [];
      if (header !== undefined && message !== undefined && files.has(message)) {
        const faults = await pool.check(message, header, 1);
        refusals.push(...faults.map((fault) => refusalOf(fault, HEADER_PIECE)));
      }
      if (!files.has(cut.message)) return { checked: false, refusals };
      await forEachAtMost(pool.room, cut.pieces(), async (piece) => {
        const faults: Fault[] = await pool.check(cut.message, piece.xml, cut.names.group ? 4 : 3);
        refusals.push(...faults.map((fault) => refusalOf(fault, piece, cut.names)));
      });
      // What is wrong with the head is found in every piece.
      const told = new Map(refusals.map((refusal) => [`${refusal.path} ${refusal.text}`, refusal]));
      return { checked: true, refusals: [...told.values()] };
    },
  };
}

const HEADER_PIECE: Piece = { xml: '', groupsBefore: 0, recordsBefore: 0 };
const headerMessage = (header: string | undefined) => header && /urn:iso:std:iso:20022:tech:xsd:(head\.001\.001\.\d{2})/.exec(header)?.[1];

/** Takes pieces only when there is room for them, so that a long file is never in the threads as a whole. */
async function forEachAtMost<T>(limit: number, items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const iterator = items[Symbol.iterator]();
  let failure: Error | undefined;
  const lane = async () => {
    for (let next = iterator.next(); !next.done && failure === undefined; next = iterator.next()) {
      try {
        await work(next.value);
      } catch (error) {
        failure ??= error as Error;
      }
    }
  };
  await Promise.all(Array.from({ length: limit }, lane));
  if (failure !== undefined) throw failure;
}

const NAMESPACE = /targetNamespace\s*=\s*["']urn:iso:std:iso:20022:tech:xsd:([a-z]{4}\.\d{3}\.\d{3}\.\d{2})["']/;

async function schemaFiles(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  try {
    for (const name of (await readdir(folder)).sort()) {
      if (!name.endsWith('.xsd')) continue;
      const message = NAMESPACE.exec(await headOf(path.join(folder, name)))?.[1];
      if (message !== undefined) files.set(message, path.join(folder, name));
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new AppError(
      'unprocessable',
      'iso20022.schemas_unreadable',
      `The folder of XML schemas cannot be read (${code ?? 'unknown error'}): ${folder}.`,
      error,
    );
  }
  return files;
}

/** The beginning of a file: the namespace stands in the first element. */
async function headOf(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { canonicalJson } from '../../base/canonical-json.ts';
import { AppError } from '../../base/error.ts';
import { HASH_BYTES, rootOfLeaves } from '../../base/merkle.ts';
import type { Clock } from '../../base/time.ts';
import { isLocked, takeLock, type FileLock } from '../../infra/file-lock.ts';
import { makeFolder } from '../../infra/make-folder.ts';
import { keepEvidence, keptEvidence } from './file-evidence.ts';
import { appendLine, readLines } from './file-log.ts';
import { leafOfEntry } from './leaf.ts';
import type { ReadinessRecord, RecordBody, RecordStore } from './record.ts';

/** What is known of the log up to an offset; only grows, since nothing is ever changed or taken away. */
type Known = { offset: number; line: number; leaves: Buffer[]; counts: Map<string, number> };

const BUSY_FOR_MS = 30_000;

/**
 * Records and evidence in a folder: `records.jsonl`, one entry a line, and `evidence/<sha256>`. An entry is on the disk
 * when `append` answers; several processes may append at the same time. A last line that a crash has torn is cut off by the
 * next append, and kept in `records.torn`.
 *
 * Errors: `readiness.log_damaged` when a whole line is no entry, is not the next one, or when the log became shorter;
 * `readiness.log_busy` when another process holds it for half a minute.
 */
export function openFileStore(folder: string, { clock }: { clock: Clock }): RecordStore {
  const path = join(folder, 'records.jsonl');
  const evidence = join(folder, 'evidence');
  const known: Known = { offset: 0, line: 0, leaves: [], counts: new Map() };
  let turn: Promise<unknown> = Promise.resolve();
  // One after the other within the process; the lock is for the other processes.
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work, work);
    turn = done.catch(() => undefined);
    return done;
  };
  return {
    append: (checklist, body) => inTurn(() => locked(folder, () => appendTo({ folder, path, known, clock }, checklist, body))),
    async *read(checklist, fromIndex = 0) {
      for await (const { record } of readLines(path)) if (record.checklist === checklist && record.index >= fromIndex) yield record;
    },
    async *readAll() {
      for await (const { record } of readLines(path)) yield record;
    },
    root: () =>
      inTurn(async () => {
        await catchUp(path, known);
        const root = rootOfLeaves(Buffer.concat(known.leaves));
        return { size: known.leaves.length, root: Buffer.from(root).toString('hex') };
      }),
    putEvidence: (bytes, mediaType) => keepEvidence(evidence, bytes, mediaType),
    evidence: (sha256) => keptEvidence(evidence, sha256),
  };
}

type Appending = { folder: string; path: string; known: Known; clock: Clock };

async function appendTo({ folder, path, known, clock }: Appending, checklist: string, body: RecordBody): Promise<ReadinessRecord> {
  await catchUp(path, known);
  const at = new Date(clock.now()).toISOString();
  const entry = { index: known.counts.get(checklist) ?? 0, at, checklist, body };
  const record: ReadinessRecord = { ...entry, leaf: leafOfEntry(entry) };
  const isFirst = known.offset === 0;
  // An entry must not outlive a crash that the evidence it speaks of does not.
  await syncFolder(join(folder, 'evidence'));
  const end = await appendLine(path, canonicalJson(record), { end: known.offset, tornPath: join(folder, 'records.torn') });
  if (isFirst) await syncFolder(folder);
  take(known, record, { line: known.line + 1, endsAt: end });
  return record;
}

async function catchUp(path: string, known: Known): Promise<void> {
  const size = await sizeOf(path);
  if (size < known.offset)
    throw new AppError('conflict', 'readiness.log_damaged', `The log of records was cut: ${size} bytes are left of ${known.offset}.`);
  for await (const read of readLines(path, { offset: known.offset, line: known.line })) {
    const { record, line } = read;
    const next = known.counts.get(record.checklist) ?? 0;
    if (record.index !== next || record.leaf !== leafOfEntry(record))
      throw new AppError('conflict', 'readiness.log_damaged', `Line ${line} of the log of records is not the entry that stood there.`);
    take(known, record, read);
  }
}

function take(known: Known, record: ReadinessRecord, { line, endsAt }: { line: number; endsAt: number }): void {
  known.leaves.push(Buffer.from(record.leaf, 'hex').subarray(0, HASH_BYTES));
  known.counts.set(record.checklist, record.index + 1);
  known.line = line;
  known.offset = endsAt;
}

async function sizeOf(path: string): Promise<number> {
  const handle = await openThere(path);
  if (!handle) return 0;
  try {
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}

async function openThere(path: string): Promise<FileHandle | undefined> {
  return await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

/** A file that a crash could make disappear with its folder's entry would not be durable. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await openThere(folder);
  if (!handle) return;
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function locked<T>(folder: string, work: () => Promise<T>): Promise<T> {
  await makeFolder(folder, { mode: 0o700 });
  const lock = await lockOf(join(folder, 'lock'));
  try {
    return await work();
  } finally {
    lock.release();
  }
}

async function lockOf(path: string): Promise<FileLock> {
  const until = performance.now() + BUSY_FOR_MS;
  for (;;) {
    const lock = takeLock(path);
    if (isLocked(lock)) return lock;
    if (performance.now() > until) {
      const who = lock.pid === undefined ? 'another process' : `process ${lock.pid}`;
      throw new AppError('unavailable', 'readiness.log_busy', `The log of records is held by ${who}. Try again when that has ended.`);
    }
    // Processes that wait must not all come back at the same moment.
    await wait(2 + Math.random() * 10);
  }
}

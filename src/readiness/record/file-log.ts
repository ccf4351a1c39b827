import { constants } from 'node:fs';
import { appendFile, open, type FileHandle } from 'node:fs/promises';
import { AppError } from '../../base/error.ts';
import type { ReadinessRecord } from './record.ts';

const NEWLINE = 0x0a;
const STEP = 1 << 20;

/** An entry as it was read, and where its line ends in the file. */
export type ReadLine = { record: ReadinessRecord; line: number; endsAt: number };

/**
 * The whole lines of a log from an offset on. A last line without its end was never acknowledged and is left out: either
 * another process is writing it just now, or one died while doing so. Answers nothing for a file that is not there.
 * Errors: `readiness.log_damaged` for a whole line that is no entry, with its number.
 */
export async function* readLines(path: string, from = { offset: 0, line: 0 }): AsyncGenerator<ReadLine> {
  const handle = await openForReading(path);
  if (!handle) return;
  try {
    let [offset, line] = [from.offset, from.line];
    let rest: Buffer = Buffer.alloc(0);
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(STEP), 0, STEP, offset + rest.length);
      if (bytesRead === 0) return;
      rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
        line += 1;
        offset += end + 1;
        yield { record: parseLine(rest.subarray(0, end), line), line, endsAt: offset };
        rest = rest.subarray(end + 1);
      }
    }
  } finally {
    await handle.close();
  }
}

async function openForReading(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parseLine(bytes: Buffer, line: number): ReadinessRecord {
  const value = parsed(bytes);
  const { index, at, checklist, body, leaf } = (value ?? {}) as Partial<ReadinessRecord>;
  const sound =
    Number.isSafeInteger(index) &&
    typeof at === 'string' &&
    typeof checklist === 'string' &&
    typeof leaf === 'string' &&
    typeof body === 'object' &&
    body !== null &&
    typeof body.kind === 'string';
  if (!sound) throw new AppError('conflict', 'readiness.log_damaged', `Line ${line} of the log of records is no entry.`);
  return { index: index!, at, checklist, body, leaf };
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/**
 * Appends one line, which is on the disk when this answers. Under the log's lock only. `end` is where the last whole line
 * ends: what lies behind it was torn by a crash before it was acknowledged; it is cut off and kept in `tornPath`.
 */
export async function appendLine(path: string, line: string, { end, tornPath }: { end: number; tornPath: string }): Promise<number> {
  const handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    const { size } = await handle.stat();
    if (size > end) await cutOff(handle, { from: end, size, tornPath });
    const bytes = Buffer.from(`${line}\n`);
    try {
      await writeAll(handle, bytes, end);
      await handle.sync();
    } catch (error) {
      // A full disk: nothing of it may be read as an entry later.
      await handle.truncate(end).catch(() => undefined);
      throw error;
    }
    return end + bytes.length;
  } finally {
    await handle.close();
  }
}

async function writeAll(handle: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, at + written);
    written += bytesWritten;
  }
}

async function cutOff(handle: FileHandle, { from, size, tornPath }: { from: number; size: number; tornPath: string }): Promise<void> {
  const torn = Buffer.alloc(size - from);
  await handle.read(torn, 0, torn.length, from);
  await appendFile(tornPath, Buffer.concat([torn, Buffer.from('\n')]), { mode: 0o600 });
  await handle.truncate(from);
}

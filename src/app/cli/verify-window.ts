import { open, type FileHandle } from 'node:fs/promises';
import { AppError } from '../../base/error.ts';
import { checkAcross, createPlaces } from '../../settlement/verify-window/across.ts';
import type { Check } from '../../settlement/verify-window/findings.ts';
import { verifyWindow, type Verdict } from '../../settlement/verify-window/verify.ts';
import { createProgress } from '../progress.ts';
import { table } from './output.ts';

type FileVerdict = Verdict & { file: string };

/** What was found in each file, and between them when there are several. */
export type WindowVerdicts = { ok: boolean; files: FileVerdict[]; across?: { findings: string[]; gaps: string[] } };

/** What a caller has kept of the notices of a window. */
export type KeptOptions = { root?: string; removed?: string[] };

/**
 * Checks window files by themselves, with a progress line on standard error, and against each other. `root` is the root that was
 * published at cut-off, `removed` who was taken out by the notices, or `none`; both for one file.
 * Errors: `cli.file_unreadable`, `request.invalid` for a root or a participant that is none.
 */
export async function verifyWindowFiles(files: readonly string[], { root, removed }: KeptOptions): Promise<WindowVerdicts> {
  if (root !== undefined && (!isRoot(root) || files.length > 1))
    throw new AppError('invalid', 'request.invalid', '--root takes the 64 hexadecimal digits of a root, and one file with it.');
  const removedFor = removed === undefined ? undefined : participantsOf(removed, files);
  const kept = { ...(root !== undefined && { publishedRoot: root }), ...(removedFor && { removedFor }) };
  const progress = createProgress(process.stderr);
  const verdicts: FileVerdict[] = [];
  const places = createPlaces();
  const onObligation = files.length > 1 && { onObligation: places.add };
  for (const file of files) {
    const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
      throw unreadable(file, error);
    });
    try {
      const bytes = reading(file, handle, (share) => progress.part(file, share));
      verdicts.push({ file, ...(await verifyWindow(bytes, { ...kept, ...onObligation })) });
    } finally {
      await handle.close();
    }
  }
  const windows = verdicts.flatMap(({ window }) => (window ? [window] : []));
  const across = files.length > 1 ? checkAcross(windows, places.twice()) : undefined;
  const ok = verdicts.every((verdict) => verdict.ok) && (across?.findings.length ?? 0) === 0;
  return { ok, files: verdicts, ...(across && { across }) };
}

function participantsOf(removed: readonly string[], files: readonly string[]): string[] {
  const named = removed.length === 1 && removed[0] === 'none' ? [] : [...removed];
  if (files.length > 1 || !named.every((name) => /^mem_[0-9a-f]{32}$/.test(name)))
    throw new AppError('invalid', 'request.invalid', '--removed takes ids of participants, or none, and one file with it.');
  return named;
}

/** Whether the text is the root of a tree as it is published. */
export function isRoot(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

async function* reading(file: string, handle: FileHandle, onShare: (share: number) => void): AsyncGenerator<Uint8Array> {
  const { size } = await handle.stat();
  let read = 0;
  try {
    for await (const chunk of handle.createReadStream({ autoClose: false, highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
      read += chunk.length;
      onShare(read / Math.max(size, 1));
      yield chunk;
    }
  } catch (error) {
    throw unreadable(file, error as NodeJS.ErrnoException);
  }
}

function unreadable(file: string, error: NodeJS.ErrnoException): AppError {
  return new AppError('not_found', 'cli.file_unreadable', `${file} cannot be read: ${error.code ?? error.message}.`);
}

const MARKS = { holds: 'ok', fails: 'FAILS', not_checked: '-' } as const;

/** Checks as a table, and below it what fails. */
export function describeChecks(checks: readonly Check<string>[]): string[] {
  const rows = table(checks.map(({ id, result, says, found }) => [`  ${MARKS[result]}`, id, says, found]));
  return [rows, ...checks.flatMap(({ id, findings }) => findings.map((text) => `    ${id}: ${text}`))];
}

/** The verdicts for people: each check with what was found. */
export function describeVerdicts({ ok, files, across }: WindowVerdicts): string {
  const blocks = files.map(({ file, window, checks }) => {
    const which = window ? `window ${window.number} (${window.id}), group ${window.group}, ${window.state}` : 'no window';
    return [`${file}: ${which}`, ...describeChecks(checks)].join('\n');
  });
  const between = across
    ? [[...across.findings.map((text) => `  FAILS  ${text}`), ...across.gaps.map((text) => `  -  ${text}`)].join('\n')]
    : [];
  const verdict = ok ? 'Everything that could be checked holds.' : 'NOT sound: see what fails above.';
  return [...blocks, ...between.filter((text) => text !== ''), verdict].join('\n\n');
}

import Type, { type Static } from 'typebox';
import type { Probe } from './check.ts';
import { fields, Positive, ReportPath, Text } from './define.ts';
import { unknownAge, writtenMs } from './file-age.ts';
import { lookAt, readDocument, readText } from './files.ts';
import { commitOf } from './git-read.ts';
import { readJsonPath } from './json-path.ts';

/**
 * How a report shows that it speaks of what is judged: by the commit that it names (`commitAt`, a path in the report), by the
 * commit in a file beside it, or by its age alone.
 */
export const ReportOf = Type.Union([fields({ commitAt: Text }), fields({ commitFile: ReportPath }), fields({ maxAgeHours: Positive })]);
export type ReportOf = Static<typeof ReportOf>;

/** A report that can be used, or what stands against it. A report of another commit is stale, one that is missing fails. */
export type Report = { text: string; bytes: number } | { state: 'fail' | 'stale'; summary: string };

/** Reads a report and holds it against the commit or its age. Errors: those of the files. */
export async function readReport(probe: Probe, path: string, of: ReportOf): Promise<Report> {
  const text = await readText(probe, path, 64 << 20);
  probe.note?.(text === undefined ? `${path} is not there` : await headOf(probe, path, text));
  if (text === undefined) return { state: 'fail', summary: `The report ${path} is not there.` };
  const stale = await staleness(probe, path, of, text);
  return stale ? { state: 'stale', summary: `${stale}.` } : { text, bytes: Buffer.byteLength(text) };
}

/** What a report looks like: its size, its time and how it begins. */
async function headOf(probe: Probe, path: string, text: string): Promise<string> {
  const seen = await lookAt(probe, path);
  const at = seen === undefined ? 'unknown' : new Date(seen.modifiedMs).toISOString();
  return `${path}: ${Buffer.byteLength(text)} bytes, changed at ${at}\n${text.length > HEAD_CHARACTERS ? `${text.slice(0, HEAD_CHARACTERS)}\n… cut: ${HEAD_CHARACTERS} of ${text.length} characters are kept` : text}\n`;
}
const HEAD_CHARACTERS = 4_096;

/** Why a file does not speak of what is judged; undefined when it does. */
async function staleness(probe: Probe, path: string, of: ReportOf, text: string): Promise<string | undefined> {
  if ('maxAgeHours' in of) {
    const seen = await lookAt(probe, path);
    const written = seen ? await writtenMs(probe, seen) : { ms: 0 };
    const hours = (probe.clock.now() - written.ms) / 3_600_000;
    if (hours < -1) return `${path} is dated in the future`;
    if (!(hours <= of.maxAgeHours)) return `${path} is ${hours.toFixed(1)} h old, at most ${of.maxAgeHours} h are demanded`;
    return written.orBefore ? unknownAge(path) : undefined;
  }
  const judged = await commitOf(probe);
  if (judged === undefined) return `which commit is judged is not known, so ${path} cannot be of it`;
  const named =
    'commitFile' in of ? (await readText(probe, of.commitFile, 4_096))?.trim() : readJsonPath(readDocument(path, text), of.commitAt)[0];
  probe.note?.(`commit named: ${typeof named === 'string' ? named.slice(0, 64) : 'none'}; judged: ${judged}`);
  if (typeof named !== 'string' || !/^[0-9a-f]{7,64}$/i.test(named)) return `${path} does not say which commit it is of`;
  const isOf = (commit: string): boolean => commit.toLowerCase().startsWith(named.toLowerCase());
  const known = [judged, ...(probe.checkedOut === undefined ? [] : [probe.checkedOut])];
  if (!known.some(isOf)) return `${path} is of the commit ${named.slice(0, 12)}, judged is ${judged.slice(0, 12)}`;
  // No report of a commit speaks of what was edited since.
  return judged.includes('+') ? `${path} is of the commit ${named.slice(0, 12)}, judged is that with edits` : undefined;
}

/** Whether a report cannot be used. */
export function isUnfit(report: Report): report is { state: 'fail' | 'stale'; summary: string } {
  return 'state' in report;
}

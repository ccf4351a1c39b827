import { setTimeout as delay } from 'node:timers/promises';
import Type, { type Static } from 'typebox';
import { AppError } from '../../../base/error.ts';
import { askHttp } from '../ask-http.ts';
import type { Outcome, Probe } from '../check.ts';
import { Count, defineKind, fields, LivePath, judged, listed, Positive, TargetName, Text, Texts, UrlPath } from '../define.ts';
import { readTail, type Tail } from '../files.ts';
import { folderOf, httpOnLoopback } from '../loopback.ts';
import { firstLines } from '../notes.ts';
import { newestTime } from '../line-time.ts';
import { matching } from '../pattern.ts';
import { redact } from '../redact.ts';
import { searchText } from '../secret-search.ts';

const Params = fields({
  /** A file of lines, or an address that answers with them. */
  file: Type.Optional(LivePath),
  target: Type.Optional(TargetName),
  path: Type.Optional(UrlPath),
  /** Text that one of the last lines must contain; looked for until `withinS` is over. */
  marker: Type.Optional(Text),
  withinS: Type.Optional(Type.Number({ minimum: 0, maximum: 600 })),
  /** How many of the last lines are looked at; 1,000 unless told. */
  lines: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
  minLines: Type.Optional(Count),
  /** How old its newest line may be, or its last change where lines say no time; a day unless told. */
  maxAgeHours: Type.Optional(Positive),
  /** Least share of lines that are JSON objects, 0 to 1. */
  jsonShare: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  /** No line may hold anything that looks like a credential. */
  noSecrets: Type.Optional(Type.Boolean()),
  absent: Type.Optional(Texts),
  /** At most so many lines may match, such as errors. */
  atMost: Type.Optional(fields({ matching: Text, lines: Count })),
});
type Params = Static<typeof Params>;

const PAUSE_MS = 500;
const TAIL_BYTES = 8 << 20;
const DEFAULT_LINES = 1_000;
const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;

async function run(params: Params, probe: Probe): Promise<Outcome> {
  const log = await linesWithMarker(params, probe);
  if (log === undefined && params.file !== undefined) probe.note?.(`${params.file} is not there`);
  if (log === undefined) return { state: 'fail', summary: `${whereOf(params)} is not there.` };
  const { lines } = log;
  const json = lines.filter(isJsonObject).length;
  const share = lines.length === 0 ? 0 : json / lines.length;
  const { marker, withinS = 0, jsonShare, minLines = 1, absent = [], noSecrets, atMost } = params;
  const leaks = noSecrets ? await searchText(lines.join('\n'), probe.signal) : [];
  const fitting = atMost ? matching(atMost.matching, lines).filter(Boolean).length : 0;
  return judged({
    problems: [
      ...(log.missing === undefined ? [] : [log.missing]),
      ...ageProblems(params, log, probe.clock.now()),
      ...(lines.length < Math.max(1, minLines) ? [`there are ${lines.length} lines, at least ${Math.max(1, minLines)} are demanded`] : []),
      ...(marker !== undefined && !lines.some((line) => line.includes(marker)) ? [`the marker did not appear within ${withinS} s`] : []),
      ...(jsonShare !== undefined && share < jsonShare
        ? [`${(share * 100).toFixed(1)} % of the lines are JSON, at least ${jsonShare * 100} % are demanded`]
        : []),
      ...absent.filter((part) => lines.some((line) => line.includes(part))).map((part) => `a line contains ${JSON.stringify(part)}`),
      ...(leaks.length > 0
        ? [`${leaks.length} lines look as if they held credentials (${listed([...new Set(leaks.map(({ name }) => name))])})`]
        : []),
      ...(atMost && fitting > atMost.lines ? [`${fitting} lines match ${atMost.matching}, at most ${atMost.lines} are allowed`] : []),
    ],
    seen: `${whereOf(params)}: ${lines.length} lines are as demanded.`,
    measurements: [
      { name: 'lines', value: lines.length },
      {
        name: 'JSON lines',
        value: Math.round(share * 1_000) / 10,
        unit: '%',
        ...(jsonShare !== undefined && { demanded: `>= ${jsonShare * 100}` }),
      },
    ],
    output: evidenceOf(
      params,
      log,
      leaks.map(({ line }) => line),
    ),
  });
}

/** A log that nobody writes to any more says nothing about now. One whose age nobody can tell fails where an age is demanded. */
function ageProblems({ maxAgeHours }: Params, { lines, writtenMs }: Log, nowMs: number): string[] {
  const newestMs = newestTime(lines) ?? writtenMs;
  if (newestMs === undefined) return maxAgeHours === undefined ? [] : ['how old it is cannot be told'];
  const hours = (nowMs - newestMs) / HOUR_MS;
  const most = maxAgeHours ?? DAY_HOURS;
  if (hours < -1) return [`its newest line is dated in the future: ${new Date(newestMs).toISOString()}`];
  return hours <= most ? [] : [`its newest line is ${hours.toFixed(1)} h old, at most ${most} h are allowed`];
}

/** The lines that decided, then the last ones. */
function evidenceOf(params: Params, { lines, missing }: Log, leaking: readonly number[]): string {
  const { marker, absent = [], atMost } = params;
  const hidden = new Set(leaking);
  const told = (at: number): string => (hidden.has(at + 1) ? `[line ${at + 1} looks as if it held a credential]` : lines[at]!);
  const part = (title: string, fits: (line: string, at: number) => boolean): string[] => {
    const found = lines.flatMap((line, at) => (fits(line, at) ? [told(at)] : []));
    return found.length === 0 ? [] : [`${title} (${found.length})`, firstLines(found, 50), ''];
  };
  const fits = atMost ? matching(atMost.matching, lines) : [];
  return [
    `${whereOf(params)}: ${lines.length} lines were looked at${missing === undefined ? '' : `; ${missing}`}`,
    '',
    ...(marker === undefined ? [] : part(`with ${JSON.stringify(marker)}`, (line) => line.includes(marker))),
    ...absent.flatMap((text) => part(`with ${JSON.stringify(text)}`, (line) => line.includes(text))),
    ...(atMost ? part(`matching ${atMost.matching}`, (_, at) => fits[at] === true) : []),
    ...(params.jsonShare === undefined ? [] : part('not JSON', (line) => !isJsonObject(line))),
    ...part('that look as if they held a credential', (_, at) => hidden.has(at + 1)),
    'the last lines',
    // Masked with what stands before them, as a key goes over many lines.
    ...redact(
      lines
        .map((_, at) => told(at))
        .slice(-500)
        .join('\n'),
    )
      .split('\n')
      .slice(-50),
  ].join('\n');
}

const whereOf = ({ file, target, path = '' }: Params): string => file ?? `${target ?? ''}${path}`;

/** The last lines of a log, and in words what of them could not be read. */
type Log = { lines: readonly string[]; missing?: string; writtenMs?: number };

/** Reads until the marker is there or its time is over; the last reading counts. */
async function linesWithMarker(params: Params, probe: Probe): Promise<Log | undefined> {
  const until = performance.now() + (params.withinS ?? 0) * 1_000;
  for (;;) {
    const log = await read(params, probe);
    const found = params.marker === undefined || log?.lines.some((line) => line.includes(params.marker!));
    if (found || performance.now() >= until) return log;
    await delay(Math.min(PAUSE_MS, Math.max(1, until - performance.now())), undefined, { signal: probe.signal });
  }
}

async function read({ file, target, path = '', lines = DEFAULT_LINES }: Params, probe: Probe): Promise<Log | undefined> {
  if (file === undefined && target === undefined)
    throw new AppError('invalid', 'readiness.params_invalid', 'The check names neither file nor target.');
  const tail: (Tail & { beginning?: boolean }) | undefined =
    file === undefined ? await tailByHttp(target!, path, probe) : await readTail(probe, file, TAIL_BYTES);
  if (!tail) return undefined;
  const all = tail.text.split('\n').filter((line) => line.trim() !== '');
  const written = tail.writtenMs === undefined ? {} : { writtenMs: tail.writtenMs };
  if (tail.beginning)
    return { ...written, lines: all.slice(-lines), missing: `its last lines lie behind the first ${TAIL_BYTES} bytes and were not read` };
  if (!tail.whole && all.length < lines)
    return { ...written, lines: all, missing: `of the last ${lines} lines only ${all.length} were read` };
  return { ...written, lines: all.slice(-lines) };
}

/** Asks for the end alone; a server that gives the whole from its beginning may have to be cut. */
async function tailByHttp(target: string, path: string, probe: Probe): Promise<(Tail & { beginning?: boolean }) | undefined> {
  const headers = { range: `bytes=-${TAIL_BYTES}` };
  const { status, body, cut, headers: sent } = await askHttp(probe, probe.target(target), { path, headers, mostBytes: TAIL_BYTES });
  const changed = Date.parse(sent['last-modified'] ?? '');
  const written = Number.isNaN(changed) ? {} : { writtenMs: changed };
  if (status === 200) return { ...written, text: body, whole: !cut, beginning: cut };
  const [, from, to, all] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(sent['content-range'] ?? '')?.map(Number) ?? [];
  if (status !== 206 || from === undefined) return undefined;
  if (cut || to! + 1 !== all) return { ...written, text: body, whole: false, beginning: true };
  return from === 0 ? { ...written, text: body, whole: true } : { ...written, text: body.slice(body.indexOf('\n') + 1), whole: false };
}

function isJsonObject(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

export const logMarker = defineKind({
  name: 'log_marker',
  summary: 'A marker line arrives in the log in time; its lines are JSON, without credentials and without too many errors.',
  params: Params,
  describe: (params) => `${whereOf(params)}${params.marker ? ` has ${JSON.stringify(params.marker)}` : ''}`,
  run,
  timeoutMs: ({ withinS = 0 }) => withinS * 1_000 + 10_000,
  unheld: [
    { names: ['target', 'path'], when: ({ file }) => file !== undefined, where: 'beside file' },
    { names: ['withinS'], when: ({ marker }) => marker === undefined, where: 'without marker' },
  ],
  negative: [
    {
      name: 'a marker that never arrives',
      async arrange() {
        const { root, end } = await folderOf({ 'app.log': '{"msg":"started"}\n' });
        return { params: { file: 'app.log', marker: 'release 7' }, probe: { root }, end };
      },
    },
    {
      name: 'a log that nobody has written to for days',
      async arrange() {
        const { root, end } = await folderOf({ 'app.log': 'release 7\n' }, { 'app.log': 3 * DAY_HOURS * HOUR_MS });
        return { params: { file: 'app.log', marker: 'release 7' }, probe: { root }, end };
      },
    },
    {
      name: 'a copied log whose lines are old',
      async arrange() {
        const { root, end } = await folderOf({ 'app.log': '{"time":"2020-01-01T00:00:00Z","msg":"release 7"}\n' });
        return { params: { file: 'app.log', marker: 'release 7' }, probe: { root }, end };
      },
    },
    {
      name: 'a log that is not JSON and holds a token',
      async arrange() {
        const { root, end } = await folderOf({ 'app.log': `login with ${['ghp', 'abcdefghijklmnopqrstuvwxyz0123456789'].join('_')}\n` });
        return { params: { file: 'app.log', jsonShare: 0.9, noSecrets: true }, probe: { root }, end };
      },
    },
    {
      name: 'an error behind more than is read of an address',
      async arrange() {
        const log = `${'INFO fine\n'.repeat(900_000)}FATAL out of balance\n`;
        const { url, end } = await httpOnLoopback((_, reply) => void reply.end(log));
        return { params: { target: url, absent: ['FATAL'] }, end };
      },
    },
  ],
});

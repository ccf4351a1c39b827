import { setTimeout as delay } from 'node:timers/promises';
import Type, { type Static } from 'typebox';
import { AppError } from '../../../base/error.ts';
import { askHttp } from '../ask-http.ts';
import type { Outcome, Probe } from '../check.ts';
import { Count, defineKind, fields, FilePath, judged, listed, TargetName, Text, Texts, UrlPath } from '../define.ts';
import { readTail } from '../files.ts';
import { folderOf } from '../loopback.ts';
import { matches } from '../pattern.ts';
import { secretsIn } from '../tracked-secrets.ts';

const Params = fields({
  /** A file of lines, or an address that answers with them. */
  file: Type.Optional(FilePath),
  target: Type.Optional(TargetName),
  path: Type.Optional(UrlPath),
  /** Text that one of the last lines must contain; looked for until `withinS` is over. */
  marker: Type.Optional(Text),
  withinS: Type.Optional(Type.Number({ minimum: 0, maximum: 600 })),
  /** How many of the last lines are looked at; 1,000 unless told. */
  lines: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
  minLines: Type.Optional(Count),
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

async function run(params: Params, probe: Probe): Promise<Outcome> {
  const lines = await linesWithMarker(params, probe);
  if (lines === undefined) return { state: 'fail', summary: `${whereOf(params)} is not there.` };
  const json = lines.filter(isJsonObject).length;
  const share = lines.length === 0 ? 0 : json / lines.length;
  const { marker, withinS = 0, jsonShare, minLines = 1, absent = [], noSecrets, atMost } = params;
  const leaks = noSecrets ? secretsIn(lines.join('\n')) : [];
  const matching = atMost ? lines.filter((line) => matches(atMost.matching, line)).length : 0;
  return judged({
    problems: [
      ...(lines.length < Math.max(1, minLines) ? [`there are ${lines.length} lines, at least ${Math.max(1, minLines)} are demanded`] : []),
      ...(marker !== undefined && !lines.some((line) => line.includes(marker)) ? [`the marker did not appear within ${withinS} s`] : []),
      ...(jsonShare !== undefined && share < jsonShare
        ? [`${(share * 100).toFixed(1)} % of the lines are JSON, at least ${jsonShare * 100} % are demanded`]
        : []),
      ...absent.filter((part) => lines.some((line) => line.includes(part))).map((part) => `a line contains ${JSON.stringify(part)}`),
      ...(leaks.length > 0
        ? [`${leaks.length} lines look as if they held credentials (${listed([...new Set(leaks.map(({ name }) => name))])})`]
        : []),
      ...(atMost && matching > atMost.lines ? [`${matching} lines match ${atMost.matching}, at most ${atMost.lines} are allowed`] : []),
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
    output: lines.slice(-50).join('\n'),
  });
}

const whereOf = ({ file, target, path = '' }: Params): string => file ?? `${target ?? ''}${path}`;

/** Reads until the marker is there or its time is over; the last reading counts. */
async function linesWithMarker(params: Params, probe: Probe): Promise<readonly string[] | undefined> {
  const until = performance.now() + (params.withinS ?? 0) * 1_000;
  for (;;) {
    const lines = await read(params, probe);
    const found = params.marker === undefined || lines?.some((line) => line.includes(params.marker!));
    if (found || performance.now() >= until) return lines;
    await delay(Math.min(PAUSE_MS, Math.max(1, until - performance.now())), undefined, { signal: probe.signal });
  }
}

async function read({ file, target, path = '', lines = 1_000 }: Params, probe: Probe): Promise<readonly string[] | undefined> {
  if (file === undefined && target === undefined)
    throw new AppError('invalid', 'readiness.params_invalid', 'The check names neither file nor target.');
  const text = file === undefined ? await fromHttp(target!, path, probe) : await readTail(probe, file, TAIL_BYTES);
  return text
    ?.split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-lines);
}

async function fromHttp(target: string, path: string, probe: Probe): Promise<string | undefined> {
  const answer = await askHttp(probe, probe.target(target), { path, mostBytes: TAIL_BYTES });
  return answer.status === 200 ? answer.body : undefined;
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
  negative: [
    {
      name: 'a marker that never arrives',
      async arrange() {
        const { root, end } = await folderOf({ 'app.log': '{"msg":"started"}\n' });
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
  ],
});

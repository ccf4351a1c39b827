import { readdir, readFile, readlink } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import Type, { type Static } from 'typebox';
import { AppError } from '../../../base/error.ts';
import type { Outcome, Probe } from '../check.ts';
import { Count, defineKind, fields, LivePath, judged, Positive, Text } from '../define.ts';
import { readText } from '../files.ts';
import { folderOf } from '../loopback.ts';
import { firstLines } from '../notes.ts';

const Params = fields({
  /** A file that holds the number of the process. */
  pidFile: Type.Optional(LivePath),
  /** A part of the command line, on this machine; with `pidFile`, of that one process. */
  commandContains: Type.Optional(Text),
  /** So many processes must fit; 1 unless told. */
  minCount: Type.Optional(Count),
  /** Each has run for so long: it was not started anew within that time. */
  minUptimeS: Type.Optional(Positive),
  maxMemoryMB: Type.Optional(Positive),
  /** Looks twice, so many seconds apart: no process may have gone, come or been started anew. */
  overS: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 600 })),
  /** Growth of memory per hour at most, by the slope over the window. */
  maxGrowthMBPerHour: Type.Optional(Positive),
});
type Params = Static<typeof Params>;
type Seen = { pid: number; name: string; startedAtMs: number; memoryMB: number; at: number };

const SAMPLES = 10;

async function run(params: Params, probe: Probe): Promise<Outcome> {
  const first = await look(params, probe);
  const later = params.overS === undefined ? [] : await watch(params, probe);
  const youngest = Math.min(...first.map(({ startedAtMs }) => (probe.clock.now() - startedAtMs) / 1_000));
  const memory = Math.max(0, ...first.map(({ memoryMB }) => memoryMB));
  const growth = params.maxGrowthMBPerHour === undefined ? undefined : growthPerHour([first, ...later]);
  const { minCount = 1, minUptimeS, maxMemoryMB, maxGrowthMBPerHour } = params;
  const wanted = Math.max(1, minCount);
  return judged({
    problems: [
      ...(first.length < wanted ? [`${first.length} such processes are running, at least ${wanted} are demanded`] : []),
      ...(minUptimeS !== undefined && !(youngest >= minUptimeS)
        ? [`one was started ${Math.round(youngest)} s ago, at least ${minUptimeS} s are demanded`]
        : []),
      ...(maxMemoryMB !== undefined && !(memory <= maxMemoryMB)
        ? [`one takes ${memory.toFixed(0)} MB, at most ${maxMemoryMB} MB are demanded`]
        : []),
      ...(later.some((seen) => namesOf(seen) !== namesOf(first)) ? ['processes went, came or were started anew meanwhile'] : []),
      ...(growth !== undefined && !(growth <= maxGrowthMBPerHour!)
        ? [`memory grows by ${growth.toFixed(1)} MB an hour, at most ${maxGrowthMBPerHour} are demanded`]
        : []),
    ],
    seen: `${first.length} running, the youngest for ${Math.round(youngest)} s, ${memory.toFixed(0)} MB at most.`,
    measurements: [
      { name: 'running', value: first.length, demanded: `>= ${wanted}` },
      ...(first.length > 0
        ? [
            { name: 'youngest', value: Math.round(youngest), unit: 's' },
            { name: 'memory', value: Math.round(memory), unit: 'MB' },
          ]
        : []),
      ...(growth !== undefined ? [{ name: 'growth', value: Math.round(growth * 10) / 10, unit: 'MB/h', samples: later.length + 1 }] : []),
    ],
  });
}

async function watch(params: Params, probe: Probe): Promise<Seen[][]> {
  const seen: Seen[][] = [];
  const pauseMs = (params.overS! * 1_000) / (SAMPLES - 1);
  for (let sample = 1; sample < SAMPLES; sample += 1) {
    await delay(pauseMs, undefined, { signal: probe.signal });
    seen.push(await look(params, probe));
  }
  return seen;
}

const namesOf = (seen: readonly Seen[]): string =>
  seen
    .map(({ pid, startedAtMs }) => `${pid}@${startedAtMs}`)
    .toSorted()
    .join(' ');

/** Least squares over the memory of all of them together. */
function growthPerHour(series: readonly (readonly Seen[])[]): number {
  const points = series
    .filter((seen) => seen.length > 0)
    .map((seen) => [seen[0]!.at / 3_600_000, seen.reduce((sum, { memoryMB }) => sum + memoryMB, 0)] as const);
  const mean = (of: (point: readonly [number, number]) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean(([hour]) => hour), mean(([, memory]) => memory)];
  const spread = points.reduce((sum, [hour]) => sum + (hour - x) ** 2, 0);
  return spread === 0 ? 0 : points.reduce((sum, [hour, memory]) => sum + (hour - x) * (memory - y), 0) / spread;
}

async function look(params: Params, probe: Probe): Promise<Seen[]> {
  const pids = await pidsOf(params, probe);
  const system = await readFile('/proc/stat', 'utf8').catch(() => undefined);
  if (system === undefined) throw new AppError('unavailable', 'readiness.no_processes', 'This system shows no processes under /proc.');
  const bootMs = Number(/^btime (\d+)$/m.exec(system)?.[1]) * 1_000;
  const found = await Promise.all(pids.map((pid) => readProcess(pid, bootMs, probe.clock.now())));
  const running = found.filter((seen) => seen !== undefined);
  probe.note?.(
    firstLines(
      [
        `${new Date(probe.clock.now()).toISOString()}: ${running.length} of ${pids.length} processes asked for are running`,
        ...running.map(toldOf),
      ],
      50,
    ),
  );
  return running;
}

const toldOf = ({ pid, name, startedAtMs, memoryMB }: Seen): string =>
  `${pid} ${name}: started at ${new Date(startedAtMs).toISOString()}, ${memoryMB.toFixed(1)} MB`;

async function byFile(path: string, probe: Probe): Promise<number[]> {
  const pid = Number((await readText(probe, path, 64))?.trim());
  return Number.isInteger(pid) && pid > 0 ? [pid] : [];
}

/** The process of the file, all of a command, or with both that of the file if it is of the command. */
async function pidsOf({ pidFile, commandContains: part }: Params, probe: Probe): Promise<number[]> {
  if (pidFile === undefined && part === undefined)
    throw new AppError('invalid', 'readiness.params_invalid', 'The check names neither pidFile nor commandContains.');
  if (pidFile === undefined) return ofCommand(await all(probe.callers ?? []), part!);
  const pids = await byFile(pidFile, probe);
  probe.note?.(pids.length === 0 ? `${pidFile} names no process` : `${pidFile} names the process ${pids.join(', ')}`);
  return part === undefined ? pids : ofCommand(pids, part);
}

/** All that run but the one that looks, and those that had it look: what they were told to look for stands in their command lines. */
async function all(callers: readonly number[]): Promise<number[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  return pids.filter((pid) => pid !== process.pid && !callers.includes(pid));
}

async function ofCommand(pids: readonly number[], part: string): Promise<number[]> {
  const fits = await Promise.all(
    pids.map(async (pid) => {
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return line.replaceAll('\0', ' ').includes(part);
    }),
  );
  return pids.filter((_, index) => fits[index]);
}

/** Ticks of the kernel's clock in a second, as user space sees them on every Linux. */
const TICKS = 100;
const PAGE_BYTES = 4_096;

async function readProcess(pid: number, bootMs: number, at: number): Promise<Seen | undefined> {
  const [stat, statm] = await Promise.all(['stat', 'statm'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')));
  // The name stands in brackets and may itself hold some.
  const parts = stat!.slice(stat!.lastIndexOf(')') + 2).split(' ');
  if (parts.length < 20 || parts[0] === 'Z' || parts[0] === 'X' || (await isGone(pid))) return undefined;
  return {
    pid,
    // Not its arguments, which may hold passwords.
    name: stat!.slice(stat!.indexOf('(') + 1, stat!.lastIndexOf(')')),
    startedAtMs: bootMs + (Number(parts[19]) * 1_000) / TICKS,
    memoryMB: (Number(statm!.split(' ')[1]) * PAGE_BYTES) / 1e6,
    at,
  };
}

const isGone = async (pid: number): Promise<boolean> =>
  (await readlink(`/proc/${pid}/cwd`).catch((error: NodeJS.ErrnoException) => error.code)) === 'ENOENT';

export const processes = defineKind({
  name: 'process',
  summary: 'Processes on this machine run, for long enough, without being started anew, with bounded memory.',
  params: Params,
  describe: ({ pidFile, commandContains, minUptimeS }) =>
    `${commandContains ?? pidFile ?? 'nothing'}${minUptimeS === undefined ? '' : `, up for ${minUptimeS} s`}`,
  run,
  timeoutMs: ({ overS = 0 }) => overS * 1_000 + 10_000,
  unheld: [{ names: ['maxGrowthMBPerHour'], when: ({ overS }) => overS === undefined, where: 'without overS' }],
  negative: [
    {
      name: 'a process that is gone',
      async arrange() {
        // No process has this number: the kernel's own limit is 2^22.
        const { root, end } = await folderOf({ 'app.pid': '4194305\n' });
        return { params: { pidFile: 'app.pid' }, probe: { root }, end };
      },
    },
    {
      name: 'a process that was started a moment ago',
      async arrange() {
        const { root, end } = await folderOf({ 'app.pid': `${process.pid}\n` });
        return { params: { pidFile: 'app.pid', minUptimeS: 1e9 }, probe: { root }, end };
      },
    },
  ],
});

import Type, { type Static } from 'typebox';
import { AppError } from '../../../base/error.ts';
import { targetRefused } from '../allow.ts';
import type { Measurement } from '../../run/result.ts';
import type { Outcome, Probe } from '../check.ts';
import { knock } from '../connect.ts';
import { defineKind, fields, judged, Text } from '../define.ts';
import { loopbackTarget, tcpOnLoopback } from '../loopback.ts';

const Port = Type.Integer({ minimum: 1, maximum: 65_535 });
const Ports = Type.Array(Type.Union([Port, Type.String({ pattern: '^\\d{1,5}-\\d{1,5}$' })]), { maxItems: 500 });

const Params = fields({
  /** A host of one's own, named in the settings under `allow.sweep`. */
  host: Text,
  /** Ports that are tried: numbers and ranges such as `8000-8099`; at most 4,096. */
  ports: Ports,
  /** Ports that may be open; every other one must not. */
  mayBeOpen: Type.Optional(Ports),
  /** Ports whose silence counts as closed: a firewall is known to drop what goes there. Another one that is silent decides nothing. */
  mayBeSilent: Type.Optional(Ports),
  /** Ports that must be open: also the proof that the host can be reached at all. */
  mustBeOpen: Type.Optional(Ports),
});
type Params = Static<typeof Params>;

const MOST_PORTS = 4_096;
const AT_ONCE = 64;
const SILENCE_MS = 1_000;

async function run(params: Params, probe: Probe): Promise<Outcome> {
  const { url, shown } = ownHost(params.host, probe);
  const must = portsOf(params.mustBeOpen ?? []);
  const allowed = new Set([...portsOf(params.mayBeOpen ?? []), ...must]);
  const ports = [...new Set([...portsOf(params.ports), ...must])];
  if (ports.length > MOST_PORTS)
    throw new AppError('invalid', 'readiness.params_invalid', `${ports.length} ports are too many; ${MOST_PORTS} are tried at most.`);
  const found = await sweep(probe, url.hostname.replace(/^\[|\]$/g, ''), ports);
  const open = ports.filter((port) => found.get(port)?.state === 'open');
  const silent = ports.filter((port) => found.get(port)?.state === 'silent');
  const places = wordsOf(shown, { tried: ports, open, silent });
  probe.note?.(places);
  // Where nothing at all answers, the host is not known to be closed but not reached.
  if (silent.length === ports.length) throw found.get(ports[0]!)?.error;
  const strange = open.filter((port) => !allowed.has(port));
  const missing = must.filter((port) => !open.includes(port));
  const dropped = new Set(portsOf(params.mayBeSilent ?? []));
  const unknown = silent.filter((port) => !dropped.has(port) && !allowed.has(port));
  if (unknown.length > 0 && strange.length === 0 && missing.length === 0)
    return {
      state: 'unreachable',
      summary: unknownOf(shown, unknown),
      measurements: measured(ports, open, silent, allowed),
      output: places,
    };
  return judged({
    problems: [
      ...(strange.length > 0 ? [`${shown} has open ports that must not be: ${strange.join(', ')}`] : []),
      ...problemOf(
        `${shown} refuses connections at ports that must be open`,
        missing.filter((port) => !silent.includes(port)),
      ),
      ...problemOf(
        `${shown} does not answer at ports that must be open`,
        missing.filter((port) => silent.includes(port)),
      ),
      ...(unknown.length > 0 ? [unknownOf(shown, unknown).replace(/\.$/, '')] : []),
    ],
    seen: `Of ${ports.length} ports of ${shown}, ${open.length === 0 ? 'none' : open.join(', ')} ${open.length === 1 ? 'is' : 'are'} open.`,
    measurements: measured(ports, open, silent, allowed),
    output: places,
  });
}

const problemOf = (words: string, ports: readonly number[]): string[] => (ports.length === 0 ? [] : [`${words}: ${ports.join(', ')}`]);

const measured = (
  tried: readonly number[],
  open: readonly number[],
  silent: readonly number[],
  allowed: ReadonlySet<number>,
): Measurement[] => [
  { name: 'tried', value: tried.length },
  { name: 'open', value: open.join(', ') || 'none', demanded: `only ${[...allowed].join(', ') || 'none'}` },
  { name: 'silent', value: rangesOf(silent) },
];

const unknownOf = (shown: string, ports: readonly number[]): string =>
  `${shown} does not answer at ${ports.length} ${ports.length === 1 ? 'port' : 'ports'}, which ${ports.length === 1 ? 'is' : 'are'} not known to be closed (${rangesOf(ports)}); name what a firewall drops under mayBeSilent.`;

/** What each port that was tried answered. */
function wordsOf(
  shown: string,
  { tried, open, silent }: { tried: readonly number[]; open: readonly number[]; silent: readonly number[] },
): string {
  const refused = tried.filter((port) => !open.includes(port) && !silent.includes(port));
  return [
    `${shown}, ${tried.length} ports`,
    `accepted a connection: ${rangesOf(open)}`,
    `refused it: ${rangesOf(refused)}`,
    `did not answer: ${rangesOf(silent)}`,
  ].join('\n');
}

/** Ports in order, those next to each other as a range: `22, 8000-8010`. */
function rangesOf(ports: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const port of ports.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && last[1] === port - 1) last[1] = port;
    else ranges.push([port, port]);
  }
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(', ') || 'none';
}

function ownHost(name: string, probe: Probe) {
  if (!probe.ownHost) throw targetRefused('no host is named as one of one’s own');
  return probe.ownHost(name);
}

function portsOf(list: Static<typeof Ports>): number[] {
  return list.flatMap((entry) => {
    if (typeof entry === 'number') return [entry];
    const [from, to] = entry.split('-').map(Number) as [number, number];
    if (from < 1 || to > 65_535 || from > to || to - from > MOST_PORTS)
      throw new AppError('invalid', 'readiness.params_invalid', `${entry} is no range of ports.`);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}

async function sweep(probe: Probe, host: string, ports: readonly number[]): Promise<Map<number, Awaited<ReturnType<typeof knock>>>> {
  const found = new Map<number, Awaited<ReturnType<typeof knock>>>();
  const left = [...ports];
  const worker = async (): Promise<void> => {
    for (let port = left.shift(); port !== undefined; port = left.shift()) found.set(port, await knock(probe, { host, port }, SILENCE_MS));
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, ports.length) }, worker));
  return found;
}

export const portSweep = defineKind({
  name: 'port_sweep',
  summary: "Of the ports of one's own host only the allowed ones are open.",
  params: Params,
  describe: ({ host, ports, mayBeOpen = [], mustBeOpen = [] }) =>
    `${host}: of ${ports.join(', ')} only ${[...mustBeOpen, ...mayBeOpen].join(', ') || 'none'} open`,
  run,
  timeoutMs: ({ ports }) => 10_000 + ports.length * 2_000,
  negative: [
    {
      name: 'a port that must not be open',
      async arrange() {
        const { port, end } = await tcpOnLoopback((socket) => socket.destroy());
        return { params: { host: '127.0.0.1', ports: [port] }, probe: { ownHost: (host) => loopbackTarget(`tcp://${host}`) }, end };
      },
    },
  ],
});

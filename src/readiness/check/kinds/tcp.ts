import Type, { type Static } from 'typebox';
import { hostAndPort } from '../ask-http.ts';
import type { Outcome, Probe } from '../check.ts';
import { knock } from '../connect.ts';
import { defineKind, fields, judged, oneOf, Positive, TargetName } from '../define.ts';
import { closedPort, tcpOnLoopback } from '../loopback.ts';

const Params = fields({
  target: TargetName,
  /** `open` unless told. `closed` passes when the connection is refused, or dropped while `control` answers. */
  state: Type.Optional(oneOf('open', 'closed')),
  maxMs: Type.Optional(Positive),
  /** A target that does answer: proof that silence is the firewall's, not that of a broken network. */
  control: Type.Optional(TargetName),
});
type Params = Static<typeof Params>;

const SILENCE_MS = 2_000;

async function run(params: Params, probe: Probe): Promise<Outcome> {
  return params.state === 'closed' ? demandClosed(params, probe) : demandOpen(params, probe);
}

async function demandOpen({ target, maxMs }: Params, probe: Probe): Promise<Outcome> {
  const place = hostAndPort(probe.target(target));
  const { state, ms, error } = await knock(probe, place);
  // A refused connection is an answer: the port is not open.
  if (state === 'refused') return { state: 'fail', summary: `${place.host}:${place.port} refuses connections.` };
  if (state !== 'open') throw error;
  return judged({
    problems: maxMs !== undefined && ms > maxMs ? [`connecting took ${ms} ms, demanded at most ${maxMs} ms`] : [],
    seen: `${place.host}:${place.port} is open (${ms} ms).`,
    measurements: [{ name: 'connect', value: ms, unit: 'ms', ...(maxMs !== undefined && { demanded: `<= ${maxMs} ms` }) }],
  });
}

async function demandClosed({ target, control }: Params, probe: Probe): Promise<Outcome> {
  const place = hostAndPort(probe.target(target));
  const where = `${place.host}:${place.port}`;
  const found = await knock(probe, place, SILENCE_MS);
  if (found.state === 'open') return { state: 'fail', summary: `${where} is open and must not be.` };
  if (control === undefined && found.state === 'refused') return { state: 'pass', summary: `${where} refuses connections.` };
  if (control === undefined) throw found.error;
  const other = hostAndPort(probe.target(control));
  const answered = await knock(probe, other);
  if (answered.state === 'silent') throw answered.error;
  const does = found.state === 'refused' ? 'refuses connections' : 'does not answer';
  // Where everything is down, what should be closed is not known to be.
  if (answered.state === 'refused')
    return { state: 'fail', summary: `${where} ${does}, and the control ${other.host}:${other.port} is closed, too.` };
  return { state: 'pass', summary: `${where} ${does} while ${other.host}:${other.port} is open.` };
}

export const tcp = defineKind({
  name: 'tcp',
  summary: 'A port accepts connections, or does not.',
  params: Params,
  describe: ({ target, state = 'open' }) => `${target} is ${state}`,
  run,
  unheld: [
    { names: ['maxMs'], when: ({ state }) => state === 'closed', where: 'where a port has to be closed' },
    { names: ['control'], when: ({ state }) => state !== 'closed', where: 'where a port has to be open' },
  ],
  negative: [
    {
      name: 'a port that nobody listens on',
      async arrange() {
        return { params: { target: `tcp://127.0.0.1:${await closedPort()}` }, end: async () => {} };
      },
    },
    {
      name: 'an open port that must be closed',
      async arrange() {
        const { url, end } = await tcpOnLoopback((socket) => socket.destroy());
        return { params: { target: url, state: 'closed' }, end };
      },
    },
  ],
});

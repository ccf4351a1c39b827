import { describe, expect, onTestFinished, test } from 'vitest';
import { builtInChecks } from './built-in.ts';
import { tcpOnLoopback } from './loopback.ts';
import { runCheck } from './run-check.ts';
import { readSettings } from './settings.ts';
import { createProbe } from './targets.ts';

/** What each kind asks when it is pointed at a target; all that connect are here, and a test says so. */
const ASKING: Readonly<Record<string, (target: string) => object>> = {
  http: (target) => ({ target }),
  headers: (target) => ({ target }),
  tcp: (target) => ({ target }),
  tls: (target) => ({ target }),
  dns: (target) => ({ target, type: 'A', resolvers: [target] }),
  ws: (target) => ({ target }),
  grpc_health: (target) => ({ target }),
  scenario: (target) => ({ target, steps: [{ name: 'look', path: '/' }] }),
  openapi_auth: (target) => ({ target }),
  sql: (target) => ({ target, query: 'select 1', op: '=', value: 1 }),
  redis: (target) => ({ target }),
  nats: (target) => ({ target }),
  promql: (target) => ({ target, query: 'up', op: '=', value: 1 }),
  metric: (target) => ({ target, families: ['up'] }),
  log_marker: (target) => ({ target }),
};
const SCHEMES: Readonly<Record<string, string>> = {
  sql: 'postgresql',
  redis: 'redis',
  grpc_health: 'grpc',
  tcp: 'tcp',
  tls: 'tls',
  ws: 'ws',
  dns: 'dns',
};
const kinds = builtInChecks().kinds;
const asking = kinds.filter(({ name }) => ASKING[name]).map((kind) => [kind.name, kind] as const);

/** A server that counts who comes, at a name that leads to it. */
async function counted() {
  let connections = 0;
  const server = await tcpOnLoopback((socket) => {
    connections += 1;
    socket.destroy();
  });
  onTestFinished(() => server.end());
  return { port: server.port, connections: () => connections };
}

describe('a kind that asks over the network', () => {
  test('is in this list when it has a target', () => {
    const withTarget = kinds
      .filter(({ params }) => Object.hasOwn((params as { properties?: object }).properties ?? {}, 'target'))
      .map(({ name }) => name);
    expect(withTarget.toSorted()).toEqual(Object.keys(ASKING).toSorted());
  });

  test.each(asking)('%s asks nobody who is not among the targets', async (name, kind) => {
    const { port, connections } = await counted();
    const probe = createProbe({ settings: readSettings('version: 1\nallow: { hosts: ["api.example"] }\n', '/'), environment: {} });
    const { result } = await runCheck(kind, ASKING[name]!(`${SCHEMES[name] ?? 'http'}://127.0.0.1:${port}`), probe);
    expect(result).toMatchObject({ state: 'error', summary: expect.stringMatching(/^Not asked: /) as string });
    expect(connections()).toBe(0);
  });

  test.each(asking)('%s does not follow an allowed name to an address outside the networks', async (name, kind) => {
    const { port, connections } = await counted();
    const text = `version: 1\ntargets: { api: "${SCHEMES[name] ?? 'http'}://app@localhost:${port}/db" }\nallow: { networks: [10.0.0.0/8] }\n`;
    const probe = createProbe({ settings: readSettings(text, '/'), environment: {} });
    const { result } = await runCheck(kind, ASKING[name]!('api'), probe);
    expect(result).toMatchObject({ state: 'error', summary: expect.stringContaining('in none of the networks') as string });
    expect(connections()).toBe(0);
  });

  test.each(asking)('%s never passes on a server that hangs up', async (name, kind) => {
    const { port } = await counted();
    const text = `version: 1\ntargets: { api: "${SCHEMES[name] ?? 'http'}://app@127.0.0.1:${port}/db" }\n`;
    const { result } = await runCheck(kind, ASKING[name]!('api'), createProbe({ settings: readSettings(text, '/'), environment: {} }), {
      timeoutMs: 3_000,
    });
    // That a port is open is all that `tcp` demands.
    expect(result.state === 'pass').toBe(name === 'tcp');
  });
});

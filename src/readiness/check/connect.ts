import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { guardedLookup } from './allow.ts';
import { roundMs } from './ask-http.ts';
import type { Probe } from './check.ts';
import { unreachableCode } from './failure.ts';

type Place = { host: string; port: number };

/** What happened when a connection was tried: `silent` is no answer at all, whose error says why. */
export type Knock = { state: 'open' | 'refused' | 'silent'; ms: number; error?: unknown };

/**
 * Connects to an allowed place. The socket is the caller's to destroy; it is destroyed when the check has to stop. Throws
 * what the network says, and `readiness.target_refused` when the name leads outside the allowed networks.
 */
export function connect(probe: Probe, { host, port }: Place): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ host, port, lookup: probe.lookup ?? guardedLookup(undefined) });
    const stop = (): void => void socket.destroy(probe.signal.reason instanceof Error ? probe.signal.reason : new Error('stopped'));
    if (probe.signal.aborted) stop();
    probe.signal.addEventListener('abort', stop, { once: true });
    socket.once('close', () => probe.signal.removeEventListener('abort', stop));
    socket.once('connect', () => resolve(socket));
    // Also later ones, so that none ends the process; whoever reads sees the end of the stream.
    socket.on('error', reject);
  });
}

/** Tries a connection, says nothing and closes it. Throws only refusals and surprises. */
export async function knock(probe: Probe, place: Place, silenceMs = 5_000): Promise<Knock> {
  const start = performance.now();
  const silence = AbortSignal.timeout(silenceMs);
  try {
    const socket = await connect({ ...probe, signal: AbortSignal.any([probe.signal, silence]) }, place);
    socket.destroy();
    const ms = roundMs(performance.now() - start);
    probe.note?.(`${place.host}:${place.port} accepted a connection after ${ms} ms`);
    return { state: 'open', ms };
  } catch (error) {
    const ms = roundMs(performance.now() - start);
    const code = unreachableCode(error);
    probe.note?.(
      `${place.host}:${place.port} ${code === 'ECONNREFUSED' ? 'refused the connection' : 'did not answer'} (${code ?? 'no answer'}, ${ms} ms)`,
    );
    if (code === 'ECONNREFUSED') return { state: 'refused', ms, error };
    if (code !== undefined) return { state: 'silent', ms, error };
    if (!silence.aborted || probe.signal.aborted) throw error;
    return { state: 'silent', ms, error: Object.assign(new Error(`${place.host}:${place.port} did not answer`), { code: 'ETIMEDOUT' }) };
  }
}

/** The address of a name, looked up and allowed once; for clients that do their own connecting. */
export function addressOf(probe: Probe, host: string): Promise<string> {
  const lookup = probe.lookup ?? guardedLookup(undefined);
  if (isIP(host) !== 0) return Promise.resolve(host);
  return new Promise((resolve, reject) => {
    lookup(host, { all: false }, (error, address) => (error ? reject(error) : resolve(address as string)));
  });
}

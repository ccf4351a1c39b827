import { afterEach, beforeEach } from 'vitest';
import { sampleServer, type SampleServer } from './sample-http.ts';
import type { HttpOptions } from '../../src/infra/http/server.ts';

/** Anna, who may read and write. */
export const auth = { authorization: 'Bearer good' };
/** The headers of a command of hers, and its body. */
export const write = { ...auth, 'idempotency-key': 'k-1', 'content-type': 'application/json' };
export const note = { asset: 'USD/2', units: '125000' };

/** The sample server for the tests of one file: each has one with the usual options, until it starts another. */
export function useServer() {
  const server = {} as SampleServer;
  const start = async (options: Partial<HttpOptions> = {}): Promise<SampleServer> => {
    await server.close?.();
    return Object.assign(server, await sampleServer(options));
  };
  beforeEach(() => start());
  afterEach(() => server.close());
  return {
    server,
    start,
    post: (payload: unknown, headers: Record<string, string> = write) =>
      server.app.inject({
        method: 'POST',
        url: '/v1/sample/notes',
        headers,
        payload: typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload),
      }),
  };
}

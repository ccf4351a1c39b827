import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { manualClock } from '../../src/base/time.ts';
import { createListFetcher, type ListFetcher } from '../../src/settlement/screening/refresh/fetch-list.ts';
import { runListSource, setListSource } from '../../src/settlement/screening/refresh/manage-sources.ts';
import { createTestHouse, type TestHouse } from './house.ts';

/** A list as a server publishes it, by names. */
export const csv = (...names: string[]) => `id,name\n${names.map((name, i) => `${i + 1},${name}`).join('\n')}\n`;
/** A list of ten. */
export const MANY = csv(...Array.from({ length: 10 }, (_, i) => `Person Number${i} Somebody`));
export const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
/** Answers with this text. */
export const serve =
  (text: string, headers: Record<string, string> = {}): RequestListener =>
  (_, reply) =>
    reply.writeHead(200, headers).end(text);

/** A house, and a server and a folder from which its lists come: `answer` is what the server says, `seen` what it was asked in a test. */
export type ListScene = {
  house: TestHouse;
  fetcher: ListFetcher;
  base: string;
  folder: string;
  answer: RequestListener;
  seen: IncomingMessage[];
  clock: ReturnType<typeof manualClock>;
  reach(): { hosts: string[]; folder: string };
  /** A list id that no test before has used. */
  fresh(): string;
  set(id: string, change?: object): ReturnType<typeof setListSource>;
  run(id: string): ReturnType<typeof runListSource>;
};

/** Sets the scene for the tests of a file. */
export function listScene(): ListScene {
  let lists = 0;
  const scene: ListScene = {
    clock: manualClock(Date.now()),
    answer: (_, reply) => reply.end(),
    seen: [],
    reach: () => ({ hosts: ['127.0.0.1'], folder: scene.folder }),
    fresh: () => `list-${++lists}`,
    set: (id, change = {}) =>
      setListSource(scene.house.settlement.deps, scene.reach(), scene.house.ctx, {
        id,
        url: `${scene.base}/lists/${id}.csv`,
        intervalMinutes: 60,
        ...change,
      }),
    run: (id) => runListSource(scene.house.settlement.deps, scene.fetcher, scene.house.ctx, { id }),
  } as Partial<ListScene> as ListScene;
  const server = createServer((request, reply) => {
    scene.seen.push(request);
    scene.answer(request, reply);
  });
  beforeAll(async () => {
    scene.house = await createTestHouse({ clock: scene.clock });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    scene.base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    scene.folder = await mkdtemp(path.join(tmpdir(), 'rialto-lists-'));
  });
  beforeEach(() => {
    scene.fetcher = createListFetcher({ ...scene.reach(), mostBytes: 20_000, timeoutMs: 2_000 });
    scene.seen = [];
  });
  afterEach(() => scene.fetcher.close());
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await rm(scene.folder, { recursive: true, force: true });
    await scene.house.close();
  });
  return scene;
}

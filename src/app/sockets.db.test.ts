import { once } from 'node:events';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { admitBanks, orderOf, type Bank } from '../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { sampleServer, type SampleServer } from '../../test/support/sample-http.ts';
import type { Event } from '../base/event.ts';
import { seededRandom, type Random } from '../base/random.ts';
import { memoryBus } from '../infra/bus/memory.ts';
import type { Bus } from '../infra/bus/port.ts';
import { busStore } from '../infra/bus/store.ts';
import { createSocketGateway } from '../infra/http/socket.ts';
import { createDirect } from '../infra/lease/direct.ts';
import type { Direct } from '../infra/lease/port.ts';
import { silentLog } from '../infra/log/log.ts';
import { createMetrics } from '../infra/metrics/metrics.ts';
import { createHistory, startRelay, type Relay } from '../infra/outbox/index.ts';
import { eventLog } from '../infra/outbox/store.ts';
import { sendPayment } from '../settlement/payment/send-payment.ts';
import { closeWindow } from '../settlement/window/close-window.ts';
import { CHANNELS } from './channels.ts';

const WAIT = { timeout: 60_000, interval: 10 };

let house: TestHouse;
let banks: Bank[];
let direct: Direct;
let bus: Bus;
let relay: Relay;
let server: SampleServer;
let address: string;

/** The real thing from the outbox to the wire; only who logs in is made up: the token is the index of a bank, or `operator`. */
beforeAll(async () => {
  house = await createTestHouse();
  banks = await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK', 'CCCCDEFF'], { 'EUR/2': 1_000_000n });
  const { db } = house.database;
  direct = await createDirect({ url: house.database.urls.admin, log: silentLog, tryEveryMs: 20 });
  bus = await memoryBus({ events: eventLog(db), store: busStore(db), direct, log: silentLog });
  relay = startRelay({ db, direct, bus, log: silentLog, sharedBus: false });
  const history = createHistory(db);
  const gateway = createSocketGateway({
    channels: CHANNELS,
    async authenticate(token) {
      const ctx = token === 'operator' ? house.ctx : house.memberCtx(banks[Number(token)]!.id);
      return { ...ctx.actor, expiresAtMs: Date.now() + 3_600_000 };
    },
    history: async (tenantId, afterSeq, limit) => {
      const page = await history.history({ tenantId }, afterSeq, limit);
      return page === 'gap' ? page : page.events;
    },
    log: silentLog,
    metrics: createMetrics({ processMetrics: false }),
  });
  bus.watch(gateway.publish, gateway.isListening);
  server = await sampleServer({ sockets: gateway });
  address = await server.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await server.close();
  await relay.close();
  await bus.close();
  await direct.close();
  await house.close();
});

/** Someone who follows a channel, leaves without a word now and then and comes back where it was. */
class Follower {
  readonly heard: Event[] = [];
  readonly #token: string;
  #ws: WebSocket | undefined;

  constructor(token: string) {
    this.#token = token;
  }

  async connect(): Promise<void> {
    const ws = new WebSocket(`${address.replace('http', 'ws')}/v1/stream`);
    this.#ws = ws;
    ws.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as { type: string; events?: Event[] };
      // What a connection that was left still brings would have been lost with it.
      if (ws === this.#ws && message.type === 'events') this.heard.push(...message.events!);
      if (message.type === 'gap') throw new Error('a gap, though nothing was trimmed');
    });
    await once(ws, 'open');
    ws.send(JSON.stringify({ type: 'auth', token: this.#token }));
    ws.send(JSON.stringify({ type: 'subscribe', channel: 'settlement', afterSeq: this.heard.at(-1)?.seq ?? 0 }));
  }

  leave(): void {
    this.#ws?.terminate();
    this.#ws = undefined;
  }
}

/** Sends payments among the banks, and closes a window now and then, while followers come and go. */
async function day(random: Random, followers: readonly Follower[]): Promise<void> {
  for (let round = 0; round < 25; round++) {
    const [from, to] = random.shuffle(banks) as [Bank, Bank];
    const payments = Array.from({ length: random.int(1, 6) }, () =>
      sendPayment(house.settlement.deps, house.ctx, orderOf(from, to, { units: 1n })),
    );
    if (random.chance(0.6)) {
      const one = random.pick(followers);
      one.leave();
      await one.connect();
    }
    await Promise.all(payments);
    if (round % 10 === 9) await closeWindow(house.settlement.deps, house.ctx);
  }
}

const expected = (memberId?: string) =>
  house.database.admin<{ id: string; seq: number }>(
    `select id, seq::float8 as seq from infra.event
      where tenant_id = $1 and type like 'settlement.%' and ($2::uuid is null or $2 = any (member_ids)) order by seq`,
    [house.tenantId, memberId ?? null],
  );

test.each([1, 2])(
  'seed %i: a bank that comes and goes hears exactly its own events, in order, none missing and none twice',
  async (seed) => {
    const followers = [...banks.map((_, index) => new Follower(String(index))), new Follower('operator')];
    for (const follower of followers) await follower.connect();
    await day(seededRandom(seed), followers);
    await vi.waitFor(async () => expect((await relay.backlog()).events).toBe(0), WAIT);
    for (const [index, follower] of followers.entries()) {
      const own = await expected(banks[index]?.id);
      await vi.waitFor(() => expect(follower.heard.at(-1)?.seq).toBe(own.at(-1)!.seq), WAIT);
      expect(follower.heard.map(({ id, seq }) => ({ id, seq }))).toEqual(own);
      follower.leave();
    }
    const [first, second] = followers as [Follower, Follower];
    expect(first.heard.length).toBeGreaterThan(0);
    expect(new Set(first.heard.map(({ id }) => id))).not.toEqual(new Set(second.heard.map(({ id }) => id)));
    expect(JSON.stringify(first.heard)).not.toContain('memberIds');
  },
  120_000,
);

import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import { fileURLToPath } from 'node:url';
import { createApiKey } from '../../src/access/contract.ts';
import { createBus } from '../../src/infra/bus/index.ts';
import { busStore } from '../../src/infra/bus/store.ts';
import { createGrpc } from '../../src/infra/grpc/server.ts';
import { createHealth } from '../../src/infra/health/health.ts';
import { createLimiter, memoryLimits, usualLimits } from '../../src/infra/http/limits.ts';
import { createDirect } from '../../src/infra/lease/direct.ts';
import { silentLog } from '../../src/infra/log/log.ts';
import { createMetrics } from '../../src/infra/metrics/metrics.ts';
import { createHistory, startRelay } from '../../src/infra/outbox/index.ts';
import { eventLog } from '../../src/infra/outbox/store.ts';
import { settlementNumbers } from '../../src/settlement/grpc/generated.ts';
import { settlementApi } from '../../src/settlement/grpc/plan.ts';
import { watchPayments } from '../../src/settlement/grpc/watch-payments.ts';
import { callerOf } from './access.ts';
import type { TestHouse } from './house.ts';

export type Reply = Record<string, unknown>;
export type Failure = grpc.ServiceError;
const SCOPES = ['payments:read', 'payments:write', 'participants:read', 'settlement:read', 'settlement:write'] as const;

/** A client that knows the API from the proto file alone, as any other would. */
const proto = fileURLToPath(new URL('../../src/settlement/grpc/settlement.proto', import.meta.url));
const loaded = grpc.loadPackageDefinition(protoLoader.loadSync(proto, { longs: Number }));
export type Client = Record<string, (...args: unknown[]) => unknown>;

/** Clearing and settlement of a house over gRPC, and what calls it. `units`: how much a caller may do in a minute. */
export async function openSettlementGrpc(house: TestHouse, { units }: { units: number }) {
  const clients: grpc.Client[] = [];
  const { db, urls } = house.database;
  const direct = await createDirect({ url: urls.admin, log: silentLog });
  const bus = await createBus({ events: eventLog(db), store: busStore(db), direct, log: silentLog, natsUrl: undefined });
  const relay = startRelay({ db, direct, bus, log: silentLog, sharedBus: false });
  const history = createHistory(db);
  const onPublished = (heard: (tenantId: string) => void) => bus.watch(({ tenantId }) => heard(tenantId));
  const limits = { ...usualLimits, actor: { units, windowMs: 60_000 } };
  const server = createGrpc({
    plan: settlementApi,
    numbers: settlementNumbers(),
    routes: house.settlement.routes,
    streams: { WatchPayments: (ctx, input, signal) => watchPayments({ history, onPublished }, ctx, input, signal) },
    keeper: { authenticate: (token) => house.access.authenticate(token), limiter: createLimiter({ store: memoryLimits(), limits }) },
    health: createHealth({ checks: [] }),
    log: silentLog,
    lookEveryMs: 50,
    metrics: createMetrics({ processMetrics: false }),
  });
  const address = `127.0.0.1:${await server.listen({ host: '127.0.0.1', port: 0 })}`;

  function clientOf(service: string): Client {
    const space = (loaded['rialto'] as { settlement: { v1: Record<string, grpc.ServiceClientConstructor> } }).settlement.v1;
    const client = new space[service]!(address, grpc.credentials.createInsecure());
    clients.push(client);
    return client as unknown as Client;
  }
  return {
    address,
    clientOf,
    /** Calls a method; a refusal is thrown as the client library tells it. */
    call: (service: string, method: string, request: object, metadata: grpc.Metadata): Promise<Reply> =>
      new Promise((resolve, reject) => {
        clientOf(service)[method]!(request, metadata, (error: Failure | null, reply: Reply) => (error ? reject(error) : resolve(reply)));
      }),
    async keyOf(scopes: readonly string[] = SCOPES, memberId?: string): Promise<string> {
      const input = { name: 'grpc', scopes: [...scopes], ...(memberId && { memberId }) } as never;
      return (await callerOf(house.access.routes).output(createApiKey, house.ctx, input)).key;
    },
    async close(): Promise<void> {
      for (const client of clients) client.close();
      await server.close();
      await relay.close();
      await bus.close();
      await direct.close();
    },
  };
}

export type SettlementGrpc = Awaited<ReturnType<typeof openSettlementGrpc>>;

export function metadataOf(key: string | undefined, more: Record<string, string> = {}): grpc.Metadata {
  const metadata = new grpc.Metadata();
  if (key !== undefined) metadata.set('authorization', `Bearer ${key}`);
  for (const [name, value] of Object.entries(more)) metadata.set(name, value);
  return metadata;
}

/** Our code in the details of a refusal, read from google.rpc.Status as bytes. */
export async function reasonOf(refused: Promise<unknown>): Promise<string | undefined> {
  const { metadata } = (await refused.catch((error: unknown) => error)) as Failure;
  const [details] = metadata.get('grpc-status-details-bin');
  return /[a-z0-9]+\.[a-z_0-9]+/.exec((details as Buffer).toString('latin1').split('ErrorInfo').at(-1)!)?.[0];
}

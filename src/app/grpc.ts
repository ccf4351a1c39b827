import { createGrpc } from '../infra/grpc/server.ts';
import type { Health } from '../infra/health/health.ts';
import type { Doorkeeper } from '../infra/http/door.ts';
import { settlementNumbers } from '../settlement/grpc/generated.ts';
import { settlementApi } from '../settlement/grpc/plan.ts';
import { watchPayments } from '../settlement/grpc/watch-payments.ts';
import type { OpenHouse } from './house.ts';

/** Opens gRPC beside HTTP when a port is set for it: the same operations, credentials, limits and audit. Closed with the house. */
export async function openGrpc(
  house: OpenHouse,
  { keeper, health }: { keeper: Doorkeeper; health: Health },
  report: (text: string) => void,
): Promise<void> {
  const { config } = house.ground;
  if (config.grpcPort === undefined || !config.modules.includes('settlement')) return;
  const { access, bus, history, ground } = house;
  const log = ground.log.child({ module: 'grpc' });
  const onPublished = (heard: (tenantId: string) => void) => bus.watch(({ tenantId }) => heard(tenantId));
  const server = createGrpc({
    plan: settlementApi,
    numbers: settlementNumbers(),
    routes: house.modules.flatMap((module) => module.routes),
    streams: { WatchPayments: (ctx, input, signal) => watchPayments({ history, onPublished }, ctx, input, signal) },
    keeper,
    onDenied: access.onDenied,
    trustProxy: config.trustedProxies,
    health,
    log,
    metrics: ground.metrics,
  });
  house.onClose(() => server.close());
  const port = await server.listen({ host: config.host, port: config.grpcPort });
  report(`gRPC listens on ${config.host}:${port}`);
}

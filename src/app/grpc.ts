import { createGrpc } from '../infra/grpc/server.ts';
import { createHealth } from '../infra/health/health.ts';
import { createLimiter } from '../infra/http/limits.ts';
import { settlementNumbers } from '../settlement/grpc/generated.ts';
import { settlementApi } from '../settlement/grpc/plan.ts';
import { watchPayments } from '../settlement/grpc/watch-payments.ts';
import type { Config } from './config.ts';
import type { OpenHouse } from './house.ts';
import { httpLimits } from './limits.ts';

/** Opens gRPC beside HTTP when a port is set for it: the same operations, credentials, limits and audit. Closed with the house. */
export async function openGrpc(house: OpenHouse, config: Config, report: (text: string) => void): Promise<void> {
  if (config.grpcPort === undefined || !config.modules.includes('settlement')) return;
  const { access, bus, history, kv, ground } = house;
  const log = ground.log.child({ module: 'grpc' });
  const onPublished = (heard: (tenantId: string) => void) => bus.watch(({ tenantId }) => heard(tenantId));
  const server = createGrpc({
    plan: settlementApi,
    numbers: settlementNumbers(),
    routes: house.modules.flatMap((module) => module.routes),
    streams: { WatchPayments: (ctx, input, signal) => watchPayments({ history, onPublished }, ctx, input, signal) },
    keeper: {
      authenticate: (token) => access.authenticate(token),
      limiter: createLimiter({
        store: kv,
        limits: httpLimits(config),
        onStoreError: (error) => log.warn('rate limits: the shared store failed, this process limits alone', { error }),
      }),
    },
    onDenied: access.onDenied,
    health: createHealth({ checks: house.checks }),
    log,
    metrics: ground.metrics,
  });
  house.onClose(() => server.close());
  const port = await server.listen({ host: config.host, port: config.grpcPort });
  report(`gRPC listens on ${config.host}:${port}`);
}

import { callerOf } from './access.ts';
import { apiOf, type Api } from './api.ts';
import type { TestHouse } from './house.ts';
import { createApiKey } from '../../src/access/contract.ts';
import type { Uuid } from '../../src/base/id.ts';
import { createHealth } from '../../src/infra/health/health.ts';
import { usualLimits } from '../../src/infra/http/limits.ts';
import { createHttp } from '../../src/infra/http/server.ts';
import { silentLog } from '../../src/infra/log/log.ts';
import { createMetrics } from '../../src/infra/metrics/metrics.ts';
import { noTrace } from '../../src/infra/trace/trace.ts';

/** The network of a house over HTTP, and callers of it by key: the operator's, or one that is bound to a bank. */
export type HouseHttp = { caller(scopes: readonly string[], memberId?: Uuid): Promise<Api>; close(): Promise<void> };

/** Serves ledger and settlement of the house on a free port of loopback. */
export async function serveHouse(house: TestHouse): Promise<HouseHttp> {
  const http = await createHttp({
    routes: [...house.ledger.routes, ...house.settlement.routes],
    authenticate: (token) => house.access.authenticate(token),
    limits: { ...usualLimits, actor: { units: 100_000, windowMs: 60_000 } },
    log: silentLog,
    metrics: createMetrics({ processMetrics: false }),
    trace: noTrace,
    health: createHealth({ checks: [] }),
    version: 'test',
  });
  const url = await http.listen({ host: '127.0.0.1', port: 0 });
  return {
    async caller(scopes, memberId) {
      const asked = { name: 'a caller', scopes: [...scopes], ...(memberId !== undefined && { memberId }) };
      const { key } = await callerOf(house.access.routes).output(createApiKey, house.ctx, asked as never);
      return apiOf(() => url, key);
    },
    close: () => http.close(),
  };
}

import type { CheckProvider } from './check.ts';
import { dns } from './kinds/dns.ts';
import { document } from './kinds/document.ts';
import { env } from './kinds/env.ts';
import { file } from './kinds/file.ts';
import { grpcHealth } from './kinds/grpc-health.ts';
import { headers } from './kinds/headers.ts';
import { http } from './kinds/http.ts';
import { metric } from './kinds/metric.ts';
import { nats } from './kinds/nats.ts';
import { promql } from './kinds/promql.ts';
import { redis } from './kinds/redis.ts';
import { sql } from './kinds/sql.ts';
import { tcp } from './kinds/tcp.ts';
import { tls } from './kinds/tls.ts';
import { ws } from './kinds/ws.ts';

/** The kinds of checks that need nothing but the settings. */
export function builtInChecks(): CheckProvider {
  return { name: 'built in', kinds: [http, headers, tcp, tls, dns, ws, grpcHealth, sql, redis, nats, promql, metric, file, env, document] };
}

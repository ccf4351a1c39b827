import type { CheckKind, CheckProvider } from './check.ts';
import { backupAge } from './kinds/backup-age.ts';
import { command } from './kinds/command.ts';
import { coverage } from './kinds/coverage.ts';
import { dns } from './kinds/dns.ts';
import { document } from './kinds/document.ts';
import { drill } from './kinds/drill.ts';
import { env } from './kinds/env.ts';
import { file } from './kinds/file.ts';
import { git } from './kinds/git.ts';
import { grpcHealth } from './kinds/grpc-health.ts';
import { headers } from './kinds/headers.ts';
import { http } from './kinds/http.ts';
import { junit } from './kinds/junit.ts';
import { loadReport } from './kinds/load-report.ts';
import { logMarker } from './kinds/log-marker.ts';
import { metric } from './kinds/metric.ts';
import { mutation } from './kinds/mutation.ts';
import { nats } from './kinds/nats.ts';
import { openapiAuth } from './kinds/openapi-auth.ts';
import { packageAudit } from './kinds/package-audit.ts';
import { portSweep } from './kinds/port-sweep.ts';
import { processes } from './kinds/process.ts';
import { promql } from './kinds/promql.ts';
import { redis } from './kinds/redis.ts';
import { scenario } from './kinds/scenario.ts';
import { sql } from './kinds/sql.ts';
import { tcp } from './kinds/tcp.ts';
import { tls } from './kinds/tls.ts';
import { ws } from './kinds/ws.ts';
import { triedOfKind } from './proof/tried.ts';

const NETWORK: readonly CheckKind[] = [http, headers, tcp, tls, dns, ws, grpcHealth, portSweep, scenario, openapiAuth];
const STORES: readonly CheckKind[] = [sql, redis, nats];
const FIGURES: readonly CheckKind[] = [promql, metric, logMarker];
const REPORTS: readonly CheckKind[] = [coverage, junit, mutation, packageAudit, loadReport];
const HERE: readonly CheckKind[] = [file, env, document, git, processes, command, backupAge, drill];

const ALL = [...NETWORK, ...STORES, ...FIGURES, ...REPORTS, ...HERE].map((kind) => ({ ...kind, tried: triedOfKind(kind.name) }));

/** The kinds of checks that need nothing but the settings. */
export function builtInChecks(): CheckProvider {
  return { name: 'built in', kinds: ALL };
}

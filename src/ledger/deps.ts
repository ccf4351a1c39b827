import type { AccessPort } from '../access/port.ts';
import { AppError } from '../base/error.ts';
import type { Ctx } from '../base/context.ts';
import type { Clock } from '../base/time.ts';
import type { Heads } from '../infra/heads/port.ts';
import type { Log } from '../infra/log/log.ts';
import type { Metrics } from '../infra/metrics/metrics.ts';
import type { Outbox } from '../infra/outbox/port.ts';
import type { Db } from '../infra/postgres/db.ts';
import type { LedgerPort } from './port.ts';
import type { ClockWatch } from './writer/clock-watch.ts';

/** What the ledger is built from. The bounds have good defaults; tests and benchmarks may set them. */
export type LedgerDeps = {
  db: Db;
  outbox: Outbox;
  access: AccessPort;
  clock: Clock;
  /** Holds the clock against the database server's. Tests with a clock of their own leave it out. */
  clockWatch?: ClockWatch;
  /** Signs the heads of the log and keeps the last ones outside of the database. */
  heads: Heads;
  log: Log;
  metrics?: Metrics;
  bounds?: Partial<LedgerBounds>;
};

export type LedgerBounds = {
  /** Most transfers (or acts without any) that one commit carries. */
  maxBatchWeight: number;
  /** Among many callers a batch leaves so many milliseconds after the one before, unless much waits already. */
  paceMs: number;
  /** Most that may wait for one book before acts are turned away. */
  maxQueueWeight: number;
  /** Accounts remembered between batches, in all books together. */
  cachedAccounts: number;
};

/** What the operations work with. */
export type OperationDeps = Pick<LedgerDeps, 'db' | 'access' | 'clock'> & { ledger: LedgerPort };

/** Refuses actors that are bound to a member: they may look at what concerns them, the books are kept by the tenant. */
export function refuseMember(ctx: Ctx): void {
  if (ctx.memberId === undefined) return;
  throw new AppError('forbidden', 'ledger.member_bound', 'The books are kept by the operator of the network, not by its members.');
}

/** The same answer for an account that does not exist and for one that is not for the caller's eyes. */
export function accountNotFound(): AppError {
  return new AppError('not_found', 'ledger.account_not_found', 'There is no such account.');
}

export function transferNotFound(): AppError {
  return new AppError('not_found', 'ledger.transfer_not_found', 'There is no such transfer.');
}

/** For whom a read of the caller runs: its tenant and, when it is bound to one, its member. */
export function scopeOf(ctx: Ctx): { tenantId: string; memberId?: string } {
  return ctx.memberId === undefined ? { tenantId: ctx.tenantId } : { tenantId: ctx.tenantId, memberId: ctx.memberId };
}

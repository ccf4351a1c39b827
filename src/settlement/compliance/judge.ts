import type { Uuid } from '../../base/id.ts';
import type { Clock, Millis } from '../../base/time.ts';
import type { Log } from '../../infra/log/log.ts';
import type { Outbox } from '../../infra/outbox/port.ts';
import type { Db } from '../../infra/postgres/db.ts';
import type { Directory } from '../participant/directory.ts';
import type { Checked } from '../payment/check-order.ts';
import type { PaymentOrder, PaymentRecord, Reason } from '../payment/payment.ts';
import { LIMIT_NAMES, type LimitName } from '../risk/limits.ts';
import type { Move } from '../risk/live-breakers.ts';
import { moveBreaker } from '../risk/manage-breakers.ts';
import type { Counted } from './concentration.ts';
import { decide, limitReason, type Case, type Screened } from './decide.ts';
import type { LimitFinding, Verdict } from './findings.ts';
import { KeptMemory } from './kept-memory.ts';
import { limitFinding, limitsPassed, type Limited } from './limit-check.ts';
import type { ComplianceMetrics } from './metrics.ts';
import { gateOf, type Gate } from './passage.ts';
import { touchSetting } from './setting-store.ts';
import type { TenantMemory } from './tenant-memory.ts';

/**
 * What the door asks about every payment. Everything that a judgement needs is in memory, so that a clean payment costs
 * microseconds and no query; how exact that is with several processes is told in decision 10.
 */
export type Judge = {
  /**
   * What rules, limits and breakers say of an order that passed the checks of the door. Counts nothing. A promise when a
   * tenant is met for the first time, was not looked at for long, or seems to pass a cap, which is then read anew.
   * `screened` is what screening found, for the score.
   */
  judge(
    tenantId: Uuid,
    order: PaymentOrder,
    checked: Pick<Checked, 'debtorAgent' | 'creditorAgent'>,
    receivedAt: Millis,
    screened?: Screened,
  ): Verdict | Promise<Verdict>;
  /** Tells what became of a payment that was judged, as soon as that is durable. */
  decided(payment: Decided, verdict: Verdict): void;
  /** Tells that a payment that was held at the door was released and is owed now. */
  released(payment: OfTenant): void;
  /** Tells that a payment that is owed in a window is held: it is sent in no window, though it keeps its part of the caps. */
  held(payment: OfTenant): void;
  /** Tells that a payment that was held after it had been taken is in a window again, or waits for one. */
  resumed(payment: OfTenant): void;
  /** Tells that nothing came of a payment that was judged: it was sent before, or could not be written down. */
  withdrawn(tenantId: Uuid, verdict: Verdict, receivedAt: Millis): void;
  /**
   * The rejection of a payment that the ledger's writer could not take because a cap would have been passed, out of the
   * error that `enact` threw; undefined for any other error. Happens when several pay at the edge of a cap at once.
   */
  refusedBy(error: unknown): { limit: LimitName; reason: Reason; finding: LimitFinding } | undefined;
  /** The breakers as they are now, for what was taken before and is to go on: a release, what waits in the queue, an exchange. */
  gate(tenantId: Uuid): Promise<Gate>;
  /**
   * Tells that this process changed rules, limits or breakers, in an act that is durable: called before that is answered, so
   * that whatever is taken after the answer is judged by it. Ends when it is known here, and never fails.
   */
  changed(tenantId: Uuid): Promise<void>;
  /** When everything that was found is written, as before the process ends. */
  close(): Promise<void>;
};

/** A payment as it was decided. */
export type Decided = Pick<
  PaymentRecord,
  'tenantId' | 'id' | 'decision' | 'reason' | 'debtorAgentId' | 'creditorAgentId' | 'asset' | 'units' | 'receivedAt'
>;

type OfTenant = Counted & Pick<PaymentRecord, 'tenantId'>;

type Deps = {
  db: Db;
  clock: Clock;
  log: Log;
  outbox: Outbox;
  directory: Directory;
  metrics: ComplianceMetrics;
};

export function createJudge(deps: Deps): Judge {
  const tenants = new Map<Uuid, JudgeOfTenant>();
  const countParties = () => deps.metrics.featureParties([...tenants.values()].reduce((sum, { kept }) => sum + kept.parties, 0));
  const of = (tenantId: Uuid) => {
    let one = tenants.get(tenantId);
    if (!one) tenants.set(tenantId, (one = new JudgeOfTenant(deps, tenantId, countParties)));
    return one;
  };
  return {
    judge: (tenantId, order, checked, at, screened) => of(tenantId).judge({ order, checked, at, screened }),
    decided: (payment, verdict) => of(payment.tenantId).decided(payment, verdict),
    released: (payment) => of(payment.tenantId).kept.owes(payment),
    held: (payment) => of(payment.tenantId).kept.unsent(payment),
    resumed: (payment) => of(payment.tenantId).kept.sent(payment),
    withdrawn: (tenantId, { judged }, receivedAt) => of(tenantId).withdrawn(judged.probes, receivedAt),
    gate: (tenantId) => of(tenantId).gate(),
    changed: async (tenantId) => tenants.get(tenantId)?.kept.changed(),
    refusedBy,
    async close() {
      await Promise.all([...tenants.values()].map((one) => one.close()));
    },
  };
}

function refusedBy(error: unknown): ReturnType<Judge['refusedBy']> {
  const { code, detail } = (error ?? {}) as { code?: string; detail?: string };
  const limit = LIMIT_NAMES.find((name) => name === detail);
  if (code !== 'RL001' || !limit) return undefined;
  const finding = limitFinding(limit);
  return { limit, reason: limitReason(finding), finding };
}

class JudgeOfTenant {
  private readonly deps: Deps;
  private readonly tenantId: Uuid;
  readonly kept: KeptMemory;
  private writing: Promise<unknown> = Promise.resolve();

  constructor(deps: Deps, tenantId: Uuid, onLooked: () => void) {
    this.deps = deps;
    this.tenantId = tenantId;
    this.kept = new KeptMemory({ ...deps, onLooked, written: () => this.writing }, tenantId);
  }

  judge(one: Case): Verdict | Promise<Verdict> {
    const due = this.kept.due();
    return due ? due.then(() => this.weigh(this.kept.current!, one)) : this.weigh(this.kept.current!, one);
  }

  private weigh(memory: TenantMemory, one: Case): Verdict | Promise<Verdict> {
    const limited = limitedOf(one);
    const passed = memory.limitSet === 0 ? NONE : limitsPassed(memory, limited);
    if (passed.every(({ limit }) => limit === 'per_payment' || limit === 'concentration')) {
      return this.verdict(memory, one, passed);
    }
    // A window may have settled, or what was counted here stands in the reading already: only what is read now counts.
    return this.kept.reread().then(() => this.verdict(memory, one, limitsPassed(memory, limited, { readOnly: true })));
  }

  private verdict(memory: TenantMemory, one: Case, passed: readonly LimitFinding[]): Verdict {
    const verdict = decide(memory, one, passed, (move) => this.moved(move, 'Its time was over'));
    const { metrics } = this.deps;
    metrics.judged(verdict.outcome, verdict.risk);
    for (const { severity } of verdict.findings?.rules ?? NO_RULES) metrics.ruleMet(severity);
    for (const { limit } of passed) metrics.limitRefused(limit, 'memory');
    return verdict;
  }

  decided(payment: Decided, { judged, findings, outcome }: Verdict): void {
    const memory = this.kept.current;
    if (!memory) return;
    if (payment.decision === 'reserved' || payment.decision === 'settled') this.count(payment, judged);
    if (payment.decision === 'rejected' && outcome === 'pass' && failureOf(payment, false) === 'limit') this.kept.relearn();
    if (findings?.breaker || (outcome === 'reject' && !findings?.limits)) return;
    const kind = payment.decision === 'rejected' ? failureOf(payment, findings?.limits !== undefined) : undefined;
    const counts = kind !== undefined && memory.policy.counts.includes(kind);
    const { breakerKeys, probes } = judged;
    // Missing money and limits are the payer's own; what the ledger refuses may be the fault of anyone on the way.
    const failed = !counts ? NO_KEYS : kind === 'ledger' ? breakerKeys : [`participant:${payment.debtorAgentId}`];
    const went = breakerKeys.filter((key) => !failed.includes(key));
    const at = payment.receivedAt;
    const moves = [...memory.breakers.record(went, { at, ok: true, probes }), ...memory.breakers.record(failed, { at, ok: false, probes })];
    for (const move of moves) this.moved(move, whyMoved(move, payment.reason));
  }

  private count(payment: Decided, { observed }: Verdict['judged']): void {
    this.kept.count(payment, observed.at === payment.receivedAt ? observed : { ...observed, at: payment.receivedAt });
    if (payment.decision === 'reserved') this.kept.owes(payment);
  }

  withdrawn(probes: readonly string[], receivedAt: Millis): void {
    this.kept.current?.breakers.giveBack(probes, receivedAt);
  }

  async gate(): Promise<Gate> {
    const { breakers, policy } = await this.kept.breakers();
    const countsLedger = policy.counts.includes('ledger');
    return gateOf({ breakers, at: this.deps.clock.now(), countsLedger, onMove: (move, reason) => this.moved(move, reason) });
  }

  /** Keeps a move of a breaker; what cannot be written now is told in the log, and holds in this process all the same. */
  private moved(move: Move, reason: string): void {
    const { db, log, metrics, outbox } = this.deps;
    metrics.breakerMoved(move.key, move.to.state);
    this.writing = this.writing
      .then(() =>
        db.write({ tenantId: this.tenantId }, async (tx) => {
          await touchSetting(tx, this.tenantId);
          const { event } = await moveBreaker(this.deps, tx, this.tenantId, { ...move, reason, by: 'Circuit breaker' });
          await outbox.append(tx, [event]);
        }),
      )
      .catch((error: unknown) => log.error('A move of a circuit breaker could not be kept', { key: move.key, to: move.to.state, error }));
  }

  async close(): Promise<void> {
    await this.kept.ended();
    await this.writing;
  }
}

const NONE: readonly LimitFinding[] = [];
const NO_KEYS: readonly string[] = [];
const NO_RULES: readonly { severity: string }[] = [];

function limitedOf({ order, checked, at }: Case): Limited {
  return { id: '', debtor: checked.debtorAgent.id, creditor: checked.creditorAgent.id, asset: order.asset, units: order.units, at };
}

function failureOf({ reason }: Pick<Decided, 'reason'>, byLimit: boolean): 'ledger' | 'limit' | 'funds' {
  if (byLimit || reason?.code === 'AM13' || reason?.code === 'AM23') return 'limit';
  return reason?.code === 'AM04' ? 'funds' : 'ledger';
}

function whyMoved({ to }: Move, reason: Reason | undefined): string {
  if (to.state === 'closed') return 'Its probes succeeded';
  return to.state === 'open' ? `Too many payments failed, the last with ${reason?.code ?? 'no reason'}` : 'Its time was over';
}

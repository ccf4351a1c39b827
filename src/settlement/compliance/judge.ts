import type { Uuid } from '../../base/id.ts';
import { sharedLook, type SharedLook } from './shared-look.ts';
import { isYounger, type Clock, type Millis } from '../../base/time.ts';
import type { Log } from '../../infra/log/log.ts';
import type { Outbox } from '../../infra/outbox/port.ts';
import type { Db } from '../../infra/postgres/db.ts';
import { advance, partiesIn } from '../aml/features.ts';
import { observedOf } from '../aml/observe.ts';
import type { Directory } from '../participant/directory.ts';
import type { Checked } from '../payment/check-order.ts';
import type { PaymentOrder, PaymentRecord, Reason } from '../payment/payment.ts';
import { lastFreed, readExposures } from '../risk/exposure-store.ts';
import { LIMIT_NAMES, type LimitName } from '../risk/limits.ts';
import { LiveBreakers, type Move } from '../risk/live-breakers.ts';
import { moveBreaker, SHIPPED_POLICY } from '../risk/manage-breakers.ts';
import { emptyPositions } from '../risk/positions.ts';
import { Recent } from '../screening/recent.ts';
import { openSpans } from '../window/membership-store.ts';
import { Concentration, limitedAs, type Counted } from './concentration.ts';
import { decide, limitReason, type Case, type Screened } from './decide.ts';
import type { LimitFinding, Verdict } from './findings.ts';
import { capUseOf, countUse, limitFinding, limitsPassed, type Limited } from './limit-check.ts';
import type { ComplianceMetrics } from './metrics.ts';
import { gateOf, type Gate } from './passage.ts';
import { readSetting, touchSetting } from './setting-store.ts';
import { bandNames, loadTenant, readBreakersInForce, readInForce, readPaid, type TenantMemory } from './tenant-memory.ts';

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

/** What is known is looked at again behind a payment when it is older than this, and before the payment when far older. */
const FRESH_MS = 1_000;
const STALE_MS = 10_000;
/** Caps that seem passed are not read anew more often than this. */
const REREAD_MS = 50;
/** Payments whose counting is remembered, so that none is counted twice: by this process and by following the book. */
const REMEMBERED = 100_000;

export function createJudge(deps: Deps): Judge {
  const tenants = new Map<Uuid, JudgeOfTenant>();
  const countParties = () => deps.metrics.featureParties([...tenants.values()].reduce((sum, one) => sum + one.parties, 0));
  const of = (tenantId: Uuid) => {
    let one = tenants.get(tenantId);
    if (!one) tenants.set(tenantId, (one = new JudgeOfTenant(deps, tenantId, countParties)));
    return one;
  };
  return {
    judge: (tenantId, order, checked, at, screened) => of(tenantId).judge({ order, checked, at, screened }),
    decided: (payment, verdict) => of(payment.tenantId).decided(payment, verdict),
    released: (payment) => of(payment.tenantId).released(payment),
    held: (payment) => of(payment.tenantId).held(payment),
    resumed: (payment) => of(payment.tenantId).resumed(payment),
    withdrawn: (tenantId, { judged }, receivedAt) => of(tenantId).withdrawn(judged.probes, receivedAt),
    gate: (tenantId) => of(tenantId).gate(),
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

type GuardMemory = Pick<TenantMemory, 'breakers' | 'policy' | 'readAt'>;

class JudgeOfTenant {
  private readonly deps: Deps;
  private readonly tenantId: Uuid;
  private memory: TenantMemory | undefined;
  /** The breakers while nothing else has been asked for. */
  private guard: GuardMemory | undefined;
  /** Looks at the tables again. */
  private readonly looks: SharedLook<TenantMemory>;
  private rereading: Promise<void> | undefined;
  /** Payments counted when they were decided here, that following has not come by yet. */
  private ahead = new Set<Uuid>();
  /** Payments that following has counted lately. */
  private readonly counted = new Recent<true>(REMEMBERED);
  private readonly concentration = new Concentration();
  /** What had become final when caps were read last because of it. */
  private freed: string | undefined;
  private writing: Promise<unknown> = Promise.resolve();

  constructor(deps: Deps, tenantId: Uuid, onLooked: () => void) {
    this.deps = deps;
    this.tenantId = tenantId;
    this.looks = sharedLook(deps.clock, FRESH_MS, async () => {
      this.memory = await (this.memory ? this.follow(this.memory) : this.load());
      onLooked();
      return this.memory;
    });
  }

  /** How many parties are remembered. */
  get parties(): number {
    return this.memory ? partiesIn(this.memory.features) : 0;
  }

  judge(one: Case): Verdict | Promise<Verdict> {
    const { memory } = this;
    if (!memory) return this.looks.ask().then((loaded) => this.weigh(loaded, one));
    if (!isYounger(this.deps.clock, memory.readAt, FRESH_MS)) {
      const looked = this.looks.ask();
      if (!isYounger(this.deps.clock, memory.readAt, STALE_MS)) return looked.then((fresh) => this.weigh(fresh, one));
      looked.catch((error: unknown) =>
        this.deps.log.warn('Rules and limits could not be looked at again', { tenantId: this.tenantId, error }),
      );
    }
    return this.weigh(memory, one);
  }

  private weigh(memory: TenantMemory, one: Case): Verdict | Promise<Verdict> {
    const limited = limitedOf(one);
    const passed = memory.limitSet === 0 ? NONE : limitsPassed(memory, limited);
    if (passed.every(({ limit }) => limit === 'per_payment' || limit === 'concentration')) {
      return this.verdict(memory, one, passed);
    }
    // A window may have settled, or what was counted here stands in the reading already: only what is read now counts.
    return this.reread(memory).then(() => {
      const now = this.memory ?? memory;
      return this.verdict(now, one, limitsPassed(now, limited, { readOnly: true }));
    });
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
    const { memory } = this;
    if (!memory) return;
    if (payment.decision === 'reserved' || payment.decision === 'settled') this.count(memory, payment, judged);
    if (payment.decision === 'rejected' && outcome === 'pass' && failureOf(payment, false) === 'limit') this.relearn(memory);
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

  released(payment: Counted): void {
    if (this.memory) this.owes(this.memory, payment);
  }

  held(payment: Counted): void {
    const { memory } = this;
    if (memory && hasConcentration(memory)) this.concentration.takeBack(memory.positions, payment);
  }

  resumed(payment: Counted): void {
    const { memory } = this;
    if (memory && hasConcentration(memory)) this.concentration.take(memory.positions, payment);
  }

  withdrawn(probes: readonly string[], receivedAt: Millis): void {
    this.memory?.breakers.giveBack(probes, receivedAt);
  }

  async gate(): Promise<Gate> {
    const { clock } = this.deps;
    const known = this.memory ?? this.guard;
    const isFresh = known !== undefined && isYounger(clock, known.readAt, FRESH_MS);
    const { breakers, policy } = isFresh ? known : await (this.memory ? this.looks.ask() : this.readGuard());
    const countsLedger = policy.counts.includes('ledger');
    return gateOf({ breakers, at: clock.now(), countsLedger, onMove: (move, reason) => this.moved(move, reason) });
  }

  /** Breakers alone: a process that takes no payments has no need of what parties have paid. */
  private async readGuard(): Promise<GuardMemory> {
    const readAt = this.deps.clock.now();
    const { policy, moved } = await readBreakersInForce(this.deps.db, this.tenantId);
    const isSame = this.guard !== undefined && JSON.stringify(policy) === JSON.stringify(this.guard.policy);
    const breakers = isSame ? this.guard!.breakers : new LiveBreakers(moved, { ...SHIPPED_POLICY, ...policy });
    if (isSame) breakers.replace(moved);
    this.guard = { breakers, policy, readAt };
    return this.guard;
  }

  private count(memory: TenantMemory, payment: Decided, { observed }: Verdict['judged']): void {
    if (this.counted.has(payment.id) || this.ahead.has(payment.id)) return;
    this.ahead.add(payment.id);
    advance(memory.features, observed.at === payment.receivedAt ? observed : { ...observed, at: payment.receivedAt });
    if (payment.decision === 'reserved') this.owes(memory, payment);
  }

  private owes(memory: TenantMemory, payment: Counted): void {
    countUse(memory.use, limitedAs(payment));
    this.resumed(payment);
  }

  private async load(): Promise<TenantMemory> {
    const memory = await loadTenant(this.deps, this.tenantId, (id) => this.counted.set(id, true));
    this.ahead = new Set();
    this.concentration.reset();
    await this.followWindows(memory);
    return memory;
  }

  /** Takes in what others changed and what other processes counted. */
  private async follow(memory: TenantMemory): Promise<TenantMemory> {
    const { db, clock } = this.deps;
    const readAt = clock.now();
    const { revision } = await db.read({ tenantId: this.tenantId }, (tx) => readSetting(tx, this.tenantId));
    const current = revision === memory.setting.revision ? memory : await this.adopt(memory);
    await this.followWindows(current);
    await this.followFinality(current);
    if (current.followed === memory.followed) await this.catchUp(current);
    current.readAt = readAt;
    return current;
  }

  private async followWindows(memory: TenantMemory): Promise<void> {
    if (!hasConcentration(memory)) return this.concentration.rest();
    const open = await this.deps.db.read({ tenantId: this.tenantId }, (tx) => openSpans(tx, this.tenantId));
    this.concentration.follow(memory.positions, open);
  }

  /** Reads caps anew when something became final: who was owed it owes more net by that, which nobody counts here. */
  private async followFinality(memory: TenantMemory): Promise<void> {
    if (memory.use.read.size === 0) return;
    const freed = await this.deps.db.read({ tenantId: this.tenantId }, (tx) => lastFreed(tx, this.tenantId));
    if (freed === this.freed) return;
    this.freed = freed;
    await this.readCaps(memory);
  }

  /** Rules, limits or breakers changed: what stays the same keeps its memory. */
  private async adopt(memory: TenantMemory): Promise<TenantMemory> {
    const { moved, ...inForce } = await readInForce(this.deps, this.tenantId);
    if (bandNames(inForce.rules) !== bandNames(memory.rules)) return this.load();
    const isSamePolicy = JSON.stringify(inForce.policy) === JSON.stringify(memory.policy);
    const breakers = isSamePolicy ? memory.breakers : new LiveBreakers(moved, { ...SHIPPED_POLICY, ...inForce.policy });
    if (isSamePolicy) breakers.replace(moved);
    if (inForce.limitSet === memory.limitSet) return Object.assign(memory, inForce, { breakers });
    this.concentration.reset();
    return Object.assign(memory, inForce, { breakers, positions: emptyPositions() });
  }

  /** Counts what was paid behind the place that following has come to, in the order of the book. */
  private async catchUp(memory: TenantMemory): Promise<void> {
    for (;;) {
      const { paid, payments } = await readPaid(this.deps.db, this.tenantId, memory.followed, (id) => this.ahead.has(id));
      for (const { id } of paid) {
        if (this.ahead.delete(id) || this.counted.has(id)) {
          this.counted.set(id, true);
          continue;
        }
        this.counted.set(id, true);
        const payment = payments.get(id);
        if (payment) advance(memory.features, observedOf(memory.rules, payment));
      }
      if (paid.length > 0) memory.followed = { ...memory.followed, seq: paid.at(-1)!.seq };
      if (paid.length < FULL_PAGE) break;
    }
    memory.followed = { ...memory.followed, since: this.deps.clock.now() - SLACK_MS };
  }

  /** The tables refused what was thought to fit: the next payment is to be refused before it troubles the book. */
  private relearn(memory: TenantMemory): void {
    this.reread(memory).catch((error: unknown) => this.deps.log.warn('Caps could not be read again', { tenantId: this.tenantId, error }));
  }

  private reread(memory: TenantMemory): Promise<void> {
    if (isYounger(this.deps.clock, memory.use.readAt, REREAD_MS)) return Promise.resolve();
    this.rereading ??= this.readCaps(memory).finally(() => (this.rereading = undefined));
    return this.rereading;
  }

  private async readCaps(memory: TenantMemory): Promise<void> {
    const rows = await this.deps.db.read({ tenantId: this.tenantId }, (tx) => readExposures(tx, this.tenantId));
    const current = this.memory ?? memory;
    current.use = capUseOf(rows, this.deps.clock.now());
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
    await this.looks.ended();
    await this.rereading?.catch(() => undefined);
    await this.writing;
  }
}

const NONE: readonly LimitFinding[] = [];
const NO_KEYS: readonly string[] = [];
const NO_RULES: readonly { severity: string }[] = [];
const FULL_PAGE = 5_000;
const SLACK_MS = 600_000;

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

const concentrated = new WeakMap<TenantMemory['book'], boolean>();

/** Whether any limit is on concentration, for which what goes to whom is counted. */
function hasConcentration({ book }: Pick<TenantMemory, 'book'>): boolean {
  let known = concentrated.get(book);
  if (known === undefined) {
    known = Object.values(book).some((assets) => Object.values(assets).some(({ concentration }) => concentration));
    concentrated.set(book, known);
  }
  return known;
}

import type { Uuid } from '../../base/id.ts';
import { isYounger, type Clock } from '../../base/time.ts';
import type { Log } from '../../infra/log/log.ts';
import type { Db } from '../../infra/postgres/db.ts';
import { advance, partiesIn, type Observed } from '../aml/features.ts';
import { observedOf } from '../aml/observe.ts';
import type { Directory } from '../participant/directory.ts';
import { lastFreed, readExposures } from '../risk/exposure-store.ts';
import { LiveBreakers } from '../risk/live-breakers.ts';
import { SHIPPED_POLICY } from '../risk/manage-breakers.ts';
import { emptyPositions } from '../risk/positions.ts';
import { Recent } from '../screening/recent.ts';
import { openSpans } from '../window/membership-store.ts';
import { Concentration, limitedAs, type Counted } from './concentration.ts';
import { keptUp, type KeptUp } from './kept-up.ts';
import { capUseOf, countUse } from './limit-check.ts';
import { readSetting } from './setting-store.ts';
import {
  bandNames,
  loadFeatures,
  loadTenant,
  PAGE,
  readBreakersInForce,
  readInForce,
  readPaid,
  SLACK_MS,
  type TenantMemory,
} from './tenant-memory.ts';

/** While others' payments are counted in all the time, and it takes long: how far behind judging may be. */
const FOLLOWED_MS = 10_000;
/** Caps that seem passed are not read anew more often than this. */
const REREAD_MS = 50;
/** Payments whose counting is remembered, so that none is counted twice: by this process and by following the book. */
const REMEMBERED = 100_000;

type Guard = Pick<TenantMemory, 'breakers' | 'policy'>;
type Rules = Pick<TenantMemory, 'ruleSet' | 'rules'>;

export type KeptMemoryDeps = {
  db: Db;
  clock: Clock;
  log: Log;
  directory: Directory;
  /** When the moves of breakers that were made here are written. */
  written: () => Promise<unknown>;
  /** Told whenever what is remembered may have grown. */
  onLooked: () => void;
};

/** What a process judges the payments of a tenant by, kept up with what people and other processes do. */
export class KeptMemory {
  /** Undefined until the tenant is met. */
  current: TenantMemory | undefined;
  private readonly deps: KeptMemoryDeps;
  private readonly tenantId: Uuid;
  /** Rules, limits and breakers: a query, as long as none of them changed. */
  private readonly inForce: KeptUp;
  /** What parties paid through other processes, windows, and what freed caps. */
  private readonly following: KeptUp;
  /** Breakers alone, while nothing else was asked for. */
  private guard: Guard | undefined;
  private readonly guarding: KeptUp;
  /** Rules in force for which what parties paid is not counted yet. */
  private wanted: Rules | undefined;
  private recounting: Promise<void> | undefined;
  private rereading: Promise<void> | undefined;
  /** Payments counted when they were decided here, that following has not come by yet. */
  private ahead = new Set<Uuid>();
  /** Payments that following has counted lately. */
  private counted = new Recent<true>(REMEMBERED);
  private readonly concentration = new Concentration();
  /** What had become final when caps were read last because of it. */
  private freed: string | undefined;

  constructor(deps: KeptMemoryDeps, tenantId: Uuid) {
    this.deps = deps;
    this.tenantId = tenantId;
    const { clock } = deps;
    const onFailure = (error: unknown) => this.warn('Rules and limits could not be looked at again', error);
    this.inForce = keptUp({ clock, onFailure, look: () => this.lookInForce() });
    this.following = keptUp({ clock, onFailure, patienceMs: FOLLOWED_MS, look: () => this.follow() });
    this.guarding = keptUp({ clock, onFailure, look: () => this.readGuard() });
  }

  /** How many parties are remembered. */
  get parties(): number {
    return this.current ? partiesIn(this.current.features) : 0;
  }

  /** What is to be waited for before a payment is judged by `current`; undefined, and no query, while payments flow. */
  due(): Promise<unknown> | undefined {
    const inForce = this.inForce.due();
    if (!this.current) return inForce;
    const followed = this.following.due();
    return inForce && followed ? Promise.all([inForce, followed]) : (inForce ?? followed);
  }

  /** The breakers as they are; a process that takes no payments has no need of what parties have paid. */
  async breakers(): Promise<Guard> {
    await (this.current ? this.inForce : this.guarding).due();
    return this.current ?? this.guard!;
  }

  /**
   * Rules, limits or breakers were changed by this process: whatever is taken from now on is judged by them. Ends when they
   * are known here; a failure is told in the log, and then the next payment looks itself.
   */
  async changed(): Promise<void> {
    this.guarding.expire();
    const isKnown = this.current !== undefined || this.inForce.isUnderWay;
    this.inForce.expire();
    if (!isKnown) return;
    try {
      await this.inForce.ask();
      await this.recounting;
    } catch (error) {
      this.warn('What was changed could not be looked at', error);
    }
  }

  /** Counts a payment that is owed or final, unless following was faster. */
  count(payment: Counted, observed: Observed): void {
    if (!this.current || this.counted.has(payment.id) || this.ahead.has(payment.id)) return;
    this.ahead.add(payment.id);
    advance(this.current.features, observed);
  }

  /** Counts a payment that is owed towards caps and concentration. */
  owes(payment: Counted): void {
    if (!this.current) return;
    countUse(this.current.use, limitedAs(payment));
    this.sent(payment);
  }

  /** Counts a payment towards concentration. */
  sent(payment: Counted): void {
    if (this.current && hasConcentration(this.current)) this.concentration.take(this.current.positions, payment);
  }

  /** Takes back what `sent` counted. */
  unsent(payment: Counted): void {
    if (this.current && hasConcentration(this.current)) this.concentration.takeBack(this.current.positions, payment);
  }

  /** Reads caps anew, unless that was done a moment ago. */
  reread(): Promise<void> {
    if (!this.current || isYounger(this.deps.clock, this.current.use.readAt, REREAD_MS)) return Promise.resolve();
    this.rereading ??= this.readCaps(this.current).finally(() => (this.rereading = undefined));
    return this.rereading;
  }

  /** The same behind whoever noticed that the tables know better. */
  relearn(): void {
    this.reread().catch((error: unknown) => this.warn('Caps could not be read again', error));
  }

  /** When nothing is under way any more. */
  async ended(): Promise<void> {
    await Promise.all([this.inForce.ended(), this.following.ended(), this.guarding.ended()]);
    await this.recounting;
    await this.rereading?.catch(() => undefined);
  }

  private warn(message: string, error: unknown): void {
    this.deps.log.warn(message, { tenantId: this.tenantId, error });
  }

  private async lookInForce(): Promise<void> {
    // What was read when a long load began is looked at again at its end.
    if (!this.current) await this.following.ask();
    const memory = this.current!;
    const { revision } = await this.deps.db.read({ tenantId: this.tenantId }, (tx) => readSetting(tx, this.tenantId));
    if (revision !== memory.setting.revision) await this.adopt(memory);
    else if (this.wanted) this.recount(memory);
  }

  /** Rules, limits or breakers changed: what stays the same keeps its memory. */
  private async adopt(memory: TenantMemory): Promise<void> {
    // A move that was made here and is not written yet would be forgotten.
    await this.deps.written();
    const { moved, rules, ruleSet, ...inForce } = await readInForce(this.deps, this.tenantId);
    const isSamePolicy = JSON.stringify(inForce.policy) === JSON.stringify(memory.policy);
    const breakers = isSamePolicy ? memory.breakers : new LiveBreakers(moved, { ...SHIPPED_POLICY, ...inForce.policy });
    if (isSamePolicy) breakers.replace(moved);
    const hasOtherLimits = inForce.limitSet !== memory.limitSet;
    if (hasOtherLimits) this.concentration.reset();
    Object.assign(memory, inForce, { breakers }, hasOtherLimits && { positions: emptyPositions() });
    const countsAlike = bandNames(rules) === bandNames(memory.rules);
    this.wanted = countsAlike ? undefined : { rules, ruleSet };
    if (countsAlike) Object.assign(memory, { rules, ruleSet });
    else this.recount(memory);
    if (!hasOtherLimits || !hasConcentration(memory)) return;
    // What is counted towards concentration needs to know where windows begin.
    this.following.expire();
    await this.following.ask();
  }

  /**
   * Counts a month of payments in the bands of other rules, behind the payments, which go by the rules before until that is
   * done: none waits for it.
   */
  private recount(memory: TenantMemory): void {
    this.recounting ??= this.countAnew(memory)
      .catch((error: unknown) => this.warn('What parties paid could not be counted for the rules in force', error))
      .finally(() => (this.recounting = undefined));
  }

  private async countAnew(memory: TenantMemory): Promise<void> {
    while (this.wanted) {
      const { wanted } = this;
      const counted = new Recent<true>(REMEMBERED);
      const features = await loadFeatures(this.deps, this.tenantId, wanted.rules, (id) => counted.set(id, true));
      if (wanted !== this.wanted) continue;
      Object.assign(memory, wanted, features);
      this.counted = counted;
      this.ahead = new Set();
      this.wanted = undefined;
    }
  }

  private async readGuard(): Promise<void> {
    const { policy, moved } = await readBreakersInForce(this.deps.db, this.tenantId);
    const isSame = this.guard !== undefined && JSON.stringify(policy) === JSON.stringify(this.guard.policy);
    const breakers = isSame ? this.guard!.breakers : new LiveBreakers(moved, { ...SHIPPED_POLICY, ...policy });
    if (isSame) breakers.replace(moved);
    this.guard = { breakers, policy };
  }

  /** Takes in what other processes counted; everything, where nothing is known yet. */
  private async follow(): Promise<void> {
    const memory = (this.current ??= await loadTenant(this.deps, this.tenantId, (id) => this.counted.set(id, true)));
    await this.followWindows(memory);
    await this.followFinality(memory);
    await this.catchUp(memory);
    this.deps.onLooked();
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

  /** Counts what was paid behind the place that following has come to, in the order of the book. */
  private async catchUp(memory: TenantMemory): Promise<void> {
    const { features } = memory;
    for (;;) {
      const { paid, payments } = await readPaid(this.deps.db, this.tenantId, memory.followed, (id) => this.ahead.has(id));
      // Others have been counted in the bands of other rules meanwhile, up to another place.
      if (memory.features !== features) return;
      for (const { id } of paid) {
        if (this.ahead.delete(id) || this.counted.has(id)) {
          this.counted.set(id, true);
          continue;
        }
        this.counted.set(id, true);
        const payment = payments.get(id);
        if (payment) advance(features, observedOf(memory.rules, payment));
      }
      if (paid.length > 0) memory.followed = { ...memory.followed, seq: paid.at(-1)!.seq };
      if (paid.length < PAGE) break;
    }
    memory.followed = { ...memory.followed, since: this.deps.clock.now() - SLACK_MS };
  }

  private async readCaps(memory: TenantMemory): Promise<void> {
    const rows = await this.deps.db.read({ tenantId: this.tenantId }, (tx) => readExposures(tx, this.tenantId));
    memory.use = capUseOf(rows, this.deps.clock.now());
  }
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

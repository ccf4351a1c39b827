import type { Uuid } from '../../base/id.ts';

/** What the verifier looks at, each by a name that stays. */
export const RULES = [
  'sequence',
  'time',
  'account',
  'asset',
  'settlement',
  'running_sum',
  'limit',
  'balance',
  'conservation',
  'hold',
  'failed_id',
  'log_tile',
  'log_head',
  'log_lag',
  'log_signature',
  'log_noted',
] as const;

export type Rule = (typeof RULES)[number];

/** Something in the tables that cannot be true. */
export type Finding = { tenantId: Uuid; rule: Rule; detail: string };

const KEPT_PER_RULE = 20;

/** Gathers findings of one book; of each rule the first few, and how many there were. */
export class Findings {
  readonly #tenantId: Uuid;
  readonly #counts = new Map<Rule, number>();
  readonly kept: Finding[] = [];

  constructor(tenantId: Uuid) {
    this.#tenantId = tenantId;
  }

  add(rule: Rule, detail: string): void {
    const count = (this.#counts.get(rule) ?? 0) + 1;
    this.#counts.set(rule, count);
    if (count <= KEPT_PER_RULE) this.kept.push({ tenantId: this.#tenantId, rule, detail });
  }

  /** Adds the finding when the condition does not hold. */
  expect(holds: boolean, rule: Rule, detail: () => string): void {
    if (!holds) this.add(rule, detail());
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }
}

import type { BoundCheck } from '../binding/binding.ts';
import type { Probe } from './check.ts';
import type { KindRegistry } from './kinds.ts';
import { runCheck, type Checked, type RunOptions } from './run-check.ts';

export type RunChecksOptions = RunOptions & {
  /** Checks at the same moment, in all. */
  concurrency?: number;
  /** Checks at the same moment that ask the same target. */
  perTarget?: number;
  /** Told after each check, for progress. */
  onChecked?(index: number, checked: Checked): void;
};

/**
 * Runs bound checks side by side within limits and answers in their order, one result each; never throws. A check whose
 * kind nobody provides is `error`. Nothing is tried twice.
 */
export async function runChecks(
  checks: readonly BoundCheck[],
  { kinds, probe }: { kinds: KindRegistry; probe: Probe },
  options: RunChecksOptions = {},
): Promise<readonly Checked[]> {
  const { concurrency = 16, perTarget = 4, onChecked, ...each } = options;
  const results = Array.from<Checked>({ length: checks.length });
  const busy = new Map<string, number>();
  const waiting = checks.map((check, index) => ({ check, index, target: targetOf(check) }));

  /** The first that waits and whose target has room. */
  const next = () => {
    const at = waiting.findIndex(({ target }) => target === undefined || (busy.get(target) ?? 0) < perTarget);
    return at < 0 ? undefined : waiting.splice(at, 1)[0];
  };

  async function one({ check, index, target }: (typeof waiting)[number]): Promise<void> {
    const checked = await runBound(check, { kinds, probe }, each);
    results[index] = checked;
    if (target !== undefined) busy.set(target, busy.get(target)! - 1);
    onChecked?.(index, checked);
  }

  const running = new Set<Promise<void>>();
  for (;;) {
    const free = running.size < Math.max(1, concurrency) ? next() : undefined;
    if (free) {
      if (free.target !== undefined) busy.set(free.target, (busy.get(free.target) ?? 0) + 1);
      const task: Promise<void> = one(free).finally(() => running.delete(task));
      running.add(task);
    } else if (running.size > 0) await Promise.race(running);
    else return results;
  }
}

async function runBound(check: BoundCheck, ground: { kinds: KindRegistry; probe: Probe }, options: RunOptions): Promise<Checked> {
  const kind = ground.kinds.find(check.kind);
  if (kind) return runCheck(kind, check.params, ground.probe, options);
  const startedAt = new Date(ground.probe.clock.now()).toISOString();
  const summary = `There is no kind of check called ${check.kind.slice(0, 64)}.`;
  return { result: { kind: check.kind.slice(0, 64), asked: 'nothing', state: 'error', summary, measurements: [], startedAt, ms: 0 } };
}

function targetOf({ params }: BoundCheck): string | undefined {
  const target = params['target'];
  return typeof target === 'string' ? target : undefined;
}

import type { BoundCheck } from '../binding/binding.ts';
import type { CheckResult } from '../run/result.ts';
import type { Probe } from './check.ts';
import type { KindRegistry } from './kinds.ts';
import { redact } from './redact.ts';
import { nothingSeen, runCheck, type Checked, type RunOptions } from './run-check.ts';

export type RunChecksOptions = RunOptions & {
  /** Checks at the same moment, in all. */
  concurrency?: number;
  /** Checks at the same moment that ask the same target. */
  perTarget?: number;
  /** A target that stayed silent for so many checks in a row is not asked again in this run; what was to ask it is unreachable. */
  giveUpAfter?: number;
  /** Told after each check, for progress. */
  onChecked?(index: number, checked: Checked): void;
};

const SILENCE_MS = 1_000;

/**
 * Runs bound checks side by side within limits and answers in their order, one result each; never throws. A check whose
 * kind nobody provides is `error`. Nothing is tried twice.
 */
export async function runChecks(
  checks: readonly BoundCheck[],
  { kinds, probe }: { kinds: KindRegistry; probe: Probe },
  options: RunChecksOptions = {},
): Promise<readonly Checked[]> {
  const { concurrency = 16, perTarget = 4, giveUpAfter = 6, onChecked, ...each } = options;
  const silent = new Map<string, number>();
  const results = Array.from<Checked>({ length: checks.length });
  const busy = new Map<string, number>();
  const waiting = checks.map((check, index) => ({ check, index, target: targetOf(check) }));

  /** The first that waits and whose target has room. */
  const next = () => {
    const at = waiting.findIndex(({ target }) => target === undefined || (busy.get(target) ?? 0) < perTarget);
    return at < 0 ? undefined : waiting.splice(at, 1)[0];
  };

  async function one({ check, index, target }: (typeof waiting)[number]): Promise<void> {
    const given = target !== undefined && (silent.get(target) ?? 0) >= giveUpAfter;
    const checked = given ? notAsked(check, probe, giveUpAfter) : await runBound(check, { kinds, probe }, each);
    results[index] = checked;
    if (target !== undefined) {
      busy.set(target, busy.get(target)! - 1);
      silent.set(target, isSilent(checked) ? (silent.get(target) ?? 0) + 1 : 0);
    }
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

/** Only what took long: a refused connection costs nothing to try again. */
function isSilent({ result }: Checked): boolean {
  return result.state === 'unreachable' && (result.ms >= SILENCE_MS || result.ms === 0);
}

function notAsked({ kind, params }: BoundCheck, probe: Probe, times: number): Checked {
  const summary = `Not asked: ${times} checks in a row had no answer from this target.`;
  return {
    result: resultOf(kind, { asked: String(params['target']), state: 'unreachable', summary }, probe),
    output: nothingSeen(summary),
  };
}

async function runBound(check: BoundCheck, ground: { kinds: KindRegistry; probe: Probe }, options: RunOptions): Promise<Checked> {
  const kind = ground.kinds.find(check.kind);
  if (kind) return runCheck(kind, check.params, ground.probe, options);
  const summary = `There is no kind of check called ${check.kind.slice(0, 64)}.`;
  return { result: resultOf(check.kind, { asked: 'nothing', state: 'error', summary }, ground.probe), output: nothingSeen(summary) };
}

function resultOf(kind: string, found: Pick<CheckResult, 'asked' | 'state' | 'summary'>, { clock }: Probe): CheckResult {
  const { asked, state, summary } = found;
  const startedAt = new Date(clock.now()).toISOString();
  return { kind: kind.slice(0, 64), asked: redact(asked).slice(0, 200), state, summary, measurements: [], startedAt, ms: 0 };
}

function targetOf({ params }: BoundCheck): string | undefined {
  const target = params['target'];
  return typeof target === 'string' ? target : undefined;
}

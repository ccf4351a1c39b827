import type { Check, Finding } from '../module.ts';

/** What one check found. `ms` is how long it took; `unseen` that there was nothing to look at, which is no evidence. */
export type CheckResult = { name: string; unseen?: true; ok: boolean; detail: string; ms: number };

/**
 * `ready` takes traffic; `not_ready` has a failing dependency; `stopping` finishes what it has and takes nothing new. `because`
 * are the names of the checks that keep traffic away.
 */
export type Readiness = { status: 'ready' | 'not_ready' | 'stopping'; checks: readonly CheckResult[]; because: readonly string[] };

export type Health = {
  /** Asks every dependency, at most once per `cacheMs` however many ask. Never throws. */
  ready(): Promise<Readiness>;
  /** From now on not ready, so that balancers look elsewhere before the door closes. */
  stopping(): void;
  /** Checks of modules that come later than the server. */
  add(checks: readonly Check[]): void;
};

/**
 * Readiness from the checks of all modules. They run side by side, each bounded by `timeoutMs`; a check that throws has
 * failed and its error goes to `onError`, not to the caller. `onChange` hears when a check fails that held, and the reverse.
 * `now` is a monotonic clock in milliseconds.
 */
export function createHealth(options: {
  checks: readonly Check[];
  timeoutMs?: number;
  cacheMs?: number;
  now?: () => number;
  onError?: (name: string, error: unknown) => void;
  onChange?: (result: CheckResult) => void;
}): Health {
  const { timeoutMs = 2_000, cacheMs = 1_000, now = () => performance.now(), onError, onChange } = options;
  const failing = new Set<string>();
  const checks = [...options.checks];
  let stopped = false;
  let last: { at: number; results: Promise<CheckResult[]> } | undefined;

  async function measured(check: Check): Promise<CheckResult> {
    const startedAt = now();
    const outcome = await within(timeoutMs, check).catch((error: unknown) => {
      if (!failing.has(check.name)) onError?.(check.name, error);
      return { ok: false, detail: 'The check itself failed; the log has the reason.' };
    });
    const result = { name: check.name, ...outcome, ms: Math.round((now() - startedAt) * 10) / 10 };
    if (outcome.ok === failing.has(check.name)) {
      if (outcome.ok) failing.delete(check.name);
      else failing.add(check.name);
      onChange?.(result);
    }
    return result;
  }

  return {
    async ready() {
      // The age counts from the start of the asking, and whoever comes meanwhile waits for the same answer.
      if (!last || now() - last.at >= cacheMs) last = { at: now(), results: Promise.all(checks.map(measured)) };
      const results = await last.results;
      const advisory = new Set(checks.filter((check) => check.advisory).map(({ name }) => name));
      const because = results.filter(({ ok, name }) => !ok && !advisory.has(name)).map(({ name }) => name);
      if (stopped) return { status: 'stopping', checks: results, because };
      return { status: because.length === 0 ? 'ready' : 'not_ready', checks: results, because };
    },
    stopping() {
      stopped = true;
    },
    add(more) {
      checks.push(...more);
      last = undefined;
    },
  };
}

/** `unseen` comes before `ok`, so that whoever looks for the name and `"ok":true` behind it does not find them. */
async function within(timeoutMs: number, check: Check): Promise<Finding> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<Finding>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, detail: `No answer within ${timeoutMs} ms.` }), timeoutMs);
  });
  try {
    const { ok, detail, unseen } = await Promise.race([check.run(), tooLate]);
    return { ...(unseen && { unseen }), ok, detail };
  } finally {
    clearTimeout(timer);
  }
}

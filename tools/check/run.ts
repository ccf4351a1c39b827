import { type Check, type Finding, formatFinding } from './finding.ts';

/** What a check found and how long it took. */
export type Result = { check: Check; findings: readonly Finding[]; ms: number };

/** The checks with these names, all when none is given. Throws RangeError with the names that exist. */
export function choose(all: readonly Check[], names: readonly string[]): readonly Check[] {
  const known = all.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new RangeError(`no check ${unknown.join(', ')}; there are: ${known.join(', ')}`);
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}

/** Runs the checks, so many at a time. One that throws has found that it cannot check. */
export async function runChecks(checks: readonly Check[], root: string, atATime: number): Promise<Result[]> {
  const results: Result[] = [];
  const queue = checks.map((check, index) => ({ check, index }));
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const start = performance.now();
      const findings = await next.check.run(root).catch((error: unknown) => [{ message: `could not be checked: ${String(error)}` }]);
      results[next.index] = { check: next.check, findings, ms: performance.now() - start };
    }
  };
  await Promise.all(Array.from({ length: atATime }, work));
  return results;
}

const MAX_SHOWN = 200;

/** A table of all checks, below it what was found. */
export function formatResults(results: readonly Result[]): string {
  const width = Math.max(...results.map(({ check }) => check.name.length));
  const rows = results.map(({ check, findings, ms }) => {
    const verdict = findings.length === 0 ? 'ok' : `${findings.length} found`;
    return `${check.name.padEnd(width)}  ${verdict.padEnd(10)}  ${(ms / 1000).toFixed(1).padStart(5)} s  ${check.about}`;
  });
  const failed = results.filter(({ findings }) => findings.length > 0);
  const details = failed.map(({ check, findings }) => {
    const more = findings.length > MAX_SHOWN ? [`  … and ${findings.length - MAX_SHOWN} more`] : [];
    return [`${check.name}:`, ...findings.slice(0, MAX_SHOWN).map((finding) => `  ${formatFinding(finding)}`), ...more].join('\n');
  });
  const end =
    failed.length === 0
      ? 'every check passed'
      : `${failed.length} of ${results.length} checks failed: ${failed.map(({ check }) => check.name).join(', ')}`;
  return [rows.join('\n'), ...details, end].join('\n\n');
}

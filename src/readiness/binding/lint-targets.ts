import { TARGET } from '../check/define.ts';
import type { KindRegistry } from '../check/kinds.ts';
import { markedIn } from '../check/marked.ts';
import type { Checklist } from '../checklist/checklist.ts';
import type { Bindings } from './binding.ts';
import { boundChecks } from './bound-checks.ts';
import { claimsOf, linesOf } from './claims.ts';
import type { LintFinding } from './lint-bindings.ts';

/** What settings name and checks may ask. */
export type Named = { kinds: Pick<KindRegistry, 'find'>; targets: Readonly<Record<string, unknown>> };

/**
 * Checks that ask a target which the settings lack: in a run they would be errors, told one by one. Whether an address that is written
 * out is allowed shows only when it is asked.
 */
export function lintTargets(checklist: Checklist, bindings: Bindings, { kinds, targets }: Named): LintFinding[] {
  const { byLine } = claimsOf(checklist, bindings);
  return linesOf(checklist).flatMap((line) => {
    const checks = byLine.get(line.id)!.flatMap(({ disposition }) => boundChecks(disposition));
    const asked = checks.flatMap(({ kind, params }) => {
      const shape = kinds.find(kind)?.params;
      return shape ? markedIn(shape, params, (node) => node[TARGET] === true) : [];
    });
    const lacking = [...new Set(asked)].filter((name) => !Object.hasOwn(targets, name) && !URL.canParse(name));
    return lacking.map((name) => ({
      kind: 'target_unknown' as const,
      lineId: line.id,
      line: line.line,
      text: `"${line.title}" asks ${name.slice(0, 80)}, which is no target of the settings: name it under targets in readiness.yaml.`,
    }));
  });
}

import { COMMAND, TARGET } from '../check/define.ts';
import type { KindRegistry } from '../check/kinds.ts';
import { markedIn } from '../check/marked.ts';
import type { Checklist } from '../checklist/checklist.ts';
import type { Bindings } from './binding.ts';
import { boundChecks } from './bound-checks.ts';
import { claimsOf, linesOf } from './claims.ts';
import type { LintFinding, LintKind } from './lint-bindings.ts';

/** What settings name and checks may ask. */
export type Named = {
  kinds: Pick<KindRegistry, 'find'>;
  targets: Readonly<Record<string, unknown>>;
  commands: Readonly<Record<string, unknown>>;
};

type Lacking = { kind: LintKind; mark: string; isNamed: (name: string) => boolean; told: (name: string) => string };

/**
 * Checks that ask a target, or run a command, which the settings lack: in a run they would be errors, told one by one. Whether an
 * address that is written out is allowed shows only when it is asked.
 */
export function lintNames(checklist: Checklist, bindings: Bindings, { kinds, targets, commands }: Named): LintFinding[] {
  const { byLine } = claimsOf(checklist, bindings);
  const lacking: readonly Lacking[] = [
    {
      kind: 'target_unknown',
      mark: TARGET,
      isNamed: (name) => Object.hasOwn(targets, name) || URL.canParse(name),
      told: (name) => `asks ${name}, which is no target of the settings: name it under targets in readiness.yaml.`,
    },
    {
      kind: 'command_unknown',
      mark: COMMAND,
      isNamed: (name) => Object.hasOwn(commands, name),
      told: (name) => `runs ${name}, which is not among the reviewed commands: review it, and name it under commands in readiness.yaml.`,
    },
  ];
  return linesOf(checklist).flatMap((line) => {
    const checks = byLine.get(line.id)!.flatMap(({ disposition }) => boundChecks(disposition));
    return lacking.flatMap(({ kind, mark, isNamed, told }) => {
      const named = checks.flatMap((check) => {
        const shape = kinds.find(check.kind)?.params;
        return shape ? markedIn(shape, check.params, (node) => node[mark] === true) : [];
      });
      const unknown = [...new Set(named)].filter((name) => !isNamed(name));
      return unknown.map((name) => ({ kind, lineId: line.id, line: line.line, text: `"${line.title}" ${told(name.slice(0, 80))}` }));
    });
  });
}

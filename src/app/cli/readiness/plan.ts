import type { Command } from 'commander';
import { plan } from '../../../readiness/gate/plan.ts';
import type { AddCommand } from '../readiness.ts';
import { act, type ActOptions } from './act.ts';
import { withWork } from './run.ts';
import { withSigner } from './signer.ts';
import { lineNamed } from './workspace.ts';

/** `rialto readiness plan`: how and until when a line of a medium or low tier will be shown. */
export function addPlan(parent: Command, command: AddCommand): void {
  const planning = command<[string, string, ActOptions & { plan: string; due: string }]>(
    parent,
    'plan <checklist> <line>',
    'say how and until when a line of a medium or low tier will be done',
    (output, file, line, options) =>
      act(output, file, options, (standing, signer) =>
        plan(standing.ground, { lineId: lineNamed(standing, line), plan: options.plan, due: options.due }, signer),
      ),
  );
  withWork(withSigner(planning))
    .requiredOption('--plan <words>', 'what will be done and by whom')
    .requiredOption('--due <day>', 'until when, like 2027-01-31');
}

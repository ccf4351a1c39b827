import type { Command } from 'commander';
import { approve } from '../../../readiness/gate/approve.ts';
import type { AddCommand } from '../readiness.ts';
import { act, type ActOptions } from './act.ts';
import { withWork } from './run.ts';
import { withSigner } from './signer.ts';
import { lineNamed } from './workspace.ts';

/** `rialto readiness approve`: an approver lets the release go with lines of a high tier open. */
export function addApprove(parent: Command, command: AddCommand): void {
  const approving = command<[string, string[], ActOptions & { reason: string }]>(
    parent,
    'approve <checklist> [lines...]',
    'approve lines of a high tier that are not shown, all that need it unless some are named',
    (output, file, lines, options) =>
      act(output, file, options, (standing, signer) => {
        const { ground, verdict } = standing;
        const lineIds = lines.length > 0 && { lineIds: lines.map((line) => lineNamed(standing, line)) };
        return approve(ground, { verdict, ...lineIds, reason: options.reason }, signer);
      }),
  );
  withWork(withSigner(approving)).requiredOption('--reason <words>', 'why the release may go with them open');
}

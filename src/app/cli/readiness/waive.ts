import type { Command } from 'commander';
import { AppError } from '../../../base/error.ts';
import { reconfirm, ruleOut, waive } from '../../../readiness/gate/waive.ts';
import type { AddCommand } from '../readiness.ts';
import { act, type ActOptions } from './act.ts';
import { withWork } from './run.ts';
import { withSigner } from './signer.ts';
import { accountNamed, lineNamed, type Standing } from './workspace.ts';

type WaiveOptions = ActOptions & { reason?: string; until?: string; requestedBy?: string; reconfirm?: string };

/** `rialto readiness waive`: an approver lets the release go without a line until a day. */
export function addWaive(parent: Command, command: AddCommand): void {
  const waiving = command<[string, string | undefined, WaiveOptions]>(
    parent,
    'waive <checklist> [line]',
    'let the release go without a line until a day; not by the one who asks for it',
    (output, file, line, options) =>
      act(output, file, options, (standing, signer, workspace) => {
        const { ground } = standing;
        if (options.reconfirm !== undefined) return reconfirm(ground, voidedWaiver(standing, options.reconfirm), signer);
        const { reason, until, requestedBy } = options;
        if (line === undefined || reason === undefined || until === undefined || requestedBy === undefined)
          throw new AppError('invalid', 'readiness.waiver_incomplete', 'A waiver takes a line, --reason, --until and --requested-by.');
        const asking = accountNamed(requestedBy, workspace);
        return waive(ground, { lineId: lineNamed(standing, line), reason, until, requestedBy: asking }, signer);
      }),
  );
  withWork(withSigner(waiving))
    .option('--reason <words>', 'why the release can go without the line')
    .option('--until <day>', 'the last day on which it holds, like 2027-01-31')
    .option('--requested-by <name>', 'who asks for it; never the one who signs')
    .option('--reconfirm <record>', 'instead: confirm again a waiver that a change has voided, by its number in the log');
}

function voidedWaiver({ verdict }: Standing, text: string) {
  const voided = verdict.voided.find(({ index, body }) => String(index) === text && body.kind === 'waived');
  if (voided) return voided;
  throw new AppError('not_found', 'readiness.record_unknown', `Record ${text.slice(0, 20)} is no waiver that a change has voided.`);
}

/** `rialto readiness rule-out`: an approver says that a line does not apply here. */
export function addRuleOut(parent: Command, command: AddCommand): void {
  const ruling = command<[string, string, ActOptions & { reason: string }]>(
    parent,
    'rule-out <checklist> <line>',
    'say that a line does not apply here',
    (output, file, line, options) =>
      act(output, file, options, (standing, signer) =>
        ruleOut(standing.ground, { lineId: lineNamed(standing, line), reason: options.reason }, signer),
      ),
  );
  withWork(withSigner(ruling)).requiredOption('--reason <words>', 'why it does not apply');
}

import type { BoundCheck, Disposition } from './binding.ts';

/** Every check of a disposition, in the order in which their results are kept: those that decide, then those that control. */
export function boundChecks(disposition: Disposition): readonly BoundCheck[] {
  return [...decidingChecks(disposition), ...controlChecks(disposition)];
}

/** The checks that decide the line, alone or beside a person. */
export function decidingChecks(disposition: Disposition): readonly BoundCheck[] {
  return 'checks' in disposition ? (disposition.checks ?? []) : [];
}

/** The checks that tell whether whoever looks has a network, where silence of the others is what the line looks for. */
export function controlChecks(disposition: Disposition): readonly BoundCheck[] {
  return disposition.kind === 'checked' ? (disposition.silence?.control ?? []) : [];
}

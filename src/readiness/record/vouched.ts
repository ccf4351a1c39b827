import { INSTALLATION_ACCOUNT } from '../people.ts';
import { holdsRole } from '../people-roles.ts';
import type { Entry, GatePolicy } from './fold.ts';
import type { Signature } from './record.ts';

/**
 * Whether somebody's verdict counts as word for the run that it goes by, and for what was released: that of an installation, which
 * makes runs, and of roles that may put lines aside anyway, or as the settings say. Anybody else who has a key signs for lines.
 */
export function mayVouch({ accountId, roles }: Pick<Signature, 'accountId' | 'roles'>, policy: GatePolicy): boolean {
  const { approverRoles, runSigners = [INSTALLATION_ACCOUNT, ...approverRoles] } = policy;
  if (accountId === INSTALLATION_ACCOUNT) return runSigners.includes(INSTALLATION_ACCOUNT);
  return runSigners.some((role) => role !== INSTALLATION_ACCOUNT && holdsRole(roles, role));
}

/**
 * Whether a run of the log is vouched for: runs themselves bear no signature, and whoever may write where the log is kept may have
 * written one. It takes a verdict over it whose signature holds a log in which it stood already, at `place`; a verdict over another
 * run with the same name may otherwise be put behind it.
 */
export function isVouchedFor(
  { body: { runId } }: Entry<'run_finished'>,
  place: number,
  verdicts: readonly Entry<'decided'>[],
  policy: GatePolicy,
): boolean {
  return verdicts.some(
    ({ body }) => body.runId === runId && body.log !== undefined && place < body.log.size && mayVouch(body.signature, policy),
  );
}

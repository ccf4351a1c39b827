import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import type { SettlementDeps } from '../deps.ts';

/** Whom money in custody goes to. */
export type Payee = { name: string; agentBic: string };

/**
 * Whoever is paid out of custody is screened by name and bank, against the lists as they are now: `otherwise` is how somebody else calls
 * the same one, so that another spelling sends nothing past them. It is for those who pay before they lock what others wait for. Answers
 * with the number of the lists that were asked.
 *
 * Errors: `settlement.payee_listed`, `settlement.name_unreadable`.
 */
export async function requireUnlistedPayee(
  deps: Pick<SettlementDeps, 'screening'>,
  tenantId: Uuid,
  payee: Payee,
  otherwise: Partial<Payee> = {},
): Promise<number> {
  await deps.screening.reload(tenantId);
  const { set, hits } = await deps.screening.screenParties(tenantId, {
    debtor: partyOf({ ...payee, ...otherwise }),
    creditor: partyOf(payee),
  });
  if (hits.length === 0) return set;
  const found = [...new Set(hits.map(({ listId, entryId }) => `${entryId} of ${listId}`))].slice(0, 3).join(', ');
  throw new AppError(
    'conflict',
    'settlement.payee_listed',
    `Lists name whom it would be paid to (${found}). Nothing is sent. Ask whoever decides on sanctions; an exception sets a wrong match aside.`,
  );
}

const partyOf = ({ name, agentBic }: Payee) => ({ name, banks: [{ at: 'creditor' as const, bic: agentBic }] });

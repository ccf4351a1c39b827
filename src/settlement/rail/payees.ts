import type { Uuid } from '../../base/id.ts';
import { uuids } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { Parties } from '../screening/party-hits.ts';
import { findSetNumber } from '../screening/screening-set.ts';
import { keepLists, versionsOfLists } from '../screening/store.ts';
import type { InstructionRow, Side } from './instruction.ts';

/** Whom an instruction that no rail has been handed is paid to. `sender` is how the statement calls whom a return goes back to. */
export type WaitingPayee = { id: Uuid; creditor: Side; sender: { name?: string; agentBic?: string } | null };

/** The next instructions that wait, or are held, and were screened against other lists than a set; oldest first. */
export async function payeesScreenedOtherwise(
  tx: Tx,
  tenantId: Uuid,
  { set, limit }: { set: number; limit: number },
): Promise<WaitingPayee[]> {
  return tx.query<WaitingPayee>(
    `select i.id, i.creditor, e.sender
       from settlement.instruction i
       left join settlement.recon_break b on b.tenant_id = i.tenant_id and b.id = i.break_id
       left join settlement.statement_entry e on e.tenant_id = b.tenant_id and e.id = b.entry_id
      where i.tenant_id = $1 and i.state in ('waiting', 'held') and i.kind <> 'sweep' and i.screening_set is distinct from $2
      order by i.id limit $3`,
    [tenantId, set, limit],
  );
}

/** Notes that lists name nobody whom instructions are paid to; not of those that a rail has been handed meanwhile. */
export async function markScreened(tx: Tx, tenantId: Uuid, ids: readonly Uuid[], set: number): Promise<void> {
  await tx.query(
    `update settlement.instruction set screening_set = $3 where tenant_id = $1 and id = any($2::uuid[]) and state in ('waiting', 'held')`,
    [tenantId, uuids(ids), set],
  );
}

/** The parties of a payout as they are screened: its payee and the bank of that, by all that is said of them. */
export function partiesOf({ creditor: { name, agentBic }, sender }: WaitingPayee): Parties {
  const said = sender && {
    at: 'sender',
    ...(sender.name !== undefined && { name: sender.name }),
    ...(sender.agentBic !== undefined && { bic: sender.agentBic }),
  };
  return {
    debtor: { name: '' },
    creditor: { name, banks: [{ at: 'creditor', bic: agentBic }], ...(said && { mentions: [said] }) },
  };
}

/**
 * Whether the lists in force were asked whom an instruction is paid to. Where they were, no list changes before the transaction ends. A
 * sweep stays with the operator.
 */
export async function isScreened(tx: Tx, tenantId: Uuid, { kind, screeningSet }: InstructionRow): Promise<boolean> {
  if (kind === 'sweep') return true;
  await keepLists(tx, tenantId);
  return screeningSet !== null && screeningSet === (await findSetNumber(tx, tenantId, await versionsOfLists(tx, tenantId)));
}

import { toWireId, type Uuid } from '../../../base/id.ts';
import type { Tx } from '../../../infra/postgres/db.ts';
import { requestPayout } from '../../rail/contract.ts';
import { holdListed } from '../../rail/hold-instructions.ts';
import type { InstructionRow } from '../../rail/instruction.ts';
import { lockInstruction } from '../../rail/instruction-store.ts';
import { markScreened, partiesOf, payeesScreenedOtherwise, type WaitingPayee } from '../../rail/payees.ts';
import { viewOfInstruction } from '../../rail/view.ts';
import { examine, type Subject, type Work } from './examine.ts';
import { mustBeLookedAt, type Finding } from './finding.ts';

/** Instructions that are read at once. */
const PAGE = 200;

/** How what was found is kept and told: answers with what was not there yet. */
type Note = (tx: Tx, findings: readonly Finding[]) => Promise<Finding[]>;

/**
 * Looks at the next instructions that no rail has been handed and that were screened against other lists than those in force. One
 * whose payee a list names is held, with what was found, in one transaction; no rail is handed any of them before. Answers with how many
 * were looked at.
 */
export async function screenInstructions(work: Work, note: Note): Promise<{ scanned: number; written: Finding[] }> {
  const { deps, tenantId, run } = work;
  const payees = await deps.db.read({ tenantId }, (tx) => payeesScreenedOtherwise(tx, tenantId, { set: run.toSet, limit: PAGE }));
  if (payees.length === 0) return { scanned: 0, written: [] };
  const { findings } = await examine(work, payees.map(payeeSubject));
  const named = Map.groupBy(
    findings.filter((finding) => mustBeLookedAt(finding)),
    ({ subjectId }) => subjectId,
  );
  const clear = payees.map(({ id }) => id).filter((id) => !named.has(id));
  const written = await deps.db.write({ tenantId }, async (tx) => {
    await markScreened(tx, tenantId, clear, run.toSet);
    const others = findings.filter(({ subjectId }) => !named.has(subjectId));
    return others.length === 0 ? [] : await note(tx, others);
  });
  for (const id of named.keys()) {
    const all = findings.filter(({ subjectId }) => subjectId === id);
    written.push(...(await hold(work, { id, named: named.get(id)! }, (tx) => note(tx, all))));
  }
  return { scanned: payees.length, written };
}

const payeeSubject = (payee: WaitingPayee): Subject => ({ id: payee.id, kind: 'instruction', names: partiesOf(payee), first: {} });

type Named = { id: Uuid; named: readonly Finding[] };

/** Holds one and notes why; nothing of one that a rail has been handed meanwhile, or that another process was quicker with. */
async function hold(work: Work, { id, named }: Named, note: (tx: Tx) => Promise<Finding[]>): Promise<Finding[]> {
  const { deps, tenantId, run } = work;
  const ctx = deps.access.systemCtx('settlement.rescreen', tenantId);
  let written: Finding[] = [];
  const act = deps.access.command(ctx, requestPayout, async (tx) => {
    const row = await lockInstruction(tx, tenantId, id);
    if (!row || !isStill(row, run.toSet)) throw new Overtaken();
    written = await note(tx);
    const why = `listed: ${[...new Set(named.map(({ listed, listId, entryId }) => `${listed} (${entryId} of ${listId})`))].join(', ')}`;
    const events = await holdListed(deps, tx, tenantId, { row, set: run.toSet, at: deps.clock.now(), why: why.slice(0, 500) });
    const detail = { step: 'held', set: run.toSet };
    return { answer: viewOfInstruction({ ...row, state: 'held' }), subject: toWireId('ins', id), events, detail };
  });
  await act.catch((error: unknown) => {
    if (!(error instanceof Overtaken)) throw error;
  });
  return written;
}

class Overtaken extends Error {}

function isStill({ state, screeningSet }: InstructionRow, set: number): boolean {
  return (state === 'waiting' || state === 'held') && screeningSet !== set;
}

import type { Ctx } from '../../base/context.ts';
import { isKnownAsset } from '../../base/currency.ts';
import { AppError } from '../../base/error.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { isLocalDate, type Millis } from '../../base/time.ts';
import type { SettlementDeps } from '../deps.ts';
import { normalBic, type Member, type Participants } from '../participant/directory.ts';
import { requireActive } from '../payment/check-order.ts';
import { insertActs, type DoneRow } from './act-store.ts';
import { submitObligations as contract } from './contract.ts';
import { broughtIn, capacityOf, type BilateralObligation } from './obligation.ts';
import { insertObligations } from './store.ts';
import { changedEvent, viewOf } from './view.ts';

type Input = InputOf<typeof contract>;
type Draft = Input['obligations'][number];

/**
 * Brings in obligations, for their other sides to confirm, or of the operator for both sides; all of them or none.
 * Errors: `settlement.participant_unknown`, `settlement.participant_suspended`, `settlement.same_agent`, `settlement.asset_unknown`,
 * `settlement.day_invalid`, `settlement.obligation_foreign`, `settlement.obligation_duplicate`.
 */
export async function submitObligations(deps: SettlementDeps, ctx: Ctx, input: Input): Promise<OutputOf<typeof contract>> {
  const { tenantId } = ctx;
  // Checked within the act, so that what was taken is answered as it was then, whoever has been suspended since.
  return deps.access.command(ctx, contract, async (tx) => {
    const bics = [
      ...(input.submitter === undefined ? [] : [input.submitter]),
      ...input.obligations.flatMap(({ debtor, creditor }) => [debtor, creditor]),
    ];
    const participants = await deps.directory.of(tenantId, { bics, ...(ctx.memberId !== undefined && { ids: [ctx.memberId] }) });
    const submitter = submitterOf(ctx, input, participants);
    const at = deps.clock.now();
    const rows = input.obligations.map((draft) => rowOf(draft, { participants, submitter, at, memberId: ctx.memberId }));
    refuseRepeated(rows);
    const written = await insertObligations(tx, tenantId, rows);
    const taken = rows.find(({ id }) => !written.has(id));
    if (taken) throw duplicate(taken.reference);
    const acts = rows.map((row) => ({ ...doneBy(ctx, row), obligationId: row.id }));
    await insertActs(tx, tenantId, acts);
    return {
      answer: { items: rows.map((row) => viewOf(row, participants)) },
      subject: submitter?.bic ?? toWireId('obl', rows[0]!.id),
      detail: { obligations: rows.length, as: ctx.memberId === undefined ? 'operator' : 'bank' },
      events: rows.map((row, i) => changedEvent(tenantId, row, { participants, done: acts[i]! })),
    };
  });
}

function doneBy({ actor }: Ctx, { submittedAs, submittedAt }: BilateralObligation): DoneRow {
  return { act: 'submit', as: submittedAs!, actorName: actor.name, reason: null, at: submittedAt };
}

/** The bank whose obligations these are: a caller's own, or whichever the operator names, or none. */
function submitterOf({ memberId }: Ctx, { submitter }: Input, participants: Participants): Member | undefined {
  const named = submitter === undefined ? undefined : mustTakePart(participants, submitter);
  if (memberId === undefined) return named;
  const own = participants.byId.get(memberId)!;
  if (named && named.id !== own.id) throw foreign(`You may not bring in obligations for ${named.bic}.`);
  requireActive(own);
  return own;
}

function mustTakePart({ byBic }: Participants, bic: string): Member {
  const member = byBic.get(normalBic(bic));
  if (!member) throw new AppError('unprocessable', 'settlement.participant_unknown', `${bic} is not a participant.`);
  requireActive(member);
  return member;
}

type Around = { participants: Participants; submitter: Member | undefined; at: Millis; memberId: Uuid | undefined };

function rowOf(draft: Draft, { participants, submitter, at, memberId }: Around): BilateralObligation {
  const { asset, units, dueDay, reference } = draft;
  const [debtor, creditor] = [mustTakePart(participants, draft.debtor), mustTakePart(participants, draft.creditor)];
  if (debtor.id === creditor.id) throw new AppError('unprocessable', 'settlement.same_agent', `${reference}: a bank owes itself nothing.`);
  if (submitter && submitter.id !== debtor.id && submitter.id !== creditor.id)
    throw foreign(`${reference}: ${submitter.bic} is neither its debtor nor its creditor.`);
  if (!isKnownAsset(asset))
    throw new AppError('invalid', 'settlement.asset_unknown', `${asset} is not a currency with its ISO 4217 number of decimals.`);
  if (dueDay !== undefined && !isLocalDate(dueDay)) throw new AppError('invalid', 'settlement.day_invalid', `${dueDay} is not a day.`);
  return {
    id: newId(at),
    debtorId: debtor.id,
    creditorId: creditor.id,
    asset,
    units,
    openUnits: units,
    dueDay: dueDay ?? null,
    reference,
    ...broughtIn(capacityOf({ debtorId: debtor.id }, memberId)),
    submittedAt: at,
    reason: null,
    changedAt: at,
  };
}

function refuseRepeated(rows: readonly BilateralObligation[]): void {
  const seen = new Set<string>();
  for (const { debtorId, creditorId, reference } of rows) {
    const key = `${debtorId} ${creditorId} ${reference}`;
    if (seen.has(key)) throw duplicate(reference);
    seen.add(key);
  }
}

function foreign(message: string): AppError {
  return new AppError('forbidden', 'settlement.obligation_foreign', message);
}

function duplicate(reference: string): AppError {
  const message = `There is an obligation ${reference} between the two already. Look for it: the other side may have brought it in.`;
  return new AppError('conflict', 'settlement.obligation_duplicate', message);
}

import type { Ctx } from '../../base/context.ts';
import { isKnownAsset } from '../../base/currency.ts';
import { AppError } from '../../base/error.ts';
import { newId } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { isLocalDate, type Millis } from '../../base/time.ts';
import type { SettlementDeps } from '../deps.ts';
import { normalBic, type Member, type Participants } from '../participant/directory.ts';
import { requireActive } from '../payment/check-order.ts';
import { submitObligations as contract } from './contract.ts';
import type { BilateralObligation } from './obligation.ts';
import { insertObligations } from './store.ts';
import { changedEvent, viewOf } from './view.ts';

type Input = InputOf<typeof contract>;
type Draft = Input['obligations'][number];

/**
 * Brings in obligations of one participant, as debtor or creditor, for the other sides to confirm; all of them or none.
 * Errors: `settlement.participant_unknown`, `settlement.participant_suspended`, `settlement.same_agent`, `settlement.asset_unknown`,
 * `settlement.day_invalid`, `settlement.obligation_foreign`, `settlement.obligation_duplicate`.
 */
export async function submitObligations(deps: SettlementDeps, ctx: Ctx, input: Input): Promise<OutputOf<typeof contract>> {
  const { tenantId } = ctx;
  // Checked within the act, so that what was taken is answered as it was then, whoever has been suspended since.
  return deps.access.command(ctx, contract, async (tx) => {
    const bics = [input.submitter, ...input.obligations.flatMap(({ debtor, creditor }) => [debtor, creditor])];
    const participants = await deps.directory.of(tenantId, { bics });
    const submitter = mustTakePart(participants, input.submitter);
    if (ctx.memberId !== undefined && ctx.memberId !== submitter.id)
      throw foreign(`You may not bring in obligations for ${submitter.bic}.`);
    const at = deps.clock.now();
    const rows = input.obligations.map((draft) => rowOf(draft, { participants, submitter, at }));
    refuseRepeated(rows);
    const written = await insertObligations(tx, tenantId, rows);
    const taken = rows.find(({ id }) => !written.has(id));
    if (taken) throw duplicate(taken.reference);
    return {
      answer: { items: rows.map((row) => viewOf(row, participants)) },
      subject: submitter.bic,
      detail: { obligations: rows.length },
      events: rows.map((row) => changedEvent(tenantId, row, participants)),
    };
  });
}

function mustTakePart({ byBic }: Participants, bic: string): Member {
  const member = byBic.get(normalBic(bic));
  if (!member) throw new AppError('unprocessable', 'settlement.participant_unknown', `${bic} is not a participant.`);
  requireActive(member);
  return member;
}

type Around = { participants: Participants; submitter: Member; at: Millis };

function rowOf(draft: Draft, { participants, submitter, at }: Around): BilateralObligation {
  const { asset, units, dueDay, reference } = draft;
  const [debtor, creditor] = [mustTakePart(participants, draft.debtor), mustTakePart(participants, draft.creditor)];
  if (debtor.id === creditor.id) throw new AppError('unprocessable', 'settlement.same_agent', `${reference}: a bank owes itself nothing.`);
  if (submitter.id !== debtor.id && submitter.id !== creditor.id)
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
    state: 'proposed',
    submittedBy: submitter.id === debtor.id ? 'debtor' : 'creditor',
    submittedAt: at,
    answeredBy: null,
    answeredAt: null,
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

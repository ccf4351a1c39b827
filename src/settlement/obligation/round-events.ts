import type { EventDraft } from '../../base/event.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import { obligationSetOff } from './contract.ts';
import type { Entry, Plan } from './plan.ts';
import { setOffCompleted, setOffShareCleared } from './round-contract.ts';
import type { RoundRow } from './round-store.ts';

/** Events that are written at once. */
const EVENTS = 1_000;

/** A notice for each obligation of which something was cleared, to both of its banks. */
export function* noticesOf(tenantId: Uuid, round: RoundRow, { entries, asset }: Plan): Generator<EventDraft[]> {
  const { type, version } = obligationSetOff;
  const about = { roundId: toWireId('sor', round.id), number: round.number, asset, root: round.root.toString('hex') };
  const noticeOf = ({ id, debtor, creditor, units, cleared }: Entry): EventDraft => {
    const subject = toWireId('obl', id);
    const data = { obligationId: subject, ...about, cleared: cleared.toString(), left: (units - cleared).toString() };
    return { id: newId(), tenantId, type, version, subject, at: round.ranAt, memberIds: [debtor, creditor], data };
  };
  const cleared = entries.filter((entry) => entry.cleared > 0n);
  for (let at = 0; at < cleared.length; at += EVENTS) yield cleared.slice(at, at + EVENTS).map(noticeOf);
}

/** To the operator: what the round came to in all. */
export function completedEvent(tenantId: Uuid, round: RoundRow, plan: Plan): EventDraft {
  const { type, version } = setOffCompleted;
  const subject = toWireId('sor', round.id);
  const data = {
    roundId: subject,
    number: round.number,
    asset: round.asset,
    obligations: round.obligations,
    gross: plan.gross.toString(),
    cleared: plan.cleared.toString(),
    discharged: plan.discharged,
    root: round.root.toString('hex'),
  };
  return { id: newId(), tenantId, type, version, subject, at: round.ranAt, data };
}

/** Each bank of which something was cleared hears how much, and nothing of the others'. */
export function shareEvents(tenantId: Uuid, round: RoundRow, { shares }: Plan): EventDraft[] {
  const { type, version } = setOffShareCleared;
  const about = { roundId: toWireId('sor', round.id), number: round.number, asset: round.asset, root: round.root.toString('hex') };
  return shares
    .filter((share) => share.cleared > 0n)
    .map(({ participantId, owes, owed, cleared }) => {
      const subject = toWireId('mem', participantId);
      const sums = { owes: owes.toString(), owed: owed.toString(), cleared: cleared.toString() };
      const data = { ...about, participantId: subject, ...sums };
      return { id: newId(), tenantId, type, version, subject, at: round.ranAt, memberIds: [participantId], data };
    });
}

import { codeOf } from '../../../base/money.ts';
import type { Uuid } from '../../../base/id.ts';
import type { Tx } from '../../../infra/postgres/db.ts';
import { findParticipant } from '../../participant/store.ts';
import type { Resolved } from '../kind.ts';

type Note = readonly [label: string, text: string];

/** What stands above every report: the days, whom and which currency it is about. */
export async function notesOf(tx: Tx, tenantId: Uuid, parameters: Resolved, more: readonly Note[] = []): Promise<Note[]> {
  const { days, participantId, asset, status } = parameters;
  const participant = participantId === undefined ? undefined : await findParticipant(tx, tenantId, participantId);
  const notes: (Note | undefined)[] = [
    days && ['Days', days.from === days.to ? `${days.from} (UTC)` : `${days.from} to ${days.to} (UTC)`],
    participant && ['Participant', `${participant.name}, ${participant.bic}`],
    asset === undefined ? undefined : ['Currency', codeOf(asset)],
    status && ['Status', status],
    ...more,
  ];
  return notes.filter((note) => note !== undefined);
}

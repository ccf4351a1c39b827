import type { Actor } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';

/**
 * What one person proposed another must confirm, both by their own login: a key may belong to whoever proposed.
 * Errors: `settlement.four_eyes_needed`.
 */
export function requireSecondPerson(actor: Pick<Actor, 'kind' | 'id'>, proposedBy: Uuid): void {
  if (actor.kind !== 'user') throw needed('Only a person who is logged in can confirm this; a key or a job cannot.');
  if (actor.id === proposedBy) throw needed('Whoever proposed this cannot confirm it. Another person has to.');
}

/** Errors: `settlement.four_eyes_needed`. */
export function needed(message: string): AppError {
  return new AppError('forbidden', 'settlement.four_eyes_needed', message);
}

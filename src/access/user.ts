import { AppError } from '../base/error.ts';
import { toWireId, type Uuid } from '../base/id.ts';
import type { OutputOf } from '../base/operation.ts';
import type { createUser } from './contract.ts';
import type { UserRow } from './store/user.ts';

/** A user as others see it. */
export function userView(row: UserRow): OutputOf<typeof createUser> {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    roles: row.roles,
    ...(row.memberId !== null && { memberId: row.memberId }),
    createdAt: row.createdAt,
    ...(row.disabledAt !== null && { disabledAt: row.disabledAt }),
  };
}

export const emailTaken = (): AppError => new AppError('conflict', 'access.email_taken', 'A user with this e-mail address exists already.');

export const userNotFound = (id: Uuid): AppError =>
  new AppError('not_found', 'access.user_not_found', `There is no user ${toWireId('usr', id)}.`);

/** Refuses an act on oneself, by which the last administrator could lock everyone out. */
export function refuseOneself(actorId: Uuid, userId: Uuid): void {
  if (actorId === userId)
    throw new AppError('conflict', 'access.not_oneself', 'Nobody can do this to their own user. Ask another administrator.');
}

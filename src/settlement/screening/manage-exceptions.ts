import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { newId } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { SettlementDeps } from '../deps.ts';
import {
  grantScreeningException as grantContract,
  revokeScreeningException as revokeContract,
  type listScreeningExceptions as listContract,
} from './contract.ts';
import { nameKeyOf } from './exception.ts';
import { insertException, listExceptions, revokeException, type ExceptionRow } from './exception-store.ts';

const DAY_MS = 86_400_000;
const LISTED = 500;

type View = OutputOf<typeof grantContract>;

const viewOf = ({ nameKey: _key, entryDigest: _digest, revokedAt, ...row }: ExceptionRow): View => ({
  ...row,
  ...(revokedAt !== null && { revokedAt }),
});

export async function listScreeningExceptions(deps: Pick<SettlementDeps, 'db'>, ctx: Ctx): Promise<OutputOf<typeof listContract>> {
  const rows = await deps.db.read(ctx, (tx) => listExceptions(tx, ctx.tenantId, LISTED));
  return { items: rows.map(viewOf) };
}

/**
 * Notes that someone is not the entry that the name matches, or the identifier in its place. It holds for this name in any order and script, for this entry
 * only, until it ends or the entry changes.
 * Errors: `settlement.entry_not_matched`, `settlement.name_unreadable`.
 */
export async function grantScreeningException(deps: SettlementDeps, ctx: Ctx, input: InputOf<typeof grantContract>): Promise<View> {
  const { name, listId, entryId, reason, days } = input;
  const grantedAt = deps.clock.now();
  const expiresAt = grantedAt + days * DAY_MS;
  const matches = await deps.screening.check(ctx.tenantId, name, { ids: [name] });
  const entryDigest = await deps.screening.digestOf(ctx.tenantId, listId, entryId);
  if (!entryDigest || !matches.some((match) => match.listId === listId && match.entryId === entryId)) {
    throw new AppError(
      'unprocessable',
      'settlement.entry_not_matched',
      'The name does not match this entry of the lists in force, so there is nothing to except.',
    );
  }
  const row = {
    id: newId(grantedAt),
    name,
    nameKey: nameKeyOf(name),
    listId,
    entryId,
    entryDigest,
    reason,
    grantedBy: ctx.actor.name,
    grantedAt,
    expiresAt,
    revokedAt: null,
  };
  return deps.access.command(ctx, grantContract, async (tx) => {
    await insertException(tx, ctx.tenantId, row);
    return { answer: viewOf(row), subject: row.id, detail: { listId, entryId, expiresAt } };
  });
}

/** Errors: `settlement.exception_not_found`. */
export async function revokeScreeningException(deps: SettlementDeps, ctx: Ctx, { id }: InputOf<typeof revokeContract>): Promise<View> {
  return deps.access.command(ctx, revokeContract, async (tx) => {
    const row = await revokeException(tx, ctx.tenantId, id, deps.clock.now());
    if (!row) throw new AppError('not_found', 'settlement.exception_not_found', 'There is no such exception.');
    return { answer: viewOf(row), subject: id };
  });
}

import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { EMPTY_ROOT } from '../../base/merkle.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { logConsistency as consistencyContract, logHead as headContract, transferProof as proofContract } from '../contract.ts';
import { type OperationDeps, scopeOf, transferNotFound } from '../deps.ts';
import { leafDocument, leafOf } from '../log/leaf.ts';
import { proveConsistency, proveInclusion, rootAt } from '../log/prove.ts';
import { lastHead } from '../log/store.ts';
import { findTransfer } from '../store/transfers.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Proof that a transfer is in the log at its place, under the newest head. Errors: `ledger.transfer_not_found`, `ledger.transfer_not_logged`. */
export async function transferProof(
  deps: OperationDeps,
  ctx: Ctx,
  { id }: InputOf<typeof proofContract>,
): Promise<OutputOf<typeof proofContract>> {
  const found = await deps.db.read(scopeOf(ctx), (tx) => findTransfer(tx, ctx.tenantId, id));
  if (!found) throw transferNotFound();
  const { transfer } = found;
  const index = Number(transfer.seq) - 1;
  return deps.db.read({ tenantId: ctx.tenantId }, async (tx) => {
    const head = await lastHead(tx, ctx.tenantId);
    if (!head || head.size <= index)
      throw new AppError('conflict', 'ledger.transfer_not_logged', 'The log has not come to this transfer yet; ask again in a moment.');
    const path = (await proveInclusion(tx, ctx.tenantId, index, head.size)).map(hex);
    const leaf = hex(leafOf(transfer));
    return { transferId: id, document: leafDocument(transfer), leaf, index, size: head.size, root: hex(head.root), path };
  });
}

/** The newest head of the log; an empty log has RFC 6962's root of nothing. */
export async function logHead(deps: OperationDeps, ctx: Ctx): Promise<OutputOf<typeof headContract>> {
  const head = await deps.db.read({ tenantId: ctx.tenantId }, (tx) => lastHead(tx, ctx.tenantId));
  return head ? { size: head.size, root: hex(head.root), at: head.at } : { size: 0, root: hex(EMPTY_ROOT), at: deps.clock.now() };
}

/** Proof that the log only grew between two sizes. Errors: `ledger.log_range_invalid`. */
export function logConsistency(
  deps: OperationDeps,
  ctx: Ctx,
  { from, to }: InputOf<typeof consistencyContract>,
): Promise<OutputOf<typeof consistencyContract>> {
  return deps.db.read({ tenantId: ctx.tenantId }, async (tx) => {
    const size = (await lastHead(tx, ctx.tenantId))?.size ?? 0;
    if (from > to || to > size)
      throw new AppError(
        'invalid',
        'ledger.log_range_invalid',
        `The log has ${size} transfers; \`from\` must not be above \`to\`, nor \`to\` above that.`,
      );
    const root = async (at: number): Promise<string> => hex(at === 0 ? EMPTY_ROOT : await rootAt(tx, ctx.tenantId, at));
    return {
      from,
      to,
      fromRoot: await root(from),
      toRoot: await root(to),
      path: (await proveConsistency(tx, ctx.tenantId, from, to)).map(hex),
    };
  });
}

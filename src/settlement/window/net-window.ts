import type { Ctx } from '../../base/context.ts';
import type { EventDraft } from '../../base/event.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import { HASH_BYTES, rootOfLeaves } from '../../base/merkle.ts';
import type { SettlementDeps } from '../deps.ts';
import { netObligations, resultHashOf } from '../netting/net.ts';
import { windowCutOff } from './contract.ts';
import { findWindow, obligationsBehind, publishInput, recordNetting, type ObligationRow, type WindowRow } from './store.ts';

const CHUNK = 20_000;

/**
 * Nets a window that was cut off: publishes the Merkle root of its obligations first, then computes and records the
 * positions. Reads and computes outside of any lock, since the input cannot change any more.
 */
export async function netWindow(deps: SettlementDeps, ctx: Ctx, window: WindowRow): Promise<WindowRow> {
  const { tenantId } = ctx;
  const obligations = await readObligations(deps, tenantId, window);
  const root = Buffer.from(rootOf(obligations));
  if (!window.inputRoot) {
    await deps.db.write({ tenantId }, async (tx) => {
      if (!(await publishInput(tx, tenantId, window.id, { payments: obligations.length, root }))) return;
      await deps.outbox.append(tx, [cutOffEvent(tenantId, window, obligations.length, root)]);
    });
  } else if (!root.equals(window.inputRoot)) {
    throw new Error(`the obligations of window ${window.number} are no longer those of its published root; it is not netted`);
  }
  const { currencies, positions } = netObligations(obligations);
  const resultHash = Buffer.from(resultHashOf(positions));
  await deps.db.write({ tenantId }, (tx) =>
    recordNetting(tx, tenantId, window.id, { at: deps.clock.now(), resultHash, currencies, positions }),
  );
  return (await deps.db.read({ tenantId }, (tx) => findWindow(tx, tenantId, window.id)))!;
}

async function readObligations(deps: SettlementDeps, tenantId: Uuid, window: WindowRow): Promise<ObligationRow[]> {
  const all: ObligationRow[] = [];
  for (let afterSeq = window.fromSeq; ;) {
    const range = { afterSeq, toSeq: window.toSeq!, limit: CHUNK };
    const chunk = await deps.db.read({ tenantId }, (tx) => obligationsBehind(tx, tenantId, range));
    all.push(...chunk);
    if (chunk.length < CHUNK) return all;
    afterSeq = chunk.at(-1)!.seq;
  }
}

/** Merkle root over the leaves, which were hashed when the payments were taken, in order of sequence. */
function rootOf(obligations: readonly ObligationRow[]): Uint8Array {
  const leaves = new Uint8Array(obligations.length * HASH_BYTES);
  obligations.forEach(({ leaf }, index) => leaves.set(leaf, index * HASH_BYTES));
  return rootOfLeaves(leaves);
}

function cutOffEvent(tenantId: Uuid, window: WindowRow, payments: number, root: Buffer): EventDraft {
  const id = toWireId('win', window.id);
  return {
    id: newId(),
    tenantId,
    type: windowCutOff.type,
    version: windowCutOff.version,
    subject: id,
    at: window.cutOffAt!,
    data: { windowId: id, number: window.number, toSeq: window.toSeq!.toString(), payments, inputRoot: root.toString('hex') },
  };
}

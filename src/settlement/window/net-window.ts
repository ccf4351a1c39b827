import type { Ctx } from '../../base/context.ts';
import type { EventDraft } from '../../base/event.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { SettlementDeps } from '../deps.ts';
import { netColumns, resultHashOf } from '../netting/net.ts';
import { windowCutOff } from './contract.ts';
import { readInput } from './input.ts';
import { findWindow, obligationsBehind, publishInput, recordNetting, type WindowRow } from './store.ts';

/** Obligations that are read at once: some megabytes as objects. */
const CHUNK = 20_000;

/**
 * Nets a window that was cut off: publishes the Merkle root of its obligations first, then computes and records the
 * positions. Reads and computes outside of any lock, since the input cannot change any more.
 */
export async function netWindow(deps: SettlementDeps, ctx: Ctx, window: WindowRow): Promise<WindowRow> {
  const { tenantId } = ctx;
  const { columns, root } = await readInput(window.fromSeq, (afterSeq) =>
    deps.db.read({ tenantId }, (tx) => obligationsBehind(tx, tenantId, { afterSeq, toSeq: window.toSeq!, limit: CHUNK })),
  );
  if (!window.inputRoot) {
    await deps.db.write({ tenantId }, async (tx) => {
      if (!(await publishInput(tx, tenantId, window.id, { payments: columns.count, root }))) return;
      await deps.outbox.append(tx, [cutOffEvent(tenantId, window, columns.count, root)]);
    });
  } else if (!root.equals(window.inputRoot)) {
    throw new Error(`the obligations of window ${window.number} are no longer those of its published root; it is not netted`);
  }
  const { currencies, positions } = netColumns(columns);
  const resultHash = Buffer.from(resultHashOf(positions));
  await deps.db.write({ tenantId }, (tx) =>
    recordNetting(tx, tenantId, window.id, { at: deps.clock.now(), resultHash, currencies, positions }),
  );
  return (await deps.db.read({ tenantId }, (tx) => findWindow(tx, tenantId, window.id)))!;
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

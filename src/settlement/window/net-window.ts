import type { Ctx } from '../../base/context.ts';
import type { EventDraft } from '../../base/event.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { SettlementDeps } from '../deps.ts';
import { netApart } from '../netting/net-apart.ts';
import { freeHeld, holdWhatLeft } from '../payment/hold-late.ts';
import type { LateHeld } from '../payment/late-hold-store.ts';
import { windowCutOff } from './contract.ts';
import { readInput, type WindowInput } from './input.ts';
import { fixMembers, lockUnfixed, membersBehind, membershipOf, type MemberRow } from './membership-store.ts';
import { findWindow, publishInput, recordNetting, type WindowRow } from './store.ts';

/** Obligations that are read at once. Turning their rows into objects takes some milliseconds, in which no payment is taken. */
const CHUNK = 4_096;

/**
 * Nets a window that was cut off: settles who is in it, publishes the Merkle root of its obligations, and only then computes and
 * records the positions. Reads and computes outside of any lock, since the input cannot change any more, and the large sums in a
 * thread of their own, so that payments go on being taken.
 */
export async function netWindow(deps: SettlementDeps, ctx: Ctx, window: WindowRow): Promise<WindowRow> {
  const { tenantId } = ctx;
  await fixInput(deps, tenantId, window);
  const { columns, size, root } = await readMembers(deps, tenantId, window.id);
  if (!window.inputRoot) {
    await deps.db.write({ tenantId }, async (tx) => {
      if (!(await publishInput(tx, tenantId, window.id, { payments: size, root, at: deps.clock.now() }))) return;
      await deps.outbox.append(tx, [cutOffEvent(tenantId, window, size, root)]);
    });
  } else if (!root.equals(window.inputRoot)) {
    throw new Error(`the obligations of window ${window.number} are no longer those of its published root; it is not netted`);
  }
  const { currencies, positions, resultHash } = await netApart(columns);
  await deps.db.write({ tenantId }, (tx) =>
    recordNetting(tx, tenantId, window.id, { at: deps.clock.now(), resultHash: Buffer.from(resultHash), currencies, positions }),
  );
  return (await deps.db.read({ tenantId }, (tx) => findWindow(tx, tenantId, window.id)))!;
}

/** Settles who is in a window, and before it in those of its group that were cut off earlier: what they leave may join this one. */
async function fixInput(deps: SettlementDeps, tenantId: Uuid, window: WindowRow): Promise<void> {
  const held = await deps.db.write({ tenantId }, async (tx) => {
    const late: LateHeld[] = [];
    for (const { id: windowId, valueDay } of await lockUnfixed(tx, tenantId, window)) {
      const at = deps.clock.now();
      await fixMembers(tx, tenantId, { id: windowId, valueDay }, at);
      late.push(...(await holdWhatLeft(deps, tx, tenantId, { windowId, at })));
    }
    await freeHeld(deps, tx, tenantId, late);
    return late;
  });
  for (const payment of held) deps.judge.held({ ...payment, tenantId });
}

/** The input of a window, without what was taken out of it and without what `isOut` names. */
export async function readMembers(
  deps: Pick<SettlementDeps, 'db'>,
  tenantId: Uuid,
  windowId: Uuid,
  isOut?: (row: MemberRow) => boolean,
): Promise<WindowInput> {
  const membership = await deps.db.read({ tenantId }, (tx) => membershipOf(tx, tenantId, windowId));
  return readInput(
    (afterSeq) => deps.db.read({ tenantId }, (tx) => membersBehind(tx, tenantId, membership, { afterSeq, limit: CHUNK })),
    isOut,
  );
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
    data: {
      windowId: id,
      number: window.number,
      group: window.groupId,
      toSeq: window.toSeq!.toString(),
      payments,
      inputRoot: root.toString('hex'),
    },
  };
}

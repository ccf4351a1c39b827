import { toWireId, type Uuid } from '../../base/id.ts';
import type { SettlementDeps } from '../deps.ts';
import { writePacs029, type SettlementRequest } from '../iso20022/write/pacs029.ts';
import type { Member, Participants } from '../participant/directory.ts';
import { membersBehind, membershipOf } from '../window/membership-store.ts';
import { findWindow, positionsOf, type WindowRow } from '../window/store.ts';
import { deliver, findBox, subscribedBoxes, type BoxRow } from './box-store.ts';
import { isExpressible } from '../iso20022/xml-writer.ts';
import { draftsFor, type Occasion } from './compose-letters.ts';
import { letterOf, messageIdOf, OPERATOR_BOX, type Letter } from './mailbox.ts';
import { advanceRun, clearDues, dueOwners, duesOf, openRuns, type Run } from './run-store.ts';
import { toldPayments } from './settled.ts';
import { tellBookings } from './tell-bookings.ts';

type Deps = Pick<SettlementDeps, 'db' | 'directory' | 'clock' | 'log'>;

/** Payments of a window that are told of at once. */
const CHUNK = 5_000;

/**
 * Makes the messages that banks wait for: of windows that were settled, of payments that became final or were rejected by
 * themselves, and of other bookings. What is made is put into the boxes in the transaction that notes how far it is, so that nothing is made twice or
 * left out, whenever this is cut short.
 */
export async function makeLetters(deps: Deps, tenantId: Uuid, signal?: AbortSignal): Promise<void> {
  for (const run of await deps.db.read({ tenantId }, (tx) => openRuns(tx, tenantId))) await finishRun(deps, tenantId, run, signal);
  for (const ownerId of await deps.db.read({ tenantId }, (tx) => dueOwners(tx, tenantId))) await tellDues(deps, tenantId, ownerId, signal);
  await tellBookings(deps, tenantId, signal);
}

async function finishRun(deps: Deps, tenantId: Uuid, begun: Run, signal?: AbortSignal): Promise<void> {
  const { window, membership } = await deps.db.read({ tenantId }, async (tx) => ({
    window: (await findWindow(tx, tenantId, begun.windowId))!,
    membership: await membershipOf(tx, tenantId, begun.windowId),
  }));
  const isStopped = () => signal?.aborted ?? false;
  for (let run = begun; !isStopped();) {
    const page = { afterSeq: run.afterSeq, limit: CHUNK };
    const members = await deps.db.read({ tenantId }, (tx) => membersBehind(tx, tenantId, membership, page));
    const last = members.at(-1);
    if (!last) return endRun(deps, tenantId, run, window);
    const ids = members.filter(({ removed }) => !removed).map(({ id }) => id);
    const letters = await lettersOfPart(deps, tenantId, { window, ids, part: run.afterSeq });
    const moved = await deps.db.write({ tenantId }, async (tx) => {
      if (!(await advanceRun(tx, tenantId, run, { seq: last.seq }))) return false;
      for (const [ownerId, own] of letters) await deliver(tx, tenantId, ownerId, own);
      return true;
    });
    // Another process is at it.
    if (!moved) return;
    run = { ...run, afterSeq: last.seq };
  }
}

type Part = { window: WindowRow; ids: readonly Uuid[]; part: bigint };

async function lettersOfPart(deps: Deps, tenantId: Uuid, { window, ids, part }: Part): Promise<[Uuid, Letter[]][]> {
  const { boxes, payments } = await deps.db.read({ tenantId }, async (tx) => ({
    boxes: await subscribedBoxes(tx, tenantId),
    payments: await toldPayments(tx, tenantId, ids),
  }));
  const settledAt = window.settledAt!;
  const occasion: Occasion = {
    tenantId,
    about: ['window', window.id, part.toString()],
    subject: toWireId('win', window.id),
    at: settledAt,
    payments: payments.map((payment) => ({ payment: { ...payment, decidedAt: settledAt }, status: 'settled' })),
  };
  return lettersFor(deps, boxes, occasion);
}

/** Letters by owner, in the order of owners, so that boxes are always locked in the same order. */
async function lettersFor(deps: Deps, boxes: readonly BoxRow[], occasion: Occasion): Promise<[Uuid, Letter[]][]> {
  const owners = boxes.filter(({ ownerId }) => ownerId !== OPERATOR_BOX);
  const participants = await deps.directory.of(occasion.tenantId, { ids: owners.map(({ ownerId }) => ownerId) });
  const letters: [Uuid, Letter[]][] = [];
  for (const { ownerId, kinds } of owners) {
    const own = await lettersTo(participants, ownerId, kinds, occasion);
    if (own.length > 0) letters.push([ownerId, own]);
  }
  return letters;
}

async function lettersTo({ byId }: Participants, ownerId: Uuid, kinds: readonly string[], occasion: Occasion): Promise<Letter[]> {
  const owner: Member | undefined = byId.get(ownerId);
  if (!owner) return [];
  const letters: Letter[] = [];
  for (const draft of draftsFor(owner, new Set(kinds), occasion)) letters.push(await letterOf(draft));
  return letters;
}

/** Ends a run with what is said of the window as a whole. */
async function endRun(deps: Deps, tenantId: Uuid, run: Run, window: WindowRow): Promise<void> {
  const box = await deps.db.read({ tenantId }, (tx) => findBox(tx, tenantId, OPERATOR_BOX));
  const letters: Letter[] = [];
  if (box?.kinds.includes('pacs.029')) {
    const document = await settlementRequestOf(deps, tenantId, window);
    const messageId = messageIdOf(tenantId, 'pacs.029', window.id);
    if (document !== undefined)
      letters.push(await letterOf({ messageId, subject: toWireId('win', window.id), madeAt: window.settledAt!, document }));
  }
  await deps.db.write({ tenantId }, async (tx) => {
    if (await advanceRun(tx, tenantId, run, { doneAt: deps.clock.now() })) await deliver(tx, tenantId, OPERATOR_BOX, letters);
  });
}

/**
 * The net positions of a window as a request to the bank that holds the accounts (pacs.029), one for each currency; undefined
 * when nobody has to pay. The same each time.
 */
export async function settlementRequestOf(deps: Pick<Deps, 'db'>, tenantId: Uuid, window: WindowRow): Promise<string | undefined> {
  const positions = await deps.db.read({ tenantId }, (tx) => positionsOf(tx, tenantId, window.id));
  const moving = positions.filter(({ asset, net }) => net !== 0n && isExpressible({ asset, units: net < 0n ? -net : net }));
  const requests = [...Map.groupBy(moving, ({ asset }) => asset)].map(([asset, all]): SettlementRequest => {
    const instructionId = messageIdOf(tenantId, 'settlement', window.id, asset);
    return {
      instructionId,
      cycle: `${window.number}`,
      movements: all.map(({ participantId, bic, name, net }) => ({
        id: messageIdOf(tenantId, 'movement', window.id, asset, participantId),
        amount: { asset, units: net },
        participant: { bic, name },
        reference: instructionId,
      })),
    };
  });
  if (requests.length === 0) return undefined;
  const createdAt = window.settledAt ?? window.nettedAt!;
  return writePacs029({ messageId: messageIdOf(tenantId, 'pacs.029', window.id), createdAt, clearingSystem: 'RIALTO' }, requests);
}

/** Tells a bank of payments that had their fate by themselves: rejected, settled at once, out of the queue. */
async function tellDues(deps: Deps, tenantId: Uuid, ownerId: Uuid, signal?: AbortSignal): Promise<void> {
  const isStopped = () => signal?.aborted ?? false;
  while (!isStopped()) {
    const { box, dues, payments } = await deps.db.read({ tenantId }, async (tx) => {
      const own = await duesOf(tx, tenantId, ownerId, CHUNK);
      const ids = [...new Set(own.map(({ paymentId }) => paymentId))];
      return { box: await findBox(tx, tenantId, ownerId), dues: own, payments: await toldPayments(tx, tenantId, ids) };
    });
    if (dues.length === 0) return;
    const byId = new Map(payments.map((payment) => [payment.id, payment]));
    const first = dues[0]!;
    const occasion: Occasion = {
      tenantId,
      about: ['payments', first.paymentId, first.what],
      subject: dues.length === 1 ? toWireId('pay', first.paymentId) : `${dues.length} payments`,
      at: deps.clock.now(),
      payments: dues.flatMap(({ paymentId, what }) => {
        const payment = byId.get(paymentId);
        return payment ? [{ payment, status: what }] : [];
      }),
    };
    const participants = await deps.directory.of(tenantId, { ids: [ownerId] });
    const letters = await lettersTo(participants, ownerId, box?.kinds ?? [], occasion);
    await deps.db.write({ tenantId }, async (tx) => {
      // Another process that was quicker has made the same letters of the same payments.
      if ((await clearDues(tx, tenantId, ownerId, dues)) === dues.length) await deliver(tx, tenantId, ownerId, letters);
      else throw new Error('another process is telling the same payments');
    });
  }
}

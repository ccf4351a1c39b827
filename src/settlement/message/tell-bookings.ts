import { toWireId, type Uuid } from '../../base/id.ts';
import { dayOf, type Millis } from '../../base/time.ts';
import type { SettlementDeps } from '../deps.ts';
import type { StatementEntry } from '../iso20022/write/statement.ts';
import { isExpressible } from '../iso20022/xml-writer.ts';
import type { Member } from '../participant/directory.ts';
import { bookedOf, bookingOwners, bookingsDue, clearBookings, type Booked, type BookingDue } from './booking-store.ts';
import { deliver, findBox } from './box-store.ts';
import { inParts, notificationOf, type Draft } from './compose-letters.ts';
import { letterOf, messageIdOf } from './mailbox.ts';

type Deps = Pick<SettlementDeps, 'db' | 'directory' | 'clock'>;

/** Bookings that are told of at once. */
const CHUNK = 1_000;

/**
 * Notifies banks (camt.054) of what was booked on their accounts besides payments: exchanges, money in and out of custody, fees.
 * A message enters its box in the transaction that takes out what it tells of, so that each booking is told of once.
 */
export async function tellBookings(deps: Deps, tenantId: Uuid, signal?: AbortSignal): Promise<void> {
  const isStopped = () => signal?.aborted ?? false;
  for (const ownerId of await deps.db.read({ tenantId }, (tx) => bookingOwners(tx, tenantId)))
    for (let more = true; more && !isStopped();) more = await tellSome(deps, tenantId, ownerId);
}

/** False when the owner has been told of everything. */
async function tellSome(deps: Deps, tenantId: Uuid, ownerId: Uuid): Promise<boolean> {
  const { box, dues, booked } = await deps.db.read({ tenantId }, async (tx) => {
    const own = await bookingsDue(tx, tenantId, ownerId, CHUNK);
    return { box: await findBox(tx, tenantId, ownerId), dues: own, booked: await bookedOf(tx, tenantId, ownerId, own) };
  });
  if (dues.length === 0) return false;
  const owner = (await deps.directory.of(tenantId, { ids: [ownerId] })).byId.get(ownerId);
  // Who has changed its mind since is told of nothing.
  const isWanted = owner !== undefined && (box?.kinds.includes('camt.054') ?? false);
  const drafts = isWanted ? draftsOf(tenantId, owner, { dues, booked, at: deps.clock.now() }) : [];
  const letters = await Promise.all(drafts.map(letterOf));
  await deps.db.write({ tenantId }, async (tx) => {
    // Another process that was quicker has made letters of some of them.
    if ((await clearBookings(tx, tenantId, ownerId, dues)) === dues.length) await deliver(tx, tenantId, ownerId, letters);
    else throw new Error('another process is telling the same bookings');
  });
  return true;
}

type Telling = { dues: readonly BookingDue[]; booked: readonly Booked[]; at: Millis };

function draftsOf(tenantId: Uuid, owner: Member, { dues, booked, at }: Telling): Draft[] {
  const [first] = dues;
  const subject = dues.length === 1 ? toWireId(first!.kind === 'exchange' ? 'fxt' : 'trf', first!.bookingId) : `${dues.length} bookings`;
  const told = booked.filter(({ asset, entry: { units } }) => isExpressible({ asset, units: units < 0n ? -units : units }));
  const byAsset = [...Map.groupBy(told, ({ asset }) => asset)].sort(([one], [other]) => (one < other ? -1 : 1));
  return byAsset.flatMap(([asset, all]) =>
    inParts(all.map(({ entry }): StatementEntry => entry)).map((entries, i): Draft => {
      const messageId = messageIdOf(tenantId, owner.id, 'bookings', first!.kind, first!.bookingId, asset, `${i}`);
      const day = dayOf(Math.max(...entries.map(({ bookedAt }) => bookedAt)));
      return { messageId, subject, madeAt: at, document: notificationOf({ messageId, createdAt: at }, { owner, asset, day }, entries) };
    }),
  );
}

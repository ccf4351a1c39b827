import { canonicalJson } from '../../base/canonical-json.ts';
import { toWireId, type Uuid } from '../../base/id.ts';
import type { Entry, Share } from './plan.ts';
import type { RoundSums } from './round-store.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** The first line. `part`: the participant for whom the file is; without one it is whole and tells the sums of all. */
export function roundLine({ id, number, asset, ordering, day, obligations, root, ranAt, gross, cleared }: RoundSums, part?: Uuid): string {
  return canonicalJson({
    record: 'round',
    format: 'rialto.set-off-round/1',
    id: toWireId('sor', id),
    number,
    asset,
    order: ordering,
    day,
    ranAt: new Date(ranAt).toISOString(),
    obligations,
    root: hex(root),
    ...(part === undefined ? { gross: gross.toString(), cleared: cleared.toString() } : { part: toWireId('mem', part) }),
  });
}

/** A participant's sums; in the whole file with its number in the certificate. */
export function shareLine({ participantId, owes, owed, cleared, potential }: Share, isWhole: boolean): string {
  return canonicalJson({
    record: 'participant',
    participantId: toWireId('mem', participantId),
    owes: owes.toString(),
    owed: owed.toString(),
    cleared: cleared.toString(),
    ...(isWhole && { potential }),
  });
}

/** An obligation in its place, in a part with its path to the root. */
export function entryLine(entry: Entry, index: number, path?: readonly Uint8Array[]): string {
  const { id, debtor, creditor, units, dueDay, weight, cleared } = entry;
  return canonicalJson({
    record: 'obligation',
    index,
    id: toWireId('obl', id),
    debtor: toWireId('mem', debtor),
    creditor: toWireId('mem', creditor),
    units: units.toString(),
    ...(dueDay !== null && { dueDay }),
    weight,
    cleared: cleared.toString(),
    ...(path && { path: path.map(hex) }),
  });
}

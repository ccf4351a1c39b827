import fc from 'fast-check';
import { newId } from '../../base/id.ts';
import { inclusionProof, rootOfLeaves } from '../../base/merkle.ts';
import { columnsOf } from '../netting/columns.ts';
import { leafOf, type Obligation } from '../netting/leaf.ts';
import { netObligations, resultHashOf } from '../netting/net.ts';
import { bilateralOf } from '../netting/pairs.ts';
import { finalityLine, headLine, obligationLine, resultLines, sealed, type FiledObligation } from '../netting/window-file.ts';
import { settlementChain } from '../window/settle-window.ts';

/** Six banks by id. */
export const banks = Array.from({ length: 6 }, (_, i) => `00000000-0000-7000-8000-00000000000${i}`);
const ASSETS = ['EUR/2', 'JPY/0', 'KWD/3'];
/** The cut-off. */
export const AT = Date.UTC(2026, 10, 23, 16, 30);
/** The window before. */
export const EARLIER = newId();

/** An obligation as a window has it: carried over from the window `left`, or removed on the default of a bank. */
export type Made = Obligation & { left?: string; removed?: string };

/** Some that came over from an earlier window, some whose debtor defaulted. */
export const windows = fc
  .array(
    fc.record({
      pair: fc.subarray(banks, { minLength: 2, maxLength: 2 }),
      turned: fc.boolean(),
      asset: fc.constantFrom(...ASSETS),
      units: fc.oneof(fc.bigInt(1n, 1_000n), fc.constantFrom(2n ** 64n, 10n ** 37n)),
      left: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    }),
    { maxLength: 40 },
  )
  .chain((all) => fc.tuple(fc.constant(all), fc.option(fc.constantFrom(...banks), { nil: undefined })))
  .map(([all, gone]) => {
    const carried = all.filter(({ left }) => left);
    return [...carried, ...all.filter(({ left }) => !left)].map(({ pair, turned, asset, units, left }): Made => {
      const [debtor, creditor] = (turned ? pair.toReversed() : pair) as [string, string];
      const isGone = gone !== undefined && (debtor === gone || creditor === gone);
      return { id: newId(), debtor, creditor, asset, units, ...(left && { left: EARLIER }), ...(isGone && { removed: gone }) };
    });
  });

/** The bytes of a window as the engine publishes it, or of a participant's part. */
export async function publish(all: readonly Made[], part?: string): Promise<Buffer> {
  const leaves = Buffer.concat(all.map((one) => leafOf(one)));
  const counted = all.filter(({ removed }) => removed === undefined);
  const { currencies, positions } = netObligations(counted);
  const bilaterals = bilateralOf(columnsOf(counted));
  const carried = all.filter(({ left }) => left !== undefined).length;
  const filed = all.map((one, index): FiledObligation => ({
    ...one,
    index,
    seq: BigInt(one.left === undefined ? 100 + index - carried + 1 : index + 1),
    leaf: leafOf(one),
  }));
  const participants = {
    byId: new Map(
      banks.map((id) => [
        id,
        { accounts: new Map(ASSETS.map((asset) => [asset, { settlementAccountId: newId(), reserveAccountId: newId() }])) },
      ]),
    ),
  };
  const clearing = new Map(ASSETS.map((asset) => [asset, newId()]));
  const transfers = settlementChain({ id: newId() }, positions, participants as never, clearing).length;
  const mine = <T>(some: readonly T[], concerns: (one: T) => boolean) => (part === undefined ? some : some.filter(concerns));
  const head = {
    id: newId(),
    number: 7,
    group: 'main',
    state: 'settled' as const,
    part,
    businessDay: '2026-11-23',
    cutOffAt: AT,
    inputPublishedAt: AT + 5,
    nettedAt: AT + 9,
    settledAt: AT + 20,
    obligations: all.length,
    inputRoot: rootOfLeaves(leaves),
    resultHash: resultHashOf(positions),
    spans: ASSETS.map((asset) => ({ asset, fromSeq: 100n, toSeq: 200n })),
  };
  const lines = [
    headLine(head),
    ...mine(filed, ({ debtor, creditor }) => debtor === part || creditor === part).map((one) =>
      obligationLine(part === undefined ? one : { ...one, path: inclusionProof(leaves, one.index) }),
    ),
    ...resultLines({
      currencies: part === undefined ? currencies : [],
      positions: mine(positions, ({ participantId }) => participantId === part),
      bilaterals: mine(bilaterals, ({ debtor, creditor }) => debtor === part || creditor === part),
    }),
    finalityLine({ seq: 240n, at: AT + 20, transfers }),
  ];
  return Buffer.concat(await Array.fromAsync(sealed(lines)));
}

/** Three banks in two currencies, one obligation carried over and one removed. */
export const fixed: Made[] = [
  { id: newId(), debtor: banks[1]!, creditor: banks[2]!, asset: 'EUR/2', units: 11n, left: EARLIER },
  { id: newId(), debtor: banks[0]!, creditor: banks[1]!, asset: 'EUR/2', units: 100n },
  { id: newId(), debtor: banks[1]!, creditor: banks[2]!, asset: 'EUR/2', units: 40n },
  { id: newId(), debtor: banks[2]!, creditor: banks[0]!, asset: 'EUR/2', units: 70n },
  { id: newId(), debtor: banks[2]!, creditor: banks[1]!, asset: 'JPY/0', units: 5n },
  { id: newId(), debtor: banks[3]!, creditor: banks[1]!, asset: 'JPY/0', units: 6n, removed: banks[3]! },
];

import { createHash } from 'node:crypto';
import { canonicalJson } from '../../base/canonical-json.ts';
import { toWireId, type Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import type { Obligation } from './leaf.ts';
import { instructionsOf, publishedPositions, type CurrencyTotals, type Position } from './net.ts';
import type { BilateralPosition } from './pairs.ts';

/** The first line of a window's file. `part`: the participant for whom it is; absent in the whole file. */
export type WindowHead = {
  id: Uuid;
  number: number;
  group: string;
  state: 'cut_off' | 'netted' | 'settled';
  part?: Uuid | undefined;
  businessDay?: LocalDate | undefined;
  cutOffAt: Millis;
  inputPublishedAt: Millis;
  nettedAt?: Millis | undefined;
  settledAt?: Millis | undefined;
  obligations: number;
  inputRoot: Uint8Array;
  resultHash?: Uint8Array | undefined;
  spans: readonly { asset: string; fromSeq: bigint; toSeq: bigint }[];
};

/** An obligation in its place among the leaves. `left`: the window that it left for this one; `removed`: on whose default it was taken out. */
export type FiledObligation = Obligation & {
  index: number;
  seq: bigint;
  leaf: Uint8Array;
  left?: Uuid | undefined;
  removed?: Uuid | undefined;
  path?: readonly Uint8Array[];
};

/** What a window came to, or a participant's share of it: then without currencies, which are the operator's. */
export type FiledResult = {
  currencies: readonly CurrencyTotals[];
  positions: readonly Position[];
  bilaterals: readonly BilateralPosition[];
};

const iso = (ms: Millis) => new Date(ms).toISOString();
const hex = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** The first line: which window, and what was published of it. */
export function headLine(head: WindowHead): string {
  const { id, number, group, state, part, businessDay, nettedAt, settledAt, resultHash } = head;
  return canonicalJson({
    record: 'window',
    format: 'rialto.window/2',
    id: toWireId('win', id),
    number,
    group,
    state,
    ...(part !== undefined && { part: toWireId('mem', part) }),
    ...(businessDay !== undefined && { businessDay }),
    cutOffAt: iso(head.cutOffAt),
    inputPublishedAt: iso(head.inputPublishedAt),
    ...(nettedAt !== undefined && { nettedAt: iso(nettedAt) }),
    ...(settledAt !== undefined && { settledAt: iso(settledAt) }),
    obligations: head.obligations,
    inputRoot: hex(head.inputRoot),
    ...(resultHash !== undefined && { resultHash: hex(resultHash) }),
    spans: head.spans
      .toSorted((a, b) => compare(a.asset, b.asset))
      .map(({ asset, fromSeq, toSeq }) => ({ asset, fromSeq: fromSeq.toString(), toSeq: toSeq.toString() })),
  });
}

/** One obligation. Written by hand, its keys in their canonical order: a window has millions. */
export function obligationLine(one: FiledObligation): string {
  const left = one.left === undefined ? '' : `,"left":"${toWireId('win', one.left)}"`;
  const path = one.path === undefined ? '' : `,"path":[${one.path.map((node) => `"${hex(node)}"`).join(',')}]`;
  const removed = one.removed === undefined ? '' : `,"removed":"${toWireId('mem', one.removed)}"`;
  const parties = `"creditor":"${toWireId('mem', one.creditor)}","debtor":"${toWireId('mem', one.debtor)}","id":"${toWireId('pay', one.id)}"`;
  return `{"asset":"${one.asset}",${parties},"index":${one.index},"leaf":"${hex(one.leaf)}"${left}${path},"record":"obligation"${removed},"seq":"${one.seq}","units":"${one.units}"}`;
}

/** The lines of a result, each kind in its one order. */
export function* resultLines({ currencies, positions, bilaterals }: FiledResult): Generator<string> {
  for (const { gross, bilateralNet, net, ...rest } of currencies.toSorted((a, b) => compare(a.asset, b.asset))) {
    const amounts = { gross: gross.toString(), bilateralNet: bilateralNet.toString(), net: net.toString() };
    yield canonicalJson({ record: 'currency', ...rest, ...amounts });
  }
  for (const position of publishedPositions(positions)) yield canonicalJson({ record: 'position', ...position });
  for (const { debtor, creditor, asset, units } of bilaterals.toSorted(byPair)) {
    const parties = { debtor: toWireId('mem', debtor), creditor: toWireId('mem', creditor) };
    yield canonicalJson({ record: 'bilateral', asset, ...parties, units: units.toString() });
  }
  const instructions = instructionsOf(positions).map(({ participantId, ...rest }) => ({
    ...rest,
    participantId: toWireId('mem', participantId),
  }));
  instructions.sort((a, b) => compare(a.direction, b.direction) || compare(a.asset, b.asset) || compare(a.participantId, b.participantId));
  for (const { units, ...rest } of instructions) yield canonicalJson({ record: 'instruction', ...rest, units: units.toString() });
}

const lower = ({ debtor, creditor }: BilateralPosition) => (debtor < creditor ? debtor : creditor);
const upper = ({ debtor, creditor }: BilateralPosition) => (debtor < creditor ? creditor : debtor);

function byPair(a: BilateralPosition, b: BilateralPosition): number {
  return compare(a.asset, b.asset) || compare(lower(a), lower(b)) || compare(upper(a), upper(b));
}

/** The finality record. */
export function finalityLine({ seq, at, transfers }: { seq: bigint; at: Millis; transfers: number }): string {
  return canonicalJson({ record: 'finality', seq: seq.toString(), at: iso(at), transfers });
}

/** Lines that are handed on together: writing each by itself would cost more than making it. */
const CHUNK_BYTES = 64 << 10;

/** The bytes of a file: its lines, and a last one with their number and SHA-256. The same lines always make the same bytes. */
export async function* sealed(lines: AsyncIterable<string> | Iterable<string>): AsyncGenerator<Buffer> {
  const running = createHash('sha256');
  let [count, waiting] = [0, ''];
  const flush = () => {
    const bytes = Buffer.from(waiting);
    running.update(bytes);
    waiting = '';
    return bytes;
  };
  for await (const line of lines) {
    waiting += `${line}\n`;
    count++;
    if (waiting.length >= CHUNK_BYTES) yield flush();
  }
  yield flush();
  yield Buffer.from(`${canonicalJson({ record: 'end', lines: count, sha256: running.digest('hex') })}\n`);
}

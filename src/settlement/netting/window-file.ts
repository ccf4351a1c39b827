import { canonicalJson } from '../../base/canonical-json.ts';
import { toWireId, type Uuid } from '../../base/id.ts';
import { instructionsOf, publishedPositions, resultHashOf, type NettingResult } from './net.ts';

/** Which window the file is about: obligations with `fromSeq` < seq ≤ `toSeq` belong to it. */
export type WindowIdentity = { id: Uuid; number: number; fromSeq: bigint; toSeq: bigint };

/** What a window came to, as any participant can check it: all ids and amounts as the public API writes them. */
export type WindowFile = {
  format: 'rialto.window/1';
  window: { id: string; number: number; fromSeq: string; toSeq: string };
  obligations: number;
  /** Merkle root (RFC 6962) of the obligations in order of sequence, hexadecimal. */
  inputRoot: string;
  currencies: { asset: string; payments: number; participants: number; gross: string; bilateralNet: string; net: string }[];
  positions: { participantId: string; asset: string; incoming: string; outgoing: string; net: string }[];
  instructions: { participantId: string; asset: string; direction: 'pay' | 'receive'; units: string }[];
  /** SHA-256 of the canonical JSON of `positions`, hexadecimal. */
  resultHash: string;
};

/** Puts a window's input root and its result together. */
export function windowFile(window: WindowIdentity, inputRoot: Uint8Array, result: NettingResult): WindowFile {
  const { currencies, positions } = result;
  return {
    format: 'rialto.window/1',
    window: { id: toWireId('win', window.id), number: window.number, fromSeq: window.fromSeq.toString(), toSeq: window.toSeq.toString() },
    obligations: currencies.reduce((sum, { payments }) => sum + payments, 0),
    inputRoot: Buffer.from(inputRoot).toString('hex'),
    currencies: currencies.map(({ gross, bilateralNet, net, ...rest }) => ({
      ...rest,
      gross: gross.toString(),
      bilateralNet: bilateralNet.toString(),
      net: net.toString(),
    })),
    positions: publishedPositions(positions),
    instructions: instructionsOf(positions).map(({ participantId, units, ...rest }) => ({
      ...rest,
      participantId: toWireId('mem', participantId),
      units: units.toString(),
    })),
    resultHash: Buffer.from(resultHashOf(positions)).toString('hex'),
  };
}

/** The file as bytes that are the same wherever they are made (RFC 8785). */
export function writeWindowFile(file: WindowFile): string {
  return canonicalJson(file);
}

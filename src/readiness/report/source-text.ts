import { decode } from '../checklist/decode.ts';
import { repairMojibake } from '../checklist/repair.ts';

/** The words of a document line by line as the reader sees them: in its encoding, with letters repaired that were read wrongly once. */
export function sourceText(source: Uint8Array | string): string {
  const lines = typeof source === 'string' ? source.split(/\r\n|\r|\n/) : decode(source).lines.map(({ text }) => text);
  return lines.map(repairMojibake).join('\n');
}

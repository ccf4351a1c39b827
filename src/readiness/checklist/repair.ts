/**
 * Undoes UTF-8 that was read as MacRoman or Windows-1252 somewhere on its way here, as `âœ…` for a tick. A run of foreign
 * letters is replaced only when its bytes in that encoding are exactly the UTF-8 of something else, and that something
 * read wrongly again gives the run: text that was never broken stays as it is.
 */
export function repairMojibake(text: string): string {
  if (!/[\u0080-\uffff]/.test(text)) return text;
  return text.replace(FOREIGN_RUN, (run) => MAPS.map((map) => repairedRun(run, map)).find((repaired) => repaired !== undefined) ?? run);
}

const FOREIGN_RUN = /[\u0080-\uffff]+/g;

type Encoding = { decode: (bytes: Uint8Array) => string; bytes: ReadonlyMap<string, number> };

const MAPS: readonly Encoding[] = [encodingOf('macintosh'), encodingOf('windows-1252')];

function encodingOf(name: string): Encoding {
  const decoder = new TextDecoder(name);
  const decode = (bytes: Uint8Array): string => decoder.decode(bytes);
  const bytes = new Map<string, number>();
  for (let byte = 0x80; byte < 0x100; byte++) bytes.set(decode(Uint8Array.of(byte)), byte);
  return { decode, bytes };
}

const strict = new TextDecoder('utf-8', { fatal: true });

function repairedRun(run: string, { decode, bytes }: Encoding): string | undefined {
  const back: number[] = [];
  for (const char of run) {
    const byte = bytes.get(char);
    if (byte === undefined) return undefined;
    back.push(byte);
  }
  if (back.length < 2) return undefined;
  try {
    const repaired = strict.decode(Uint8Array.from(back));
    return decode(new TextEncoder().encode(repaired)) === run ? repaired : undefined;
  } catch {
    return undefined;
  }
}

import { AppError } from '../../base/error.ts';
import type { Checklist } from '../checklist/checklist.ts';

/** What the house keeps of one checklist at most. The command line reads whatever it is given. */
export const HOUSE_LIMITS = { bytes: 2 << 20, textLines: 50_000, lines: 5_000 } as const;

/** Before it is read, since reading takes longer than looking. Errors: `readiness.checklist_too_large`. */
export function refuseLongText(source: Uint8Array): void {
  let lines = 1;
  for (const byte of source) if (byte === 0x0a) lines += 1;
  if (lines > HOUSE_LIMITS.textLines) throw tooLarge(`${lines} lines of text`, `${HOUSE_LIMITS.textLines}`);
}

/** Errors: `readiness.checklist_too_large`. */
export function refuseManyLines({ items, criteria, signOffs }: Checklist): void {
  const lines = items.length + criteria.length + signOffs.length;
  if (lines > HOUSE_LIMITS.lines) throw tooLarge(`${lines} boxes and other lines to judge`, `${HOUSE_LIMITS.lines}`);
}

function tooLarge(what: string, most: string): AppError {
  return new AppError(
    'unprocessable',
    'readiness.checklist_too_large',
    `The document has ${what}; ${most} are kept here at most. Divide it into several checklists.`,
  );
}

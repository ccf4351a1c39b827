import { AppError } from '../../base/error.ts';

const MOST_EVIDENCE_BYTES = 10 << 20;
/** Files in one case. */
export const MOST_FILES = 100;

const starts = (bytes: Uint8Array, ...first: number[]) => first.every((byte, i) => bytes[i] === byte);

/** Kinds of files that are taken, by what they begin with; never by their names. */
const KINDS: readonly { mediaType: string; fits: (bytes: Uint8Array) => boolean }[] = [
  { mediaType: 'application/pdf', fits: (bytes) => starts(bytes, 0x25, 0x50, 0x44, 0x46, 0x2d) },
  { mediaType: 'image/png', fits: (bytes) => starts(bytes, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a) },
  { mediaType: 'image/jpeg', fits: (bytes) => starts(bytes, 0xff, 0xd8, 0xff) },
  { mediaType: 'text/plain', fits: isText },
];

/**
 * The kind of a file by its content: PDF, PNG, JPEG or plain text (also CSV, XML, JSON and mails).
 * Errors: `settlement.evidence_empty`, `settlement.evidence_too_large`, `settlement.evidence_type`.
 */
export function mediaTypeOf(bytes: Uint8Array): string {
  if (bytes.length === 0) throw new AppError('invalid', 'settlement.evidence_empty', 'The file is empty.');
  if (bytes.length > MOST_EVIDENCE_BYTES) throw new AppError('too_large', 'settlement.evidence_too_large', 'A file has at most 10 MB.');
  const kind = KINDS.find(({ fits }) => fits(bytes));
  if (kind) return kind.mediaType;
  throw new AppError(
    'media_type',
    'settlement.evidence_type',
    'Evidence is PDF, PNG, JPEG or plain text, whatever the name of the file says.',
  );
}

/** UTF-8 without control characters other than line ends and tabs. */
function isText(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

import type { Noted } from './port.ts';

/** What an operator accepted instead of what was noted before, and why. */
export type Accepted = { at: string; because: string; instead: object | null };

/** A note as it lies in its file: the head as whoever verifies would write it down, and what an operator accepted. */
export type Note = { number: string; size: number; root: string; at: string; accepted?: Accepted[] };

/** The file of a head. */
export const noteOf = ({ number, size, root, at }: Noted): Note => ({
  number: number.toString(),
  size,
  root: Buffer.from(root).toString('hex'),
  at: new Date(at).toISOString(),
});

/** The head of a file. */
export const notedIn = ({ number, size, root, at }: Note): Noted => ({
  number: BigInt(number),
  size,
  root: Buffer.from(root, 'hex'),
  at: Date.parse(at),
});

/** The text of a file. */
export const textOfNote = (note: Note): string => `${JSON.stringify(note, null, 1)}\n`;

/**
 * The note that a text is; undefined when it is none. Every field is looked at: a note that is taken for less than it says
 * would let a log grow that must not.
 */
export function noteIn(text: string): Note | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isNote(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const NUMBER = /^(0|[1-9]\d{0,18})$/;
const ROOT = /^[0-9a-f]{64}$/;

function isNote(value: unknown): value is Note {
  if (!isObject(value)) return false;
  const { number, size, root, at, accepted } = value;
  return (
    typeof number === 'string' &&
    NUMBER.test(number) &&
    Number.isSafeInteger(size) &&
    (size as number) >= 0 &&
    typeof root === 'string' &&
    ROOT.test(root) &&
    isTime(at) &&
    (accepted === undefined || (Array.isArray(accepted) && accepted.every(isAccepted)))
  );
}

const isAccepted = (value: unknown): boolean =>
  isObject(value) &&
  isTime(value['at']) &&
  typeof value['because'] === 'string' &&
  (value['instead'] === null || isObject(value['instead']));

const isTime = (value: unknown): boolean =>
  typeof value === 'string' && !Number.isNaN(Date.parse(value)) && new Date(value).toISOString() === value;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

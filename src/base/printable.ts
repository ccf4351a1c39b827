/** Control characters but for tab and line ends, and what is no character: no XML may hold them (XML 1.0 §2.2), and nobody reads them. */
const UNPRINTABLE = /[^\P{Cc}\t\n\r]|[\ufffe\uffff]/gu;

/** The text without characters that no document may hold. */
export function printable(text: string): string {
  return text.toWellFormed().replace(UNPRINTABLE, '');
}

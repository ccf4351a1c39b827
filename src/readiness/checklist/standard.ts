import { mayHold } from './first-look.ts';

/** Bodies and their documents, whose numbers are names: `NIST SP 800-63B`, `ISO/IEC 27001:2022`, `DIN EN 301 549`, `RFC 9457`. */
const BODY = String.raw`(?:NIST|ISO|IEC|IEEE|DIN|EN|RFC|FIPS|BSI|ANSI|ETSI|ASTM|VDE|VDI|ÖNORM|NF|BS|SAE|UL|OWASP|CSA|ITIL|COBIT|CIS|HL7|MISRA|GAMP|NEN|SN|UNE)`;
const KIND = String.raw`(?:[\s/-](?:IEC|EN|ISO|DIN|SP|TR|TS|PUB|CSF|IR|NF|BS|Std\.?))*`;
/** The number, or its first parts: of the whole in any way that people write it. */
const FIRST_PARTS = String.raw`(?:\d[\d.]*[A-Z]{0,2}(?:[-:/.]|\s(?=\d{3}(?!\d)))|\d{3}-\d+[A-Z]?\s?(?:rev\.?|r)\s?)*`;
const STANDARD = new RegExp(String.raw`(?:^|[^\p{L}\d])${BODY}${KIND}[\s-]?(?:TR-|TS-)?${FIRST_PARTS}$`, 'u');
/** Of these numbers there is none below a hundred, and a count of findings often is. */
const LONG = /^\d{3,5}(?![\d.,]*\d\s?%)/;
const REACH = 32;

/** Whether the digits at this place are part of the name of a standard. */
export function isStandard(text: string, at: number): boolean {
  const left = text.slice(Math.max(0, at - REACH), at);
  if (!mayHold(left, /[A-Z]{2}/) || !STANDARD.test(left)) return false;
  return LONG.test(text.slice(at, at + 12)) || /\d[A-Z]{0,2}[-:/.\s]$/.test(left);
}

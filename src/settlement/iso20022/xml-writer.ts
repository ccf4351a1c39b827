import { isIban } from '../../base/check-digit.ts';
import { CURRENCIES } from '../../base/currency.ts';
import { type Decimal, formatDecimal } from '../../base/decimal.ts';
import { AppError } from '../../base/error.ts';
import { codeOf, type Money, scaleOf, toDecimalText } from '../../base/money.ts';
import type { Millis } from '../../base/time.ts';

/** Content of an element: nested elements, already written. Made by `tag` and `leaf` only, so nothing is escaped twice. */
export type Xml = string;

/** Everything that XML 1.0 cannot carry, lone surrogates included. */
const FORBIDDEN = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as XML character data; what XML cannot carry becomes a question mark. */
function escapeXml(text: string): string {
  return text.replace(FORBIDDEN, '?').replace(/[&<>"]/g, (char) => ESCAPES[char]!);
}

/** An element around other elements; absent (empty text) when there is nothing in it. */
export function tag(name: string, ...content: readonly (Xml | undefined)[]): Xml {
  const inside = content.join('');
  return inside === '' ? '' : `<${name}>${inside}</${name}>`;
}

/** An element with text; absent when the text is absent or blank. */
export function leaf(name: string, text: string | undefined): Xml {
  return text === undefined || text.trim() === '' ? '' : `<${name}>${escapeXml(text)}</${name}>`;
}

/** An amount with its currency. */
export function amount(name: string, currency: string, value: string): Xml {
  return `<${name} Ccy="${escapeXml(currency)}">${escapeXml(value)}</${name}>`;
}

/** A whole ISO 20022 document of a message definition such as `pacs.002.001.12`. */
export function document(message: string, ...content: readonly Xml[]): string {
  return `${documentStart(message)}${content.join('')}${DOCUMENT_END}`;
}

/** How a document of a message starts, for one that is written piece by piece. */
export function documentStart(message: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:${message}">`;
}
/** How every document ends. */
export const DOCUMENT_END = '</Document>\n';

/** The first so many characters (code points, as XML Schema counts them). */
export function first(count: number, text: string): string {
  return text.length <= count ? text : Array.from(text).slice(0, count).join('');
}

/** A text in pieces of at most so many characters. */
function pieces(count: number, text: string): string[] {
  const chars = Array.from(text);
  return Array.from({ length: Math.ceil(chars.length / count) }, (_, i) => chars.slice(i * count, (i + 1) * count).join(''));
}

/** A sum as ISO 20022's DecimalNumber, which has at most 18 digits; undefined for one that does not fit, since sums are optional. */
export function decimalNumber(value: Decimal): string | undefined {
  const text = formatDecimal(value);
  return text.replace(/[-.]/g, '').replace(/^0+/, '').length > 18 || value.scale > 17 ? undefined : text;
}

/**
 * One of our own references. ISO 20022 allows 35 characters (34 for accounts), and an id as the public API writes it has
 * 36, so it goes without its prefix. Throws RangeError when it is too long even so: a reference cut off names nothing.
 */
export function ownReference(name: string, text: string | undefined, max = 35): Xml {
  const short = text?.replace(/^[a-z]+_(?=[0-9a-f]{32}$)/, '');
  if (short !== undefined && short.length > max) throw new RangeError(`${name} may have ${max} characters, not ${short.length}`);
  return leaf(name, short);
}

/** An amount that ISO 20022 can carry: of a currency of ISO 4217, of at most 18 digits. */
export function isExpressible({ asset, units }: Money): boolean {
  return CURRENCIES.get(codeOf(asset)) === scaleOf(asset) && units < 10n ** 18n;
}

/** Money of an ISO 4217 currency, as ISO 20022 writes it: without sign. Errors: `iso20022.not_expressible` for what it cannot carry. */
export function moneyElement(name: string, { asset, units }: Money): Xml {
  const code = codeOf(asset);
  if (CURRENCIES.get(code) !== scaleOf(asset)) {
    throw new AppError(
      'unprocessable',
      'iso20022.not_expressible',
      `${asset} is no currency of ISO 4217, so no ISO 20022 statement can carry it.`,
    );
  }
  const value = toDecimalText({ asset, units: units < 0n ? -units : units });
  if (value.replace('.', '').replace(/^0+/, '').length > 18) {
    throw new AppError('unprocessable', 'iso20022.not_expressible', 'ISO 20022 amounts have at most 18 digits.');
  }
  return amount(name, code, value);
}

/** An instant. */
export function instant(name: string, at: Millis | undefined): Xml {
  return leaf(name, at === undefined ? undefined : new Date(at).toISOString());
}

/** An agent named by its BIC. */
export function agent(name: string, bic: string | undefined): Xml {
  return tag(name, tag('FinInstnId', leaf('BICFI', bic)));
}

/** Which bank, as far as anything is known of it. */
export type Institution = {
  bic?: string;
  clearing?: { system?: string; member: string };
  lei?: string;
  name?: string;
  country?: string;
  other?: string;
  branch?: string;
};

/** An agent by everything that is known of it. */
export function institution(name: string, { bic, clearing, lei, name: called, country, other, branch }: Institution): Xml {
  const system = clearing?.system;
  const id = tag(
    'FinInstnId',
    leaf('BICFI', bic),
    clearing && tag('ClrSysMmbId', tag('ClrSysId', codeOrOwn(5, system)), leaf('MmbId', clearing.member)),
    leaf('LEI', lei),
    leaf('Nm', called && first(140, called)),
    tag('PstlAdr', leaf('Ctry', country)),
    tag('Othr', leaf('Id', other)),
  );
  return id === '' ? '' : tag(name, id, tag('BrnchId', leaf('Id', branch)));
}

/** A code of one of ISO's sets, of at most so many letters, or somebody's own word. */
export function codeOrOwn(letters: number, word: string | undefined): Xml {
  if (word === undefined) return '';
  return /^[A-Z0-9]+$/.test(word) && word.length <= letters ? leaf('Cd', word) : leaf('Prtry', word);
}

/** An account: an IBAN where it is one, else a number. */
export function account(name: string, number: string | undefined): Xml {
  if (number === undefined || number.trim() === '') return '';
  return tag(name, tag('Id', isIban(number) ? leaf('IBAN', number) : tag('Othr', leaf('Id', first(34, number)))));
}

/** An address as an order has it: what is longer than the elements of earlier versions stands on lines, so that nothing is cut off. */
export function orderAddress({ street = '', town = '', country }: { street?: string; town?: string; country?: string }): Xml {
  const fits = (text: string, most: number) => Array.from(text).length <= most;
  const [isStreet, isTown] = [fits(street, 70), fits(town, 35)];
  const lines = [isStreet ? '' : street, isTown ? '' : town].flatMap((text) => pieces(70, text));
  const elements = [leaf('StrtNm', isStreet ? street : ''), leaf('TwnNm', isTown ? town : ''), leaf('Ctry', country)];
  return tag('PstlAdr', ...elements, ...lines.map((line) => leaf('AdrLine', line)));
}

/** A reason with its words, in lines of 105 characters. */
export function reasonElement(name: string, { code, text = '' }: { code: string; text?: string }): Xml {
  return tag(name, tag('Rsn', leaf('Cd', code)), ...pieces(105, text).map((line) => leaf('AddtlInf', line)));
}

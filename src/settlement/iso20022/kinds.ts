import { isBic, isIban, isLei } from '../../base/check-digit.ts';
import { assetOfCurrency } from '../../base/currency.ts';
import { type Decimal, parseDecimal } from '../../base/decimal.ts';
import { AppError } from '../../base/error.ts';
import { fromDecimalText, type Money } from '../../base/money.ts';
import { isLocalDate, type LocalDate, type Millis } from '../../base/time.ts';
import type { ReasonCode } from './reason.ts';
import { type Kind, pathOf, type Reader, refuse, type Spot, type Topic } from './shape.ts';
import type { XmlElement } from './xml.ts';

/** An element's text with white space brought to single blanks, as banks' line breaks and indentation mean nothing. */
export function plainText(element: XmlElement): string | undefined {
  const { text } = element;
  if (text === '') return undefined;
  // Nearly all texts are plain already.
  const plain = /^\s|[\t\n\r]| {2}|\s$/.test(text) ? text.replace(/[\t\n\r ]+/g, ' ').trim() : text;
  return plain === '' ? undefined : plain;
}

/** Text in an explanation: short, in quotation marks. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40).toWellFormed()}…` : text);
}

// oxlint-disable-next-line no-control-regex -- this is the check that there are none
const CONTROL = /[\u0000-\u001f\u007f]/;

/** A kind that looks at the text of an element; an empty element is as good as none. */
function leaf<T>(parse: (text: string, reader: Reader, spot: Spot) => T | undefined): Kind<T> {
  return {
    read(reader, spot) {
      const text = plainText(spot.element);
      if (text === undefined) return undefined;
      if (CONTROL.test(text)) return refuse(reader, 'CH16', spot, `${named(spot)} has a control character.`);
      return parse(text, reader, spot);
    },
  };
}

const named = (spot: Spot) => spot.element.name;
const wrongForm = (spot: Spot, text: string) => `${named(spot)} does not have the right form: ${quote(text)}.`;

/** Text of at most so many characters (code points, as XML Schema counts them). */
export function text(max: number, code: ReasonCode = 'CH16'): Kind<string> {
  return leaf((content, reader, spot) => {
    if (content.length <= max || Array.from(content).length <= max) return content;
    return refuse(reader, code, spot, `${named(spot)} is longer than ${max} characters.`);
  });
}

/** Text of a form. The code is that of the role around where a topic is named. */
export function code(form: RegExp, otherwise: ReasonCode = 'CH16', topic?: Topic): Kind<string> {
  return leaf((content, reader, spot) => {
    if (form.test(content)) return content;
    return refuse(reader, (topic && reader.codes[topic]) ?? otherwise, spot, wrongForm(spot, content));
  });
}

/** One of a few words. */
export function oneOf<W extends string>(words: readonly W[], otherwise: ReasonCode = 'CH16'): Kind<W> {
  const known: readonly string[] = words;
  return leaf((content, reader, spot) => {
    if (known.includes(content)) return content as W;
    return refuse(reader, otherwise, spot, `${named(spot)} is ${quote(content)}, not one of ${words.join(', ')}.`);
  });
}

/** Four letters and digits, as in the external code sets. */
export const code4: Kind<string> = code(/^[A-Z0-9]{1,4}$/);
export const uetr: Kind<string> = code(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
export const country: Kind<string> = code(/^[A-Z]{2}$/, 'BE09', 'country');
export const currency: Kind<string> = leaf((content, reader, spot) =>
  assetOfCurrency(content) ? content : refuse(reader, 'AM11', spot, `${quote(content)} is not an active currency of ISO 4217.`),
);
/** A whole number without sign, as counts of transactions are given. */
export const count: Kind<number> = leaf((content, reader, spot) =>
  /^[0-9]{1,15}$/.test(content) ? Number(content) : refuse(reader, 'AM18', spot, wrongForm(spot, content)),
);

/** A business identifier code (ISO 9362); lower case is wrong. */
export const bic: Kind<string> = leaf((content, reader, spot) => {
  if (isBic(content)) return content;
  return refuse(reader, reader.codes.bank ?? 'RC01', spot, wrongForm(spot, content));
});

/** A legal entity identifier (ISO 17442) with its check digits. */
export const lei: Kind<string> = leaf((content, reader, spot) => {
  if (isLei(content)) return content;
  return refuse(
    reader,
    reader.codes.identity ?? 'BE15',
    spot,
    `Not a legal entity identifier with the right check digits: ${quote(content)}.`,
  );
});

/** An IBAN (ISO 13616) with its check digits, and the length and form of its country. */
export const iban: Kind<string> = leaf((content, reader, spot) => {
  if (isIban(content)) return content;
  return refuse(reader, reader.codes.account ?? 'AC01', spot, `Not an IBAN with the right check digits: ${quote(content)}.`);
});

/** Text that names an account. */
export const accountNumber: Kind<string> = leaf((content, reader, spot) => {
  if (Array.from(content).length <= 34) return content;
  return refuse(reader, reader.codes.account ?? 'AC01', spot, `${named(spot)} is longer than 34 characters.`);
});

/** XML Schema's booleans. */
export const yesNo: Kind<boolean> = leaf((content, reader, spot) => {
  if (content === 'true' || content === '1') return true;
  return content === 'false' || content === '0' ? false : refuse(reader, 'CH16', spot, wrongForm(spot, content));
});

/** XML Schema's decimals may have leading zeros, a plus sign and no digit before or after the point. */
export function xmlDecimal(content: string): Decimal | undefined {
  const match = /^([+-]?)(\d{0,30})(?:\.(\d{0,30}))?$/.exec(content);
  if (!match || `${match[2]}${match[3] ?? ''}` === '') return undefined;
  const whole = match[2]!.replace(/^0+(?=\d)/, '') || '0';
  const value = parseDecimal(match[3] ? `${whole}.${match[3]}` : whole);
  return match[1] === '-' ? { units: -value.units, scale: value.scale } : value;
}

/** An exact number: rates and control sums. */
export function decimal(otherwise: ReasonCode = 'CH16'): Kind<Decimal> {
  return leaf(
    (content, reader, spot) => xmlDecimal(content) ?? refuse(reader, otherwise, spot, `${named(spot)} is not a number: ${quote(content)}.`),
  );
}

/**
 * An amount with its currency, taken exactly or refused: a dot, no sign but a plus, at most 18 digits, and no more decimals
 * than ISO 4217 gives the currency (zeros count too). `money` has to be above zero.
 */
function amountOf(zero: boolean): Kind<Money> {
  return leaf((content, reader, spot) => {
    const code = spot.element.attributes['Ccy'] ?? '';
    const asset = assetOfCurrency(code);
    if (!asset) return refuse(reader, 'AM03', spot, `${quote(code)} is not an active currency of ISO 4217.`);
    const match = /^\+?(\d*)(?:\.(\d*))?$/.exec(content);
    const [whole, fraction] = [(match?.[1] ?? '').replace(/^0+/, ''), match?.[2] ?? ''];
    if (!match || (match[1] === '' && fraction === ''))
      return refuse(reader, 'AM12', spot, `The amount is not a positive number: ${quote(content)}.`);
    if (whole.length + fraction.length > 18) return refuse(reader, 'AM12', spot, `The amount has more than 18 digits: ${quote(content)}.`);
    try {
      const money = fromDecimalText(asset, fraction === '' ? whole || '0' : `${whole || '0'}.${fraction}`);
      return money.units === 0n && !zero ? refuse(reader, 'AM01', spot, 'The amount is zero.') : money;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return refuse(reader, error.code === 'money.too_many_decimals' ? 'CH20' : 'AM12', spot, error.message);
    }
  });
}
export const money: Kind<Money> = amountOf(false);
/** An amount that may be zero: balances, charges, entries. */
export const moneyOrZero: Kind<Money> = amountOf(true);

/** Amount and currency as they stand, whatever they are: shown beside a refusal. */
export const amountAsWritten: Kind<{ currency: string; value: string }> = {
  read(_, { element }) {
    const value = plainText(element);
    return value === undefined ? undefined : { currency: element.attributes['Ccy'] ?? '', value };
  },
};

const ZONE = '(?:Z|[+-](?:0\\d|1[0-3]):[0-5]\\d|[+-]14:00)?';
const DATE = new RegExp(`^(\\d{4}-\\d{2}-\\d{2})${ZONE}$`);
const DATE_TIME = new RegExp(
  `^(\\d{4}-\\d{2}-\\d{2})T(?:(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,9})?|24:00:00(?:\\.0{1,9})?)${ZONE}$`,
);

/** The day of an XML Schema date. */
export function dayOfText(content: string): LocalDate | undefined {
  const day = DATE.exec(content)?.[1];
  return day !== undefined && isLocalDate(day) ? day : undefined;
}

/** The point in time of an XML Schema dateTime. */
export function instantOfText(content: string): Millis | undefined {
  const day = DATE_TIME.exec(content)?.[1];
  if (day === undefined || !isLocalDate(day)) return undefined;
  const ms = Date.parse(/[Z+]|-\d{2}:\d{2}$/.test(content.slice(10)) ? content : `${content}Z`);
  return Number.isNaN(ms) ? undefined : Math.floor(ms);
}

/** A calendar day; a time zone behind it (XML Schema allows one) does not change the day. */
export const date: Kind<LocalDate> = leaf(
  (content, reader, spot) =>
    dayOfText(content) ?? refuse(reader, 'DT01', spot, `${named(spot)} is not a day of the calendar: ${quote(content)}.`),
);

/** A point in time; without a zone it is taken as UTC. */
export const dateTime: Kind<Millis> = leaf(
  (content, reader, spot) =>
    instantOfText(content) ?? refuse(reader, 'DT01', spot, `${named(spot)} is not a date and time: ${quote(content)}.`),
);

/** ISO 20022's choice of a day (`Dt`) or a point in time (`DtTm`), or a day alone as in versions of 2009. The day is the one written. */
export const dayOrTime: Kind<LocalDate> = {
  read(reader, spot) {
    const inside = spot.element.children.find(({ name, uri }) => (name === 'Dt' || name === 'DtTm') && uri === spot.element.uri);
    const at = inside ? { element: inside, up: spot, label: inside.name } : spot;
    const content = plainText(at.element);
    if (content === undefined) return undefined;
    const day = dayOfText(content) ?? (instantOfText(content) === undefined ? undefined : content.slice(0, 10));
    return day ?? refuse(reader, 'DT01', at, `${pathOf(at).split('/').at(-1)} is not a day of the calendar: ${quote(content)}.`);
  },
};

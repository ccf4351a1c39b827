import { isValidIBAN } from 'ibantools';

/** ISO 7064 MOD 97-10 of a text of digits and letters (A = 10 … Z = 35). */
function mod97(text: string): number {
  let rest = 0;
  for (const char of text) {
    const value = parseInt(char, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}

const checkDigits = (text: string) => String(98 - mod97(`${text}00`)).padStart(2, '0');

/** Completes the first 18 characters of a legal entity identifier (ISO 17442) with its two check digits. */
export function leiOf(first18: string): string {
  if (!/^[0-9A-Z]{18}$/.test(first18)) throw new RangeError('a legal entity identifier starts with 18 digits and capital letters');
  return first18 + checkDigits(first18);
}

/** Whether the text is a legal entity identifier with right check digits. */
export function isLei(text: string): boolean {
  return /^[0-9A-Z]{18}[0-9]{2}$/.test(text) && mod97(text) === 1;
}

/** The IBAN (ISO 13616) of a country's account number, with its check digits; whether the country knows such numbers is for `isIban`. */
export function ibanOf(country: string, accountNumber: string): string {
  if (!/^[A-Z]{2}$/.test(country) || !/^[0-9A-Z]{1,30}$/.test(accountNumber)) {
    throw new RangeError('an IBAN is made of a country of two capital letters and at most 30 digits and capital letters');
  }
  return country + checkDigits(`${accountNumber}${country}`) + accountNumber;
}

/** Whether the text is an IBAN in its electronic form: right check digits, and length and form as its country has them. */
export function isIban(text: string): boolean {
  return isValidIBAN(text);
}

/** Whether the text has the form of a BIC (ISO 9362:2014): business party, country, location, and perhaps a branch. */
export function isBic(text: string): boolean {
  return /^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$/.test(text);
}

/** The creditor reference (ISO 11649) around a text of at most 21 digits and capital letters, with its check digits. */
export function creditorReferenceOf(text: string): string {
  if (!/^[0-9A-Z]{1,21}$/.test(text)) throw new RangeError('a creditor reference holds at most 21 digits and capital letters');
  return `RF${checkDigits(`${text}RF`)}${text}`;
}

/** Whether the text is a creditor reference (ISO 11649) without blanks: `RF`, two check digits, at most 21 digits and letters. */
export function isCreditorReference(text: string): boolean {
  return /^RF[0-9]{2}[0-9A-Za-z]{1,21}$/.test(text) && mod97(`${text.slice(4)}${text.slice(0, 4)}`) === 1;
}

import Type, { type StaticDecode } from 'typebox';
import { LocalDateText } from '../../base/time.ts';
import { Lei } from '../participant/contract.ts';

const closed = { additionalProperties: false };

/** Letters, digits and the marks that ISO 20022 text may hold; no control characters. */
export const text = (maxLength: number, example: string) =>
  Type.String({ minLength: 1, maxLength, pattern: '^[^\\u0000-\\u001f\\u007f]*$', examples: [example] });

const Country = Type.String({ pattern: '^[A-Z]{2}$', examples: ['NO'] });

/** Somebody for whom another one pays or is paid: the ultimate debtor or creditor of ISO 20022. */
const Ultimate = Type.Object(
  { name: text(140, 'Nordlys Holding AS'), country: Type.Optional(Country), lei: Type.Optional(Lei) },
  { ...closed, description: 'For whom it pays or is paid, where that is somebody else: the ultimate debtor or creditor. Screened, too' },
);

/**
 * Payer or payee as the paying bank knows it: the name, and what the travel rule asks for beside it (FATF Recommendation 16).
 * A company may have an LEI, a person a date and place of birth.
 */
export const Party = Type.Object(
  {
    name: text(140, 'Aurora Shipping AS'),
    /** IBAN or another account number. */
    account: Type.Optional(text(34, 'NO9386011117947')),
    country: Type.Optional(Country),
    town: Type.Optional(text(140, 'Bergen')),
    /** Street and number, or the whole address on one line. */
    street: Type.Optional(text(140, 'Strandgaten 18')),
    lei: Type.Optional(Lei),
    /** Given by a state: passport, identity card, tax or register number. */
    nationalId: Type.Optional(text(35, '31129955131')),
    /** Given by the bank. */
    customerId: Type.Optional(text(35, 'C-204417')),
    birth: Type.Optional(Type.Object({ on: LocalDateText, town: text(35, 'Bergen'), country: Country }, closed)),
    ultimate: Type.Optional(Ultimate),
  },
  closed,
);

export type Party = StaticDecode<typeof Party>;

/** What is said of a party beyond name, account and country, in a fixed order; undefined when it is nothing. */
export function detailsOf({ town, street, lei, nationalId, customerId, birth, ultimate }: Party): (string | undefined)[] | undefined {
  const details = [town, street, lei, nationalId, customerId, birth?.on, birth?.town, birth?.country];
  // Where nobody is behind it, what was said before anybody could be stays the same.
  if (ultimate) details.push(ultimate.name, ultimate.country, ultimate.lei);
  return details.some((one) => one !== undefined) ? details : undefined;
}

import Type, { type StaticDecode } from 'typebox';
import { Asset } from '../../base/money.ts';
import { LocalDateText } from '../../base/time.ts';
import { Bic, Lei } from '../participant/contract.ts';

const closed = { additionalProperties: false };

/** Letters, digits and the marks that ISO 20022 text may hold; no control characters. */
export const text = (maxLength: number, example: string) =>
  Type.String({ minLength: 1, maxLength, pattern: '^[^\\u0000-\\u001f\\u007f]*$', examples: [example] });

const Country = Type.String({ pattern: '^[A-Z]{2}$', examples: ['NO'] });

const Birth = Type.Object({ on: LocalDateText, town: text(35, 'Bergen'), country: Country }, closed);

/** A number that somebody gives, of a scheme of ISO's code sets (`TXID`) or another. */
const GivenNumber = Type.Object(
  { id: text(256, '31129955131'), scheme: Type.Optional(text(35, 'TXID')), issuer: Type.Optional(text(35, 'Skatteetaten')) },
  closed,
);

/** How many numbers of somebody are kept. */
export const MOST_NUMBERS = 20;

/** Somebody beside a party, who may be known by numbers alone. */
const someone = {
  name: Type.Optional(text(140, 'Nordlys Holding AS')),
  country: Type.Optional(Country),
  bic: Type.Optional(Bic),
  lei: Type.Optional(Lei),
  ids: Type.Optional(Type.Array(GivenNumber, { minItems: 1, maxItems: MOST_NUMBERS })),
  isPerson: Type.Optional(Type.Boolean({ description: 'That the numbers are those of a person' })),
  birth: Type.Optional(Birth),
};

/** Somebody for whom another one pays or is paid: the ultimate debtor or creditor of ISO 20022. */
const Ultimate = Type.Object(someone, {
  ...closed,
  minProperties: 1,
  description:
    'For whom it pays or is paid, where that is somebody else: the ultimate debtor or creditor. Screened, too, by name and numbers',
});
export type Someone = StaticDecode<typeof Ultimate>;

const Initiator = Type.Object(someone, {
  ...closed,
  minProperties: 1,
  description: 'Who initiated the payment, where that is not who pays. Screened, too, by name and numbers',
});

/** Where a bank stands in a chain of payments; `customer…` in the customers' payment that one covers. */
const BANK_PLACES = [
  'ultimateDebtor',
  'debtor',
  'previous1',
  'previous2',
  'previous3',
  'creditor',
  'ultimateCreditor',
  'customerDebtorAgent',
  'customerPrevious1',
  'customerPrevious2',
  'customerPrevious3',
  'customerIntermediary1',
  'customerIntermediary2',
  'customerIntermediary3',
  'customerCreditorAgent',
  'instructing',
  'instructed',
] as const;
export type BankPlace = (typeof BANK_PLACES)[number];

/** What else a bank may be known by. */
const ofBank = {
  /** Its number in a clearing system. */
  clearing: Type.Optional(Type.Object({ system: Type.Optional(text(35, 'RUCBC')), member: text(35, '044525187') }, closed)),
  other: Type.Optional(text(35, '4711')),
  branch: Type.Optional(text(35, 'BERGEN')),
};

/** A bank in the chain that is not the participant of its side, as the sender names it. */
const Bank = Type.Object(
  {
    at: Type.Unsafe<BankPlace>({ type: 'string', enum: [...BANK_PLACES], description: 'Its place in the chain, as ISO 20022 calls it' }),
    bic: Type.Optional(Bic),
    lei: Type.Optional(Lei),
    name: Type.Optional(text(140, 'Fjordbank ASA')),
    country: Type.Optional(Country),
    ...ofBank,
  },
  closed,
);
export type Bank = StaticDecode<typeof Bank>;

/** Kept with the party as it is written, and so with its minor units as text. */
const money = {
  asset: Asset,
  units: Type.String({ pattern: '^(0|[1-9][0-9]{0,37})$', examples: ['150'], description: 'Whole minor units' }),
};

/** What a bank took on the way, and of which amount. */
const Charge = Type.Object(
  {
    ...money,
    instructed: Type.Object(money, { ...closed, description: 'What was instructed before anything was taken' }),
    rate: Type.Optional(
      Type.String({ pattern: '^[0-9]{1,11}(\\.[0-9]{1,10})?$', examples: ['1.0875'], description: 'Where that is in another currency' }),
    ),
  },
  { ...closed, description: 'What it took, of a bank that charges' },
);

/** How many others a message may name beside one party. */
export const MOST_MENTIONS = 100;

/** Somebody whom a message names at another place: who made out the invoice, who takes a charge, who is in the chain of a return. */
const Mention = Type.Object(
  {
    at: Type.String({
      minLength: 1,
      maxLength: 70,
      pattern: '^[A-Za-z0-9/]+$',
      examples: ['RmtInf/Strd/Invcr'],
      description: 'The element of ISO 20022 that names them',
    }),
    ...someone,
    ...ofBank,
    account: Type.Optional(text(34, 'NO9386011117947')),
    charge: Type.Optional(Charge),
  },
  { ...closed, minProperties: 2 },
);
export type Mention = StaticDecode<typeof Mention>;

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
    /** Its own, not that of its bank: AnyBIC. */
    bic: Type.Optional(Bic),
    lei: Type.Optional(Lei),
    /** Given by a state: passport, identity card, tax or register number. */
    nationalId: Type.Optional(text(35, '31129955131')),
    /** Given by the bank. */
    customerId: Type.Optional(text(35, 'C-204417')),
    birth: Type.Optional(Birth),
    ultimate: Type.Optional(Ultimate),
    initiator: Type.Optional(Initiator),
    banks: Type.Optional(
      Type.Array(Bank, {
        minItems: 1,
        maxItems: BANK_PLACES.length,
        description: 'Banks on its side of the chain beside the participant, as messages of ISO 20022 name them. Screened, too',
      }),
    ),
    mentions: Type.Optional(
      Type.Array(Mention, {
        minItems: 1,
        maxItems: MOST_MENTIONS,
        description: 'Whoever else a message names on its side, and where. Screened, too',
      }),
    ),
  },
  closed,
);

export type Party = StaticDecode<typeof Party>;

/** What is said of a party beyond name, account and country, in a fixed order; undefined when it is nothing. */
export function detailsOf({
  town,
  street,
  lei,
  nationalId,
  customerId,
  birth,
  ultimate,
  ...rest
}: Party): (string | undefined)[] | undefined {
  const details = [town, street, lei, nationalId, customerId, birth?.on, birth?.town, birth?.country];
  // Where nobody is behind it, what was said before anybody could be stays the same.
  if (ultimate) details.push(ultimate.name, ultimate.country, ultimate.lei);
  const { bic, banks, initiator, mentions } = rest;
  const { bic: bicBehind, ids, isPerson, birth: born } = ultimate ?? {};
  const more: unknown[] = [bic, banks?.map(saidOfBank), bicBehind, ids?.map(({ id, scheme, issuer }) => [id, scheme, issuer]), isPerson];
  if (born) more.push(born.on, born.town, born.country);
  if (more.some((one) => one !== undefined)) details.push(JSON.stringify(more));
  if (initiator || mentions) details.push(JSON.stringify([initiator && saidOfSomeone(initiator), mentions?.map(saidOfMention)]));
  return details.some((one) => one !== undefined) ? details : undefined;
}

const saidOfBank = ({ at, bic, lei, name, country, clearing, other, branch }: Bank) => [
  at,
  bic,
  lei,
  name,
  country,
  clearing?.system,
  clearing?.member,
  other,
  branch,
];

const saidOfSomeone = ({ name, country, bic, lei, ids, isPerson, birth }: Someone) => [
  name,
  country,
  bic,
  lei,
  ids?.map(({ id, scheme, issuer }) => [id, scheme, issuer]),
  isPerson,
  birth && [birth.on, birth.town, birth.country],
];

const saidOfMention = ({ at, clearing, other, branch, account, charge, ...one }: Mention) => [
  at,
  ...saidOfSomeone(one),
  clearing?.system,
  clearing?.member,
  other,
  branch,
  account,
  // What was said before charges were kept stays the same.
  ...(charge ? [JSON.stringify([charge.asset, charge.units, charge.instructed.asset, charge.instructed.units, charge.rate])] : []),
];

import Type from 'typebox';
import { idOf } from '../base/id.ts';
import { Asset, Units, WholeUnits } from '../base/money.ts';
import { Instant, LocalDateText } from '../base/time.ts';
import { TRANSFER_CODES } from './transfer.ts';

export const closed = { additionalProperties: false };

/** Place in the book, gap-free in the order of commits: a bigint in code, digits in JSON. */
export const Seq = Type.Codec(Type.String({ pattern: '^(0|[1-9][0-9]{0,18})$', examples: ['1042'], description: "The book's sequence" }))
  .Decode((digits) => BigInt(digits))
  .Encode((seq) => seq.toString());

export const AccountId = idOf('acc');
export const TransferId = idOf('trf');
export const MemberId = idOf('mem');

export const oneOf = <const T extends readonly string[]>(...values: T) => Type.Unsafe<T[number]>(Type.Enum([...values]));

/** What the account is in the books; a bank's funds with us are a liability. */
export const AccountKind = oneOf('asset', 'liability', 'equity', 'income', 'expense');

/** Printable text; control characters have no place in books. */
const text = (maxLength: number, example: string) =>
  Type.String({ minLength: 1, maxLength, pattern: '^[^\\u0000-\\u001f\\u007f]+$', examples: [example] });

export const Name = text(140, 'Nordfjord Bank, settlement EUR');
export const Reference = text(140, 'INV-2026-0017');
export const Metadata = Type.Record(Type.String({ pattern: '^[A-Za-z0-9_.:-]{1,64}$' }), text(256, 'retail'), {
  maxProperties: 16,
  description: 'Up to 16 texts by name, searchable',
});

/** The four sums of an account. Funds of a liability: creditsPosted − debitsPosted − debitsPending. */
export const BalanceSums = Type.Object({ debitsPosted: Units, creditsPosted: Units, debitsPending: Units, creditsPending: Units }, closed);

export const Account = Type.Object(
  {
    id: AccountId,
    name: Type.String(),
    kind: AccountKind,
    asset: Asset,
    memberId: Type.Optional(MemberId),
    debitsMustNotExceedCredits: Type.Boolean(),
    creditsMustNotExceedDebits: Type.Boolean(),
    managedBy: Type.Optional(
      Type.String({ description: 'The module that alone moves and closes the account; absent for one that was opened through the API' }),
    ),
    reference: Type.Optional(Type.String()),
    metadata: Type.Optional(Type.Record(Type.String(), Type.String())),
    openedAt: Instant,
    closedAt: Type.Optional(Instant),
    balance: BalanceSums,
  },
  closed,
);

const TransferKind = oneOf('posted', 'pending', 'post', 'void', 'expire');
const Balancing = oneOf('debit', 'credit', 'both');

/** A transfer as it stands in the book. The canonical JSON (RFC 8785) of exactly this document is its leaf in the log. */
export const Transfer = Type.Object(
  {
    seq: Seq,
    id: TransferId,
    kind: TransferKind,
    debitAccountId: AccountId,
    creditAccountId: AccountId,
    asset: Asset,
    units: Units,
    pendingId: Type.Optional(TransferId),
    timeoutMs: Type.Optional(Type.Integer()),
    balancing: Type.Optional(Balancing),
    effectiveOn: Type.Optional(LocalDateText),
    reference: Type.Optional(Type.String()),
    metadata: Type.Optional(Type.Record(Type.String(), Type.String())),
    recordedAt: Instant,
  },
  closed,
);

/** A pending transfer's fate; absent for all other kinds. */
const HoldState = oneOf('pending', 'posted', 'voided', 'expired');

export const TransferDetail = Type.Object(
  {
    transfer: Transfer,
    hold: Type.Optional(Type.Object({ state: HoldState, dueAt: Type.Optional(Instant), resolvedBy: Type.Optional(TransferId) }, closed)),
  },
  closed,
);

/** What a caller asks for. `post` and `void` may leave out accounts and asset: those of the pending transfer are taken. */
export const TransferDraft = Type.Object(
  {
    id: TransferId,
    kind: oneOf('posted', 'pending', 'post', 'void'),
    debitAccountId: Type.Optional(AccountId),
    creditAccountId: Type.Optional(AccountId),
    asset: Type.Optional(Asset),
    units: WholeUnits,
    pendingId: Type.Optional(TransferId),
    timeoutMs: Type.Optional(Type.Integer({ minimum: 1, maximum: 31_622_400_000, description: 'Pending only: released after so long' })),
    balancing: Type.Optional(Balancing),
    effectiveOn: Type.Optional(LocalDateText),
    reference: Type.Optional(Reference),
    metadata: Type.Optional(Metadata),
  },
  closed,
);

/** `created`, or why not. */
const TransferResultCode = oneOf('created', ...TRANSFER_CODES);

export const TransferResult = Type.Object(
  {
    id: TransferId,
    result: TransferResultCode,
    /** What moved, when created. */
    units: Type.Optional(Units),
    seq: Type.Optional(Seq),
    recordedAt: Type.Optional(Instant),
  },
  closed,
);

export const accountParams = Type.Object({ id: AccountId }, closed);
export const transferParams = Type.Object({ id: TransferId }, closed);
export const Hash = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 in hexadecimal' });
export const Size = Type.Integer({ minimum: 0, description: 'Number of transfers in the log' });
export const SizeQuery = Type.Codec(Type.String({ pattern: '^(0|[1-9][0-9]{0,14})$' }))
  .Decode((digits) => Number(digits))
  .Encode((size: number) => String(size));

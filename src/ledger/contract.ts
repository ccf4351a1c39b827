import Type from 'typebox';
import { eventKind } from '../base/event.ts';
import { Asset, Units } from '../base/money.ts';
import { operation } from '../base/operation.ts';
import { pageOf, pageQuery } from '../base/page.ts';
import { Instant, LocalDateText } from '../base/time.ts';
import {
  Account,
  AccountId,
  AccountKind,
  BalanceSums,
  Hash,
  MemberId,
  Metadata,
  Name,
  Reference,
  Seq,
  Size,
  SizeQuery,
  Transfer,
  TransferDetail,
  TransferDraft,
  TransferId,
  TransferResult,
  accountParams,
  closed,
  oneOf,
  transferParams,
} from './schema.ts';

export const openAccount = operation({
  name: 'ledger.open_account',
  method: 'POST',
  path: '/v1/ledger/accounts',
  summary: 'Opens an account in one asset with all sums at zero',
  scope: 'ledger:write',
  cost: 'normal',
  status: 201,
  idempotencyKey: 'required',
  body: Type.Object(
    {
      name: Name,
      kind: AccountKind,
      asset: Asset,
      memberId: Type.Optional(MemberId),
      debitsMustNotExceedCredits: Type.Optional(Type.Boolean({ description: 'Never more debits, pending ones included, than credits' })),
      creditsMustNotExceedDebits: Type.Optional(Type.Boolean()),
      reference: Type.Optional(Reference),
      metadata: Type.Optional(Metadata),
    },
    closed,
  ),
  output: Account,
  errors: ['ledger.flags_are_mutually_exclusive', 'ledger.member_bound', 'request.key_reused'],
  example: { body: { name: 'Nordfjord Bank, settlement EUR', kind: 'liability', asset: 'EUR/2', debitsMustNotExceedCredits: true } },
});

export const listAccounts = operation({
  name: 'ledger.list_accounts',
  method: 'GET',
  path: '/v1/ledger/accounts',
  summary: 'Accounts with their balances, oldest first',
  scope: 'ledger:read',
  cost: 'normal',
  query: Type.Object(
    {
      ...pageQuery,
      asset: Type.Optional(Asset),
      kind: Type.Optional(AccountKind),
      memberId: Type.Optional(MemberId),
      query: Type.Optional(Type.String({ maxLength: 140, description: 'Part of the name, or the whole reference' })),
    },
    closed,
  ),
  output: pageOf(Account),
  errors: ['request.cursor_invalid'],
  example: { query: { asset: 'EUR/2', kind: 'liability' } },
});

export const getAccount = operation({
  name: 'ledger.get_account',
  method: 'GET',
  path: '/v1/ledger/accounts/{id}',
  summary: 'One account with its balance',
  scope: 'ledger:read',
  cost: 'light',
  params: accountParams,
  output: Account,
  errors: ['ledger.account_not_found'],
  example: { params: { id: 'acc_0192837465ab7def8192837465abcdef' } },
});

export const closeAccount = operation({
  name: 'ledger.close_account',
  method: 'POST',
  path: '/v1/ledger/accounts/{id}/close',
  summary: 'Closes an account for good: only voids and expiries of its pending transfers are let through',
  scope: 'ledger:write',
  cost: 'normal',
  params: accountParams,
  output: Account,
  errors: ['ledger.account_not_found', 'ledger.account_managed', 'ledger.member_bound', 'request.key_reused'],
  example: { params: { id: 'acc_0192837465ab7def8192837465abcdef' } },
});

export const accountBalance = operation({
  name: 'ledger.account_balance',
  method: 'GET',
  path: '/v1/ledger/accounts/{id}/balance',
  summary: 'Balance now, as it stood at a past time, or by effective date at the end of a day',
  scope: 'ledger:read',
  cost: 'light',
  params: accountParams,
  query: Type.Object({ at: Type.Optional(Instant), effectiveOn: Type.Optional(LocalDateText) }, closed),
  output: Type.Object({ accountId: AccountId, asset: Asset, ...BalanceSums.properties }, closed),
  errors: ['ledger.account_not_found', 'ledger.day_invalid', 'ledger.at_or_effective_on'],
  example: { params: { id: 'acc_0192837465ab7def8192837465abcdef' }, query: { at: '2026-01-05T18:00:00.000Z' } },
});

export const StatementEntry = Type.Object({ side: oneOf('debit', 'credit'), transfer: Transfer, balance: BalanceSums }, closed);

export const accountStatement = operation({
  name: 'ledger.account_statement',
  method: 'GET',
  path: '/v1/ledger/accounts/{id}/statement',
  summary: 'Entries of an account recorded in [from, to), each with the balance after it, between opening and closing balance',
  scope: 'ledger:read',
  cost: 'normal',
  params: accountParams,
  query: Type.Object({ ...pageQuery, from: Type.Optional(Instant), to: Type.Optional(Instant) }, closed),
  output: Type.Object(
    {
      account: Account,
      opening: BalanceSums,
      closing: BalanceSums,
      items: Type.Array(StatementEntry),
      next: Type.Optional(Type.String()),
    },
    closed,
  ),
  errors: ['ledger.account_not_found', 'request.cursor_invalid'],
  example: { params: { id: 'acc_0192837465ab7def8192837465abcdef' }, query: { from: '2026-01-05T00:00:00.000Z' } },
});

export const createTransfers = operation({
  name: 'ledger.create_transfers',
  method: 'POST',
  path: '/v1/ledger/transfers',
  summary: 'Records chains of transfers, each chain wholly or not at all; every transfer gets its named result',
  scope: 'ledger:write',
  cost: 'heavy',
  body: Type.Object(
    {
      chains: Type.Array(Type.Array(TransferDraft, { minItems: 1, maxItems: 1000 }), {
        minItems: 1,
        maxItems: 1000,
        description: 'At most 1,000 transfers in all',
      }),
      dryRun: Type.Optional(Type.Boolean({ description: 'Evaluates by the same code and records nothing' })),
    },
    closed,
  ),
  output: Type.Object({ chains: Type.Array(Type.Array(TransferResult)), dryRun: Type.Boolean() }, closed),
  errors: ['ledger.too_many_transfers', 'ledger.transfer_invalid', 'ledger.member_bound', 'ledger.overloaded', 'database.commit_unknown'],
  example: {
    body: {
      chains: [
        [
          {
            id: 'trf_0192837465ab7def8192837465abcdef',
            kind: 'posted',
            debitAccountId: 'acc_0192837465ab7def8192837465abcdef',
            creditAccountId: 'acc_0192837465ab7def8192837465abcd02',
            asset: 'EUR/2',
            units: '125000',
            reference: 'INV-2026-0017',
          },
        ],
      ],
    },
  },
});

export const listTransfers = operation({
  name: 'ledger.list_transfers',
  method: 'GET',
  path: '/v1/ledger/transfers',
  summary: 'Transfers, newest first, by account, reference or metadata',
  scope: 'ledger:read',
  cost: 'normal',
  query: Type.Object(
    {
      ...pageQuery,
      accountId: Type.Optional(AccountId),
      reference: Type.Optional(Type.String({ maxLength: 140 })),
      metadataKey: Type.Optional(Type.String({ maxLength: 64 })),
      metadataValue: Type.Optional(Type.String({ maxLength: 256 })),
    },
    closed,
  ),
  output: pageOf(Transfer),
  errors: ['ledger.metadata_pair', 'request.cursor_invalid'],
  example: { query: { accountId: 'acc_0192837465ab7def8192837465abcdef' } },
});

export const getTransfer = operation({
  name: 'ledger.get_transfer',
  method: 'GET',
  path: '/v1/ledger/transfers/{id}',
  summary: 'One transfer, and what became of it when it was pending',
  scope: 'ledger:read',
  cost: 'light',
  params: transferParams,
  output: TransferDetail,
  errors: ['ledger.transfer_not_found'],
  example: { params: { id: 'trf_0192837465ab7def8192837465abcdef' } },
});

export const transferProof = operation({
  name: 'ledger.transfer_proof',
  method: 'GET',
  path: '/v1/ledger/transfers/{id}/proof',
  summary: 'Proof that a transfer stands in the Merkle log (RFC 6962) at its place',
  scope: 'ledger:read',
  cost: 'normal',
  params: transferParams,
  output: Type.Object(
    {
      transferId: TransferId,
      document: Type.String({ description: 'Canonical JSON of the transfer; the leaf is SHA-256 of 0x00 and these bytes' }),
      leaf: Hash,
      index: Size,
      size: Size,
      root: Hash,
      path: Type.Array(Hash),
    },
    closed,
  ),
  errors: ['ledger.transfer_not_found', 'ledger.transfer_not_logged'],
  example: { params: { id: 'trf_0192837465ab7def8192837465abcdef' } },
});

const LogHead = Type.Object({ size: Size, root: Hash, at: Instant }, closed);

export const logHead = operation({
  name: 'ledger.log_head',
  method: 'GET',
  path: '/v1/ledger/log/head',
  summary: 'Size and root of the Merkle log over all transfers',
  scope: 'ledger:read',
  cost: 'light',
  output: LogHead,
  errors: [],
  example: {},
});

export const logConsistency = operation({
  name: 'ledger.log_consistency',
  method: 'GET',
  path: '/v1/ledger/log/consistency',
  summary: 'Proof that the log at one size is the beginning of the log at a later size',
  scope: 'ledger:read',
  cost: 'normal',
  query: Type.Object({ from: SizeQuery, to: SizeQuery }, closed),
  output: Type.Object({ from: Size, to: Size, fromRoot: Hash, toRoot: Hash, path: Type.Array(Hash) }, closed),
  errors: ['ledger.log_range_invalid'],
  example: { query: { from: '1', to: '1' } },
});

export const trialBalance = operation({
  name: 'ledger.trial_balance',
  method: 'GET',
  path: '/v1/ledger/trial-balance',
  summary: 'Sums by asset and kind of account; debits equal credits in every asset',
  scope: 'ledger:read',
  cost: 'heavy',
  output: Type.Object(
    {
      seq: Seq,
      kinds: Type.Array(Type.Object({ asset: Asset, kind: AccountKind, accounts: Type.Integer(), ...BalanceSums.properties }, closed)),
      assets: Type.Array(Type.Object({ asset: Asset, ...BalanceSums.properties, balanced: Type.Boolean() }, closed)),
    },
    closed,
  ),
  errors: ['ledger.member_bound'],
  example: {},
});

/** Every public operation of the ledger. */
export const operations = [
  openAccount,
  listAccounts,
  getAccount,
  closeAccount,
  accountBalance,
  accountStatement,
  createTransfers,
  listTransfers,
  getTransfer,
  transferProof,
  logHead,
  logConsistency,
  trialBalance,
] as const;

/** A pending transfer ran out of time and its units are free again. */
export const holdExpired = eventKind({
  type: 'ledger.hold_expired',
  version: 1,
  summary: 'A pending transfer was released by the ledger because its time ran out',
  data: Type.Object({ pendingId: TransferId, transferId: TransferId, asset: Asset, units: Units }, closed),
});

export const events = [holdExpired] as const;

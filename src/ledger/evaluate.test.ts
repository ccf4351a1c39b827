import { describe, expect, test } from 'vitest';
import type { Uuid } from '../base/id.ts';
import { type Account, MAX_UNITS } from './account.ts';
import { type BookState, evaluateChain } from './evaluate.ts';
import type { TransferDraft } from './port.ts';
import { TRANSFER_CODES, type TransferCode } from './transfer.ts';

const NOW = Date.UTC(2026, 10, 22);
const NIL = '00000000-0000-0000-0000-000000000000';
const MAX = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const id = (n: number): Uuid => `01920000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;

const ids = <const N extends readonly number[]>(...numbers: N) => numbers.map(id) as { [K in keyof N]: Uuid };
const [A, B, USD, EMPTY, FULL, SHUT, SHUT2, HUGE, HUGE2, KEPT, KEPT2, MISSING] = ids(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 99);
const [POSTED, PENDING, DONE, VOIDED, EXPIRED, OVERDUE, BALANCED, SPENT, POST] = ids(101, 102, 103, 104, 105, 106, 107, 108, 109);

function account(name: Uuid, more: Partial<Account> = {}): Account {
  const sums = { debitsPosted: 0n, creditsPosted: 0n, debitsPending: 0n, creditsPending: 0n };
  return { id: name, asset: 'EUR/2', debitsLimited: false, creditsLimited: false, managed: false, closed: false, ...sums, ...more };
}

function draft(more: Partial<TransferDraft> = {}): TransferDraft {
  return { id: id(500), kind: 'posted', debitAccountId: A, creditAccountId: B, asset: 'EUR/2', units: 10n, ...more };
}

/** A book with an account and a transfer of every sort, made by evaluation itself. */
function book(): BookState & { failed: Set<Uuid> } {
  const accounts = [
    account(A),
    account(B),
    account(USD, { asset: 'USD/2' }),
    account(EMPTY, { debitsLimited: true }),
    account(FULL, { creditsLimited: true }),
    account(SHUT),
    account(SHUT2),
    ...[KEPT, KEPT2].map((name) => account(name, { managed: true })),
    ...[HUGE, HUGE2].map((name) =>
      account(name, { debitsPosted: MAX_UNITS, creditsPosted: MAX_UNITS, debitsPending: MAX_UNITS, creditsPending: MAX_UNITS }),
    ),
  ];
  const state = {
    seq: 0n,
    accounts: new Map(accounts.map((a) => [a.id, a])),
    transfers: new Map(),
    holds: new Map(),
    failed: new Set([SPENT]),
  };
  const pending = { kind: 'pending' as const, units: 50n };
  const setUp: TransferDraft[] = [
    draft({ id: POSTED, reference: 'INV-1', metadata: { a: '1', b: '2' }, effectiveOn: '2026-11-20' }),
    draft({ id: PENDING, ...pending, timeoutMs: 1_000_000, reference: 'PAY-1' }),
    draft({ id: DONE, ...pending }),
    draft({ id: VOIDED, ...pending }),
    draft({ id: EXPIRED, ...pending, timeoutMs: 1 }),
    draft({ id: OVERDUE, ...pending, timeoutMs: 1 }),
    draft({ id: BALANCED, debitAccountId: B, creditAccountId: A, units: 1_000n, balancing: 'debit' }),
    draft({ id: id(201), ...pending, debitAccountId: SHUT }),
    draft({ id: id(202), ...pending, creditAccountId: SHUT }),
    draft({ id: id(203), ...pending, debitAccountId: KEPT }),
    draft({ id: id(204), ...pending, creditAccountId: KEPT }),
    draft({ id: POST, kind: 'post', pendingId: DONE, units: 20n }),
    draft({ id: id(111), kind: 'void', pendingId: VOIDED, units: 0n }),
  ];
  for (const one of setUp) expect(evaluateChain(state, [one], { atMs: NOW })).toMatchObject({ ok: true });
  expect(evaluateChain(state, [{ id: id(112), kind: 'expire', pendingId: EXPIRED }], { atMs: NOW + 1 })).toMatchObject({ ok: true });
  for (const name of [SHUT, SHUT2]) state.accounts.get(name)!.closed = true;
  return state;
}

/** As through the public door, where the most can be wrong. */
function codeOf(state: BookState, one: TransferDraft, at = NOW + 10): TransferCode | 'created' {
  const result = evaluateChain(state, [one], { atMs: at, unmanagedOnly: true });
  return result.ok ? 'created' : result.code;
}

const post = (more: Partial<TransferDraft> = {}): TransferDraft => draft({ kind: 'post', pendingId: PENDING, units: 50n, ...more });
const release = (more: Partial<TransferDraft> = {}): TransferDraft => draft({ kind: 'void', pendingId: PENDING, units: 50n, ...more });
const again = (more: Partial<TransferDraft> = {}): TransferDraft =>
  draft({ id: POSTED, reference: 'INV-1', metadata: { b: '2', a: '1' }, effectiveOn: '2026-11-20', ...more });

/** For each result, drafts that get it. */
const CASES: Partial<Record<TransferCode | 'created', TransferDraft[]>> = {
  created: [
    draft(),
    draft({ units: 0n }),
    post(),
    post({ units: 0n }),
    post({ debitAccountId: '', creditAccountId: '', asset: '' }),
    release(),
    release({ pendingId: id(201), debitAccountId: SHUT }),
    draft({ debitAccountId: EMPTY, balancing: 'debit' }),
  ],
  id_must_not_be_zero: [draft({ id: NIL })],
  id_must_not_be_int_max: [draft({ id: MAX })],
  exists_with_different_flags: [
    again({ kind: 'pending' }),
    again({ balancing: 'credit' }),
    draft({ id: POST, kind: 'void', pendingId: DONE }),
  ],
  exists_with_different_pending_id: [again({ pendingId: PENDING }), post({ id: POST, pendingId: PENDING })],
  exists_with_different_timeout: [
    again({ timeoutMs: 5 }),
    draft({ id: PENDING, kind: 'pending', units: 50n, timeoutMs: 2, reference: 'PAY-1' }),
  ],
  exists_with_different_debit_account_id: [again({ debitAccountId: USD }), post({ id: POST, pendingId: DONE, debitAccountId: USD })],
  exists_with_different_credit_account_id: [again({ creditAccountId: USD })],
  exists_with_different_amount: [
    again({ units: 11n }),
    post({ id: POST, pendingId: DONE, units: 0n }),
    draft({ id: BALANCED, debitAccountId: B, creditAccountId: A, units: 9n, balancing: 'debit' }),
  ],
  exists_with_different_reference: [again({ reference: undefined }), again({ reference: 'INV-2' })],
  exists_with_different_effective_on: [again({ effectiveOn: undefined })],
  exists_with_different_metadata: [
    again({ metadata: undefined }),
    again({ metadata: { a: '1' } }),
    again({ metadata: { a: '1', b: '3' } }),
  ],
  exists_with_different_asset: [again({ asset: 'USD/2' })],
  exists: [
    again(),
    post({ id: POST, pendingId: DONE, units: 20n }),
    post({ id: POST, pendingId: DONE, units: 20n, debitAccountId: '', creditAccountId: '', asset: '' }),
    draft({ id: BALANCED, debitAccountId: B, creditAccountId: A, units: 10n, balancing: 'debit' }),
  ],
  id_already_failed: [draft({ id: SPENT })],
  flags_are_mutually_exclusive: [post({ balancing: 'debit' }), release({ balancing: 'both' })],
  pending_id_must_not_be_zero: [post({ pendingId: undefined }), post({ pendingId: NIL })],
  pending_id_must_not_be_int_max: [post({ pendingId: MAX })],
  pending_id_must_be_different: [post({ pendingId: id(500) })],
  debit_account_id_must_not_be_zero: [draft({ debitAccountId: NIL }), draft({ debitAccountId: '' })],
  debit_account_id_must_not_be_int_max: [draft({ debitAccountId: MAX })],
  credit_account_id_must_not_be_zero: [draft({ creditAccountId: NIL })],
  credit_account_id_must_not_be_int_max: [draft({ creditAccountId: MAX })],
  accounts_must_be_different: [draft({ creditAccountId: A })],
  pending_id_must_be_zero: [draft({ pendingId: PENDING })],
  timeout_reserved_for_pending_transfer: [draft({ timeoutMs: 1 }), post({ timeoutMs: 1 })],
  debit_account_not_found: [draft({ debitAccountId: MISSING })],
  credit_account_not_found: [draft({ creditAccountId: MISSING })],
  accounts_must_have_the_same_asset: [draft({ creditAccountId: USD })],
  transfer_must_have_the_same_asset_as_accounts: [draft({ asset: 'USD/2' })],
  pending_transfer_not_found: [post({ pendingId: MISSING })],
  pending_transfer_not_pending: [post({ pendingId: POSTED })],
  debit_account_managed: [
    draft({ debitAccountId: KEPT }),
    draft({ debitAccountId: KEPT, units: 0n }),
    draft({ debitAccountId: KEPT, balancing: 'debit' }),
    draft({ debitAccountId: KEPT, creditAccountId: KEPT2, kind: 'pending' }),
    post({ pendingId: id(203), debitAccountId: '', creditAccountId: '', asset: '' }),
    release({ pendingId: id(203), debitAccountId: KEPT }),
  ],
  credit_account_managed: [
    draft({ creditAccountId: KEPT }),
    draft({ creditAccountId: KEPT, balancing: 'both' }),
    post({ pendingId: id(204), creditAccountId: KEPT }),
    release({ pendingId: id(204), creditAccountId: '' }),
  ],
  pending_transfer_has_different_debit_account_id: [post({ debitAccountId: USD })],
  pending_transfer_has_different_credit_account_id: [post({ creditAccountId: USD })],
  pending_transfer_has_different_asset: [post({ asset: 'USD/2' })],
  exceeds_pending_transfer_amount: [post({ units: 51n }), release({ units: 51n })],
  pending_transfer_has_different_amount: [release({ units: 49n })],
  pending_transfer_already_posted: [post({ pendingId: DONE }), release({ pendingId: DONE })],
  pending_transfer_already_voided: [post({ pendingId: VOIDED })],
  pending_transfer_expired: [post({ pendingId: EXPIRED }), post({ pendingId: OVERDUE }), release({ pendingId: OVERDUE })],
  debit_account_already_closed: [draft({ debitAccountId: SHUT }), post({ pendingId: id(201), debitAccountId: SHUT })],
  credit_account_already_closed: [draft({ creditAccountId: SHUT }), post({ pendingId: id(202), creditAccountId: SHUT })],
  overflows_debits_pending: [draft({ kind: 'pending', debitAccountId: HUGE, units: 1n })],
  overflows_credits_pending: [draft({ kind: 'pending', creditAccountId: HUGE, units: 1n })],
  overflows_debits_posted: [draft({ debitAccountId: HUGE, units: 1n })],
  overflows_credits_posted: [draft({ creditAccountId: HUGE, units: 1n })],
  overflows_timeout: [draft({ kind: 'pending', timeoutMs: Number.MAX_SAFE_INTEGER })],
  exceeds_credits: [draft({ debitAccountId: EMPTY, units: 1n })],
  exceeds_debits: [draft({ creditAccountId: FULL, units: 1n })],
};

describe('every named result', () => {
  for (const [code, drafts] of Object.entries(CASES)) {
    test.each(drafts.map((one, i) => [i + 1, one] as const))(`${code} (%d)`, (_, one) => {
      expect(codeOf(book(), one)).toBe(code);
    });
  }

  test('sums of both posted and pending are kept within 38 digits', () => {
    const half = MAX_UNITS / 2n + 1n;
    const state = book();
    state.accounts.get(EMPTY)!.debitsLimited = false;
    Object.assign(state.accounts.get(EMPTY)!, { debitsPosted: half, debitsPending: 5n });
    Object.assign(state.accounts.get(FULL)!, { creditsLimited: false, creditsPosted: half, creditsPending: 5n });
    expect(codeOf(state, draft({ debitAccountId: EMPTY, units: half - 5n }))).toBe('overflows_debits');
    expect(codeOf(state, draft({ creditAccountId: FULL, units: half - 5n }))).toBe('overflows_credits');
  });

  test('the table above covers the whole list', () => {
    const elsewhere = ['linked_event_failed', 'overflows_debits', 'overflows_credits'];
    expect([...Object.keys(CASES), ...elsewhere].toSorted()).toEqual(['created', ...TRANSFER_CODES].toSorted());
  });
});

/**
 * One fault each that a draft can be given beside others, in their order. Two faults at once must answer with the one
 * that stands first.
 */
const MOVE_FAULTS: [TransferCode, Partial<TransferDraft>][] = [
  ['id_already_failed', { id: SPENT }],
  ['debit_account_id_must_not_be_zero', { debitAccountId: NIL }],
  ['debit_account_id_must_not_be_int_max', { debitAccountId: MAX }],
  ['credit_account_id_must_not_be_zero', { creditAccountId: NIL }],
  ['credit_account_id_must_not_be_int_max', { creditAccountId: MAX }],
  ['pending_id_must_be_zero', { pendingId: PENDING }],
  ['timeout_reserved_for_pending_transfer', { timeoutMs: 1 }],
  ['debit_account_not_found', { debitAccountId: MISSING }],
  ['credit_account_not_found', { creditAccountId: id(98) }],
  ['accounts_must_have_the_same_asset', { creditAccountId: USD }],
  ['transfer_must_have_the_same_asset_as_accounts', { asset: 'GBP/2' }],
  ['debit_account_managed', { debitAccountId: KEPT }],
  ['credit_account_managed', { creditAccountId: KEPT2 }],
  ['debit_account_already_closed', { debitAccountId: SHUT }],
  ['credit_account_already_closed', { creditAccountId: SHUT2 }],
  ['overflows_debits_posted', { debitAccountId: HUGE }],
  ['overflows_credits_posted', { creditAccountId: HUGE2 }],
  ['exceeds_credits', { debitAccountId: EMPTY }],
  ['exceeds_debits', { creditAccountId: FULL }],
];

const SETTLE_FAULTS: [TransferCode, Partial<TransferDraft>][] = [
  ['id_already_failed', { id: SPENT }],
  ['flags_are_mutually_exclusive', { balancing: 'debit' }],
  ['pending_id_must_not_be_zero', { pendingId: NIL }],
  ['pending_id_must_not_be_int_max', { pendingId: MAX }],
  ['timeout_reserved_for_pending_transfer', { timeoutMs: 1 }],
  ['pending_transfer_not_found', { pendingId: MISSING }],
  ['pending_transfer_not_pending', { pendingId: POSTED }],
  ['debit_account_managed', { pendingId: id(203) }],
  ['credit_account_managed', { pendingId: id(204) }],
  ['pending_transfer_has_different_debit_account_id', { debitAccountId: USD }],
  ['pending_transfer_has_different_credit_account_id', { creditAccountId: USD }],
  ['pending_transfer_has_different_asset', { asset: 'USD/2' }],
  ['exceeds_pending_transfer_amount', { units: 51n }],
  ['pending_transfer_already_posted', { pendingId: DONE }],
  ['pending_transfer_already_voided', { pendingId: VOIDED }],
  ['pending_transfer_expired', { pendingId: EXPIRED }],
  ['pending_transfer_expired', { pendingId: OVERDUE }],
];

const EXISTS_FAULTS: [TransferCode, Partial<TransferDraft>][] = [
  ['exists_with_different_flags', { balancing: 'debit' }],
  ['exists_with_different_pending_id', { pendingId: PENDING }],
  ['exists_with_different_timeout', { timeoutMs: 9 }],
  ['exists_with_different_debit_account_id', { debitAccountId: MISSING }],
  ['exists_with_different_credit_account_id', { creditAccountId: MISSING }],
  ['exists_with_different_amount', { units: 11n }],
  ['exists_with_different_reference', { reference: 'INV-2' }],
  ['exists_with_different_effective_on', { effectiveOn: '2026-11-21' }],
  ['exists_with_different_metadata', { metadata: {} }],
  ['exists_with_different_asset', { asset: 'USD/2' }],
];

/** All pairs of faults that touch different fields. */
function pairs(faults: typeof MOVE_FAULTS): [string, TransferCode, Partial<TransferDraft>][] {
  return faults.flatMap(([first, a], i) =>
    faults
      .slice(i + 1)
      .filter(([, b]) => Object.keys(a).every((field) => !(field in b)))
      .map(([second, b]): [string, TransferCode, Partial<TransferDraft>] => [`${first} before ${second}`, first, { ...b, ...a }]),
  );
}

describe('of two faults the one first in the list is named', () => {
  test.each(pairs(MOVE_FAULTS))('posted: %s', (_, code, fault) => {
    expect(codeOf(book(), draft(fault))).toBe(code);
  });
  test.each(pairs(SETTLE_FAULTS))('post: %s', (_, code, fault) => {
    expect(codeOf(book(), post(fault))).toBe(code);
  });
  test.each(pairs(EXISTS_FAULTS))('again: %s', (_, code, fault) => {
    expect(codeOf(book(), again(fault))).toBe(code);
  });
  test('each list of faults is in the order of precedence', () => {
    for (const faults of [MOVE_FAULTS, SETTLE_FAULTS, EXISTS_FAULTS]) {
      const places = faults.map(([code]) => TRANSFER_CODES.indexOf(code));
      expect(places).toEqual(places.toSorted((a, b) => a - b));
    }
  });
  test('an id in the book is compared before anything else is looked at', () => {
    expect(codeOf(book(), again({ debitAccountId: NIL }))).toBe('exists_with_different_debit_account_id');
    expect(codeOf(book(), again({ debitAccountId: SHUT }))).toBe('exists_with_different_debit_account_id');
  });
});

describe('effects', () => {
  const sums = (state: BookState, name: Uuid): bigint[] => {
    const { debitsPosted, creditsPosted, debitsPending, creditsPending } = state.accounts.get(name)!;
    return [debitsPosted, creditsPosted, debitsPending, creditsPending];
  };
  const fresh = (): BookState => ({
    ...book(),
    seq: 0n,
    accounts: new Map([A, B, USD].map((n) => [n, account(n)])),
    transfers: new Map(),
    holds: new Map(),
  });

  test('a pending transfer reserves, a partial post moves its part and releases the rest', () => {
    const state = fresh();
    evaluateChain(state, [draft({ id: id(1), kind: 'pending', units: 50n })], { atMs: NOW });
    expect([sums(state, A), sums(state, B)]).toEqual([
      [0n, 0n, 50n, 0n],
      [0n, 0n, 0n, 50n],
    ]);
    const result = evaluateChain(state, [draft({ id: id(2), kind: 'post', pendingId: id(1), units: 20n })], { atMs: NOW });
    expect([sums(state, A), sums(state, B)]).toEqual([
      [20n, 0n, 0n, 0n],
      [0n, 20n, 0n, 0n],
    ]);
    expect(result).toMatchObject({
      ok: true,
      transfers: [{ seq: 2n, units: 20n, debitAfter: { debitsPosted: 20n }, creditAfter: { creditsPosted: 20n } }],
    });
  });

  test('a balancing transfer moves what is free and no more, down to nothing', () => {
    const state = fresh();
    evaluateChain(
      state,
      [draft({ id: id(1), units: 30n }), draft({ id: id(2), kind: 'pending', debitAccountId: B, creditAccountId: A, units: 12n })],
      { atMs: NOW },
    );
    const sweep = (n: number) =>
      evaluateChain(state, [draft({ id: id(n), debitAccountId: B, creditAccountId: A, units: 100n, balancing: 'debit' })], { atMs: NOW });
    expect(sweep(3)).toMatchObject({ ok: true, transfers: [{ units: 18n }] });
    expect(sweep(4)).toMatchObject({ ok: true, transfers: [{ units: 0n }] });
  });

  test('a post inherits reference and metadata of the pending transfer unless it brings its own', () => {
    const state = fresh();
    evaluateChain(state, [draft({ id: id(1), kind: 'pending', reference: 'P', metadata: { k: 'v' } })], { atMs: NOW });
    const result = evaluateChain(state, [draft({ id: id(2), kind: 'post', pendingId: id(1), units: 0n, metadata: {} })], { atMs: NOW });
    expect(result).toMatchObject({ ok: true, transfers: [{ reference: 'P', metadata: {}, units: 10n }] });
  });

  test('a chain that fails at its end leaves sums, holds, ids and sequence as they were', () => {
    const state = book();
    const before = structuredClone({ ...state, accounts: [...(state.accounts as Map<Uuid, Account>)] });
    const chain = [
      draft({ id: id(600) }),
      draft({ id: id(601), kind: 'pending', units: 5n }),
      post({ id: id(602) }),
      release({ id: id(603), pendingId: id(601), units: 0n }),
      draft({ id: id(604), debitAccountId: EMPTY }),
    ];
    expect(evaluateChain(state, chain, { atMs: NOW + 10 })).toEqual({ ok: false, code: 'exceeds_credits', index: 4 });
    expect({ ...state, accounts: [...(state.accounts as Map<Uuid, Account>)] }).toEqual(before);
  });

  test('a transfer later in a chain may use what an earlier one brought, across assets all or nothing', () => {
    const state = fresh();
    state.accounts.get(B)!.debitsLimited = true;
    const there = draft({ id: id(1), units: 30n });
    const back = draft({ id: id(2), debitAccountId: B, creditAccountId: A, units: 30n });
    expect(evaluateChain(state, [back], { atMs: NOW })).toMatchObject({ ok: false, code: 'exceeds_credits' });
    expect(
      evaluateChain(state, [there, back, draft({ id: id(3), debitAccountId: USD, creditAccountId: id(77), asset: 'USD/2' })], {
        atMs: NOW,
      }),
    ).toMatchObject({ ok: false, index: 2 });
    expect(state.seq).toBe(0n);
    expect(evaluateChain(state, [there, back], { atMs: NOW })).toMatchObject({ ok: true });
    expect(sums(state, B)).toEqual([30n, 30n, 0n, 0n]);
  });

  test('what a module asks moves its accounts freely; through the public door such a chain is refused whole', () => {
    const state = book();
    const chain = [
      draft({ id: id(600) }),
      draft({ id: id(601), kind: 'pending', debitAccountId: KEPT, creditAccountId: KEPT2 }),
      post({ id: id(602), pendingId: id(601), debitAccountId: '', creditAccountId: '', units: 0n }),
    ];
    expect(evaluateChain(state, chain, { atMs: NOW, unmanagedOnly: true })).toEqual({ ok: false, code: 'debit_account_managed', index: 1 });
    expect([state.transfers.has(id(600)), sums(state, KEPT)]).toEqual([false, [0n, 0n, 50n, 50n]]);
    expect(evaluateChain(state, chain, { atMs: NOW })).toMatchObject({ ok: true });
    expect(sums(state, KEPT)).toEqual([10n, 0n, 50n, 50n]);
  });

  test('the same id twice in one chain is found out', () => {
    expect(evaluateChain(fresh(), [draft(), draft()], { atMs: NOW })).toEqual({ ok: false, code: 'exists', index: 1 });
  });
});

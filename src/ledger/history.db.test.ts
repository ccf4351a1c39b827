import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestLedger, type TestLedger } from '../../test/support/ledger.ts';
import type { Ctx } from '../base/context.ts';
import { newId, type Uuid } from '../base/id.ts';
import { seededRandom } from '../base/random.ts';
import { dayOf } from '../base/time.ts';
import type { AccessPort } from '../access/port.ts';
import type { OperationDeps } from './deps.ts';
import {
  accountBalance,
  accountStatement,
  closeAccount,
  getAccount,
  listAccounts,
  openAccount,
  trialBalance,
} from './operations/accounts.ts';
import { createTransfers, getTransfer, listTransfers } from './operations/transfers.ts';
import { expireHolds } from './expire-holds.ts';
import type { Sums, Transfer } from './transfer.ts';

let ledger: TestLedger;
let deps: OperationDeps;
let ctx: Ctx;
beforeAll(async () => {
  ledger = await createTestLedger();
  const { db } = ledger.database;
  // Access as far as these operations use it: a transaction around the work, and rows that go nowhere.
  const audit = { name: 'test.audit', write: async () => undefined };
  const access = {
    command: (_ctx: Ctx, _operation: unknown, work: (tx: never) => Promise<{ answer: unknown }>) =>
      db.write({ tenantId: ledger.tenantId }, async (tx) => (await work(tx as never)).answer),
    auditEntry: () => ({}),
    rows: { audit },
  } as unknown as AccessPort;
  deps = { db, access, clock: ledger.clock, ledger: ledger.port };
  const actor = { kind: 'user' as const, id: newId(), name: 'someone', tenantId: ledger.tenantId, scopes: new Set<string>() };
  ctx = { actor, tenantId: ledger.tenantId, requestId: 'r' };
});
afterAll(() => ledger.close());

const ZERO: Sums = { debitsPosted: 0n, creditsPosted: 0n, debitsPending: 0n, creditsPending: 0n };
const sumsOf = ({ debitsPosted, creditsPosted, debitsPending, creditsPending }: Sums): Sums => ({
  debitsPosted,
  creditsPosted,
  debitsPending,
  creditsPending,
});

test('balances at past times, by effective date, and statements equal a replay of the transfers', async () => {
  const random = seededRandom('history');
  const { port, tenantId, clock } = ledger;
  const ids = await ledger.open({}, {}, {}, {});
  const log: (Pick<Transfer, 'kind' | 'debitAccountId' | 'creditAccountId' | 'units'> & { at: number; day: string; held: bigint })[] = [];
  const pending: { id: Uuid; debitAccountId: Uuid; creditAccountId: Uuid; units: bigint }[] = [];
  for (let i = 0; i < 250; i++) {
    clock.advance(random.int(0, 4 * 3_600_000));
    const [debit, credit] = random.shuffle(ids);
    const old = random.chance(0.25) ? pending.pop() : undefined;
    const kind = old ? random.pick(['post', 'void'] as const) : random.pick(['posted', 'pending'] as const);
    const units = BigInt(random.int(1, 99));
    const effectiveOn = random.chance(0.3) ? dayOf(clock.now() + random.int(-5, 5) * 86_400_000) : undefined;
    const shape = old ? { pendingId: old.id, units: 0n } : { units };
    const draft = ledger.draft(old?.debitAccountId ?? debit!, old?.creditAccountId ?? credit!, { kind, effectiveOn, ...shape });
    expect(await port.enact({ tenantId, transfers: [draft] })).toMatchObject({ result: 'enacted' });
    if (kind === 'pending') pending.push(draft);
    const moved = old?.units ?? units;
    log.push({ ...draft, kind, units: moved, at: clock.now(), day: effectiveOn ?? dayOf(clock.now()), held: old?.units ?? 0n });
  }
  const replay = (id: Uuid, counts: (entry: (typeof log)[number]) => boolean): Sums => {
    const sums = { ...ZERO };
    for (const entry of log.filter((one) => counts(one))) {
      for (const side of ['debits', 'credits'] as const) {
        if ((side === 'debits' ? entry.debitAccountId : entry.creditAccountId) !== id) continue;
        if (entry.kind === 'pending') sums[`${side}Pending`] += entry.units;
        sums[`${side}Pending`] -= entry.held;
        if (entry.kind === 'posted' || entry.kind === 'post') sums[`${side}Posted`] += entry.units;
      }
    }
    return sums;
  };
  for (let i = 0; i < 40; i++) {
    const id = random.pick(ids);
    const { at } = random.pick(log);
    for (const moment of [at, at - 1]) {
      expect(sumsOf(await accountBalance(deps, ctx, { id, at: moment }))).toEqual(replay(id, (e) => e.at <= moment));
      expect((await port.balancesAt(tenantId, [id], moment)).get(id)).toEqual(replay(id, (e) => e.at <= moment));
    }
    const { day } = random.pick(log);
    const byDay = replay(id, (e) => e.day <= day);
    const recorded = replay(id, (e) => dayOf(e.at) <= day);
    const { debitsPending, creditsPending } = recorded;
    expect(sumsOf(await accountBalance(deps, ctx, { id, effectiveOn: day }))).toEqual({ ...byDay, debitsPending, creditsPending });
  }
  const id = ids[0]!;
  const [from, to] = [log[60]!.at, log[200]!.at];
  const entries: Awaited<ReturnType<typeof accountStatement>>['items'] = [];
  for (let after: string | undefined; ;) {
    const page = await accountStatement(deps, ctx, { id, from, to, limit: 7, after });
    expect(page.opening).toEqual(replay(id, (e) => e.at < from));
    expect(page.closing).toEqual(replay(id, (e) => e.at < to));
    entries.push(...page.items);
    if (page.next === undefined) break;
    after = page.next;
  }
  const expected = log.filter((e) => e.at >= from && e.at < to && (e.debitAccountId === id || e.creditAccountId === id));
  expect(entries.map((e) => [e.transfer.kind, e.transfer.units])).toEqual(expected.map((e) => [e.kind, e.units]));
  expect(sumsOf(entries.at(-1)!.balance)).toEqual(replay(id, (e) => e.at < to));
});

test('an account is opened, found, listed, closed once and for all, and then refuses', async () => {
  const opened = await openAccount(deps, ctx, {
    name: 'Nostro 7',
    kind: 'asset',
    asset: 'GBP/2',
    reference: 'N7',
    metadata: { desk: 'fx' },
  });
  expect(opened).toMatchObject({ name: 'Nostro 7', balance: ZERO, metadata: { desk: 'fx' } });
  expect(await getAccount(deps, ctx, { id: opened.id })).toEqual(opened);
  for (const query of ['nostro', 'N7']) expect((await listAccounts(deps, ctx, { query })).items).toEqual([opened]);
  expect((await listAccounts(deps, ctx, { query: 'o%7' })).items).toEqual([]);
  const closed = await closeAccount(deps, ctx, { id: opened.id });
  expect(closed.closedAt).toBe(ledger.clock.now());
  expect(await closeAccount(deps, ctx, { id: opened.id })).toEqual(closed);
  await expect(getAccount(deps, ctx, { id: newId() })).rejects.toMatchObject({ code: 'ledger.account_not_found' });
  await expect(getAccount(deps, { ...ctx, memberId: newId() }, { id: opened.id })).rejects.toMatchObject({
    code: 'ledger.account_not_found',
  });
});

test('lists come a page at a time without loss or repetition', async () => {
  await ledger.open(...Array.from({ length: 7 }, () => ({ asset: 'CHF/2' })));
  const seen: Uuid[] = [];
  for (let after: string | undefined; ;) {
    const page = await listAccounts(deps, ctx, { asset: 'CHF/2', limit: 3, after });
    seen.push(...page.items.map(({ id }) => id));
    if (page.next === undefined) break;
    after = page.next;
  }
  expect([seen.length, new Set(seen).size]).toEqual([7, 7]);
});

test('chains get a result for each transfer, and a dry run the same results without a trace', async () => {
  const [a, b, poor] = await ledger.open({}, {}, { debitsMustNotExceedCredits: true });
  const good = [ledger.draft(a!, b!), ledger.draft(a!, poor!, { units: 7n })];
  const bad = [ledger.draft(a!, b!), ledger.draft(poor!, b!, { units: 8n }), ledger.draft(a!, b!)];
  const codes = (answer: Awaited<ReturnType<typeof createTransfers>>) =>
    answer.chains.map((chain) => chain.map(({ result, units }) => [result, units]));
  const expected = [
    [
      ['created', 100n],
      ['created', 7n],
    ],
    [
      ['linked_event_failed', undefined],
      ['exceeds_credits', undefined],
      ['linked_event_failed', undefined],
    ],
    [
      ['exists', undefined],
      ['linked_event_failed', undefined],
    ],
  ];
  const input = { chains: [good, bad, good] };
  expect(codes(await createTransfers(deps, ctx, { ...input, dryRun: true }))).toEqual(expected);
  expect((await ledger.port.balances(ledger.tenantId, [b!])).get(b!)).toEqual(ZERO);
  expect(codes(await createTransfers(deps, ctx, input))).toEqual(expected);
  const again = await createTransfers(deps, ctx, { chains: [bad], dryRun: true });
  expect(again.chains[0]![1]!.result).toBe('id_already_failed');
});

describe('an account that a module manages', () => {
  const resultsOf = async (chain: ReturnType<typeof ledger.draft>[], dryRun?: boolean) =>
    (await createTransfers(deps, ctx, { chains: [chain], ...(dryRun && { dryRun }) })).chains[0]!.map(({ result }) => result);

  test('says so, and no public transfer, settlement of a pending one or closing reaches it, nor costs an id', async () => {
    const { port, tenantId } = ledger;
    const [own, other, kept] = await ledger.open({}, {}, { managedBy: 'settlement' });
    expect((await getAccount(deps, ctx, { id: kept! })).managedBy).toBe('settlement');
    expect(await getAccount(deps, ctx, { id: own! })).not.toMatchObject({ managedBy: expect.anything() as string });
    const held = ledger.draft(own!, kept!, { kind: 'pending' });
    expect(await port.enact({ tenantId, transfers: [held] })).toMatchObject({ result: 'enacted' });
    const before = await port.balances(tenantId, [own!, other!, kept!]);
    const blank = { debitAccountId: '', creditAccountId: '', asset: '', pendingId: held.id, units: 0n } as const;
    const [out, into] = [ledger.draft(kept!, own!), ledger.draft(own!, kept!, { kind: 'pending', balancing: 'both' })];
    const [post, release] = (['post', 'void'] as const).map((kind) => ledger.draft('', '', { ...blank, kind }));
    for (const dryRun of [true, false, false]) {
      expect(await resultsOf([out], dryRun)).toEqual(['debit_account_managed']);
      expect(await resultsOf([into], dryRun)).toEqual(['credit_account_managed']);
      for (const settling of [post!, release!]) expect(await resultsOf([settling], dryRun)).toEqual(['credit_account_managed']);
      expect(await resultsOf([ledger.draft(own!, other!), out], dryRun)).toEqual(['linked_event_failed', 'debit_account_managed']);
    }
    await expect(closeAccount(deps, ctx, { id: kept! })).rejects.toMatchObject({ kind: 'forbidden', code: 'ledger.account_managed' });
    expect(await port.balances(tenantId, [own!, other!, kept!])).toEqual(before);
    expect(await resultsOf([ledger.draft(own!, other!)])).toEqual(['created']);
    // The module itself goes on as before, with the very ids that were refused.
    expect(await port.enact({ tenantId, transfers: [post!, out] })).toMatchObject({ result: 'enacted' });
    expect(await resultsOf([out])).toEqual(['exists']);
    await ledger.database.db.write({ tenantId }, async (tx) => (await port.inTx(tx, tenantId)).closeAccount(kept!));
    expect((await getAccount(deps, ctx, { id: kept! })).closedAt).toBeDefined();
  });

  test('is opened under the name of a module, and no other', async () => {
    for (const managedBy of ['', 'Settlement', 'a module', 'x'.repeat(33)])
      await expect(ledger.open({ managedBy })).rejects.toMatchObject({ code: 'ledger.account_invalid' });
  });
});

test('transfers are found by account, reference and metadata, newest first', async () => {
  const [a, b, c] = await ledger.open({}, {}, {});
  const one = ledger.draft(a!, b!, { reference: 'R-1', metadata: { batch: '7', desk: 'x' } });
  const two = ledger.draft(b!, c!, { reference: 'R-1', metadata: { batch: '8' } });
  for (const draft of [one, two]) await ledger.port.enact({ tenantId: ledger.tenantId, transfers: [draft] });
  const found = async (input: Parameters<typeof listTransfers>[2]) => (await listTransfers(deps, ctx, input)).items.map(({ id }) => id);
  expect(await found({ reference: 'R-1' })).toEqual([two.id, one.id]);
  expect(await found({ accountId: b! })).toEqual([two.id, one.id]);
  expect(await found({ accountId: a! })).toEqual([one.id]);
  expect(await found({ metadataKey: 'batch', metadataValue: '8' })).toEqual([two.id]);
  expect(await found({ accountId: a!, metadataKey: 'batch', metadataValue: '8' })).toEqual([]);
  const first = await listTransfers(deps, ctx, { reference: 'R-1', limit: 1 });
  expect(await found({ reference: 'R-1', limit: 1, after: first.next })).toEqual([one.id]);
  await expect(listTransfers(deps, ctx, { metadataKey: 'batch' })).rejects.toMatchObject({ code: 'ledger.metadata_pair' });
  await expect(listTransfers(deps, ctx, { after: 'x' })).rejects.toMatchObject({ code: 'request.cursor_invalid' });
});

test('a pending transfer whose time runs out is released in the log, with an event, and cannot be posted any more', async () => {
  const { port, tenantId, clock, database, writers } = ledger;
  const [a, b] = await ledger.open({}, {});
  const [short, long] = [
    ledger.draft(a!, b!, { kind: 'pending', timeoutMs: 1_000 }),
    ledger.draft(a!, b!, { kind: 'pending', timeoutMs: 5_000 }),
  ];
  await port.enact({ tenantId, transfers: [short, long] });
  clock.advance(1_000);
  await expireHolds({ db: database.db, clock, writers });
  expect((await port.balances(tenantId, [a!])).get(a!)).toMatchObject({ debitsPosted: 0n, debitsPending: 100n });
  const detail = await getTransfer(deps, ctx, { id: short.id });
  expect(detail.hold).toMatchObject({ state: 'expired' });
  expect((await getTransfer(deps, ctx, { id: detail.hold!.resolvedBy! })).transfer).toMatchObject({ kind: 'expire', pendingId: short.id });
  const post = ledger.draft(a!, b!, { kind: 'post', pendingId: short.id, units: 0n });
  expect(await port.enact({ tenantId, transfers: [post] })).toMatchObject({ refusal: { code: 'pending_transfer_expired' } });
  expect(await database.admin(`select from infra.event_segment where 'ledger.hold_expired' = any (types)`)).toHaveLength(1);
});

test('the trial balance is balanced in every asset', async () => {
  const { assets, kinds } = await trialBalance(deps, ctx);
  expect(assets.length).toBeGreaterThan(1);
  expect(assets.every(({ balanced }) => balanced)).toBe(true);
  expect(kinds.find(({ asset, kind }) => asset === 'EUR/2' && kind === 'liability')!.debitsPosted).toBeGreaterThan(0n);
});

test('members look, but do not write', async () => {
  const bound = { ...ctx, memberId: newId() };
  await expect(createTransfers(deps, bound, { chains: [] })).rejects.toMatchObject({ code: 'ledger.member_bound' });
  expect(() => openAccount(deps, bound, { name: 'n', kind: 'asset', asset: 'EUR/2' })).toThrow(
    expect.objectContaining({ code: 'ledger.member_bound' }),
  );
});

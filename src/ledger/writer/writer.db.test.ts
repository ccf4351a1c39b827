import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestLedger, type TestLedger } from '../../../test/support/ledger.ts';
import { newId, type Uuid } from '../../base/id.ts';
import type { EventDraft } from '../../base/event.ts';
import type { RowSet } from '../../infra/postgres/db.ts';
import { texts, uuids } from '../../infra/postgres/columns.ts';
import { LedgerRefused, rowOf } from '../port.ts';
import { BookMovedOn, lockBookBehind, touchBook } from '../store/book.ts';

type Note = { tenantId: Uuid; key: string; text: string };

/** Rows of another module: a table with a unique key, written set-wise. */
const notes: RowSet<Note> = {
  name: 'test.note',
  needsNoAnswer: true,
  keys: (note) => [note.key],
  async taken(tx, keys) {
    const rows = await tx.query<{ key: string }>('select key from test.note where key = any ($1::text[])', [texts(keys)]);
    return new Set(rows.map((row) => row.key));
  },
  async write(tx, rows) {
    await tx.query(
      `insert into test.note (tenant_id, key, text, seq) select unnest($1::uuid[]), unnest($2::text[]), unnest($3::text[]), unnest($4::bigint[])`,
      [
        uuids(rows.map((row) => row.value.tenantId)),
        texts(rows.map((row) => row.value.key)),
        texts(rows.map((row) => row.value.text)),
        `{${rows.map((row) => row.seq).join()}}`,
      ],
    );
  },
};

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await createTestLedger({ maxBatchWeight: 50, maxQueueWeight: 1_000 });
  await ledger.database
    .admin(`create schema test; create table test.note (tenant_id uuid, key text primary key, text text check (text <> 'poison'), seq bigint);
    grant usage on schema test to rialto_writer; grant select, insert on test.note to rialto_writer`);
});
afterAll(() => ledger.close());

const note = (key: string, text = key) => rowOf(notes, { tenantId: ledger.tenantId, key, text });
const event = (at: number): EventDraft => ({
  id: newId(),
  tenantId: ledger.tenantId,
  type: 'test.noted',
  version: 1,
  subject: 's',
  data: {},
  at,
});
const storedNotes = async (...keys: string[]) =>
  (await ledger.database.admin<{ key: string }>('select key from test.note where key = any ($1) order by key', [keys])).map(
    (row) => row.key,
  );

describe('an act', () => {
  test('commits its transfers, rows and events together, under the sequence after it', async () => {
    const { port, tenantId, database } = ledger;
    const [a, b] = await ledger.open({}, {});
    const transfers = [ledger.draft(a!, b!), ledger.draft(a!, b!, { units: 5n })];
    const outcome = await port.enact({ tenantId, transfers, rows: [note('one')], events: ({ atMs }) => [event(atMs)] });
    expect(outcome).toMatchObject({ result: 'enacted', units: [100n, 5n] });
    const [row] = await database.admin<{ seq: bigint }>(`select seq from test.note where key = 'one'`);
    const [head] = await database.admin<{ seq: bigint }>('select seq from ledger.book');
    expect(outcome).toMatchObject({ seq: row!.seq });
    expect(head!.seq).toBe(row!.seq);
    expect(await database.admin('select from infra.event_segment where tenant_id = $1', [tenantId])).toHaveLength(1);
    expect((await port.balances(tenantId, [b!])).get(b!)).toMatchObject({ creditsPosted: 105n });
  });

  test('commits its events of every tenant that it tells', async () => {
    const { port, tenantId, database } = ledger;
    const [a, b] = await ledger.open({}, {});
    const others = [newId(), newId()];
    const events = ({ atMs }: { atMs: number }) => [event(atMs), ...others.map((other) => ({ ...event(atMs), tenantId: other }))];
    expect(await port.enact({ tenantId, transfers: [ledger.draft(a!, b!)], events })).toMatchObject({ result: 'enacted' });
    expect(await database.admin('select from infra.event_segment where tenant_id = any ($1)', [others])).toHaveLength(2);
  });

  test('that is refused leaves no row, no event and no transfer, and costs the others nothing', async () => {
    const { port, tenantId } = ledger;
    const [a, poor] = await ledger.open({}, { debitsMustNotExceedCredits: true });
    const [good, bad] = await Promise.all([
      port.enact({ tenantId, transfers: [ledger.draft(a!, poor!)], rows: [note('good')] }),
      port.enact({ tenantId, transfers: [ledger.draft(a!, poor!), ledger.draft(poor!, a!, { units: 201n })], rows: [note('bad')] }),
    ]);
    expect(good).toMatchObject({ result: 'enacted' });
    expect(bad).toEqual({ result: 'refused', refusal: { code: 'exceeds_credits', index: 1 } });
    expect(await storedNotes('good', 'bad')).toEqual(['good']);
  });

  test('that is refused records what it says to record instead', async () => {
    const { port, tenantId } = ledger;
    const [poor, a] = await ledger.open({ debitsMustNotExceedCredits: true }, {});
    const outcome = await port.enact({
      tenantId,
      transfers: [ledger.draft(poor!, a!)],
      rows: [note('wanted')],
      otherwise: ({ code }) => ({ rows: [note(`instead ${code}`)], events: ({ atMs }) => [event(atMs)] }),
    });
    expect(outcome).toMatchObject({ result: 'refused', refusal: { code: 'exceeds_credits', index: 0 }, seq: expect.any(BigInt) });
    expect(await storedNotes('wanted', 'instead exceeds_credits')).toEqual(['instead exceeds_credits']);
  });

  test('whose key is claimed in the same batch or stands in the table is refused with the key, before its transfers', async () => {
    const { port, tenantId } = ledger;
    const [a, b] = await ledger.open({}, {});
    const act = (key: string) => port.enact({ tenantId, transfers: [ledger.draft(a!, b!)], rows: [note(key)] });
    const taken = { result: 'refused', refusal: { code: 'row_taken', index: 0, key: 'mine' } };
    const [first, second] = await Promise.all([act('mine'), act('mine')]);
    expect([first, second, await act('mine')]).toEqual([expect.objectContaining({ result: 'enacted' }), taken, taken]);
    expect((await port.balances(tenantId, [b!])).get(b!)!.creditsPosted).toBe(100n);
  });

  test('whose key is claimed by a batch that is still being written is refused as well', async () => {
    const { port, tenantId } = ledger;
    const [a, b] = await ledger.open({}, {});
    const acts = Array.from({ length: 240 }, (_, i) =>
      port.enact({ tenantId, transfers: [ledger.draft(a!, b!)], rows: [note(`key ${i % 60}`)] }),
    );
    const outcomes = await Promise.all(acts);
    expect(outcomes.map(({ result }) => result)).toEqual(acts.map((_, i) => (i < 60 ? 'enacted' : 'refused')));
    expect((await port.balances(tenantId, [b!])).get(b!)!.creditsPosted).toBe(6_000n);
  });

  test('that settles what a batch still being written holds finds it', async () => {
    const { port, tenantId } = ledger;
    const [a, b] = await ledger.open({}, {});
    const holds = Array.from({ length: 80 }, () => ledger.draft(a!, b!, { kind: 'pending' }));
    const posts = holds.map(({ id }) => ledger.draft('', '', { kind: 'post', pendingId: id, asset: '', units: 0n }));
    const again = posts.map((post) => ({ ...post, id: newId() }));
    const outcomes = await Promise.all(
      [...holds, ...posts, ...again, ...posts].map((draft) => port.enact({ tenantId, transfers: [draft] })),
    );
    const codes = outcomes.map((outcome) => (outcome.result === 'enacted' ? 'enacted' : outcome.refusal.code));
    expect(codes).toEqual(['enacted', 'enacted', 'pending_transfer_already_posted', 'exists'].flatMap((code) => holds.map(() => code)));
  });

  test('whose note instead is taken as well records nothing', async () => {
    const { port, tenantId } = ledger;
    const outcome = await port.enact({
      tenantId,
      transfers: [ledger.draft(newId(), newId())],
      otherwise: () => ({ rows: [note('one')] }),
    });
    expect(outcome).toEqual({ result: 'refused', refusal: { code: 'row_taken', index: 0, key: 'one' } });
  });

  test('whose own code throws fails alone and takes its transfers back', async () => {
    const { port, tenantId } = ledger;
    const [a, b] = await ledger.open({}, {});
    const broken = port.enact({
      tenantId,
      transfers: [ledger.draft(a!, b!)],
      events: () => {
        throw new Error('broken act');
      },
    });
    const [, sound] = await Promise.all([
      expect(broken).rejects.toThrow('broken act'),
      port.enact({ tenantId, transfers: [ledger.draft(a!, b!)] }),
    ]);
    expect(sound).toMatchObject({ result: 'enacted' });
    expect((await port.balances(tenantId, [b!])).get(b!)!.creditsPosted).toBe(100n);
  });

  test('that the database refuses is found among many, and only it fails', async () => {
    const { port, tenantId } = ledger;
    const [a, b] = await ledger.open({}, {});
    const acts = Array.from({ length: 40 }, (_, i) =>
      port.enact({ tenantId, transfers: [ledger.draft(a!, b!)], rows: [note(`many ${i}`, i === 17 ? 'poison' : 'fine')] }),
    );
    const settled = await Promise.allSettled(acts);
    expect(settled.map((one, i) => (one.status === 'rejected' ? i : -1)).filter((i) => i >= 0)).toEqual([17]);
    expect((await port.balances(tenantId, [b!])).get(b!)!.creditsPosted).toBe(3_900n);
  });

  test('without transfers gets the current sequence', async () => {
    const { port, tenantId, database } = ledger;
    const [{ seq }] = (await database.admin<{ seq: bigint }>('select seq from ledger.book')) as [{ seq: bigint }];
    expect(await port.enact({ tenantId, transfers: [], rows: [note('bare')] })).toMatchObject({ result: 'enacted', seq, units: [] });
  });
});

describe('the book', () => {
  test('numbers transfers without gaps in the order of commits, whoever writes', async () => {
    const { port, tenantId, database } = ledger;
    const other = ledger.another();
    const [a, b] = await ledger.open({}, {});
    const outcomes = await Promise.all(
      Array.from({ length: 300 }, async (_, i) => {
        if (i % 50 !== 0) return (i % 2 === 0 ? port : other.port).enact({ tenantId, transfers: [ledger.draft(a!, b!, { units: 1n })] });
        return database.db.write({ tenantId }, async (tx) =>
          (await port.inTx(tx, tenantId)).transfer([ledger.draft(a!, b!, { units: 1n })]),
        );
      }),
    );
    const seqs = outcomes.map((outcome) => outcome.seq!).toSorted((x, y) => (x < y ? -1 : 1));
    expect(seqs).toEqual(Array.from({ length: 300 }, (_, i) => seqs[0]! + BigInt(i)));
    expect((await port.balances(tenantId, [b!])).get(b!)!.creditsPosted).toBe(300n);
  });

  test('an account closed by someone else is closed for a writer that remembers it open', async () => {
    const { port, tenantId, database } = ledger;
    const [a, b] = await ledger.open({}, {});
    await port.enact({ tenantId, transfers: [ledger.draft(a!, b!)] });
    await database.db.write({ tenantId }, async (tx) => (await port.inTx(tx, tenantId)).closeAccount(b!));
    const outcome = await port.enact({ tenantId, transfers: [ledger.draft(a!, b!)] });
    expect(outcome).toMatchObject({ refusal: { code: 'credit_account_already_closed' } });
  });

  test('time never goes back within it, whatever the clock says', async () => {
    const { port, tenantId, clock } = ledger;
    const [a, b] = await ledger.open({}, {});
    const before = await port.enact({ tenantId, transfers: [ledger.draft(a!, b!)] });
    clock.advance(-60_000);
    const after = await port.enact({ tenantId, transfers: [ledger.draft(a!, b!)] });
    clock.advance(60_000);
    expect(after.atMs).toBe(before.atMs);
  });

  test('spends the id of a transient refusal for good', async () => {
    const { port, tenantId } = ledger;
    const [poor, a] = await ledger.open({ debitsMustNotExceedCredits: true }, {});
    const transfer = ledger.draft(poor!, a!);
    expect(await port.enact({ tenantId, transfers: [transfer] })).toMatchObject({ refusal: { code: 'exceeds_credits' } });
    await port.enact({ tenantId, transfers: [ledger.draft(a!, poor!, { units: 1_000n })] });
    expect(await port.enact({ tenantId, transfers: [transfer] })).toMatchObject({ refusal: { code: 'id_already_failed' } });
    expect(await ledger.another().port.enact({ tenantId, transfers: [transfer] })).toMatchObject({
      refusal: { code: 'id_already_failed' },
    });
  });

  test('a repeated act answers `exists` and changes nothing', async () => {
    const { port, tenantId } = ledger;
    const [a, b] = await ledger.open({}, {});
    const transfers = [ledger.draft(a!, b!)];
    await port.enact({ tenantId, transfers });
    expect(await port.enact({ tenantId, transfers })).toEqual({ result: 'refused', refusal: { code: 'exists', index: 0 } });
    expect((await port.balances(tenantId, [b!])).get(b!)!.creditsPosted).toBe(100n);
  });

  test('knows every id again, in whatever order they came, from whichever process, and whether it stood or was spent', async () => {
    const { port, tenantId, clock } = ledger;
    const other = ledger.another();
    const [a, b, poor] = await ledger.open({}, {}, { debitsMustNotExceedCredits: true });
    const now = clock.now();
    const times = [now, now - 5_000, now + 5_000, now + 3_600_000, now + 40 * 86_400_000, 1_000, now + 1];
    const ids = [...times.map((at) => newId(at)), ...Array.from({ length: 20 }, () => crypto.randomUUID())];
    const acts = ids.map((id, i) => ({ tenantId, transfers: [ledger.draft(i % 3 === 0 ? poor! : a!, b!, { id, units: 1n })] }));
    const first = await Promise.all(acts.map((act, i) => (i % 2 === 0 ? port : other.port).enact(act)));
    expect(first.map(({ result }) => result)).toEqual(ids.map((_, i) => (i % 3 === 0 ? 'refused' : 'enacted')));
    for (const again of [port, other.port, ledger.another().port]) {
      const repeated = await Promise.all(acts.map((act) => again.enact(act)));
      const codes = repeated.map((outcome) => outcome.result === 'refused' && outcome.refusal.code);
      expect(codes).toEqual(ids.map((_, i) => (i % 3 === 0 ? 'id_already_failed' : 'exists')));
      // What goes on above all of them leaves them known.
      await again.enact({ tenantId, transfers: [ledger.draft(a!, b!, { id: newId(now + 7_200_000) })] });
    }
  });

  test('does not ask the tables about ids above all that it knows', async () => {
    const asked: string[] = [];
    const { port } = ledger.another((db) => ({
      ...db,
      write: (scope, work) => db.write(scope, (tx) => work({ ...tx, query: (text, values) => (asked.push(text), tx.query(text, values)) })),
    }));
    const { tenantId, clock } = ledger;
    const [a, b] = await ledger.open({}, {});
    const enact = (id: Uuid) => port.enact({ tenantId, transfers: [ledger.draft(a!, b!, { id })] });
    await enact(newId(clock.now() + 10_000_000));
    asked.length = 0;
    await enact(newId(clock.now() + 10_000_001));
    expect(asked.filter((text) => text.includes('ledger.failed_transfer f'))).toEqual([]);
    await enact(newId(clock.now() + 9_000_000));
    expect(asked.filter((text) => text.includes('ledger.failed_transfer f'))).toHaveLength(1);
  });

  test('is sent a batch with its commit while the one before is being written, and refuses it whole when that one was not the last', async () => {
    const sent: string[][] = [];
    const { tenantId } = ledger;
    const { port } = ledger.another((db) => ({
      ...db,
      write: (scope, work) =>
        db.write(scope, (tx) => {
          const own: string[] = [];
          sent.push(own);
          const commit = (): void => (own.push('commit'), tx.commit());
          return work({ commit, query: (text, values) => (own.push(text), tx.query(text, values)) });
        }),
    }));
    const [a, b] = await ledger.open({}, {});
    const pay = (through: typeof port) => through.enact({ tenantId, transfers: [ledger.draft(a!, b!, { units: 1n })] });
    const behind = () => sent.filter((own) => own[0]!.includes('ledger.lock_book'));
    await Promise.all(Array.from({ length: 400 }, () => pay(port)));
    expect(behind().length).toBeGreaterThan(0);
    for (const own of behind()) expect([own.length, own.at(-1)]).toEqual([3, 'commit']);
    // The other process gets in between, and every act still stands once.
    await Promise.all(Array.from({ length: 400 }, (_, i) => pay(i % 20 === 0 ? ledger.port : port)));
    expect((await ledger.port.balances(tenantId, [b!])).get(b!)!.creditsPosted).toBe(800n);
  });

  test('takes what is sent behind a transaction only as that one left it, and only if it is not dated ahead of the clock', async () => {
    const { port, tenantId, database } = ledger;
    const [a, b] = await ledger.open({}, {});
    const scope = { tenantId, role: 'rialto_writer' as const };
    await port.enact({ tenantId, transfers: [ledger.draft(a!, b!)] });
    const [written] = await database.admin<{ seq: bigint; version: bigint; writer: string }>(
      'select seq, version, xmin as writer from ledger.book',
    );
    const now = { atMs: Date.now(), leewayMs: 5_000 };
    const lock = (behind: typeof written, at = now) =>
      database.db.write(scope, async (tx) => {
        const locked = lockBookBehind(tx, tenantId, behind!, at);
        const touched = touchBook(tx, tenantId);
        touched.catch(() => undefined);
        tx.commit();
        await locked;
        await touched;
      });
    const before = { ...written!, version: written!.version - 1n };
    for (const wrong of [{ ...written!, writer: '3' }, { ...written!, seq: written!.seq + 1n }, before])
      await expect(lock(wrong)).rejects.toThrow(BookMovedOn);
    await expect(lock(written!, { ...now, atMs: now.atMs + 60_000_000 })).rejects.toThrow(BookMovedOn);
    await lock(written!);
    await expect(lock(written!)).rejects.toThrow(BookMovedOn);
  });

  test('turns acts away when too much waits, and says so', async () => {
    const { port, tenantId } = ledger;
    const [a, b] = await ledger.open({}, {});
    const chain = () => Array.from({ length: 400 }, () => ledger.draft(a!, b!));
    const settled = await Promise.allSettled([1, 2, 3].map(() => port.enact({ tenantId, transfers: chain() })));
    expect(settled.map((one) => one.status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(settled[2]).toMatchObject({ reason: { code: 'ledger.overloaded' } });
  });

  test.each([
    ['a negative amount', { units: -1n }],
    ['an amount of 39 digits', { units: 10n ** 38n }],
    ['an id that is no uuid', { id: 'x' }],
    ['a day that does not exist', { effectiveOn: '2026-02-30' }],
    ['a zero byte in the reference', { reference: 'a\0b' }],
    ['half a surrogate pair in metadata', { metadata: { k: '\ud800' } }],
  ])('refuses %s at the door', async (_, more) => {
    const [a, b] = await ledger.open({}, {});
    await expect(ledger.port.enact({ tenantId: ledger.tenantId, transfers: [ledger.draft(a!, b!, more)] })).rejects.toMatchObject({
      code: 'ledger.transfer_invalid',
    });
  });
});

describe('inside another transaction', () => {
  test('a refused chain throws with the refusal and all is rolled back', async () => {
    const { port, tenantId, database } = ledger;
    const [poor, a] = await ledger.open({ debitsMustNotExceedCredits: true }, {});
    const id = newId();
    const work = database.db.write({ tenantId }, async (tx) => {
      const inside = await port.inTx(tx, tenantId);
      await inside.openAccounts([{ id, name: 'n', kind: 'asset', asset: 'EUR/2', managedBy: undefined }]);
      await inside.transfer([ledger.draft(a!, poor!), ledger.draft(poor!, a!, { units: 101n })]);
    });
    await expect(work).rejects.toSatisfy(
      (error) => error instanceof LedgerRefused && error.refusal.code === 'exceeds_credits' && error.refusal.index === 1,
    );
    expect((await port.balances(tenantId, [poor!, id])).size).toBe(1);
  });

  test('opens, moves, posts what was pending, tells balances and sequence, and leaves the caller its own role', async () => {
    const { port, tenantId, database } = ledger;
    const [x, y] = [newId(), newId()];
    const told = await database.db.write({ tenantId }, async (tx) => {
      const inside = await port.inTx(tx, tenantId);
      await inside.openAccounts([x, y].map((id) => ({ id, name: 'n', kind: 'asset' as const, asset: 'EUR/2', managedBy: undefined })));
      const start = await inside.seq();
      const pending = ledger.draft(x, y, { kind: 'pending' });
      await inside.transfer([pending]);
      const posted = await inside.transfer([
        ledger.draft(x, y, { kind: 'post', pendingId: pending.id, units: 40n }),
        ledger.draft(y, x, { units: 1n }),
      ]);
      const [{ role }] = (await tx.query<{ role: string }>('select current_user as role')) as [{ role: string }];
      return { start, seq: posted.seq, now: await inside.seq(), role, balances: await inside.balances([x]) };
    });
    expect(told).toMatchObject({ seq: told.start + 3n, now: told.start + 3n, role: 'rialto_app' });
    expect(told.balances.get(x)).toEqual({ debitsPosted: 40n, creditsPosted: 1n, debitsPending: 0n, creditsPending: 0n });
  });

  test('an id that is open already is refused', async () => {
    const { port, tenantId, database } = ledger;
    const [id] = await ledger.open({});
    const again = database.db.write({ tenantId }, async (tx) =>
      (await port.inTx(tx, tenantId)).openAccounts([{ id: id!, name: 'n', kind: 'asset', asset: 'EUR/2', managedBy: undefined }]),
    );
    await expect(again).rejects.toMatchObject({ code: 'ledger.account_exists' });
  });
});

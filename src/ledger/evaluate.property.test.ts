import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../base/random.ts';
import type { Uuid } from '../base/id.ts';
import { type Account, sumsOf } from './account.ts';
import { type BookState, evaluateChain } from './evaluate.ts';
import { createCommands } from './simulation/commands.ts';
import type { Sums, Transfer } from './transfer.ts';

type Book = BookState & { accounts: Map<Uuid, Account> };

function bookOf(seed: number): { book: Book; chain: ReturnType<typeof createCommands>['chain'] } {
  const commands = createCommands(seededRandom(seed));
  const zero = { debitsPosted: 0n, creditsPosted: 0n, debitsPending: 0n, creditsPending: 0n };
  const accounts = Array.from({ length: 8 }, () => {
    const { id, asset, debitsMustNotExceedCredits, creditsMustNotExceedDebits, managedBy } = commands.account();
    const limits = { debitsLimited: debitsMustNotExceedCredits!, creditsLimited: creditsMustNotExceedDebits! };
    return { id, asset, ...limits, managed: managedBy !== undefined, closed: false, ...zero };
  });
  const book = {
    seq: 0n,
    accounts: new Map(accounts.map((a) => [a.id, a])),
    transfers: new Map(),
    holds: new Map(),
    failed: new Set<Uuid>(),
  };
  return { book, chain: commands.chain };
}

const total = (book: Book, asset: string, field: keyof Sums): bigint =>
  [...book.accounts.values()].filter((a) => a.asset === asset).reduce((sum, a) => sum + a[field], 0n);

test('after any chains: debits equal credits in every asset, limits hold, nothing is negative, pending sums are those of open holds', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 120 }), (seed, chains) => {
      const { book, chain } = bookOf(seed);
      for (let i = 0; i < chains; i++) evaluateChain(book, chain(), { atMs: i * 100 });
      for (const { asset, debitsLimited, creditsLimited, ...a } of book.accounts.values()) {
        expect(total(book, asset, 'debitsPosted')).toBe(total(book, asset, 'creditsPosted'));
        expect(total(book, asset, 'debitsPending')).toBe(total(book, asset, 'creditsPending'));
        expect(a.debitsPosted >= 0n && a.creditsPosted >= 0n && a.debitsPending >= 0n && a.creditsPending >= 0n).toBe(true);
        expect(debitsLimited && a.debitsPosted + a.debitsPending > a.creditsPosted).toBe(false);
        expect(creditsLimited && a.creditsPosted + a.creditsPending > a.debitsPosted).toBe(false);
        const open = [...book.transfers.values()].filter((t) => t.debitAccountId === a.id && book.holds.get(t.id)?.state === 'pending');
        expect(a.debitsPending).toBe(open.reduce((sum, t) => sum + t.units, 0n));
      }
    }),
    { numRuns: 60 },
  );
});

test('the sequence counts the transfers without a gap, and each carries the sums it left', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const { book, chain } = bookOf(seed);
      const made: Transfer[] = [];
      for (let i = 0; i < 60; i++) {
        const result = evaluateChain(book, chain(), { atMs: i * 100 });
        if (result.ok) made.push(...result.transfers);
      }
      expect(made.map((t) => t.seq)).toEqual(made.map((_, i) => BigInt(i + 1)));
      for (const account of book.accounts.values()) {
        const last = made.findLast((t) => t.debitAccountId === account.id || t.creditAccountId === account.id);
        if (last) expect(last.debitAccountId === account.id ? last.debitAfter : last.creditAfter).toEqual(sumsOf(account));
      }
    }),
    { numRuns: 60 },
  );
});

test('a chain sent again answers `exists` or its old refusal, and changes nothing', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const { book, chain } = bookOf(seed);
      for (let i = 0; i < 40; i++) {
        const drafts = chain();
        if (!evaluateChain(book, drafts, { atMs: i }).ok) continue;
        const before = structuredClone([...book.accounts.values()]);
        expect(evaluateChain(book, drafts, { atMs: i })).toEqual({ ok: false, code: 'exists', index: 0 });
        expect([...book.accounts.values()]).toEqual(before);
      }
    }),
    { numRuns: 60 },
  );
});

test('through the public door nothing ever moves a managed account, and all else comes to what it would without the door', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const [{ book, chain }, free] = [bookOf(seed), bookOf(seed)];
      for (let i = 0; i < 80; i++) {
        const [drafts, same] = [chain(), free.chain()];
        const isPublic = i % 2 === 0;
        const kept = () => [...book.accounts.values()].filter(({ managed }) => managed).map(sumsOf);
        const before = kept();
        const result = evaluateChain(book, drafts, { atMs: i * 100, unmanagedOnly: isPublic });
        if (isPublic) expect(kept()).toEqual(before);
        if (!result.ok && result.code.endsWith('_managed')) expect(isPublic).toBe(true);
        else expect(evaluateChain(free.book, same, { atMs: i * 100 })).toEqual(result);
      }
    }),
    { numRuns: 100 },
  );
});

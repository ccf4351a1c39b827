import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newId } from '../../base/id.ts';
import { inclusionProof, rootOfLeaves } from '../../base/merkle.ts';
import { sealed } from '../netting/window-file.ts';
import { leavesOf, planRound, type Entry, type OpenObligation, type Ordering, type Plan } from '../obligation/plan.ts';
import { entryLine, roundLine, shareLine } from '../obligation/round-file.ts';
import { sha256 } from '../verify-window/tree.ts';
import { CHECKS, type CheckId } from './checks.ts';
import { verifySetOff, type Verdict, type VerifyOptions } from './verify.ts';

const DAY = '2026-11-23';
const banks = Array.from({ length: 5 }, (_, i) => `00000000-0000-7000-8000-00000000000${i}`) as [string, string, string, string, string];
const [A, B, C, D, E] = banks;
const owes = (debtor: string, creditor: string, units: bigint, dueDay: string | null = null): OpenObligation => ({
  id: newId(),
  debtor,
  creditor,
  units,
  dueDay,
});
const seven = [owes(A, B, 100n), owes(B, E, 70n), owes(E, A, 100n), owes(C, D, 100n), owes(D, E, 100n), owes(E, C, 70n), owes(B, C, 100n)];
const fixed = [...seven, owes(A, B, 40n, '2026-10-01'), owes(B, A, 25n, '2026-11-22'), owes(A, B, 9n, '2027-01-01')];

const graphs = fc.array(
  fc
    .record({
      pair: fc.subarray([...banks], { minLength: 2, maxLength: 2 }),
      turned: fc.boolean(),
      units: fc.oneof(fc.bigInt(1n, 500n), fc.constantFrom(2n ** 64n, 10n ** 26n)),
      due: fc.constantFrom(null, DAY, '2026-11-22', '2026-10-24', '2026-10-23', '2025-01-01', '2027-01-01'),
    })
    .map(({ pair, turned, units, due }) => {
      const [debtor, creditor] = (turned ? pair.toReversed() : pair) as [string, string];
      return owes(debtor, creditor, units, due);
    }),
  { minLength: 1, maxLength: 30 },
);
const orderings = fc.constantFrom<Ordering>('amount', 'overdue_first');

const planOf = (open: readonly OpenObligation[], ordering: Ordering = 'overdue_first') =>
  planRound({ asset: 'EUR/2', ordering, day: DAY, open });

/** The lines of a round as the engine publishes them, or of a participant's part; without the last. */
function linesOf({ asset, ordering, day, entries, shares, gross, cleared, root }: Plan, part?: string): string[] {
  const ranAt = Date.UTC(2026, 10, 23, 16);
  const leaves = leavesOf(asset, entries);
  const head = {
    id: newId(),
    number: 3,
    asset,
    ordering,
    day,
    obligations: entries.length,
    root: Buffer.from(root),
    ranAt,
    gross,
    cleared,
  };
  return [
    roundLine(head, part),
    ...shares.filter(({ participantId }) => part === undefined || participantId === part).map((share) => shareLine(share, !part)),
    ...entries.flatMap((entry, i) => {
      if (part === undefined) return [entryLine(entry, i)];
      return entry.debtor === part || entry.creditor === part ? [entryLine(entry, i, inclusionProof(leaves, i))] : [];
    }),
  ];
}

const publish = async (lines: readonly string[]) => Buffer.concat(await Array.fromAsync(sealed(lines)));
const verify = (bytes: Uint8Array, options?: VerifyOptions) => verifySetOff([bytes], options);
const failing = ({ checks }: Verdict) => checks.filter(({ result }) => result === 'fails').map(({ id }) => id);

/** The same lines with another end, as a forger would write it. */
function reseal(lines: readonly string[]): Buffer {
  const body = lines.map((line) => `${line}\n`).join('');
  return Buffer.from(`${body}${JSON.stringify({ lines: lines.length, record: 'end', sha256: sha256(body) })}\n`);
}

/** Another set-off of the same obligations as one who controls the engine would publish it: sums and root are made to fit. */
function forgedPlan(plan: Plan, change: (entry: Entry) => bigint): Plan {
  const entries = plan.entries.map((entry) => ({ ...entry, cleared: change(entry) }));
  const shares = plan.shares.map((share) => ({
    ...share,
    cleared: entries.filter(({ debtor }) => debtor === share.participantId).reduce((sum, { cleared }) => sum + cleared, 0n),
  }));
  const cleared = entries.reduce((sum, entry) => sum + entry.cleared, 0n);
  return { ...plan, entries, shares, cleared, root: rootOfLeaves(leavesOf(plan.asset, entries)) };
}

describe('a file of a round', () => {
  test('as the engine writes it passes every check, whole and in parts', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, orderings, async (open, ordering) => {
        const plan = planOf(open, ordering);
        const whole = await verify(await publish(linesOf(plan)));
        expect(whole.checks.map(({ id, result }) => `${id} ${result}`)).toEqual(Object.keys(CHECKS).map((id) => `${id} holds`));
        for (const { participantId } of plan.shares) {
          const part = await verify(await publish(linesOf(plan, participantId)));
          expect(failing(part)).toEqual([]);
          expect(part.checks.filter(({ result }) => result === 'not_checked').map(({ id }) => id)).toEqual(['M5']);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('spoilt by a single byte anywhere, or cut off anywhere, is refused', async () => {
    const bytes = await publish(linesOf(planOf(fixed)));
    for (let i = 0; i < bytes.length; i++) {
      const spoilt = Buffer.from(bytes);
      spoilt[i]! ^= 1;
      expect((await verify(spoilt)).ok, `byte ${i}`).toBe(false);
    }
    for (let length = 0; length < bytes.length; length += 7) expect((await verify(bytes.subarray(0, length))).ok).toBe(false);
  });

  test('is read the same however its bytes are cut, and held against the root of the notices', async () => {
    const plan = planOf(fixed);
    const bytes = await publish(linesOf(plan));
    expect(await verifySetOff(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(await verify(bytes));
    expect((await verify(bytes, { publishedRoot: Buffer.from(plan.root).toString('hex') })).ok).toBe(true);
    expect(failing(await verify(bytes, { publishedRoot: '0'.repeat(64) }))).toEqual(['ROOT']);
  });
});

/** Other paths of the same hashes. */
const otherPaths = (path: readonly unknown[]) =>
  [path.slice(1), path.toReversed(), [...path, path[0]]].filter((other) => JSON.stringify(other) !== JSON.stringify(path));

/** Values of the same form that a forger could put in the place of another. */
function others(value: unknown): unknown[] {
  if (typeof value === 'number') return [value + 1, value - 1];
  if (Array.isArray(value)) return otherPaths(value);
  const text = value as string;
  if (text === 'overdue_first') return ['amount'];
  if (text === 'EUR/2') return ['USD/2'];
  if (/^\d+$/.test(text))
    return [(BigInt(text) + 1n).toString(), (BigInt(text) + 1_000n).toString(), '0'].filter((other) => other !== text);
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return [new Date(Date.parse(text) - 86_400_000).toISOString().slice(0, 10)];
  return [`${text.slice(0, -1)}${text.endsWith('f') ? 'e' : 'f'}`];
}

/** What nothing in a file can be held against; the notices tell round, number and root. */
const UNBOUND = new Set(['round.id', 'round.number', 'round.ranAt']);

/**
 * Potentials prove the bound by their differences, so many will do: one that still proves it proves the same. The size of the tree
 * may be stated otherwise in a part where that changes no path.
 */
const isLoose = (field: string, part: string | undefined) =>
  field === 'participant.potential' || (field === 'round.obligations' && part !== undefined);

describe('a forger who seals the file anew', () => {
  test.each([
    ['the whole file', undefined],
    ['a part', B],
  ])('cannot change any field of any line of %s', async (_what, part) => {
    const lines = linesOf(planOf(fixed), part);
    let tried = 0;
    for (const [i, line] of lines.entries()) {
      const record = JSON.parse(line) as Record<string, unknown>;
      for (const [field, value] of Object.entries(record)) {
        const name = `${String(record['record'])}.${field}`;
        // A day that is not the one of the weights shows only where something comes to weigh otherwise.
        if (UNBOUND.has(name) || field === 'record' || field === 'format' || name === 'round.day') continue;
        for (const other of others(value)) {
          const verdict = await verify(reseal(lines.with(i, JSON.stringify({ ...record, [field]: other }))));
          if (verdict.ok && isLoose(name, part)) continue;
          expect(verdict.ok, `${name}: ${JSON.stringify(value)} → ${JSON.stringify(other)}`).toBe(false);
          tried++;
        }
      }
    }
    expect(tried).toBeGreaterThan(60);
  });

  test('cannot leave out a line, write one twice or swap two', async () => {
    const lines = linesOf(planOf(fixed));
    for (let i = 0; i < lines.length; i++) {
      expect((await verify(reseal(lines.toSpliced(i, 1)))).ok, `without line ${i}`).toBe(false);
      expect((await verify(reseal(lines.toSpliced(i, 0, lines[i]!)))).ok, `line ${i} twice`).toBe(false);
      if (i > 0) expect((await verify(reseal(lines.with(i, lines[i - 1]!).with(i - 1, lines[i]!)))).ok, `line ${i} before`).toBe(false);
    }
  });
});

describe('an operator who publishes another set-off, with sums and root that fit it,', () => {
  const plan = planOf(seven, 'amount');
  const clears = (amounts: readonly bigint[]) => (entry: Entry) => amounts[seven.findIndex(({ id }) => id === entry.id)]!;

  test.each<[string, readonly bigint[], CheckId[]]>([
    ['the best one, of 570', [70n, 70n, 0n, 0n, 0n, 0n, 0n].map((_, i) => [100n, 70n, 100n, 100n, 100n, 70n, 30n][i]!), []],
    ['one of greedy choices, of 500', [100n, 0n, 100n, 100n, 100n, 0n, 100n], ['M5']],
    ['one of greedy choices, of 420', [70n, 70n, 70n, 70n, 70n, 70n, 0n], ['M5']],
    ['nothing', [0n, 0n, 0n, 0n, 0n, 0n, 0n], ['M5']],
    ['one that changes positions', [100n, 70n, 100n, 100n, 100n, 70n, 100n], ['M1', 'M5']],
    ['one that clears beyond an amount', [140n, 70n, 140n, 100n, 100n, 30n, 70n], ['M2']],
  ])('by %s is found out where it is not the best', async (_what, amounts, broken) => {
    const verdict = await verify(await publish(linesOf(forgedPlan(plan, clears(amounts)))));
    expect(failing(verdict)).toEqual(expect.arrayContaining(broken));
    expect(verdict.ok).toBe(broken.length === 0);
  });

  test('who clears a later obligation of a pair before an earlier one is found out', async () => {
    const [late, soon] = [owes(A, B, 10n, '2026-10-01'), owes(A, B, 10n, '2026-12-01')];
    const unfair = forgedPlan(planOf([late, soon, owes(B, A, 10n)], 'amount'), ({ id }) => (id === late.id ? 0n : 10n));
    expect(failing(await verify(await publish(linesOf(unfair))))).toEqual(['ORDER']);
    const unfairPart = await verify(await publish(linesOf(unfair, A)));
    expect(failing(unfairPart)).toEqual(['ORDER']);
  });

  test('who gives an obligation a weight of its own is found out', async () => {
    const entries = plan.entries.map((entry, i) => ({ ...entry, weight: i === 0 ? 5 : 1 }));
    const forged = { ...plan, entries, root: rootOfLeaves(leavesOf('EUR/2', entries)) };
    expect(failing(await verify(await publish(linesOf(forged))))).toContain('ORDER');
  });
});

test('the verifier shares no code with the engine: it imports the verifier of windows and its own files', () => {
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  expect(files).toHaveLength(3);
  for (const file of files) {
    const source = readFileSync(`${import.meta.dirname}/${file}`, 'utf8');
    for (const [, from] of source.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g))
      expect(from, `in ${file}`).toMatch(/^(\.\/|\.\.\/verify-window\/)[a-z-]+\.ts$/);
  }
});

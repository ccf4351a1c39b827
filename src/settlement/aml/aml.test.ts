import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backTest, type Labelled } from './back-test.ts';
import { corridorRisk, evaluate } from './evaluate.ts';
import { advance, emptyState, look, partiesIn, restore, roundDigits, snapshot, tallyAt, vectorFor, type Observed } from './features.ts';
import { bandsOf, readRuleSet, WINDOWS, type Condition } from './rules.ts';
import { checkTravelRule, FATF_R16 } from './travel-rule.ts';

const starting: unknown = JSON.parse(readFileSync(new URL('./default-rules.json', import.meta.url), 'utf8'));
const set = readRuleSet(starting);
const withRule = (when: unknown) =>
  readRuleSet({ name: 'one', corridors: { '*>KP': 100 }, rules: [{ id: 'one', title: 'One', severity: 'alert', score: 1, when }] });

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 5, 9);
let made = 0;
const payment = (more: Partial<Observed> = {}): Observed => ({
  id: `p${++made}`,
  at: START,
  party: 'ann',
  counterparty: 'bob',
  units: 10_000n,
  scale: 2,
  value: 10_000n,
  ...more,
});
const hitsAfter = (before: readonly Observed[], last: Observed, rules = set) => {
  const state = emptyState(bandsOf(rules));
  for (const one of before) advance(state, one);
  return evaluate(rules, state, last).hits.map(({ ruleId }) => ruleId);
};

describe('a rule set', () => {
  test('has the same version however it is written down, and another one when anything in it changes', () => {
    const reordered = Object.fromEntries(Object.entries(starting as object).toReversed());
    expect(readRuleSet(reordered).version).toBe(set.version);
    expect(readRuleSet({ ...(starting as object), name: 'Other' }).version).not.toBe(set.version);
  });

  test.each([
    ['a feature that is not known', { feature: 'mood', op: '>=', value: 1 }],
    ['a number where digits belong', { feature: 'amount', op: '>=', value: 5 }],
    ['a field too many', { feature: 'amount', op: '>=', value: '5', window: '1h' }],
    ['an empty list', { all: [] }],
    ['a band upside down', { feature: 'count_between', window: '1h', from: '9', to: '5', op: '>=', value: 1 }],
    ['both all and any', { all: [], any: [] }],
    [
      'nesting without end',
      Array.from({ length: 12 }).reduce<unknown>((inner) => ({ not: inner }), { feature: 'amount', op: '>', value: '1' }),
    ],
  ])('with %s is refused by name, with its place', (_, when) => {
    expect(() => withRule(when)).toThrow(
      expect.objectContaining({ code: 'settlement.rules_invalid', message: expect.stringContaining('rules.one.when') }),
    );
  });

  test('with an id twice is refused', () => {
    const rule = { id: 'one', title: 'One', severity: 'note', score: 1, when: { feature: 'amount', op: '>', value: '1' } };
    expect(() => readRuleSet({ name: 'x', corridors: {}, rules: [rule, rule] })).toThrow(/twice/);
  });
});

describe('the starting rules', () => {
  test('tell of velocity, structuring, round amounts, corridors, new counterparties and dormant accounts', () => {
    const quick = Array.from({ length: 59 }, (_, i) => payment({ at: START + i * 1_000 }));
    expect(hitsAfter(quick, payment({ at: START + 60_000 }))).toContain('velocity_hour');
    expect(hitsAfter(quick, payment({ at: START + 2 * 3_600_000 }))).not.toContain('velocity_hour');
    const below = [0, 1, 2, 2].map((day) => payment({ at: START + day * DAY, value: 990_000n }));
    expect(hitsAfter(below, payment({ at: START + 2 * DAY, value: 900_000n }))).toContain('structuring');
    expect(hitsAfter(below, payment({ at: START + 2 * DAY, value: 1_000_000n }))).not.toContain('structuring');
    expect(hitsAfter([], payment({ units: 5_000_000n, value: 5_000_000n }))).toContain('round_amount');
    expect(hitsAfter([], payment({ from: 'NO', to: 'KP' }))).toContain('risky_corridor');
    expect(hitsAfter([payment()], payment({ at: START + 40 * DAY, counterparty: 'new', value: 3_000_000n }))).toContain('new_counterparty');
    expect(hitsAfter([payment()], payment({ at: START + 200 * DAY, value: 600_000n }))).toContain('dormant_account');
  });

  test('give reasons and every input with a hit', () => {
    const verdict = evaluate(set, emptyState(bandsOf(set)), payment({ from: 'NO', to: 'KP' }));
    expect(verdict).toMatchObject({
      version: set.version,
      severity: 'alert',
      hits: [
        { ruleId: 'risky_corridor', reasons: ['The risk of the corridor is 100 (at least 70).'], inputs: [{ actual: '100', holds: true }] },
      ],
    });
  });
});

const observed = fc.record({
  at: fc.integer({ min: 0, max: 40 * 24 }).map((hours) => START + hours * 3_600_000),
  party: fc.constantFrom('ann', 'ben'),
  counterparty: fc.constantFrom('c', 'd', 'e'),
  value: fc.bigInt({ min: 1n, max: 1_200_000n }),
});
const history = fc.array(observed, { maxLength: 60 }).map((all) => all.toSorted((a, b) => a.at - b.at).map((one) => payment(one)));

const LENGTHS = { '1h': [3_600_000, 300_000], '24h': [DAY, 3_600_000], '7d': [7 * DAY, DAY], '30d': [30 * DAY, DAY] } as const;
const BAND = { from: 300_000n, to: 900_000n };

/** All that a window must and may count, from the payments themselves. */
function naive(before: readonly Observed[], now: Observed, [length, slot]: readonly [number, number], counts = (_: Observed) => true) {
  const own = [...before.filter(({ party }) => party === now.party), now].filter(counts);
  const tally = (ms: number) => {
    const found = own.filter(({ at }) => at >= now.at - ms && at <= now.at);
    return { count: found.length, sum: Number(found.reduce((sum, { value }) => sum + value, 0n)) };
  };
  return { least: tally(length), most: tally(length + slot) };
}

describe('features', () => {
  test('a window counts everything within it, and nothing older than it and one slot, as adding the payments up tells', () => {
    fc.assert(
      fc.property(history, observed, (before, last) => {
        const now = payment({ ...last, at: Math.max(last.at, before.at(-1)?.at ?? 0) });
        const state = emptyState([BAND]);
        for (const one of before) advance(state, one);
        const found = vectorFor(1);
        look(state, now, found);
        const inBand = ({ value }: Observed) => value >= BAND.from && value < BAND.to;
        for (const window of WINDOWS) {
          for (const [band, counts] of [
            [-1, () => true],
            [0, inBand],
          ] as const) {
            const { least, most } = naive(before, now, LENGTHS[window], counts);
            const [count, sum] = [found[tallyAt(window, band)]!, found[tallyAt(window, band) + 1]!];
            expect(count).toBeGreaterThanOrEqual(least.count);
            expect(count).toBeLessThanOrEqual(most.count);
            expect(sum).toBeGreaterThanOrEqual(least.sum);
            expect(sum).toBeLessThanOrEqual(most.sum);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test('a window of whole slots is counted exactly', () => {
    fc.assert(
      fc.property(history, (before) => {
        const now = payment({ at: START + 41 * DAY - (START % DAY) - 1 });
        const state = emptyState([]);
        for (const one of before) advance(state, one);
        const found = vectorFor(0);
        look(state, now, found);
        for (const window of ['7d', '30d'] as const) {
          const begin = Math.floor((now.at - LENGTHS[window][0]) / DAY) * DAY;
          expect(found[tallyAt(window)]).toBe(before.filter(({ at, party }) => party === now.party && at >= begin).length + 1);
        }
      }),
    );
  });

  test('payments that come in another order within minutes are remembered alike', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 0, max: 59 }), (all, at) => {
        const swapped = [...all];
        const [one, next] = [swapped[at], swapped[at + 1]];
        fc.pre(one !== undefined && next !== undefined);
        const near = { ...next!, at: one!.at + 60_000 };
        const states = [
          [one!, near],
          [near, one!],
        ].map((pair) => {
          const state = emptyState([BAND]);
          for (const each of [...all.slice(0, at), ...pair]) advance(state, each);
          const found = vectorFor(1);
          look(state, payment({ at: near.at + 1 }), found);
          return [...found];
        });
        expect(states[0]).toEqual(states[1]);
      }),
    );
  });

  test('a state that was taken out and brought back judges all that follows as before', () => {
    fc.assert(
      fc.property(history, history, fc.integer({ min: 1, max: 3 }), (before, after, each) => {
        const state = emptyState(bandsOf(set));
        for (const one of before) advance(state, one);
        const copy = restore([...snapshot(state, each)], bandsOf(set));
        for (const one of after) {
          expect(evaluate(set, copy, one)).toEqual(evaluate(set, state, one));
          advance(state, one);
          advance(copy, one);
        }
        expect([...snapshot(copy)]).toEqual([...snapshot(state)]);
      }),
    );
  });

  test('of more parties than are kept, those that have not paid for longest are forgotten', () => {
    const state = emptyState([], 10);
    for (let i = 0; i < 1_000; i++) advance(state, payment({ party: `p${i}`, at: START + i }));
    expect(partiesIn(state)).toBeLessThanOrEqual(20);
    const isKnown = (party: string) => {
      const found = vectorFor(0);
      look(state, payment({ party, at: START + 2_000 }), found);
      return found[tallyAt('1h')] === 2;
    };
    expect([isKnown('p999'), isKnown('p991'), isKnown('p1')]).toEqual([true, true, false]);
  });

  test('the payments of one party do not change what is told of another', () => {
    fc.assert(
      fc.property(history, observed, (before, last) => {
        const now = payment(last);
        const alone = before.filter(({ party }) => party === now.party);
        expect(hitsAfter(before, now)).toEqual(hitsAfter(alone, now));
      }),
    );
  });

  test('zeros are counted in whole units of the currency', () => {
    expect([roundDigits(5_000_000n, 2), roundDigits(5_000_001n, 2), roundDigits(500n, 0), roundDigits(0n, 2)]).toEqual([4, 0, 2, 0]);
  });

  test('the highest risk that fits a corridor counts', () => {
    expect(corridorRisk({ 'NO>*': 10, '*>KP': 90, '*>*': 5 }, { from: 'NO', to: 'KP' })).toBe(90);
    expect(corridorRisk({}, {})).toBe(0);
  });
});

test('conditions follow the laws of logic', () => {
  const leaf = fc.constantFrom<Condition>(
    { feature: 'amount', op: '>=', value: '500' },
    { feature: 'count', window: '1h', op: '>', value: 0 },
  );
  fc.assert(
    fc.property(leaf, leaf, fc.bigInt({ min: 0n, max: 1_000n }), (a, b, value) => {
      const holds = (when: Condition) => hitsAfter([], payment({ value }), withRule(when)).length === 1;
      expect(holds({ not: { all: [a, b] } })).toBe(holds({ any: [{ not: a }, { not: b }] }));
    }),
  );
});

describe('a back-test', () => {
  test('tells hits, overlap, and precision and recall where labels are given', async () => {
    const corridor = (i: number, suspicious: boolean): Labelled => payment({ party: `x${i}`, to: 'KP', suspicious } as Labelled);
    const result = await backTest(set, [
      corridor(1, true),
      corridor(2, true),
      corridor(3, false),
      { ...payment({ party: 'y' }), suspicious: true },
    ]);
    expect(result).toMatchObject({ payments: 4, labelled: 4, flagged: 3, precision: 2 / 3, recall: 2 / 3 });
    expect(result.rules.find(({ ruleId }) => ruleId === 'risky_corridor')).toMatchObject({ hits: 3, alone: 3, precision: 2 / 3 });
    const both = await backTest(set, [payment({ units: 5_000_000n, value: 5_000_000n, to: 'KP' })]);
    expect(both.overlap).toEqual([{ a: 'risky_corridor', b: 'round_amount', both: 1, jaccard: 1 }]);
    expect(both.precision).toBeUndefined();
  });

  test('comes to what judging one by one comes to, also from a stream', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (all) => {
        async function* stream() {
          for (const one of all) yield await Promise.resolve(one);
        }
        const state = emptyState(bandsOf(set));
        let flagged = 0;
        for (const one of all) {
          if (evaluate(set, state, one).hits.length > 0) flagged++;
          advance(state, one);
        }
        expect((await backTest(set, stream())).flagged).toBe(flagged);
      }),
      { numRuns: 30 },
    );
  });
});

describe('the travel rule', () => {
  const full = { name: 'Ann Ash', account: 'NO9386011117947', street: 'Way 1', town: 'Oslo', country: 'NO' };
  const payee = { name: 'Bob Birch', account: 'SE4550000000058398257466' };
  const codes = (value: bigint, originator: object, beneficiary: object, crossBorder = true, policy = FATF_R16) =>
    checkTravelRule({ value, crossBorder, originator, beneficiary }, policy).missing.map(({ path }) => path);

  test('from the threshold on asks for what identifies the originator, below it for names and accounts', () => {
    expect(codes(100_000n, full, payee)).toEqual([]);
    const bare = { name: 'Ann Ash', account: 'NO9386011117947' };
    expect(codes(99_999n, bare, payee)).toEqual([]);
    expect(codes(100_000n, bare, payee)).toEqual(['originator.address']);
    for (const more of [{ nationalId: '1' }, { customerId: 'c' }, { lei: 'L' }, { bornOn: '1971', bornIn: 'Oslo' }]) {
      expect(codes(100_000n, { ...bare, ...more }, payee)).toEqual([]);
    }
    expect(codes(1n, {}, {})).toEqual(['originator.account', 'originator.name', 'beneficiary.name', 'beneficiary.account']);
  });

  test('within one country the account is enough, unless the policy asks for more', () => {
    expect(codes(100_000n, { account: 'x' }, {}, false)).toEqual([]);
    expect(codes(100_000n, { account: 'x' }, {}, false, { ...FATF_R16, domesticInFull: true })).toHaveLength(4);
    expect(codes(100_000n, full, payee, true, { ...FATF_R16, beneficiaryAddress: true })).toEqual([
      'beneficiary.town',
      'beneficiary.country',
    ]);
  });

  test('saying more never makes a payment less complete, and dashes say nothing', () => {
    const party = fc.record(
      {
        name: fc.constantFrom('A', '-'),
        account: fc.constant('1'),
        town: fc.constant('T'),
        country: fc.constant('NO'),
        nationalId: fc.constantFrom('1', '.'),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(party, party, fc.bigInt({ min: 0n, max: 200_000n }), (originator, beneficiary, value) => {
        const less = codes(value, originator, beneficiary);
        const more = codes(value, { ...originator, ...full }, { ...beneficiary, ...payee });
        expect(more.every((path) => less.includes(path))).toBe(true);
      }),
    );
    expect(codes(1n, { name: '--', account: 'x' }, payee)).toEqual(['originator.name']);
  });
});

import { describe, expect, test } from 'vitest';
import { type Random, seededRandom } from '../../base/random.ts';
import type { Bundle, GridlockInput, Leg } from './bundle.ts';
import { isLoopDue } from './run-order.ts';
import { resolveGridlock } from './resolve.ts';

const INSTANCES = 7_200;
const ASSETS = ['EUR/2', 'JPY/0', 'USD/2'];

type Kind = { pvp: boolean; risk: boolean; limits: boolean; reserved: boolean; orders: boolean };

/** A few participants with too little money, and up to seven bundles. */
function randomInput(random: Random, kind: Kind): GridlockInput {
  const people = Array.from('ABCDE').slice(0, random.int(2, 5));
  const assets = ASSETS.slice(0, random.int(kind.pvp ? 2 : 1, 3));
  const bundles = Array.from({ length: random.int(1, 7) }, (_, i): Bundle => {
    const [x, y] = random.shuffle(people) as [string, string];
    const [a, b] = random.shuffle(assets) as [string, string];
    const legs: Leg[] = [{ debtor: x, creditor: y, asset: a, units: BigInt(random.int(1, 12)) }];
    if (kind.pvp && random.chance(0.5)) legs.push({ debtor: y, creditor: x, asset: b, units: BigInt(random.int(1, 12)) });
    return { id: `b${i}`, legs, priority: random.int(0, 2) };
  });
  const some = (most: number) => BigInt(random.int(0, most));
  return {
    bundles,
    accounts: people.flatMap((participantId) =>
      assets.map((asset) => ({
        participantId,
        asset,
        balance: some(8) - 1n,
        ...(!kind.risk && { creditLine: some(4) }),
        ...(kind.reserved && { reserved: [some(4), some(3)] }),
        ...(kind.limits && random.chance(0.5) && { netSenderLimit: some(9), netSent: some(3) }),
      })),
    ),
    ...(kind.limits && { bilateralLimits: limitsOf(random, people, assets) }),
    ...(kind.risk && { risk: riskOf(random, people) }),
    ...(kind.orders && { orders: ordersOf(random, bundles, people) }),
  };
}

function limitsOf(random: Random, people: readonly string[], assets: readonly string[]) {
  return people.flatMap((participantId) =>
    people
      .filter((other) => other !== participantId && random.chance(0.4))
      .map((counterpartyId) => ({
        participantId,
        counterpartyId,
        asset: random.pick(assets),
        limit: BigInt(random.int(0, 8)),
        netSent: BigInt(random.int(-3, 3)),
      })),
  );
}

function riskOf(random: Random, people: readonly string[]) {
  return {
    rates: new Map(ASSETS.map((asset, i) => [asset, [108n, 1n, 100n][i]!])),
    haircutsBps: new Map(ASSETS.map((asset) => [asset, random.pick([0, 500, 10_000])])),
    members: people.map((participantId) => ({
      participantId,
      shortLimits: new Map(ASSETS.map((asset) => [asset, BigInt(random.int(0, 9))])),
      ...(random.chance(0.8) && { aggregateShort: BigInt(random.int(0, 900)) }),
    })),
  };
}

function ordersOf(random: Random, bundles: readonly Bundle[], people: readonly string[]) {
  const own = (person: string) => bundles.filter(({ legs }) => legs.some(({ debtor }) => debtor === person)).map(({ id }) => id);
  return new Map(people.filter(() => random.chance(0.5)).map((person) => [person, random.shuffle(own(person))]));
}

/** Each participant's queue, by the letter of the rule. */
function queuesOf({ bundles, orders }: GridlockInput): string[][] {
  const people = new Set(bundles.flatMap(({ legs }) => legs.map(({ debtor }) => debtor)));
  return [...people].map((person) => {
    const own = bundles.filter(({ legs }) => legs.some(({ debtor }) => debtor === person));
    const usual = own.toSorted((a, b) => (a.priority ?? 0) - (b.priority ?? 0)).map(({ id }) => id);
    return [...(orders?.get(person) ?? usual)];
  });
}

/** Whether a set is the beginning of every queue, and leaves every payer with all its tests passed. */
function isFeasible(input: GridlockInput, queues: readonly string[][], taken: ReadonlySet<string>): boolean {
  for (const queue of queues) {
    const gap = queue.findIndex((id) => !taken.has(id));
    if (gap >= 0 && queue.slice(gap).some((id) => taken.has(id))) return false;
  }
  const legs = input.bundles.filter(({ id }) => taken.has(id)).flatMap(({ legs, priority }) => legs.map((leg) => ({ ...leg, priority })));
  return [...new Set(legs.map(({ debtor }) => debtor))].every((payer) => passes(input, legs, payer));
}

type PricedLeg = Leg & { priority: number | undefined };

function passes(input: GridlockInput, legs: readonly PricedLeg[], payer: string): boolean {
  const member = input.risk?.members.find(({ participantId }) => participantId === payer);
  const total = (some: readonly Leg[]) => some.reduce((sum, { units }) => sum + units, 0n);
  let [value, short] = [0n, 0n];
  for (const account of input.accounts.filter(({ participantId }) => participantId === payer)) {
    const out = legs.filter((leg) => leg.debtor === payer && leg.asset === account.asset);
    const into = legs.filter((leg) => leg.creditor === payer && leg.asset === account.asset);
    const moved = total(out) - total(into);
    const balance = account.balance - moved;
    const least = account.creditLine ?? member?.shortLimits?.get(account.asset) ?? 0n;
    const reserved = (account.reserved ?? []).reduce((sum, units, p) => {
      const rest = units - total(out.filter(({ priority = 0 }) => priority === p));
      return sum + (rest > 0n ? rest : 0n);
    }, 0n);
    if (balance < reserved - least) return false;
    if (account.netSenderLimit !== undefined && (account.netSent ?? 0n) + moved > account.netSenderLimit) return false;
    if (!input.risk) continue;
    const rate = input.risk.rates.get(account.asset)!;
    const haircut = BigInt(input.risk.haircutsBps!.get(account.asset)!);
    value += balance * rate * (balance < 0n ? 10_000n + haircut : 10_000n - haircut);
    short += balance < 0n ? -balance * rate : 0n;
  }
  if (member && (value < 0n || (member.aggregateShort !== undefined && short > member.aggregateShort))) return false;
  return (input.bilateralLimits ?? [])
    .filter(({ participantId }) => participantId === payer)
    .every(({ counterpartyId, asset, limit, netSent = 0n }) => {
      const between = (from: string, to: string) => total(legs.filter((l) => l.debtor === from && l.creditor === to && l.asset === asset));
      return netSent + between(payer, counterpartyId) - between(counterpartyId, payer) <= limit;
    });
}

/** The feasible set that holds every other, by trying them all; undefined when there is none such. */
function uniqueMaximum(input: GridlockInput, queues: readonly string[][] = queuesOf(input)): Set<string> | undefined {
  const feasible: Set<string>[] = [];
  for (let bits = 0; bits < 1 << input.bundles.length; bits++) {
    const taken = new Set(input.bundles.filter((_, i) => (bits >> i) % 2 === 1).map(({ id }) => id));
    if (isFeasible(input, queues, taken)) feasible.push(taken);
  }
  const union = new Set(feasible.flatMap((set) => [...set]));
  return feasible.find((set) => set.size === union.size);
}

const settledOf = (input: GridlockInput, steps?: Parameters<typeof resolveGridlock>[1]) =>
  resolveGridlock(input, steps)
    .settlements.flatMap(({ bundleIds }) => bundleIds)
    .sort();

describe('gridlock resolution against every possible set', () => {
  const kinds: [string, Kind][] = [
    ['single payments', { pvp: false, risk: false, limits: false, reserved: false, orders: false }],
    ['payment versus payment', { pvp: true, risk: false, limits: false, reserved: false, orders: false }],
    ['bilateral and net sender limits', { pvp: true, risk: false, limits: true, reserved: false, orders: false }],
    ['reservations by class', { pvp: true, risk: false, limits: false, reserved: true, orders: false }],
    ['cross-currency risk tests', { pvp: true, risk: true, limits: false, reserved: false, orders: false }],
    ['everything, in orders chosen by the participants', { pvp: true, risk: true, limits: true, reserved: true, orders: true }],
  ];

  test.each(kinds)('with %s there is one largest set, and it is found, alone or after the smaller steps', (name, kind) => {
    const random = seededRandom(name);
    let gridlocks = 0;
    for (let i = 0; i < INSTANCES / kinds.length; i++) {
      const input = randomInput(random.fork(`${i}`), kind);
      const maximum = uniqueMaximum(input);
      expect([i, maximum]).not.toEqual([i, undefined]);
      const best = [...maximum!].sort();
      expect([i, settledOf(input, { direct: false })]).toEqual([i, best]);
      expect([i, settledOf(input)]).toEqual([i, best]);
      if (settledOf(input, { multilateral: false }).length < best.length) gridlocks++;
    }
    // The instances are worth something only if many need all to settle at once.
    expect(gridlocks).toBeGreaterThan(10);
  });

  test('with a queue for each currency and a test across them there would be no largest set, which is why there is one queue', () => {
    const leg = (asset: string): Leg => ({ debtor: 'A', creditor: 'B', asset, units: 1n });
    const input: GridlockInput = {
      bundles: [
        { id: 'eur', legs: [leg('EUR/2')] },
        { id: 'usd', legs: [leg('USD/2')] },
      ],
      accounts: ['EUR/2', 'USD/2', 'JPY/0'].map((asset) => ({ participantId: 'A', asset, balance: asset === 'JPY/0' ? 100n : 0n })),
      risk: {
        rates: new Map(ASSETS.map((asset) => [asset, 1n])),
        haircutsBps: new Map(ASSETS.map((asset) => [asset, 0])),
        members: [{ participantId: 'A', shortLimits: new Map(ASSETS.map((asset) => [asset, 1n])), aggregateShort: 1n }],
      },
    };
    expect(uniqueMaximum(input, [['eur'], ['usd']])).toBeUndefined();
    expect(uniqueMaximum(input)).toEqual(new Set(['eur']));
    expect(settledOf(input)).toEqual(['eur']);
  });

  test('amounts beyond plain numbers settle just the same', () => {
    const random = seededRandom('beyond 2^53');
    const factor = 10n ** 30n;
    for (let i = 0; i < 300; i++) {
      const small = randomInput(random.fork(`${i}`), kinds[2]![1]);
      const large: GridlockInput = {
        bundles: small.bundles.map((one) => ({ ...one, legs: one.legs.map((leg) => ({ ...leg, units: leg.units * factor })) })),
        accounts: small.accounts.map(({ netSenderLimit, ...one }) => ({
          ...one,
          balance: one.balance * factor,
          creditLine: one.creditLine! * factor,
          netSent: (one.netSent ?? 0n) * factor,
          ...(netSenderLimit !== undefined && { netSenderLimit: netSenderLimit * factor }),
        })),
        bilateralLimits: small.bilateralLimits!.map((one) => ({ ...one, limit: one.limit * factor, netSent: one.netSent! * factor })),
      };
      expect(resolveGridlock(large).settlements).toEqual(resolveGridlock(small).settlements);
    }
  });
});

const payment = (id: string, pair: string, units: bigint, more: Partial<Bundle> = {}): Bundle => ({
  id,
  legs: [{ debtor: pair[0]!, creditor: pair[1]!, asset: 'EUR/2', units }],
  ...more,
});
const account = (participantId: string, balance: bigint) => ({ participantId, asset: 'EUR/2', balance });

describe('the run order', () => {
  test('a bundle that has cover settles alone, and what it pays lets others settle', () => {
    const input = { bundles: [payment('1', 'AB', 10n), payment('2', 'BC', 10n), payment('3', 'CA', 11n)], accounts: [account('A', 10n)] };
    expect(resolveGridlock(input)).toEqual({
      settlements: [
        { step: 'direct', bundleIds: ['1'] },
        { step: 'direct', bundleIds: ['2'] },
      ],
      waiting: ['3'],
      balances: [{ participantId: 'A', asset: 'EUR/2', balance: 0n }],
    });
  });

  test('two that pay each other settle with only the difference', () => {
    const input = { bundles: [payment('1', 'AB', 10n), payment('2', 'BA', 12n)], accounts: [account('B', 2n)] };
    expect(resolveGridlock(input).settlements).toEqual([{ step: 'bilateral', bundleIds: ['1', '2'] }]);
  });

  test('a circle without any money settles at once, and only there', () => {
    const input = { bundles: [payment('1', 'AB', 10n), payment('2', 'BC', 10n), payment('3', 'CA', 10n)], accounts: [] };
    expect(resolveGridlock(input, { multilateral: false }).settlements).toEqual([]);
    expect(resolveGridlock(input).settlements).toEqual([{ step: 'multilateral', bundleIds: ['1', '2', '3'] }]);
  });

  test('too little money even all at once is deadlock: nothing settles, nothing changes', () => {
    const input = { bundles: [payment('1', 'AB', 10n), payment('2', 'BA', 9n)], accounts: [account('A', 0n), account('B', 0n)] };
    expect(resolveGridlock(input)).toEqual({
      settlements: [],
      waiting: ['1', '2'],
      balances: [
        { participantId: 'A', asset: 'EUR/2', balance: 0n },
        { participantId: 'B', asset: 'EUR/2', balance: 0n },
      ],
    });
  });

  test('the more urgent goes first, and nothing overtakes what it waits behind', () => {
    const accounts = [account('A', 10n)];
    const plain = [payment('1', 'AB', 11n), payment('2', 'AB', 10n)];
    expect(resolveGridlock({ bundles: plain, accounts }).settlements).toEqual([]);
    const urgent = [payment('1', 'AB', 11n, { priority: 1 }), payment('2', 'AB', 10n, { priority: 0 })];
    expect(resolveGridlock({ bundles: urgent, accounts }).settlements).toEqual([{ step: 'direct', bundleIds: ['2'] }]);
    const chosen = { bundles: plain, accounts, orders: new Map([['A', ['2', '1']]]) };
    expect(resolveGridlock(chosen).settlements).toEqual([{ step: 'direct', bundleIds: ['2'] }]);
  });

  test('both legs of a payment versus payment move or neither does, and one waits for the queues of both', () => {
    const pvp: Bundle = {
      id: 'fx',
      legs: [
        { debtor: 'A', creditor: 'B', asset: 'EUR/2', units: 10n },
        { debtor: 'B', creditor: 'A', asset: 'USD/2', units: 11n },
      ],
    };
    const funded = [account('A', 10n), { participantId: 'B', asset: 'USD/2', balance: 11n }];
    expect(settledOf({ bundles: [pvp], accounts: funded })).toEqual(['fx']);
    expect(settledOf({ bundles: [pvp], accounts: funded.slice(0, 1) })).toEqual([]);
    expect(settledOf({ bundles: [payment('first', 'BC', 11n), pvp], accounts: funded })).toEqual([]);
  });

  test('whoever only receives is held to no test', () => {
    const accounts = [account('A', 5n), account('B', -100n)];
    expect(settledOf({ bundles: [payment('1', 'AB', 5n)], accounts })).toEqual(['1']);
  });

  test('the loop is due after its time or above its length, and never for an empty queue', () => {
    const rule = { everyMs: 60_000, queued: 100 };
    expect(isLoopDue(rule, { sinceLastMs: 59_999, queued: 99 })).toBe(false);
    expect(isLoopDue(rule, { sinceLastMs: 60_000, queued: 1 })).toBe(true);
    expect(isLoopDue(rule, { sinceLastMs: 0, queued: 100 })).toBe(true);
    expect(isLoopDue(rule, { sinceLastMs: 60_000, queued: 0 })).toBe(false);
  });

  test('of a hundred thousand that wait for one another without any money, every one is removed', () => {
    const count = 100_000;
    const bundles = Array.from({ length: count }, (_, i) => ({
      id: `${i}`,
      legs: [{ debtor: `p${i}`, creditor: `p${i + 1}`, asset: 'EUR/2', units: 1n }],
    }));
    const { settlements, waiting } = resolveGridlock({ bundles, accounts: [] });
    expect([settlements.length, waiting.length]).toEqual([0, count]);
  });
});

describe('bad input', () => {
  const leg = { debtor: 'A', creditor: 'B', asset: 'EUR/2', units: 1n };
  const bad: [string, GridlockInput, RegExp][] = [
    ['a bundle without legs', { bundles: [{ id: '1', legs: [] }], accounts: [] }, /bundle 1 has no legs/],
    ['an amount of nothing', { bundles: [payment('1', 'AB', 0n)], accounts: [] }, /leg of bundle 1 is of 0 units/],
    ['a leg to oneself', { bundles: [payment('1', 'AA', 1n)], accounts: [] }, /owed to its own debtor/],
    ['an id twice', { bundles: [payment('1', 'AB', 1n), payment('1', 'AB', 1n)], accounts: [] }, /bundle 1 is there twice/],
    ['a priority below zero', { bundles: [payment('1', 'AB', 1n, { priority: -1 })], accounts: [] }, /has the priority -1/],
    ['an account twice', { bundles: [], accounts: [account('A', 1n), account('A', 1n)] }, /two accounts in EUR/],
    ['a negative line', { bundles: [], accounts: [{ ...account('A', 1n), creditLine: -1n }] }, /below zero/],
    [
      'a missing rate',
      { bundles: [{ id: '1', legs: [leg] }], accounts: [], risk: { rates: new Map(), members: [] } },
      /there is no rate for EUR/,
    ],
    [
      'an order of other bundles',
      { bundles: [payment('1', 'AB', 1n)], accounts: [], orders: new Map([['A', ['2']]]) },
      /the order of A is not one of its own 1 bundles/,
    ],
    [
      'two limits',
      {
        bundles: [],
        accounts: [],
        bilateralLimits: [1n, 2n].map((limit) => ({ participantId: 'A', counterpartyId: 'B', asset: 'EUR/2', limit })),
      },
      /two limits towards B/,
    ],
  ];

  test.each(bad)('%s is refused by name', (_title, input, message) => {
    expect(() => resolveGridlock(input)).toThrow(message);
  });
});

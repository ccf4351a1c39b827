import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { admit, admitAll, breakerKeys, CLOSED, openByHand, record, STARTING_POLICY, type Breaker } from './breaker.ts';
import { LiveBreakers } from './live-breakers.ts';
import { checkLimitBook, checkLimits, LIMIT_NAMES, type LimitBook } from './limits.ts';
import { cutOff, emptyPositions, free, giveBack, owedTo, positionOf, sendToday, sentTo, take, type LimitedPayment } from './positions.ts';
import { FACTORS, readWeights, riskOf, STARTING_WEIGHTS, type Factor } from './score.ts';
import { startSimulation, type Traffic } from './simulate.ts';

function simulateLimits(before: LimitBook, after: LimitBook, traffic: Iterable<Traffic>) {
  const simulation = startSimulation(before, after);
  for (const step of traffic) simulation.take(step);
  return simulation.result();
}

/** A payment into a window, or as told. */
const paid = (at: number, payment: LimitedPayment, more: Partial<Extract<Traffic, { kind: 'payment' }>> = {}): Traffic => ({
  kind: 'payment',
  at,
  payment,
  way: 'window',
  from: 'door',
  freedAt: null,
  givenBackAt: null,
  ...more,
});
const cut = (at: number, assets: string[], freedAt: number | null = null): Traffic => ({ kind: 'cut_off', at, assets, freedAt });

const weights = readWeights(STARTING_WEIGHTS);
const factor = fc.constantFrom(...(Object.keys(FACTORS) as Factor[]));
const given = fc.dictionary(factor, fc.double({ min: -0.5, max: 2, noNaN: true }));

describe('the risk score', () => {
  test('is a whole number from 0 to 100, and its reasons add up to it', () => {
    fc.assert(
      fc.property(given, (values) => {
        const { score, reasons } = riskOf(values, weights);
        expect(Number.isInteger(score) && score >= 0 && score <= 100).toBe(true);
        expect(Math.round(reasons.reduce((sum, { points }) => sum + points, 0) * 10)).toBe(score * 10);
      }),
    );
    expect(riskOf({}, weights)).toMatchObject({ score: 0, level: 'low', reasons: [] });
  });

  test('never falls when something is added', () => {
    fc.assert(
      fc.property(given, factor, fc.double({ min: 0, max: 1, noNaN: true }), (values, more, by) => {
        const raised = { ...values, [more]: Math.max(0, values[more] ?? 0) + by };
        expect(riskOf(raised, weights).score).toBeGreaterThanOrEqual(riskOf(values, weights).score);
      }),
    );
  });

  test('names its weights by their hash, and refuses weights that are none', () => {
    expect(riskOf({ screening: 1, aml: 1 }, weights)).toMatchObject({ level: 'high', version: weights.version });
    expect(readWeights({ ...STARTING_WEIGHTS, high: 70 }).version).not.toBe(weights.version);
    expect(() => readWeights({ ...STARTING_WEIGHTS, high: 10 })).toThrow(expect.objectContaining({ code: 'settlement.weights_invalid' }));
    expect(() => readWeights({ ...STARTING_WEIGHTS, weights: { ...STARTING_WEIGHTS.weights, pep: 2 } })).toThrow(/pep/);
  });
});

const names = ['a', 'b', 'c'] as const;
const payments = fc
  .array(
    fc.record({
      debtor: fc.constantFrom(...names),
      to: fc.integer({ min: 1, max: 2 }),
      units: fc.bigInt({ min: 1n, max: 100n }),
      day: fc.constantFrom('2026-01-05', '2026-01-06'),
    }),
    { maxLength: 40 },
  )
  .map((all) =>
    all
      .toSorted((one, other) => (one.day < other.day ? -1 : one.day > other.day ? 1 : 0))
      .map(({ to, ...one }, i): LimitedPayment => ({
        ...one,
        id: `p${i}`,
        creditor: names[(names.indexOf(one.debtor) + to) % 3]!,
        asset: 'EUR/2',
      })),
  );
const pay = (debtor: string, creditor: string, units: bigint, day = '2026-01-05'): LimitedPayment => ({
  id: 'x',
  day,
  debtor,
  creditor,
  asset: 'EUR/2',
  units,
});
const book = (limits: LimitBook[string][string]): LimitBook => ({ '*': { 'EUR/2': limits } });
const amount = fc.option(fc.bigInt({ min: 0n, max: 300n }), { nil: undefined });
const anyBook = fc
  .record({ netSenderCap: amount, perPayment: amount, perDay: amount, cap: amount })
  .map(({ cap, ...limits }) => book({ ...limits, ...(cap !== undefined && { bilateralCaps: { '*': cap } }) }));

describe('limits', () => {
  test.each([
    [{ perPayment: 10n }, 'per_payment'],
    [{ perDay: 10n }, 'per_day'],
    [{ netSenderCap: 10n }, 'net_sender_cap'],
    [{ bilateralCaps: { b: 10n } }, 'bilateral_cap'],
    [{ concentration: { percent: 50, from: 5n } }, 'concentration'],
  ] as const)('%o refuses by the name %s what goes beyond it', (limits, name) => {
    expect(checkLimits(book(limits), emptyPositions(), pay('a', 'b', 11n)).map(({ limit }) => limit)).toEqual([name]);
    expect(checkLimits(book(limits), emptyPositions(), pay('a', 'b', 4n))).toEqual([]);
  });

  test('what is received makes room under the net caps, and a new day and a new window begin with nothing', () => {
    const positions = emptyPositions();
    take(positions, pay('a', 'b', 10n));
    const caps = book({ netSenderCap: 10n, bilateralCaps: { '*': 10n }, perDay: 12n });
    expect(checkLimits(caps, positions, pay('a', 'b', 5n)).map(({ limit }) => limit)).toEqual([
      'per_day',
      'net_sender_cap',
      'bilateral_cap',
    ]);
    take(positions, pay('b', 'a', 5n));
    expect(checkLimits(caps, positions, pay('a', 'b', 5n, '2026-01-06'))).toEqual([]);
    free(positions, pay('a', 'b', 10n));
    free(positions, pay('b', 'a', 5n));
    expect(checkLimits(caps, positions, pay('a', 'b', 10n, '2026-01-06'))).toEqual([]);
    expect(checkLimits(caps, positions, pay('a', 'b', 5n)).map(({ limit }) => limit)).toEqual(['per_day']);
  });

  test('a cut-off begins the window anew in the currencies of its group alone, and what is owed stays owed until it is final', () => {
    const positions = emptyPositions();
    const dollars = { ...pay('a', 'b', 20n), asset: 'USD/2' };
    take(positions, pay('a', 'b', 10n));
    take(positions, dollars);
    cutOff(positions, new Set(['EUR/2']));
    expect(positionOf(positions, 'a', 'EUR/2')).toMatchObject({ sent: 0n, net: 10n, sentToday: 10n });
    expect(positionOf(positions, 'a', 'USD/2')).toMatchObject({ sent: 20n, net: 20n });
    expect([sentTo(positions, 'a', 'b', 'EUR/2'), sentTo(positions, 'a', 'b', 'USD/2')]).toEqual([0n, 20n]);
    expect(owedTo(positions, 'a', 'b', 'EUR/2')).toBe(10n);
  });

  test('what goes outside the windows counts for the day alone, and is given back when it comes to nothing on it', () => {
    const positions = emptyPositions();
    sendToday(positions, pay('a', 'b', 10n));
    expect(positionOf(positions, 'a', 'EUR/2')).toMatchObject({ sent: 0n, net: 0n, sentToday: 10n });
    giveBack(positions, pay('a', 'b', 4n, '2026-01-04'));
    giveBack(positions, pay('a', 'b', 7n));
    expect(positionOf(positions, 'a', 'EUR/2')).toMatchObject({ sentToday: 3n });
  });

  test('whatever is accepted in order never goes beyond a limit', () => {
    fc.assert(
      fc.property(payments, anyBook, (all, limitBook) => {
        const positions = emptyPositions();
        const limits = limitBook['*']!['EUR/2']!;
        for (const payment of all) {
          if (checkLimits(limitBook, positions, payment).length > 0) continue;
          take(positions, payment);
          const { net, sentToday } = positionOf(positions, payment.debtor, 'EUR/2');
          const owed = owedTo(positions, payment.debtor, payment.creditor, payment.asset);
          for (const [value, cap] of [
            [net, limits.netSenderCap],
            [sentToday, limits.perDay],
            [payment.units, limits.perPayment],
            [owed, limits.bilateralCaps?.['*']],
          ] as const) {
            if (cap !== undefined) expect(value <= cap).toBe(true);
          }
        }
        expect(names.reduce((sum, name) => sum + positionOf(positions, name, 'EUR/2').net, 0n)).toBe(0n);
      }),
    );
  });

  test('what became final is owed no longer, whatever the order', () => {
    fc.assert(
      fc.property(payments, (all) => {
        const positions = emptyPositions();
        for (const payment of all) take(positions, payment);
        for (const payment of all.toReversed()) free(positions, payment);
        for (const name of names) expect(positionOf(positions, name, 'EUR/2').net).toBe(0n);
        expect(positions.owed.size).toBe(0);
      }),
    );
  });

  test('a book with limits that are none is refused', () => {
    expect(() => checkLimitBook(book({ perDay: -1n }))).toThrow(expect.objectContaining({ code: 'settlement.limits_invalid' }));
    expect(() => checkLimitBook(book({ concentration: { percent: 120, from: 0n } }))).toThrow(/percentage/);
    expect(() => checkLimitBook(book({ perDay: 1n }))).not.toThrow();
  });
});

describe('a simulation of limits', () => {
  test('of the same limits changes nothing, and counts every payment once on either side', () => {
    fc.assert(
      fc.property(payments, anyBook, anyBook, (all, one, other) => {
        const traffic = all.map((payment, i) => paid(i, payment));
        const same = simulateLimits(one, one, traffic);
        expect([same.newlyRefusedCount, same.newlyAcceptedCount]).toEqual([0, 0]);
        const changed = simulateLimits(one, other, traffic);
        for (const side of [changed.before, changed.after]) expect(side.accepted + side.refused).toBe(all.length);
        expect(changed.after.refused - changed.before.refused).toBe(changed.newlyRefusedCount - changed.newlyAcceptedCount);
      }),
    );
  });

  test('tells what a lower cap would have refused, why, and the peaks', () => {
    const traffic = [paid(1, pay('a', 'b', 60n), { freedAt: 4 }), paid(2, pay('a', 'b', 60n), { freedAt: 4 }), paid(5, pay('a', 'b', 60n))];
    const result = simulateLimits({}, book({ netSenderCap: 100n }), traffic);
    expect(result).toMatchObject({ payments: 3, newlyRefusedCount: 1, after: { refused: 1, byLimit: { net_sender_cap: 1 } } });
    expect(result.peaks).toEqual([{ participant: 'a', asset: 'EUR/2', before: 120n, after: 60n }]);
    expect(LIMIT_NAMES.every((name) => name in result.after.byLimit)).toBe(true);
  });

  test('begins with what is owed, and frees each when it was final, not when a window was cut off', () => {
    const caps = book({ netSenderCap: 100n });
    const owed: Traffic = { kind: 'owed', at: 0, owed: pay('a', 'b', 90n), freedAt: 5 };
    const traffic = [owed, paid(1, pay('a', 'b', 20n)), cut(2, ['EUR/2']), paid(3, pay('a', 'b', 20n)), paid(5, pay('a', 'b', 20n))];
    expect(simulateLimits(caps, caps, traffic).before).toMatchObject({ accepted: 1, refused: 2 });
  });

  test('lets what only the new limits accept be owed until the next window of its currency is final', () => {
    const caps = book({ netSenderCap: 100n });
    const traffic = [
      paid(1, pay('a', 'b', 90n), { way: 'unknown' }),
      cut(2, ['USD/2'], 3),
      paid(4, pay('a', 'b', 20n)),
      cut(5, ['EUR/2'], 6),
      paid(7, pay('a', 'b', 20n)),
    ];
    expect(simulateLimits(book({ perPayment: 50n }), caps, traffic).after).toMatchObject({ accepted: 2, refused: 1 });
  });

  test('asks of what was released only for the caps that hold exactly, and gives back what came to nothing', () => {
    const strict = book({ perPayment: 1n, netSenderCap: 5n, perDay: 30n });
    const traffic = [
      paid(1, pay('a', 'b', 20n), { way: 'alone', from: 'review', givenBackAt: 3 }),
      paid(2, pay('a', 'b', 20n), { way: 'alone', from: 'review' }),
      paid(4, pay('a', 'b', 20n), { way: 'alone', from: 'review' }),
      paid(5, pay('a', 'b', 6n), { from: 'review' }),
    ];
    const { before } = simulateLimits(strict, strict, traffic);
    expect(before).toMatchObject({ accepted: 2, refused: 2, byLimit: { per_payment: 0, per_day: 1, net_sender_cap: 1 } });
  });
});

const policy = { ...STARTING_POLICY, failures: 3, windowMs: 12_000, openMs: 1_000, longestOpenMs: 4_000, probes: 2, probeMs: 500 };
const failing = (from: Breaker, at: number, times: number) =>
  Array.from({ length: times }).reduce<Breaker>((breaker) => record(breaker, { at, ok: false, probe: false }, policy), from);

describe('a circuit breaker', () => {
  test('opens at the third failure within the window and not for older ones', () => {
    expect(failing(CLOSED, 0, 2).state).toBe('closed');
    expect(failing(CLOSED, 0, 3)).toMatchObject({ state: 'open', until: 1_000 });
    expect(failing(failing(CLOSED, 0, 2), 20_000, 2).state).toBe('closed');
  });

  test('stays closed while most goes well', () => {
    let breaker: Breaker = CLOSED;
    for (let i = 0; i < 20; i++) breaker = record(breaker, { at: 10, ok: true, probe: false }, policy);
    expect(failing(breaker, 10, 5).state).toBe('closed');
  });

  test('refuses until its time is over, then lets as many probes through as it needs, and closes when they succeed', () => {
    const open = failing(CLOSED, 0, 3);
    expect(admit(open, 999, policy)).toMatchObject({ admitted: false, retryAt: 1_000 });
    const first = admit(open, 1_000, policy);
    const second = admit(first.breaker, 1_001, policy);
    expect([first.probe, second.probe, admit(second.breaker, 1_002, policy).admitted]).toEqual([true, true, false]);
    const one = record(second.breaker, { at: 1_100, ok: true, probe: true }, policy);
    expect(one.state).toBe('half_open');
    expect(record(one, { at: 1_200, ok: true, probe: true }, policy)).toEqual(CLOSED);
  });

  test('opens for twice as long when a probe fails or is not answered, up to the longest', () => {
    let breaker = failing(CLOSED, 0, 3);
    let at = 1_000;
    for (const openMs of [2_000, 4_000, 4_000]) {
      const probe = admit(breaker, at, policy);
      breaker = record(probe.breaker, { at, ok: false, probe: true }, policy);
      expect(breaker).toMatchObject({ state: 'open', openMs });
      at += openMs;
    }
    const silent = admit(breaker, at, policy).breaker;
    expect(admit(silent, at + policy.probeMs, policy)).toMatchObject({ admitted: false, breaker: { state: 'open' } });
  });

  test('opened by hand stays open until a person closes it', () => {
    expect(admit(openByHand(0), 10 ** 9, policy)).toMatchObject({ admitted: false });
    expect(record(openByHand(0), { at: 5, ok: true, probe: true }, policy)).toEqual(openByHand(0));
  });

  test('one that refuses takes no probe of the others', () => {
    const keys = breakerKeys({ debtor: 'a', creditor: 'b', from: 'NO', to: 'SE' });
    const open = failing(CLOSED, 0, 3);
    const breakers = new Map([
      ['network', open],
      ['participant:b', openByHand(0)],
    ]);
    expect(admitAll(breakers, keys, 2_000, policy)).toMatchObject({ admitted: false, refusedBy: 'participant:b', breakers, probes: [] });
    expect(admitAll(new Map([['network', open]]), keys, 2_000, policy)).toMatchObject({ admitted: true, probes: ['network'] });
    expect(admitAll(new Map(), keys, 0, policy)).toMatchObject({ admitted: true, probes: [] });
  });

  test('whatever happens, it never lets more probes out than it needs, and only moves as it may', () => {
    const step = fc.record({ wait: fc.integer({ min: 0, max: 3_000 }), ask: fc.boolean(), ok: fc.boolean(), probe: fc.boolean() });
    const may: Record<Breaker['state'], readonly Breaker['state'][]> = {
      closed: ['closed', 'open'],
      open: ['open', 'half_open'],
      half_open: ['half_open', 'open', 'closed'],
    };
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        let [breaker, at]: [Breaker, number] = [CLOSED, 0];
        for (const { wait, ask, ok, probe } of steps) {
          at += wait;
          const before = breaker.state;
          breaker = ask ? admit(breaker, at, policy).breaker : record(breaker, { at, ok, probe }, policy);
          expect(may[before]).toContain(breaker.state);
          if (breaker.state === 'half_open') expect(breaker.out.length + breaker.succeeded).toBeLessThanOrEqual(policy.probes);
        }
      }),
    );
  });

  test('counted in place opens, lets probes through and closes as one that is a value', () => {
    const step = fc.record({ wait: fc.integer({ min: 0, max: 4_000 }), ok: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const live = new LiveBreakers(new Map(), { ...policy, automatic: true });
        let [value, at]: [Breaker, number] = [CLOSED, 0];
        for (const { wait, ok } of steps) {
          at += wait;
          const [asked, mine] = [live.admit(['network'], at), admit(value, at, policy)];
          value = mine.breaker;
          expect(asked.admitted).toBe(mine.admitted);
          if (!mine.admitted) continue;
          live.record(['network'], { at, ok, probes: asked.probes });
          value = record(value, { at, ok, probe: mine.probe }, policy);
        }
      }),
    );
  });

  test('opened by another process is taken over, and one that was closed there lets through', () => {
    const live = new LiveBreakers(new Map(), { ...policy, automatic: true });
    live.replace(new Map([['network', openByHand(0)]]));
    expect(live.admit(['network', 'participant:a'], 5)).toMatchObject({ admitted: false, refusedBy: 'network' });
    live.replace(new Map());
    expect(live.admit(['network'], 6).admitted).toBe(true);
  });
});

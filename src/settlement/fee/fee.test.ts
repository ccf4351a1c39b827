import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { divideRounded, parseDecimal } from '../../base/decimal.ts';
import { dayOf } from '../../base/time.ts';
import type { FinalExchange } from '../fx/finals.ts';
import { legsOf } from '../fx/rate.ts';
import type { FinalPayment } from '../report/finals.ts';
import { Counter } from './count.ts';
import { feeOfCount, feeOfValue, linesOf, totalOf, type FeeContent, type FeeItem, type Tier } from './fee.ts';
import { checkContent, EVERYONE, scheduleOn, type Schedule } from './schedule.ts';

const units = fc.bigInt({ min: 0n, max: 10n ** 24n });
const tiers = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 4 }),
    fc.array(fc.bigInt({ min: 0n, max: 1_000n }), { minLength: 5, maxLength: 5 }),
  )
  .map(([ends, prices]): Tier[] => [
    ...ends.toSorted((a, b) => a - b).map((upTo, i) => ({ upTo, units: prices[i]! })),
    { units: prices[4]! },
  ]);

const perValue = fc.record({
  basisPoints: fc.integer({ min: 0, max: 1_000_000 }).map((n) => ({ units: BigInt(n), scale: 3 })),
  minUnits: fc.option(fc.bigInt({ min: 0n, max: 500n }), { nil: undefined }),
  span: fc.option(fc.bigInt({ min: 0n, max: 10n ** 6n }), { nil: undefined }),
  rounding: fc.constantFrom('floor' as const, 'ceil' as const, 'half_even' as const),
});

describe('a fee on value', () => {
  test('is the exact share rounded once, between its least and its most', () => {
    fc.assert(
      fc.property(units, perValue, (value, { basisPoints, minUnits, span, rounding }) => {
        const maxUnits = span === undefined ? undefined : (minUnits ?? 0n) + span;
        const item = {
          item: 'v',
          kind: 'per_value' as const,
          text: 'v',
          basisPoints,
          rounding,
          ...(minUnits !== undefined && { minUnits }),
          ...(maxUnits !== undefined && { maxUnits }),
        };
        const fee = feeOfValue(value, item);
        // A basis point of three decimals: ten millionths of the value.
        const exact = divideRounded(value * basisPoints.units, 10_000_000n, rounding);
        const expected = [exact, minUnits ?? 0n].reduce((a, b) => (a > b ? a : b));
        expect(fee).toBe(maxUnits !== undefined && expected > maxUnits ? maxUnits : expected);
      }),
    );
  });

  test('is named by its rounding: half a unit is nothing, one, or the even of both', () => {
    const of = (rounding: 'floor' | 'ceil' | 'half_even') =>
      [1_000n, 3_000n].map((value) =>
        feeOfValue(value, { item: 'v', kind: 'per_value', text: 'v', basisPoints: parseDecimal('5'), rounding }),
      );
    expect(of('floor')).toEqual([0n, 1n]);
    expect(of('ceil')).toEqual([1n, 2n]);
    expect(of('half_even')).toEqual([0n, 2n]);
  });
});

describe('graduated tiers', () => {
  test('cost what pricing every piece by itself comes to', () => {
    fc.assert(
      fc.property(tiers, fc.integer({ min: 0, max: 200 }), (steps, count) => {
        let expected = 0n;
        for (let piece = 1; piece <= count; piece++) expected += steps.find(({ upTo }) => upTo === undefined || piece <= upTo)!.units;
        expect(feeOfCount(BigInt(count), steps)).toBe(expected);
      }),
    );
  });
});

const BANKS = ['a', 'b', 'c'].map((letter) => `00000000-0000-7000-8000-00000000000${letter}`);
const START = Date.UTC(2026, 9, 28);

const payment = fc
  .record({
    debtor: fc.integer({ min: 0, max: 2 }),
    step: fc.integer({ min: 1, max: 2 }),
    units: fc.bigInt({ min: 1n, max: 10n ** 12n }),
    asset: fc.constantFrom('EUR/2', 'JPY/0'),
    window: fc.integer({ min: 0, max: 3 }),
    hours: fc.integer({ min: 0, max: 240 }),
  })
  .map(({ debtor, step, window, hours, ...rest }): Omit<FinalPayment, 'paymentId'> => ({
    ...rest,
    debtorAgentId: BANKS[debtor]!,
    creditorAgentId: BANKS[(debtor + step) % 3]!,
    windowId: window === 0 ? null : `window ${window}`,
    settledAt: START + hours * 3_600_000,
  }));

const ITEMS: readonly FeeItem[] = [
  { item: 'payments', kind: 'per_payment', text: 'Payments', tiers: [{ upTo: 5, units: 30n }, { units: 7n }] },
  {
    item: 'value',
    kind: 'per_value',
    text: 'Value',
    basisPoints: parseDecimal('1.25'),
    minUnits: 3n,
    maxUnits: 5_000n,
    rounding: 'half_even',
  },
  { item: 'windows', kind: 'per_window', text: 'Windows', units: 11n },
];

function schedule(id: string, participantId: string, validFrom: string, items = ITEMS): Schedule {
  return { id, asset: 'EUR/2', participantId, version: 1, validFrom, content: { items } };
}

const SCHEDULES: readonly Schedule[] = [
  schedule('general', EVERYONE, '2026-10-01'),
  schedule('general later', EVERYONE, '2026-11-02', ITEMS.slice(0, 2)),
  schedule('of a', BANKS[0]!, '2026-10-30', ITEMS.slice(1)),
];

describe('counting', () => {
  test('gives the same however the payments are cut into pages and turns, and what counting them one by one gives', () => {
    fc.assert(
      fc.property(fc.array(payment, { maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (list, size) => {
        const payments = list
          .map((one, i): FinalPayment => ({ ...one, paymentId: String(i) }))
          .toSorted((a, b) => ((a.windowId ?? '') < (b.windowId ?? '') ? -1 : 1));
        const whole = count(payments);
        // A window is never cut into two turns; what settled alone may be.
        const alone = payments.filter(({ windowId }) => windowId === null);
        const turns = [
          ...chunks(alone, size),
          ...['window 1', 'window 2', 'window 3'].map((id) => payments.filter(({ windowId }) => windowId === id)),
        ];
        expect(sum(turns.flatMap((turn) => count(turn)))).toEqual(sum(whole));
        expect(sum(whole.filter(({ item }) => item !== 'windows'))).toEqual(sum(oneByOne(payments)));
      }),
    );
  });

  test('puts what comes late into the month that is open', () => {
    const late: FinalPayment = {
      paymentId: '1',
      debtorAgentId: BANKS[1]!,
      creditorAgentId: BANKS[2]!,
      asset: 'EUR/2',
      units: 10n,
      settledAt: START,
      windowId: null,
    };
    expect(count([late], '2026-10').map(({ day }) => day)).toEqual(['2026-11-01', '2026-11-01']);
    expect(count([late], '2026-09').map(({ day }) => day)).toEqual(['2026-10-28', '2026-10-28']);
  });
});

describe('exchanges', () => {
  const EXCHANGES: FeeItem = { item: 'exchanges', kind: 'per_exchange', text: 'Exchanges', tiers: [{ units: 50n }] };
  const inAsset = (asset: string, items: readonly FeeItem[], participantId = EVERYONE): Schedule => ({
    ...schedule(`${asset} ${participantId}`, participantId, '2026-10-01', items),
    asset,
  });
  const [a, b, c] = BANKS as [string, string, string];
  const between = (debtor: string, creditor: string, [given, got]: [string, string]): FinalExchange['legs'] => [
    { debtor, creditor, asset: given, units: 10n },
    { debtor: creditor, creditor: debtor, asset: got, units: 11n },
  ];
  /** Who pays for one exchange, in which currency, how often and on which day. */
  function payers(schedules: readonly Schedule[], legs: FinalExchange['legs'], closed?: string) {
    const counter = new Counter(schedules, closed);
    counter.addExchange({ tradeId: '1', legs, settledAt: START });
    return counter.rows().map(({ participantId, asset, count: times, day }) => [participantId, asset, times, day].join(' '));
  }

  test('cost both banks, each once, in the currency that it paid if that has a price, else in the one that it got', () => {
    const legs = between(a, b, ['EUR/2', 'USD/2']);
    const euro = inAsset('EUR/2', [EXCHANGES]);
    const both = [euro, inAsset('USD/2', [...ITEMS, EXCHANGES])];
    expect(payers([euro], legs)).toEqual([`${a} EUR/2 1 2026-10-28`, `${b} EUR/2 1 2026-10-28`]);
    expect(payers(both, legs)).toEqual([`${a} EUR/2 1 2026-10-28`, `${b} USD/2 1 2026-10-28`]);
    expect(payers(both, between(a, b, ['CHF/2', 'JPY/0']))).toEqual([]);
    expect(payers([inAsset('EUR/2', ITEMS)], legs)).toEqual([]);
  });

  test('are free for a bank whose own prices say so', () => {
    const free: FeeItem = { ...EXCHANGES, item: 'free', tiers: [{ units: 0n }] } as FeeItem;
    const counter = new Counter([inAsset('EUR/2', [EXCHANGES]), inAsset('EUR/2', [free], a), inAsset('USD/2', [EXCHANGES])], undefined);
    counter.addExchange({ tradeId: '1', legs: between(a, b, ['EUR/2', 'USD/2']), settledAt: START });
    expect(counter.rows().map(({ participantId, asset, item }) => [participantId, asset, item])).toEqual([
      [a, 'EUR/2', 'free'],
      [b, 'USD/2', 'exchanges'],
    ]);
  });

  test('on a quote of several hops cost the taker and every provider once, and the operator nothing', () => {
    const hop = (providerId: string, fromAsset: string, toAsset: string) => ({
      rate: { providerId, fromAsset, toAsset },
      fee: 1n,
      exchanged: 9n,
      given: 8n,
      received: 7n,
    });
    const all = ['EUR/2', 'USD/2', 'JPY/0'].map((asset) => inAsset(asset, [EXCHANGES]));
    expect(payers(all, legsOf(a, [hop(b, 'EUR/2', 'USD/2'), hop(c, 'USD/2', 'JPY/0')]))).toEqual([
      `${a} EUR/2 1 2026-10-28`,
      `${b} USD/2 1 2026-10-28`,
      `${c} JPY/0 1 2026-10-28`,
    ]);
  });

  test('that come late count in the month that is open', () => {
    const legs = between(a, b, ['EUR/2', 'USD/2']);
    expect(payers([inAsset('EUR/2', [EXCHANGES])], legs, '2026-10')).toEqual([`${a} EUR/2 1 2026-11-01`, `${b} EUR/2 1 2026-11-01`]);
  });

  test('are priced in tiers', () => {
    const item: FeeItem = { ...EXCHANGES, tiers: [{ upTo: 2, units: 50n }, { units: 20n }] } as FeeItem;
    const usage = new Map([['exchanges', { count: 5n, value: 0n, units: 0n }]]);
    expect(linesOf([{ content: { items: [item] }, usage }], undefined)).toEqual([
      { item: 'exchanges', text: 'Exchanges', count: 5n, value: 0n, units: 160n },
    ]);
  });
});

function count(payments: readonly FinalPayment[], closed?: string) {
  const counter = new Counter(SCHEDULES, closed);
  for (const one of payments) counter.add(one);
  return counter.rows();
}

function oneByOne(payments: readonly FinalPayment[]) {
  return payments.flatMap(({ debtorAgentId, asset, units: value, settledAt }) => {
    const day = dayOf(settledAt);
    const used = scheduleOn(SCHEDULES, { participantId: debtorAgentId, asset, day });
    return (used?.content.items ?? [])
      .filter(({ kind }) => kind !== 'per_window')
      .map((item) => ({
        participantId: debtorAgentId,
        asset,
        day,
        scheduleId: used!.id,
        item: item.item,
        count: 1n,
        value,
        units: item.kind === 'per_value' ? feeOfValue(value, item) : 0n,
      }));
  });
}

function sum(rows: ReturnType<typeof count>): Record<string, string> {
  const sums: Record<string, [bigint, bigint, bigint]> = {};
  for (const { participantId, asset, day, scheduleId, item, ...row } of rows) {
    const at = (sums[[participantId, asset, day, scheduleId, item].join()] ??= [0n, 0n, 0n]);
    at[0] += row.count;
    at[1] += row.value;
    at[2] += row.units;
  }
  return Object.fromEntries(Object.entries(sums).map(([key, values]) => [key, values.join()]));
}

const chunks = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));

describe('a month', () => {
  const usage = fc.record({ count: fc.bigInt({ min: 0n, max: 10_000n }), value: units, units: fc.bigInt({ min: 0n, max: 10n ** 9n }) });

  test('comes to the sum of its lines, never less than its minimum and never more than both', () => {
    fc.assert(
      fc.property(usage, usage, usage, fc.option(fc.bigInt({ min: 0n, max: 10n ** 10n }), { nil: undefined }), (a, b, c, minimum) => {
        const content: FeeContent = { items: ITEMS, ...(minimum !== undefined && { minimumUnits: minimum }) };
        const used = [
          {
            content,
            usage: new Map([
              ['payments', a],
              ['value', b],
              ['windows', c],
            ]),
          },
        ];
        const [lines, plain] = [linesOf(used, content), linesOf(used, undefined)];
        const [total, charged] = [totalOf(lines), totalOf(plain)];
        expect(total).toBe(charged > (minimum ?? 0n) ? charged : (minimum ?? 0n));
        expect(lines.every((line) => line.units >= 0n)).toBe(true);
      }),
    );
  });
});

describe('prices', () => {
  test('of a participant stand above those for everyone, the later above the earlier', () => {
    const on = (participantId: string, day: string) => scheduleOn(SCHEDULES, { participantId, asset: 'EUR/2', day })?.id;
    expect([on(BANKS[0]!, '2026-10-29'), on(BANKS[0]!, '2026-10-30'), on(BANKS[0]!, '2026-11-05')]).toEqual(['general', 'of a', 'of a']);
    expect([on(BANKS[1]!, '2026-09-30'), on(BANKS[1]!, '2026-11-01'), on(BANKS[1]!, '2026-11-02')]).toEqual([
      undefined,
      'general',
      'general later',
    ]);
  });

  test.each([
    ['the same name twice', [ITEMS[0]!, ITEMS[0]!]],
    ['the name of the minimum', [{ ...ITEMS[2]!, item: 'minimum' }]],
    [
      'tiers that fall',
      [{ item: 'x', kind: 'per_payment', text: 'x', tiers: [{ upTo: 5, units: 1n }, { upTo: 5, units: 1n }, { units: 1n }] }],
    ],
    ['tiers of exchanges that end', [{ item: 'x', kind: 'per_exchange', text: 'x', tiers: [{ upTo: 5, units: 1n }] }]],
    ['tiers that end', [{ item: 'x', kind: 'per_message', text: 'x', tiers: [{ upTo: 5, units: 1n }] }]],
    [
      'a most below its least',
      [{ item: 'x', kind: 'per_value', text: 'x', basisPoints: parseDecimal('1'), minUnits: 5n, maxUnits: 4n, rounding: 'floor' }],
    ],
  ] as [string, FeeItem[]][])('with %s are refused', (_, items) => {
    expect(() => checkContent({ items })).toThrow(expect.objectContaining({ code: 'settlement.fee_schedule_invalid' }));
  });
});

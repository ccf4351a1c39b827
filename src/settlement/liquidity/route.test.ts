import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseRoute, DEFAULT_POLICY, factsNeeded, type Facts, type Policy } from './route.ts';

const facts: Facts = { priority: 'normal', asset: 'EUR/2', units: 50_000n, isLater: false };
const policy = (rules: Policy['rules'], change: Partial<Policy> = {}): Policy => ({ ...DEFAULT_POLICY, rules, ...change });

describe('a route', () => {
  test('is that of the first rule of which everything holds, with its reason', () => {
    const rules: Policy['rules'] = [
      { name: 'Large', route: 'queue', when: { bands: [{ asset: 'EUR/2', minUnits: 1_000_000n }] } },
      { name: 'Small', route: 'instant', when: { bands: [{ asset: 'EUR/2', maxUnits: 100_000n }], leftBpsAtLeast: 5_000 } },
    ];
    expect(chooseRoute(policy(rules), { ...facts, available: 200_000n })).toEqual({
      kind: 'instant',
      priority: 'normal',
      rule: 'Small',
      reason: 'EUR 500.00 is in the band; 75 % of the free money is left.',
    });
    expect(chooseRoute(policy(rules), { ...facts, available: 60_000n })).toMatchObject({ kind: 'window', rule: 'Otherwise' });
    expect(chooseRoute(policy(rules), { ...facts, units: 1_000_000n })).toMatchObject({ kind: 'queue', rule: 'Large' });
    expect(chooseRoute(policy(rules), { ...facts, asset: 'USD/2', available: 200_000n })).toMatchObject({ kind: 'window' });
  });

  test('without rules is the window, unless the payment asks to settle at once', () => {
    expect(chooseRoute(DEFAULT_POLICY, facts)).toMatchObject({ kind: 'window' });
    expect(chooseRoute(DEFAULT_POLICY, { ...facts, priority: 'instant' })).toMatchObject({ kind: 'instant', rule: 'Asked for at once' });
    expect(factsNeeded(DEFAULT_POLICY)).toEqual({ available: false, inflow: false, waiting: false });
  });

  test('never lets a payment overtake what waits: it goes behind in the queue', () => {
    const rules: Policy['rules'] = [{ name: 'All', route: 'instant', when: {} }];
    const queueing = policy(rules, { withoutCover: 'queue' });
    expect(factsNeeded(queueing).waiting).toBe(true);
    expect(chooseRoute(queueing, { ...facts, waiting: 2 })).toMatchObject({ kind: 'queue', rule: 'First in, first out' });
    expect(chooseRoute(queueing, { ...facts, waiting: 0 })).toMatchObject({ kind: 'instant' });
  });

  test('looks at the income that is expected, the value date and the sender’s queue when a rule asks', () => {
    const rules: Policy['rules'] = [
      { name: 'Income comes', route: 'queue', when: { inflowCovers: true, leftBpsBelow: 1_000 } },
      { name: 'Not yet', route: 'window', when: { valueDate: 'later' } },
      { name: 'Queue is empty', route: 'instant', when: { senderQueues: false } },
    ];
    expect(chooseRoute(policy(rules), { ...facts, available: 0n, inflow: 50_000n })).toMatchObject({ kind: 'queue', rule: 'Income comes' });
    expect(chooseRoute(policy(rules), { ...facts, available: 0n, inflow: 49_999n, isLater: true })).toMatchObject({ rule: 'Not yet' });
    expect(chooseRoute(policy(rules), { ...facts, available: 0n, waiting: 0 })).toMatchObject({ rule: 'Queue is empty' });
    expect(chooseRoute(policy(rules), { ...facts, available: 0n, waiting: 1 })).toMatchObject({ rule: 'Otherwise' });
  });

  test('never settles at once what is dated ahead: it waits for its day, in the queue or for the window that the rules say', () => {
    const later = { ...facts, isLater: true };
    expect(chooseRoute(DEFAULT_POLICY, { ...later, priority: 'instant' })).toEqual({
      kind: 'queue',
      priority: 'instant',
      rule: 'Asked for at once',
      reason: 'its priority is instant. It waits for its value date.',
    });
    expect(chooseRoute(DEFAULT_POLICY, later)).toMatchObject({
      kind: 'window',
      reason: 'No rule speaks for it. It waits for its value date.',
    });
    // It is in nobody's way, and nobody is in its.
    const rules: Policy['rules'] = [{ name: 'All', route: 'instant', when: {} }];
    expect(chooseRoute(policy(rules, { withoutCover: 'queue' }), { ...later, waiting: 2 })).toMatchObject({ kind: 'queue', rule: 'All' });
  });

  test('does not change with facts that no rule asks for', () => {
    const rules: Policy['rules'] = [{ name: 'Urgent', route: 'instant', when: { priorities: ['urgent', 'instant'] } }];
    fc.assert(
      fc.property(
        fc.constantFrom('instant', 'urgent', 'normal'),
        fc.bigInt({ min: 0n }),
        fc.bigInt({ min: 0n }),
        (priority, available, inflow) => {
          const plain = chooseRoute(policy(rules), { ...facts, priority });
          expect(chooseRoute(policy(rules), { ...facts, priority, available, inflow })).toEqual(plain);
        },
      ),
    );
  });
});

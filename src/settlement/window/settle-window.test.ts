import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Member } from '../participant/directory.ts';
import { PLAIN_MESSAGING } from '../participant/store.ts';
import { settlementChain } from './settle-window.ts';
import type { PositionRow } from './store.ts';

const ASSETS = ['EUR/2', 'JPY/0'];
const BANKS = ['a', 'b', 'c', 'd', 'e'];

const members = BANKS.map((id): [string, Member] => {
  const accounts = ASSETS.map(
    (asset) => [asset, { asset, settlementAccountId: `${id}:settlement:${asset}`, reserveAccountId: `${id}:reserve:${asset}` }] as const,
  );
  return [id, { id, name: id, bic: id, lei: id, state: 'active', createdAt: 0, messaging: PLAIN_MESSAGING, accounts: new Map(accounts) }];
});
const participants = { byId: new Map(members), byBic: new Map(members) };
const clearing = new Map(ASSETS.map((asset) => [asset, `clearing:${asset}`]));

const obligations = fc.array(
  fc
    .record({
      from: fc.constantFrom(...BANKS),
      to: fc.constantFrom(...BANKS),
      asset: fc.constantFrom(...ASSETS),
      units: fc.bigInt(1n, 10n ** 20n),
    })
    .filter((o) => o.from !== o.to),
  { maxLength: 60 },
);

function positionsOf(list: { from: string; to: string; asset: string; units: bigint }[]): PositionRow[] {
  const positions = new Map<string, PositionRow>();
  const at = (participantId: string, asset: string) => {
    const key = `${participantId}/${asset}`;
    const position = positions.get(key) ?? { participantId, asset, incoming: 0n, outgoing: 0n, net: 0n };
    positions.set(key, position);
    return position;
  };
  for (const { from, to, asset, units } of list) {
    at(from, asset).outgoing += units;
    at(from, asset).net -= units;
    at(to, asset).incoming += units;
    at(to, asset).net += units;
  }
  return [...positions.values()];
}

test('the chain empties every reserve, brings every bank its net position and leaves clearing at zero, never below', () => {
  fc.assert(
    fc.property(obligations, (list) => {
      const positions = positionsOf(list);
      const balances = new Map<string, bigint>();
      for (const { participantId, asset, outgoing } of positions) balances.set(`${participantId}:reserve:${asset}`, outgoing);
      for (const { debitAccountId, creditAccountId, units } of settlementChain(
        { id: '0190a0a0-0000-7000-8000-000000000000' },
        positions,
        participants,
        clearing,
      )) {
        expect(units).toBeGreaterThan(0n);
        const left = (balances.get(debitAccountId) ?? 0n) - units;
        expect(left).toBeGreaterThanOrEqual(0n);
        balances.set(debitAccountId, left);
        balances.set(creditAccountId, (balances.get(creditAccountId) ?? 0n) + units);
      }
      for (const { participantId, asset, outgoing, net } of positions) {
        expect(balances.get(`${participantId}:reserve:${asset}`)).toBe(0n);
        expect(balances.get(`${participantId}:settlement:${asset}`) ?? 0n).toBe(outgoing + net);
        expect(balances.get(`clearing:${asset}`) ?? 0n).toBe(0n);
      }
    }),
  );
});

import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { Uuid } from '../../src/base/id.ts';
import { addDays, type manualClock } from '../../src/base/time.ts';
import { openAccount } from '../../src/ledger/contract.ts';
import type { SettlementDeps } from '../../src/settlement/deps.ts';
import { callerOf } from './access.ts';
import { admitBanks, type Bank } from './fixtures.ts';
import { createTestHouse, type TestHouse } from './house.ts';
import { DAY, openToldAccount, type ToldAccount } from './told-account.ts';

/** Days after `DAY` on which more is told: the next one, and one by which everything ought to have been shown. */
export const [NEXT, LATER] = [addDays(DAY, 1), addDays(DAY, 8)];

/** A house, a bank without money, and an account for each test that documents tell of. */
export type ToldScene = {
  readonly house: TestHouse;
  readonly deps: SettlementDeps;
  readonly bank: Bank;
  readonly account: ToldAccount;
  /** An account of the operator's own, new for each test. */
  charges(): Promise<Uuid>;
  /** A statement of days later without entries: what is on none by then is missing. */
  wait(opening: bigint): Promise<unknown>;
  /** What stands on an account of the ledger that is no asset. */
  held(id: Uuid): Promise<bigint>;
  /** The open break of an entry of so much, or of a movement of so much that no statement shows. */
  breakOf(units: bigint): Promise<{ id: Uuid; kind: 'entry' | 'missing' }>;
};

/**
 * Sets one up for the tests of a file. With a house for each test its account is the one that people mint to and rails pay from;
 * otherwise that is the account of the first test.
 */
export function toldScene(clock: ReturnType<typeof manualClock>, { houses = 'one' }: { houses?: 'one' | 'each' } = {}): ToldScene {
  let [house, bank, account] = [undefined, undefined, undefined] as unknown as [TestHouse, Bank, ToldAccount];
  const open = async () => {
    house = await createTestHouse({ clock });
    [bank] = (await admitBanks(house, ['AAAAFIHH'], { 'EUR/2': 0n })) as [Bank];
  };
  (houses === 'one' ? beforeAll : beforeEach)(open);
  beforeEach(async () => {
    account = await openToldAccount(house, clock);
  });
  (houses === 'one' ? afterAll : afterEach)(() => house.close());
  return {
    get house() {
      return house;
    },
    get deps() {
      return house.settlement.deps;
    },
    get bank() {
      return bank;
    },
    get account() {
      return account;
    },
    async charges() {
      const opened = { kind: 'equity', asset: 'EUR/2', name: 'Differences' };
      return (await callerOf(house.ledger.routes).output(openAccount, house.ctx, opened as never)).id;
    },
    wait: (opening) => account.take('camt.053', { day: LATER, opening, entries: [] }),
    async held(id) {
      const balance = (await house.settlement.deps.ledger.balances(house.tenantId, [id])).get(id)!;
      return balance.creditsPosted - balance.debitsPosted;
    },
    breakOf: async (units) => (await account.open()).find((row) => row.units === (row.kind === 'missing' ? -units : units))!,
  };
}

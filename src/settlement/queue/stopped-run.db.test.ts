import { afterEach, beforeEach, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { manualClock } from '../../base/time.ts';
import { setPolicy } from '../liquidity/manage-policy.ts';
import { DEFAULT_POLICY } from '../liquidity/route.ts';
import { fundParticipant } from '../participant/move-funds.ts';
import { setParticipantState } from '../participant/set-participant-state.ts';
import { sendPayment } from '../payment/send-payment.ts';
import { openBreaker } from '../risk/manage-breakers.ts';
import { runOnce } from './run-queue.ts';

const WAITING = 450;
/** As many as travel to the book together. */
const FIRST = 200;

const clock = manualClock(Date.UTC(2026, 10, 23, 9));
let house: TestHouse;
let [a, b]: Bank[] = [];
const deps = () => house.settlement.deps;

beforeEach(async () => {
  house = await createTestHouse({ clock });
  [a, b] = await admitBanks(house, ['NORDFIHH', 'AURONOKK'], { 'EUR/2': 0n });
  await setPolicy(deps(), house.ctx, { policy: { ...DEFAULT_POLICY, withoutCover: 'queue', queueMinutes: 600 } });
  for (let i = 0; i < WAITING; i++) await sendPayment(deps(), house.ctx, orderOf(a!, b!, { units: 1n }));
  await deps().queue.close();
  await fundParticipant(deps(), house.ctx, { id: a!.id, asset: 'EUR/2', units: BigInt(WAITING), reference: 'F' });
  clock.advance(5_000);
});
afterEach(() => house.close());

/** How many settle in a run while something happens as the last of the first lot goes to the book. */
async function settledWhile(happens: () => Promise<unknown>): Promise<number> {
  let acts = 0;
  const enact: ReturnType<typeof deps>['ledger']['enact'] = async (act) => {
    if (++acts === FIRST) {
      await happens();
      clock.advance(5_000);
    }
    return deps().ledger.enact(act);
  };
  const ctx = deps().access.systemCtx('settlement.run_queue', house.tenantId);
  const { settled } = await runOnce({ ...deps(), ledger: { ...deps().ledger, enact } }, ctx, { loop: false, stopped: new Set() });
  return settled.length;
}

test.each([
  ['nothing happens', WAITING, async () => undefined],
  ['a breaker is opened', FIRST, () => openBreaker(deps(), house.ctx, { scope: { kind: 'network' }, reason: 'Stop this now' })],
  ['a bank is suspended', FIRST, () => setParticipantState(deps(), house.ctx, { id: b!.id, state: 'suspended' })],
])('while %s a long run settles %i of what waits', async (_what, settled, happens) => {
  expect(await settledWhile(happens)).toBe(settled);
});

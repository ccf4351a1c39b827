import { afterAll, beforeAll, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { AppError } from '../../base/error.ts';
import { addDays, dayOf, manualClock } from '../../base/time.ts';
import { cancelQueued } from '../queue/manage-queue.ts';
import { holdPayments } from '../screening/rescreening/hold-payments.ts';
import { setWindowGroup } from '../window/manage-groups.ts';
import type { SettlementDeps } from '../deps.ts';
import { sendPayment } from './send-payment.ts';
import { paymentsNamed } from './store.ts';

const clock = manualClock(Date.parse(`${dayOf(Date.now())}T00:00:00Z`) + 1_000);

let house: TestHouse;
let banks: Bank[];
beforeAll(async () => {
  house = await createTestHouse({ clock });
  banks = await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK'], { 'EUR/2': 10n ** 9n });
  await setWindowGroup({ ...house.settlement.deps, windowSeconds: 0 }, house.ctx, { id: 'main', name: 'Main', mode: 'by_hand' });
});
afterAll(() => house.close());

test.each(['the hold', 'the cancellation'])(
  'of a bank that cancels and a list that holds the same payment %s comes first, and the other is told so',
  async (first) => {
    const order = orderOf(banks[0]!, banks[1]!, { units: 5n, valueDate: addDays(dayOf(clock.now()), 2) });
    const { id } = await sendPayment(house.settlement.deps, house.ctx, order);
    const read = () => house.settlement.deps.db.read({ tenantId: house.tenantId }, (tx) => paymentsNamed(tx, house.tenantId, [id]));
    const [payment] = await read();
    const { door, other } = together(house.settlement.deps);
    const [early, late] = first === 'the hold' ? [door, other] : [other, door];
    const rescreening = { deps: early, tenantId: house.tenantId, run: { toSet: 1 } } as unknown as Parameters<typeof holdPayments>[0];
    const [held, answer] = await Promise.all([
      holdPayments(rescreening, [{ payment: payment!, hits: [] }]),
      cancelQueued(late, house.memberCtx(banks[0]!.id), { id }).then(() => 'cancelled', codeOf),
    ]);
    expect([held, answer]).toEqual(first === 'the hold' ? [1, 'settlement.payment_not_queued'] : [0, 'cancelled']);
    expect((await read())[0]?.status).toBe(first === 'the hold' ? 'held' : 'rejected');
  },
);

/** Two doors to one ledger, whose acts wait for each other and then come to the book in one batch, those of `door` first. */
function together(deps: SettlementDeps): { door: SettlementDeps; other: SettlementDeps } {
  const doorHasCome = Promise.withResolvers<void>();
  const otherHasCome = Promise.withResolvers<void>();
  const { ledger } = deps;
  const enactFirst: typeof ledger.enact = async (act) => {
    await otherHasCome.promise;
    doorHasCome.resolve();
    return ledger.enact(act);
  };
  const enactSecond: typeof ledger.enact = async (act) => {
    otherHasCome.resolve();
    await doorHasCome.promise;
    return ledger.enact(act);
  };
  return { door: { ...deps, ledger: { ...ledger, enact: enactFirst } }, other: { ...deps, ledger: { ...ledger, enact: enactSecond } } };
}

/** An error without a code is one that nobody thought of. */
function codeOf(error: unknown): string {
  if (!(error instanceof AppError)) throw error;
  return error.code;
}

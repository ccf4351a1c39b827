import { leiOf } from '../../src/base/check-digit.ts';
import type { Uuid } from '../../src/base/id.ts';
import { createParticipant } from '../../src/settlement/participant/create-participant.ts';
import { fundParticipant } from '../../src/settlement/participant/move-funds.ts';
import type { PaymentOrder } from '../../src/settlement/payment/payment.ts';
import type { TestHouse } from './house.ts';

/** A funded bank of a test network. */
export type Bank = { id: Uuid; bic: string };

let made = 0;

/** Admits banks with the BICs given, each with so many units in each asset. */
export async function admitBanks(house: TestHouse, bics: readonly string[], funds: Record<string, bigint>): Promise<Bank[]> {
  const banks: Bank[] = [];
  for (const bic of bics) {
    const lei = leiOf(`TEST${String(++made).padStart(14, '0')}`);
    const { id } = await createParticipant(house.settlement.deps, house.ctx, { name: `Bank ${bic}`, bic, lei, assets: Object.keys(funds) });
    for (const [asset, units] of Object.entries(funds)) {
      if (units > 0n) await fundParticipant(house.settlement.deps, house.ctx, { id, asset, units, reference: 'OPENING' });
    }
    banks.push({ id, bic });
  }
  return banks;
}

/** An order between two banks that nothing is wrong with. */
export function orderOf(from: Bank, to: Bank, change: Partial<PaymentOrder> = {}): PaymentOrder {
  return {
    endToEndId: `E2E-${++made}`,
    debtorAgent: from.bic,
    creditorAgent: to.bic,
    debtor: { name: 'Aurora Shipping AS' },
    creditor: { name: 'Meridian Foods Ltd' },
    asset: 'EUR/2',
    units: 10_000n,
    ...change,
  };
}

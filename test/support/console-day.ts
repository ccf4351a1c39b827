import { findOperatorId } from '../../src/access/store/tenant.ts';
import { readConfig } from '../../src/app/config.ts';
import { runDemo } from '../../src/app/demo.ts';
import { openHouse, type OpenHouse } from '../../src/app/house.ts';
import type { Uuid } from '../../src/base/id.ts';
import { dayOf } from '../../src/base/time.ts';
import { silentLog } from '../../src/infra/log/log.ts';
import { issueInvoice } from '../../src/settlement/fee/issue-invoices.ts';
import { monthBefore } from '../../src/settlement/fee/month.ts';
import type { Product } from './product.ts';

/** So few that it is short, and enough for every bank to have something of its own. */
const PAYMENTS = 400;

/**
 * The demonstration day that the product ships with, cut short: its forty banks, its twelve currencies and its evening, beside
 * the product that runs. Beside it an invoice of last month, which the API cannot make for a month in which nobody was there.
 */
export async function demonstrateIn({ dataFolder }: Product): Promise<void> {
  const stop = new AbortController().signal;
  const config = readConfig({ RIALTO_DATA: dataFolder }, {});
  const house = await openHouse(config, silentLog, () => {}, { beside: true, stop });
  try {
    const tenantId = (await house.ground.db.read({ role: 'rialto_auth' }, findOperatorId))!;
    await runDemo(house, tenantId, { progress: { part: () => {} }, payments: PAYMENTS });
    await invoiceLastMonth(house, tenantId);
  } finally {
    await house.close();
  }
}

async function invoiceLastMonth({ access, settlement: { deps } }: OpenHouse, tenantId: Uuid): Promise<void> {
  const [bank] = (await deps.directory.of(tenantId)).byId.values();
  const { settlementAccountId } = bank!.accounts.get('EUR/2')!;
  const lines = [{ item: 'payments', text: 'Payments', count: 1_200n, value: 0n, units: 36_000n }];
  const bill = { participantId: bank!.id, bic: bank!.bic, asset: 'EUR/2', settlementAccountId, billed: false, lines };
  await issueInvoice(deps, access.port.systemCtx('invoices', tenantId), monthBefore(Date.parse(dayOf(deps.clock.now()))), bill);
}

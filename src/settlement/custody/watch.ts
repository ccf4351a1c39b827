import { scaleOf } from '../../base/money.ts';
import { isYounger, type Millis } from '../../base/time.ts';
import type { Metrics } from '../../infra/metrics/metrics.ts';
import type { Check } from '../../infra/module.ts';
import type { SettlementDeps } from '../deps.ts';
import { currentReserves, type CurrencyReserves } from './reserves.ts';

/** How old what was seen may be before it is looked at again. */
const SEEN_MS = 30_000;

/** Looks at the reserves of all tenants for metrics and for the check, at most every half minute. */
export type ReserveWatch = { look(): Promise<void>; check: Check };

/**
 * The check fails when reserves differ: more is owed than is in custody, an account's books contradict themselves, or something that
 * a custodian has said is not matched. People have to look; traffic goes on.
 */
export function createReserveWatch(deps: Pick<SettlementDeps, 'access' | 'db' | 'ledger' | 'clock'>, metrics: Metrics): ReserveWatch {
  const labels = ['asset'];
  const difference = metrics.gauge({
    name: 'rialto_settlement_reserve_difference',
    help: 'What custodians have said and is not matched, in whole units of the asset',
    labels,
  });
  const outstanding = metrics.gauge({
    name: 'rialto_settlement_tokens_outstanding',
    help: 'Tokens of participants, in whole units',
    labels,
  });
  const custody = metrics.gauge({ name: 'rialto_settlement_custody', help: 'Money in custody by the ledger, in whole units', labels });
  let seen: { at: Millis; all: CurrencyReserves[] } | undefined;

  async function look(): Promise<CurrencyReserves[]> {
    if (seen && isYounger(deps.clock, seen.at, SEEN_MS)) return seen.all;
    const all: CurrencyReserves[] = [];
    for (const tenantId of await deps.access.tenantIds()) all.push(...(await currentReserves(deps, tenantId)));
    seen = { at: deps.clock.now(), all };
    for (const [asset, of] of Map.groupBy(all, (one) => one.asset)) {
      // Floats are good enough for a chart.
      const sum = (units: (one: CurrencyReserves) => bigint) =>
        Number(of.reduce((total, one) => total + units(one), 0n)) / 10 ** scaleOf(asset);
      difference.set(
        sum(({ statements }) => statements.reduce((total, { unmatched }) => total + magnitude(unmatched), 0n)),
        { asset },
      );
      outstanding.set(
        sum((one) => one.outstanding),
        { asset },
      );
      custody.set(
        sum((one) => one.custody),
        { asset },
      );
    }
    return all;
  }

  return {
    look: async () => void (await look()),
    check: {
      name: 'settlement.reserves',
      advisory: true,
      async run() {
        const all = await look();
        const of = (state: CurrencyReserves['state']) => all.filter((one) => one.state === state).map(({ asset }) => asset);
        const open = all.reduce((sum, { statements }) => sum + statements.reduce((count, one) => count + one.open, 0), 0);
        const wrong = [
          of('short').length > 0 && `custody does not cover what is owed in ${of('short').join(', ')}`,
          open > 0 && `${open} entries of custodians are not matched in ${of('open').join(', ') || of('short').join(', ')}`,
        ].filter((what) => what !== false);
        if (wrong.length > 0) return { ok: false, detail: wrong.join('; ') };
        if (all.length === 0) return { ok: true, unseen: true, detail: 'no currency has money in custody or tokens yet' };
        return { ok: true, detail: `${all.length} currencies are covered, and nothing is unmatched` };
      },
    },
  };
}

const magnitude = (units: bigint): bigint => (units < 0n ? -units : units);

import type { Uuid } from '../../base/id.ts';
import { dayOf, isYounger, type Clock, type Millis } from '../../base/time.ts';
import type { Db } from '../../infra/postgres/db.ts';
import { countWaitingOf } from '../queue/store.ts';
import type { Band } from './forecast.ts';
import { expectedIncome } from './read-forecast.ts';
import type { Sources } from './router.ts';

/** How long a forecast is used; the hours that it rests on are counted once an hour. */
const FORECAST_AGE_MS = 60_000;

/** Where the router's facts come from: the queue of the sender, and what the past says of its income. */
export function routeSources({ db, clock }: { db: Db; clock: Clock }): Sources {
  const forecasts = new Map<Uuid, { readAt: Millis; bands: Promise<Map<string, Band>> }>();
  const bandsOf = (tenantId: Uuid): Promise<Map<string, Band>> => {
    const kept = forecasts.get(tenantId);
    if (kept && isYounger(clock, kept.readAt, FORECAST_AGE_MS)) return kept.bands;
    const fresh = { readAt: clock.now(), bands: expectedIncome({ db }, tenantId, clock.now()) };
    forecasts.set(tenantId, fresh);
    fresh.bands.catch(() => forecasts.get(tenantId) === fresh && forecasts.delete(tenantId));
    return fresh.bands;
  };
  return {
    waitingOf: (tenantId, participantId) => db.read({ tenantId }, (tx) => countWaitingOf(tx, tenantId, participantId, dayOf(clock.now()))),
    async inflowOf(tenantId, participantId, asset) {
      const band = (await bandsOf(tenantId)).get(`${participantId} ${asset}`);
      return BigInt(Math.floor(band?.low ?? 0));
    },
  };
}

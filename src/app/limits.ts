import { usualLimits, type Limits } from '../infra/http/limits.ts';
import type { Config } from './config.ts';

const MINUTE_MS = 60_000;

/** The usual limits with the rates that the configuration names. */
export function httpLimits({ limits }: Pick<Config, 'limits'>): Limits {
  const rate = (units: number) => ({ units, windowMs: MINUTE_MS });
  return {
    ...usualLimits,
    actor: rate(limits.actor),
    member: rate(limits.bank),
    tenant: rate(limits.tenant),
    visits: rate(limits.address),
    global: rate(limits.global),
  };
}

import type { Admitted } from '../access/authenticate.ts';
import type { Doorkeeper } from '../infra/http/door.ts';
import { createLimiter } from '../infra/http/limits.ts';
import type { OpenHouse } from './house.ts';
import { httpLimits } from './limits.ts';

/** Who admits callers, whichever door of this process they come to: what an address fails at one counts at all. */
export function createDoorkeeper({ access, kv, ground }: OpenHouse): Doorkeeper<Admitted> {
  const log = ground.log.child({ module: 'http' });
  return {
    authenticate: (token) => access.authenticate(token),
    recognises: (token) => access.recognises(token),
    sessionOf: (cookies) => access.sessionOf(cookies),
    limiter: createLimiter({
      store: kv,
      limits: httpLimits(ground.config),
      onStoreError: (error) => log.warn('rate limits: the shared store failed, this process limits alone', { error }),
    }),
  };
}

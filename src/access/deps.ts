import type { Clock } from '../base/time.ts';
import type { Db } from '../infra/postgres/db.ts';
import type { Denied } from './audit/denied.ts';
import type { KeyRing } from './key-ring.ts';
import type { KeySeals } from './key-seal.ts';
import type { AccessPort } from './port.ts';
import type { RefreshCookies } from './refresh-cookie.ts';
import type { Revocations } from './revocations.ts';

/** What the operations of this module work with. */
export type AccessDeps = {
  db: Db;
  clock: Clock;
  /** Issuer of access tokens: the address that the product is reached at. */
  issuer: string;
  /** Names of the modules that are served, this one included. */
  modules: readonly string[];
  keyRing: KeyRing;
  revocations: Revocations;
  cookies: RefreshCookies;
  keySeals: KeySeals;
  denied: { add(denied: Denied): void };
  command: AccessPort['command'];
};

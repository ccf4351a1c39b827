import type { Outcome } from '../check/check.ts';
import type { CheckSettings } from '../check/settings.ts';

/** What a check may use, as plain data that a thread can be given. */
export type CheckGround = {
  settings: CheckSettings;
  environment: Readonly<Record<string, string | undefined>>;
  commit: string;
};

/** To a thread of checks: one check at a time, or the word to stop it. */
export type ToThread = { say: 'check'; kind: string; params: unknown; ground: CheckGround } | { say: 'stop' } | { say: 'ping' };

/** From a thread of checks. */
export type FromThread = { outcome: Outcome } | { ready: true };

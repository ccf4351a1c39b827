import type { Outcome } from '../check/check.ts';
import type { CheckSettings } from '../check/settings.ts';

/** What a check may use, as plain data that a process can be given. */
export type CheckGround = {
  settings: CheckSettings;
  environment: Readonly<Record<string, string | undefined>>;
  commit: string;
};

/** To a process of checks: one check at a time, or the word to stop it. */
export type ToProcess = { say: 'check'; kind: string; params: unknown; ground: CheckGround } | { say: 'stop' } | { say: 'ping' };

/** From a process of checks. */
export type FromProcess = { outcome: Outcome } | { noted: string } | { ready: true };

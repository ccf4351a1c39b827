import { AppError } from '../base/error.ts';
import type { Clock } from '../base/time.ts';
import type { CheckGround } from './apart/protocol.ts';
import type { Probe } from './check/check.ts';
import type { CheckSettings } from './check/settings.ts';
import { createProbe } from './check/targets.ts';
import type { Release } from './deps.ts';

/** Addresses of targets without what may be secret in them; one that a setting holds is not told. */
function addressesOf(targets: CheckSettings['targets']): Record<string, string | undefined> {
  const told = Object.entries(targets).map(([name, target]) => [name, 'url' in target ? withoutLogin(target.url) : undefined] as const);
  return Object.fromEntries(told);
}

function withoutLogin(text: string): string | undefined {
  const url = URL.parse(text);
  return url ? `${url.protocol}//${url.host}` : undefined;
}

type Given = {
  clock: Clock;
  settingsAt(address: string): CheckSettings;
  environment: Readonly<Record<string, string | undefined>>;
  release(): Promise<Release>;
};

/** What checks may use: known as soon as the process knows where it can be reached. */
export type Ground = {
  reachedAt(address: string): void;
  /** As plain data. Errors: `readiness.not_reachable_yet`. */
  now(): CheckGround;
  probe(signal: AbortSignal): Promise<Probe | undefined>;
  /** Names of targets with their addresses, where those are told; those of the settings alone before the process can be reached. */
  targets(): Readonly<Record<string, string | undefined>>;
};

export function createGround({ clock, settingsAt, environment, release }: Given): Ground {
  let address: string | undefined;
  let known: CheckGround | undefined;
  return {
    reachedAt(reached) {
      address = reached;
    },
    now() {
      if (known) return known;
      throw new AppError('unavailable', 'readiness.not_reachable_yet', 'The process cannot be reached yet, so nothing can be checked.');
    },
    targets: () => addressesOf(settingsAt(address ?? 'http://localhost').targets),
    async probe(signal) {
      if (address === undefined) return undefined;
      const { commit } = await release();
      const settings = settingsAt(address);
      // As another process gets it: only the settings that may be read, and no object that cannot be copied.
      known = { settings, environment: Object.fromEntries(Object.entries(environment)), commit };
      return createProbe({ settings, environment, clock, signal, commit });
    },
  };
}

import { AppError } from '../../base/error.ts';
import type { CheckKind, CheckProvider } from './check.ts';

/** All kinds of checks that there are, each under one name. */
export type KindRegistry = { find(name: string): CheckKind | undefined; all(): readonly CheckKind[] };

/** Brings providers together. Errors: `readiness.kind_twice` when two of them bring a kind of the same name. */
export function createKinds(providers: readonly CheckProvider[]): KindRegistry {
  const kinds = new Map<string, CheckKind>();
  const from = new Map<string, string>();
  for (const { name: provider, kinds: brought } of providers)
    for (const kind of brought) {
      if (kinds.has(kind.name))
        throw new AppError('conflict', 'readiness.kind_twice', `${from.get(kind.name)} and ${provider} both bring the check ${kind.name}.`);
      kinds.set(kind.name, kind);
      from.set(kind.name, provider);
    }
  return { find: (name) => kinds.get(name), all: () => [...kinds.values()] };
}

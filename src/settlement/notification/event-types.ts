import type { Actor } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { EventKind } from '../../base/event.ts';
import { scopeOfEvent } from '../event-scope.ts';

/** What all types together need. A bank hears only what names it, and that nothing of compliance does. */
const scopesOfAll = ({ memberId }: Actor): string[] => [
  'settlement:read',
  'payments:read',
  ...(memberId === undefined ? ['screening:read'] : []),
];

/**
 * Whether an actor may have someone told of these types; `*` means every one.
 * Errors: `settlement.event_type_unknown`, `settlement.event_type_forbidden`.
 */
export function checkTypes(actor: Actor, types: readonly string[], kinds: readonly EventKind[]): void {
  const known = kinds.map(({ type }) => type as string);
  for (const type of types) {
    if (type !== '*' && !known.includes(type))
      throw new AppError('unprocessable', 'settlement.event_type_unknown', `There are no events of the type ${type}.`);
    for (const scope of type === '*' ? scopesOfAll(actor) : [scopeOfEvent(type)]) {
      if (!actor.scopes.has(scope))
        throw new AppError('forbidden', 'settlement.event_type_forbidden', `Being told of ${type} needs the scope ${scope}.`);
    }
  }
}

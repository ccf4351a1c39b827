import type { Actor } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { EventKind } from '../../base/event.ts';

/** What compliance works with: whoever may not look at its desk is not told of it either. */
const COMPLIANCE = /^settlement\.(case|aml|list|rescreening)_/;

/** The scope that hearing a type of event needs. */
function scopeOfType(type: string): string {
  if (COMPLIANCE.test(type)) return 'screening:read';
  return type.startsWith('settlement.payment_') ? 'payments:read' : 'settlement:read';
}

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
    for (const scope of type === '*' ? scopesOfAll(actor) : [scopeOfType(type)]) {
      if (!actor.scopes.has(scope))
        throw new AppError('forbidden', 'settlement.event_type_forbidden', `Being told of ${type} needs the scope ${scope}.`);
    }
  }
}

import type { Ctx } from '../../base/context.ts';
import type { InputOf } from '../../base/operation.ts';
import { readBindings } from '../binding/read-bindings.ts';
import { changeBindings } from '../binding/write-bindings.ts';
import { confirm, standOf } from '../catalogue/stand.ts';
import { confirmBindings as contract } from '../contract.ts';
import type { ReadinessDeps } from '../deps.ts';
import { proposedFor } from './proposed-for.ts';
import { requesterOf } from './read-runs.ts';
import { keep } from './upload-documents.ts';

/**
 * Puts the caller's name to what decides these lines: what is bound to them already, or what their theme proposes. Comments and order of the file stay as they are.
 * Errors: `readiness.checklist_not_found`, `readiness.line_unknown`, `readiness.nothing_to_confirm`,
 * `readiness.parameter_missing`, `readiness.bindings_invalid` when there is no such check here, or its parameters do not fit.
 */
export async function confirmBindings(deps: ReadinessDeps, ctx: Ctx, { name, lines }: InputOf<typeof contract>): Promise<void> {
  const { checklist, bindings, bindingsText, source, origin } = await deps.library.find(ctx, name);
  const now = deps.clock.now();
  const changes = confirm(standOf(checklist, bindings, now, proposedFor(deps, { checklist, origin })), {
    ids: lines,
    by: requesterOf(ctx),
    at: new Date(now).toISOString(),
  });
  const changed = changeBindings(bindingsText, changes);
  readBindings(changed, { file: `${name}.bindings.yaml`, kinds: deps.kinds });
  await keep(deps, ctx, { operation: contract, name, source: origin === 'product' ? undefined : source, bindings: changed }, { lines });
}

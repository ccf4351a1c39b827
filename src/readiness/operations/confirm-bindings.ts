import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { InputOf } from '../../base/operation.ts';
import { changeBindings } from '../binding/write-bindings.ts';
import { confirmBindings as contract } from '../contract.ts';
import type { ReadinessDeps } from '../deps.ts';
import { requesterOf } from './read-runs.ts';
import { keep } from './upload-documents.ts';

/**
 * Puts the caller's name to what decides these lines. Comments and order of the file stay as they are.
 * Errors: `readiness.checklist_not_found`, `readiness.binding_unknown`.
 */
export async function confirmBindings(deps: ReadinessDeps, ctx: Ctx, { name, lines }: InputOf<typeof contract>): Promise<void> {
  const { bindings, bindingsText, source, origin } = await deps.library.find(ctx, name);
  const confirmed = { by: requesterOf(ctx), at: new Date(deps.clock.now()).toISOString() };
  const changes = lines.map((line) => {
    const binding = bindings.bindings.find((one) => one.line === line);
    if (!binding) throw new AppError('not_found', 'readiness.binding_unknown', `Nothing is bound to the line ${line}.`);
    return { kind: 'put' as const, binding: { ...binding, confirmed } };
  });
  const changed = changeBindings(bindingsText, changes);
  await keep(deps, ctx, { operation: contract, name, source: origin === 'product' ? undefined : source, bindings: changed }, { lines });
}

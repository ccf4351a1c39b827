import type { Ctx } from '../../base/context.ts';
import type { InputOf } from '../../base/operation.ts';
import type { Binding } from '../binding/binding.ts';
import { linesOf } from '../binding/claims.ts';
import { fingerprintOf } from '../binding/fingerprint.ts';
import type { BindingChange } from '../binding/write-bindings.ts';
import { confirm } from '../catalogue/stand.ts';
import type { Checklist } from '../checklist/checklist.ts';
import { confirmBindings as contract } from '../contract.ts';
import type { ReadinessDeps } from '../deps.ts';
import { apart, LARGE_BYTES } from '../reading/apart.ts';
import { proposedStand } from './proposed-for.ts';
import { requesterOf } from './read-runs.ts';
import { requireStepUp } from './signed-act.ts';
import { keep, refuseUnknownKinds } from './upload-documents.ts';

/**
 * Puts the caller's name to what decides these lines: what is bound to them already, or what their theme proposes. It counts from then
 * on, so it takes a step-up login, which no API key has. Comments and order of the file stay as they are.
 * Errors: `readiness.checklist_not_found`, `readiness.step_up_required`, `readiness.line_unknown`, `readiness.nothing_to_confirm`,
 * `readiness.parameter_missing`, `readiness.bindings_invalid` when there is no such check here, or its parameters do not fit.
 */
export async function confirmBindings(deps: ReadinessDeps, ctx: Ctx, { name, lines }: InputOf<typeof contract>): Promise<void> {
  const document = await deps.library.find(ctx, name);
  // An act that was done already is answered as it was then, also when the proof has ended since.
  if (!(await deps.access.keptAnswer(ctx, contract))) await requireStepUp(deps, ctx);
  const { checklist, bindingsText, source, origin } = document;
  const by = requesterOf(ctx);
  const at = new Date(deps.clock.now()).toISOString();
  const changes = confirm(await proposedStand(deps, document), { ids: lines, by, at }).map((change) => inTheNameOf(by, checklist, change));
  const large = bindingsText.length > LARGE_BYTES || changes.length > LARGE_CHANGES;
  const { text, bindings } = await apart('change', { name, text: bindingsText, changes }, large);
  await refuseUnknownKinds(deps, name, { given: text, bindings, large });
  await keep(deps, ctx, { operation: contract, name, source: origin === 'product' ? undefined : source, bindings: text }, { lines });
}

/** So many bindings take longer to write than callers may wait for each other. */
const LARGE_CHANGES = 100;

/**
 * Whoever confirms that a line is put aside is who says so, whatever name the file had for it; and what is confirmed is held to the
 * words that the line has now.
 */
function inTheNameOf(by: string, checklist: Checklist, change: BindingChange): BindingChange {
  if (change.kind !== 'put') return change;
  const { binding } = change;
  const { disposition } = binding;
  const line = linesOf(checklist).find(({ id }) => id === binding.line);
  const named: Binding = 'by' in disposition ? { ...binding, disposition: { ...disposition, by } } : binding;
  return { ...change, binding: line ? { ...named, print: fingerprintOf(line.text) } : named };
}

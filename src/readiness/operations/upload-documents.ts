import Type from 'typebox';
import { AppError } from '../../base/error.ts';
import type { Ctx } from '../../base/context.ts';
import type { InputOf } from '../../base/operation.ts';
import type { Operation } from '../../base/operation.ts';
import type { RequestExtras } from '../../infra/http/route.ts';
import { readBindings } from '../binding/read-bindings.ts';
import { emptyBindings } from '../binding/write-bindings.ts';
import { readChecklist } from '../checklist/read-checklist.ts';
import { uploadBindings as bindingsContract, uploadChecklist as uploadContract } from '../contract.ts';
import type { ReadinessDeps } from '../deps.ts';
import { changedEvent } from '../events.ts';
import type { Document } from '../library.ts';
import { putChecklist } from '../store/checklist-store.ts';
import { recordStoreIn } from '../store/record-store.ts';

type Extras = Pick<RequestExtras, 'document'>;
/** What is kept as the answer to an upload; the caller gets how the checklist stands then. */
const DONE = Type.Object({}, { additionalProperties: false });
const encoder = new TextEncoder();

/**
 * Keeps a checklist for the operator's tenant; what decided its lines before goes on to decide those that are still there.
 * Errors: `readiness.operator_only`, `readiness.checklist_reserved`, `readiness.checklist_empty`.
 */
export async function uploadChecklist(
  deps: ReadinessDeps,
  ctx: Ctx,
  { name }: InputOf<typeof uploadContract>,
  { document }: Extras,
): Promise<void> {
  if ((await deps.access.operatorId()) !== ctx.tenantId || ctx.memberId !== undefined)
    throw new AppError('forbidden', 'readiness.operator_only', 'Only the operator of the installation keeps checklists.');
  if (deps.library.isSupplied(name))
    throw new AppError('conflict', 'readiness.checklist_reserved', `${name} is the product's own checklist. Choose another name.`);
  const { items, criteria } = readChecklist(document, name);
  if (items.length + criteria.length === 0)
    throw new AppError('unprocessable', 'readiness.checklist_empty', 'There is not one line to judge in this document.');
  const before = (await deps.library.list(ctx.tenantId)).find((one) => one.name === name);
  const bindings = before?.bindingsText ?? emptyBindings(name);
  await keep(deps, ctx, { operation: uploadContract, name, source: document, bindings });
}

/**
 * Errors: `readiness.checklist_not_found`, `readiness.bindings_invalid` with every problem and its place,
 * `readiness.bindings_of_another`.
 */
export async function uploadBindings(
  deps: ReadinessDeps,
  ctx: Ctx,
  { name }: InputOf<typeof bindingsContract>,
  { document }: Extras,
): Promise<void> {
  const { source, origin } = await deps.library.find(ctx, name);
  const bindings = new TextDecoder().decode(document);
  const { checklist } = readBindings(bindings, { file: `${name}.bindings.yaml`, kinds: deps.kinds });
  if (checklist !== name)
    throw new AppError('unprocessable', 'readiness.bindings_of_another', `These are the bindings of ${checklist}, not of ${name}.`);
  await keep(deps, ctx, { operation: bindingsContract, name, source: origin === 'product' ? undefined : source, bindings });
}

type Kept = { operation: Operation; name: string; source: Document['source'] | undefined; bindings: string };

/** Writes text and bindings as evidence and points the checklist at them. */
export async function keep(deps: ReadinessDeps, ctx: Ctx, { operation, name, source, bindings }: Kept, detail: object = {}): Promise<void> {
  const { tenantId, actor } = ctx;
  // The summary that the caller gets is read afresh, so that what is kept for the key is only that it was done.
  await deps.access.command(ctx, { ...operation, output: DONE }, async (tx) => {
    const store = recordStoreIn(tx, { tenantId, clock: deps.clock });
    const at = deps.clock.now();
    const hashes = {
      source: source ? await store.putEvidence(source, 'text/markdown') : null,
      bindings: await store.putEvidence(encoder.encode(bindings), 'application/yaml'),
    };
    await putChecklist(tx, tenantId, { name, ...hashes, uploadedBy: actor.name, uploadedAt: at });
    return { answer: {}, subject: name, detail: { ...hashes, ...detail }, events: [changedEvent(tenantId, at, name)] };
  });
}

import Type from 'typebox';
import { AppError } from '../../base/error.ts';
import type { Ctx } from '../../base/context.ts';
import type { InputOf } from '../../base/operation.ts';
import type { Operation } from '../../base/operation.ts';
import type { RequestExtras } from '../../infra/http/route.ts';
import type { Bindings } from '../binding/binding.ts';
import { problemsOfKinds, readBindings } from '../binding/read-bindings.ts';
import { emptyBindings } from '../binding/write-bindings.ts';
import { uploadBindings as bindingsContract, uploadChecklist as uploadContract } from '../contract.ts';
import type { ReadinessDeps } from '../deps.ts';
import { changedEvent } from '../events.ts';
import type { Document } from '../library.ts';
import { apart, LARGE_BYTES } from '../reading/apart.ts';
import { refuseLongText, refuseManyLines } from '../reading/limits.ts';
import { eachInSteps, inTurns } from '../steps.ts';
import { putChecklist } from '../store/checklist-store.ts';
import { recordStoreIn } from '../store/record-store.ts';

type Extras = Pick<RequestExtras, 'document'>;
/** What is kept as the answer to an upload; the caller gets how the checklist stands then. */
const DONE = Type.Object({}, { additionalProperties: false });
const encoder = new TextEncoder();
/** So many problems of a large file are told. */
const MOST_PROBLEMS = 200;

/**
 * Keeps a checklist for the operator's tenant; what decided its lines before goes on to decide those that are still there.
 * Errors: `readiness.operator_only`, `readiness.checklist_reserved`, `readiness.checklist_empty`, `readiness.checklist_too_large`.
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
  refuseLongText(document);
  const checklist = await apart('checklist', { name, source: new Uint8Array(document) }, document.byteLength > LARGE_BYTES);
  refuseManyLines(checklist);
  if (checklist.items.length + checklist.criteria.length === 0)
    throw new AppError('unprocessable', 'readiness.checklist_empty', 'There is not one line to judge in this document.');
  const before = (await deps.library.names(ctx.tenantId)).includes(name) ? await deps.library.find(ctx, name) : undefined;
  const bindings = before?.bindingsText ?? emptyBindings(name);
  await keep(deps, ctx, { operation: uploadContract, name, source: document, bindings });
}

/** What was taken out of bindings that somebody brought. */
export type TakenOut = { confirmations: readonly { line: string; by: string }[]; validFor: boolean };

/**
 * Keeps bindings without the confirmations that are not held for just these bindings already: a name in a file is nobody's act, and
 * whoever confirms does so here. Errors: `readiness.checklist_not_found`, `readiness.bindings_invalid` with every problem and its place,
 * `readiness.bindings_of_another`.
 */
export async function uploadBindings(
  deps: ReadinessDeps,
  ctx: Ctx,
  { name }: InputOf<typeof bindingsContract>,
  { document }: Extras,
): Promise<TakenOut> {
  const { source, origin, bindings: held } = await deps.library.find(ctx, name);
  const given = new TextDecoder().decode(document);
  const large = given.length > LARGE_BYTES;
  const longestMs = deps.policy.validFor.signed;
  const { text, bindings, confirmations, validFor } = await apart('strip', { name, text: given, held, longestMs }, large);
  if (bareName(bindings.checklist) !== name)
    throw new AppError(
      'unprocessable',
      'readiness.bindings_of_another',
      `These are the bindings of ${bindings.checklist}, not of ${name}. If they are meant for it, write checklist: ${name} in the file.`,
    );
  await refuseUnknownKinds(deps, name, { given, bindings, large });
  const kept = { operation: bindingsContract, name, source: origin === 'product' ? undefined : source, bindings: text };
  await keep(deps, ctx, kept, confirmations.length === 0 && !validFor ? {} : { takenOut: confirmations.map(({ line }) => line), validFor });
  return { confirmations, validFor };
}

/** The name that a checklist has here: bindings that were made beside a file call it `release.md`. */
const bareName = (file: string): string => file.replace(/\.(md|markdown|txt)$/i, '').toLowerCase();

type Checked = { given: string; bindings: Bindings; large: boolean };

/** A small file is read once more, which tells the places; of a large one the lines are told. Errors: `readiness.bindings_invalid`. */
export async function refuseUnknownKinds({ kinds }: ReadinessDeps, name: string, { given, bindings, large }: Checked): Promise<void> {
  const found = await inTurns(
    eachInSteps(bindings.bindings, (binding) => problemsOfKinds(binding, kinds).map((text) => `  ${binding.line}: ${text}`)),
  );
  const problems = found.flat();
  if (problems.length === 0) return;
  if (!large) readBindings(given, { file: `${name}.bindings.yaml`, kinds });
  const message = `The bindings have ${problems.length} problem(s):\n${problems.slice(0, MOST_PROBLEMS).join('\n')}`;
  throw new AppError('invalid', 'readiness.bindings_invalid', message);
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

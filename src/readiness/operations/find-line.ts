import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { ReadinessDeps } from '../deps.ts';
import type { Document } from '../library.ts';
import { subjectsOf } from '../run/lines.ts';

/** The document that a line stands in. Errors: `readiness.checklist_not_found`, `readiness.line_unknown`. */
export async function requireLine(deps: Pick<ReadinessDeps, 'library'>, ctx: Ctx, at: { name: string; line: string }): Promise<Document> {
  const document = await deps.library.find(ctx, at.name);
  if (!subjectsOf(document.checklist).some(({ id }) => id === at.line))
    throw new AppError('not_found', 'readiness.line_unknown', `No line of ${at.name} has the identity ${at.line}.`);
  return document;
}

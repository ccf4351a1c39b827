import type { Ctx } from '../../../base/context.ts';
import type { InputOf, OutputOf } from '../../../base/operation.ts';
import { DEFAULT_PAGE, idCursor, toPage } from '../../../base/page.ts';
import type { SettlementDeps } from '../../deps.ts';
import type { listRescreeningFindings as findingsContract, listRescreenings as runsContract } from './contract.ts';
import type { Finding } from './finding.ts';
import { listRuns, pageOfFindings } from './store.ts';

const RUNS = 50;

type ReadDeps = Pick<SettlementDeps, 'db'>;

export async function listRescreenings(deps: ReadDeps, ctx: Ctx): Promise<OutputOf<typeof runsContract>> {
  const runs = await deps.db.read(ctx, (tx) => listRuns(tx, ctx.tenantId, RUNS));
  return {
    items: runs.map(({ id, fromSet, toSet, whole, changedEntries, stage, scanned, found, startedAt, finishedAt }) => ({
      id,
      toSet,
      whole,
      changedEntries,
      stage,
      scanned: Number(scanned),
      found: Number(found),
      startedAt,
      ...(fromSet !== null && { fromSet }),
      ...(finishedAt !== null && { finishedAt }),
    })),
  };
}

export async function listRescreeningFindings(
  deps: ReadDeps,
  ctx: Ctx,
  input: InputOf<typeof findingsContract>,
): Promise<OutputOf<typeof findingsContract>> {
  const limit = input.limit ?? DEFAULT_PAGE;
  const page = { kind: input.kind, after: idCursor(input.after), limit: limit + 1 };
  return toPage(await deps.db.read(ctx, (tx) => pageOfFindings(tx, ctx.tenantId, page)), limit, viewOf);
}

const SUBJECT_OF = {
  open: 'paymentId',
  held: 'paymentId',
  settled: 'paymentId',
  participant: 'participantId',
  instruction: 'instructionId',
} as const;

function viewOf({
  subjectId,
  explanation,
  rescreeningId,
  entryDigest: _digest,
  entryChanged,
  ...finding
}: Finding): OutputOf<typeof findingsContract>['items'][number] {
  const subject = { [SUBJECT_OF[finding.kind]]: subjectId };
  return {
    ...finding,
    ...subject,
    explanation: [...explanation],
    ...(rescreeningId !== null && { rescreeningId }),
    ...(entryChanged && { entryChanged }),
  };
}

import { readFile } from 'node:fs/promises';
import { AppError } from '../../../base/error.ts';
import { systemClock } from '../../../base/time.ts';
import { plain } from '../../../readiness/report/plain.ts';
import { ADVICE_WORDS } from '../../../readiness/watch/describe-watch.ts';
import { readSupposed } from '../../../readiness/watch/read-supposed.ts';
import { rehearse, type Rehearsal } from '../../../readiness/watch/rehearse.ts';
import type { Advice } from '../../../readiness/watch/observe.ts';
import type { Output } from '../output.ts';
import type { Workspace } from './workspace.ts';

/**
 * The watch of a release that has not been, on a clock of its own: tells when the advice would change, and answers with the worst of it; what was
 * supposed and never looked at shows nothing, so that somebody has to look at it.
 * Errors: `readiness.file_unreadable`, those of `readSupposed` and of `startWatch`.
 */
export async function rehearseWatch(output: Output, { checklist, subject }: Workspace, file: string | true): Promise<Advice> {
  const supposed = file === true ? [] : readSupposed(await contentOf(file), checklist);
  const rehearsal = await rehearse({ checklist, subject, releasedAt: systemClock.now(), supposed });
  const { turns, looks, unseen, rollbackMs } = rehearsal;
  output.print(describe(rehearsal), { turns, looks, unseen, ...(rollbackMs !== undefined && { rollbackMs }) });
  const order = ['rollback', 'recommend_rollback', 'attention', 'continue'] as const satisfies readonly Advice[];
  const found = order.find((advice) => turns.some((turn) => turn.advice === advice)) ?? 'attention';
  return found === 'continue' && unseen.length > 0 ? 'attention' : found;
}

async function contentOf(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new AppError('unprocessable', 'readiness.file_unreadable', `${path} cannot be read: ${error.code ?? error.message}.`);
  });
}

function describe({ turns, looks, unseen, view }: Rehearsal): string {
  const lines = view.lines.map(
    ({ lineId, line, title, forMs, window }) =>
      `  ${String(looks[lineId] ?? 0).padStart(5)} × line ${line}, ${plain(title)}${window ? ` (${plain(window)})` : ''}${forMs > 0 ? `, certain after ${ageOf(forMs)}` : ''}`,
  );
  const told = turns.flatMap(({ ageMs, advice, because }) => [
    `${ageOf(ageMs).padStart(10)}  ${ADVICE_WORDS[advice]}`,
    ...because.map((reason) => `              - ${plain(reason)}`),
  ]);
  const numbers = new Map(view.lines.map(({ lineId, line }) => [lineId, `line ${line}`]));
  const never = unseen.map(
    ({ lineId, fromMs, toMs, summary }) =>
      `  ${numbers.get(lineId) ?? `${lineId}, which is not watched`}, from ${ageOf(fromMs)} to ${ageOf(toMs)}: ${plain(summary)}`,
  );
  const end = ageOf(Date.parse(view.endsAt) - Date.parse(view.releasedAt));
  return [
    'A rehearsal: nothing was asked, kept or called.',
    'Looks, on a clock of its own:',
    ...lines,
    '',
    ...told,
    '',
    `Over after ${end}.`,
    ...(never.length > 0 ? ['Supposed of times at which nobody looks, so nothing came of it:', ...never] : []),
  ].join('\n');
}

/** `3d 00:40`, by the age of the release. */
function ageOf(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${Math.floor(minutes / 1_440)}d ${two(Math.floor((minutes % 1_440) / 60))}:${two(minutes % 60)}`;
}

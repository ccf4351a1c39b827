import { createWriteStream } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Problem, requestOf, send, type WireInput, type WireOutput } from '../../base/client.ts';
import { AppError } from '../../base/error.ts';
import { downloadReport, getReport, startReport } from '../../settlement/report/contract.ts';
import type { Progress } from '../progress.ts';

type Report = WireOutput<typeof getReport>;

/** As commander gives them: all text. */
export type ReportOptions = {
  from?: string;
  to?: string;
  period?: string;
  participant?: string;
  asset?: string;
  window?: string;
  status?: string;
  largeFrom?: string;
  format: string;
  out?: string;
  url: string;
};

type Server = { baseUrl: string; key: string };

const POLL_MS = 500;
/** A download that breaks off is taken up again where it ended, so many times. */
const ATTEMPTS = 5;

/**
 * Has a running installation write a report, follows how far it is, and fetches the file into `out` (its own name in this
 * folder unless told). Errors: `cli.key_missing`, `cli.report_failed`, `cli.file_unwritable`, and what the server says.
 */
export async function report(
  kind: string,
  options: ReportOptions,
  { key, progress }: { key: string | undefined; progress: Pick<Progress, 'part' | 'step'> },
): Promise<Report & { path: string }> {
  if (!key) {
    const advice = 'Put an API key with the scope settlement:read into RIALTO_API_KEY (rialto keys create makes one).';
    throw new AppError('unauthenticated', 'cli.key_missing', advice);
  }
  const address = URL.parse(options.url);
  if (!address) throw new AppError('invalid', 'request.invalid', `${options.url} is not an address.`);
  const server = { baseUrl: address.origin, key };
  const begun = await told(send(startReport, requestOf(startReport, inputOf(kind, options), { token: key }), server), options.url);
  const done = await follow(server, begun, progress);
  const path = options.out ?? done.file!.name;
  await fetchFile(server, done, path);
  return { ...done, path };
}

function inputOf(kind: string, { from, to, period, participant, asset, window, status, largeFrom, format }: ReportOptions) {
  const given = { from, to, period, participantId: participant, asset, windowId: window, status, largeFrom };
  const parameters = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { kind, format, parameters } as WireInput<typeof startReport>;
}

async function follow(server: Server, begun: Report, progress: Pick<Progress, 'part' | 'step'>): Promise<Report> {
  let report = begun;
  let shown = -1;
  while (report.state === 'queued' || report.state === 'running') {
    if (report.rows !== shown) tell(report, progress);
    shown = report.rows;
    await pause(POLL_MS);
    report = await send(getReport, requestOf(getReport, { id: begun.id }, { token: server.key }), server);
  }
  if (report.state !== 'done') {
    throw new AppError('unprocessable', 'cli.report_failed', report.problem?.text ?? `The report is ${report.state}.`);
  }
  progress.part(`${report.rows} rows`, 1);
  return report;
}

function tell({ state, rows, total }: Report, progress: Pick<Progress, 'part' | 'step'>): void {
  if (state === 'queued') progress.step('Waiting for its turn');
  else if (total) progress.part(`${rows} of ${total} rows`, Math.min(rows / total, 0.99));
  else progress.step(`${rows} rows`);
}

/** Into a file beside it first, so that what has the name is whole. */
async function fetchFile(server: Server, { id, file }: Report, path: string): Promise<void> {
  const unfinished = `${path}.part`;
  for (let attempt = 1; ; attempt++) {
    try {
      await fetchRest(server, id, { path: unfinished, from: attempt === 1 ? 0 : (await stat(unfinished)).size });
      break;
    } catch (error) {
      if (error instanceof Problem || error instanceof AppError || attempt === ATTEMPTS) throw error;
      await pause(POLL_MS * attempt);
    }
  }
  const { size } = await stat(unfinished);
  if (size !== file!.bytes) throw new AppError('unprocessable', 'cli.report_failed', `${size} of ${file!.bytes} bytes came. Try again.`);
  await rename(unfinished, path);
}

async function fetchRest({ baseUrl, key }: Server, id: string, { path, from }: { path: string; from: number }): Promise<void> {
  const { url, method, headers } = requestOf(downloadReport, { id }, { token: key });
  const answer = await fetch(`${baseUrl}${url}`, { method, headers: { ...headers, ...(from > 0 && { range: `bytes=${from}-` }) } });
  if (!answer.ok) {
    const { code, detail } = (await answer.json().catch(() => ({}))) as Partial<Record<'code' | 'detail', string>>;
    throw new AppError('unprocessable', 'cli.refused', detail ? `${detail} (${code})` : `The answer was ${answer.status}.`);
  }
  const out = createWriteStream(path, { flags: from > 0 && answer.status === 206 ? 'a' : 'w' });
  await pipeline(Readable.fromWeb(answer.body!), out).catch((error: NodeJS.ErrnoException) => {
    if (error.syscall !== 'open' && error.code !== 'ENOSPC') throw error;
    throw new AppError('invalid', 'cli.file_unwritable', `${path} cannot be written to: ${error.code ?? error.message}.`, error);
  });
}

/** Says where nobody answered. */
async function told<T>(answer: Promise<T>, url: string): Promise<T> {
  return answer.catch((error: unknown) => {
    if (!(error instanceof Problem) || error.status > 0) throw error;
    throw new AppError('unavailable', 'cli.no_answer', `${url} does not answer.`, error);
  });
}

import type { Uuid } from '../../base/id.ts';
import { AppError } from '../../base/error.ts';
import type { SettlementDeps } from '../deps.ts';
import { resolve } from './check-parameters.ts';
import type { FileStore } from './files.ts';
import type { Row, Source } from './kind.ts';
import { KINDS } from './kinds/kinds.ts';
import type { RunRow } from './store.ts';
import { fromWire } from './view.ts';
import { WRITERS } from './write/writers.ts';

/** Told while a report is written; what it throws ends the writing. */
export type OnProgress = (rows: number, total: number | undefined) => Promise<void>;
export type Written = { rows: number; file: { name: string; hash: Buffer; bytes: number } };

/**
 * Writes a report into a file: all rows from one snapshot of the database, seen as whoever it is made for sees it, a page at a
 * time. Days count from when it was asked for, so that one that is begun anew is about the same.
 */
export async function writeReport(
  deps: Pick<SettlementDeps, 'db' | 'ledger' | 'calendars'> & { files: FileStore },
  tenantId: Uuid,
  run: RunRow,
  onProgress: OnProgress,
): Promise<Written> {
  const kind = KINDS[run.kind];
  const parameters = resolve(run.kind, fromWire(run.parameters), { now: run.requestedAt, calendars: deps.calendars });
  const scope = { tenantId, ...(run.memberId !== null && { memberId: run.memberId }) };
  let rows = 0;
  let begun = false;
  const file = await deps.files.write(tenantId, (out) =>
    deps.db.read(scope, async (tx) => {
      // A lost connection makes `read` try again, when half of the file is written already.
      if (begun) throw new AppError('unavailable', 'database.unavailable', 'The connection to the database was lost.');
      begun = true;
      const source = await kind.open({ tx, tenantId, ledger: deps.ledger, now: run.requestedAt }, parameters);
      const pages = counted(source, async (count) => onProgress((rows = count), source.total));
      const { title, columns } = kind;
      await WRITERS[run.format].write({ title, notes: source.notes, columns, asOf: run.requestedAt, pages }, out);
    }),
  );
  return { rows, file: { ...file, name: nameOf(run, parameters.days) } };
}

async function* counted({ pages }: Source, tell: (rows: number) => Promise<void>): AsyncGenerator<readonly Row[]> {
  let rows = 0;
  await tell(rows);
  for await (const page of pages) {
    yield page;
    rows += page.length;
    await tell(rows);
  }
}

function nameOf({ kind, format, requestedAt }: RunRow, days: { from: string; to: string } | undefined): string {
  const when = days ? (days.from === days.to ? days.from : `${days.from}_${days.to}`) : new Date(requestedAt).toISOString().slice(0, 10);
  return `${kind}_${when}.${format}`;
}

import { canonicalJson } from '../../base/canonical-json.ts';
import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import { hash } from 'node:crypto';
import { rootOfLeaves } from '../../base/merkle.ts';
import type { Clock } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Db, Tx } from '../../infra/postgres/db.ts';
import { leafOfEntry } from '../record/leaf.ts';
import type { ReadinessRecord, RecordBody, RecordStore } from '../record/record.ts';

/** More than this is not evidence but a data set; the database refuses it as well. */
const MAX_EVIDENCE_BYTES = 32 << 20;
const PAGE = 500;

/** How the store gets its transactions: one of its own for each call, or somebody's whose act it is part of. */
type InTx = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
type Of = { tenantId: Uuid; clock: Clock };

/** The log and the evidence of a tenant; each call is a transaction of its own. */
export function recordStoreOf(db: Db, of: Of): RecordStore {
  const scope = { tenantId: of.tenantId };
  return storeOn(of, { read: (work) => db.read(scope, work), write: (work) => db.write(scope, work) });
}

/** The same within a transaction of the tenant: what is appended stands when that commits, or never. */
export function recordStoreIn(tx: Tx, of: Of): RecordStore {
  const here: InTx = (work) => work(tx);
  return storeOn(of, { read: here, write: here });
}

function storeOn({ tenantId, clock }: Of, { read, write }: { read: InTx; write: InTx }): RecordStore {
  return {
    append: (checklist, body) => write((tx) => append(tx, { tenantId, checklist, body, at: new Date(clock.now()).toISOString() })),
    async *read(checklist, fromIndex = 0) {
      for (let from = fromIndex; ;) {
        const page = await read((tx) => selectRecords(tx, checklist, from));
        yield* page;
        if (page.length < PAGE) return await read(refuseCutLog);
        from = page.at(-1)!.index + 1;
      }
    },
    async *readAll() {
      for (let from = 0; ; from += PAGE) {
        const page = await read((tx) => selectAll(tx, from));
        yield* page;
        if (page.length < PAGE) return await read(refuseCutLog);
      }
    },
    root: () => read(selectRoot),
    putEvidence: (bytes, mediaType) => write((tx) => insertEvidence(tx, { tenantId, bytes, mediaType, clock })),
    evidence: (sha256) => read((tx) => findEvidence(tx, sha256)),
  };
}

type Draft = { tenantId: Uuid; checklist: string; body: RecordBody; at: string };

/** One appends at a time for a tenant, so that neither count has a gap and the tree's order is that of the commits. */
async function append(tx: Tx, { tenantId, checklist, body, at }: Draft): Promise<ReadinessRecord> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('readiness.record/' || $1::text, 0))`, [tenantId]);
  const [next] = await tx.query<{ seq: number; index: number; head: number }>(
    `select (select coalesce(max(seq) + 1, 0) from readiness.record) as seq,
       (select coalesce(max(index) + 1, 0) from readiness.record where checklist = $1) as index,
       (select coalesce(max(size), 0) from readiness.log_head) as head`,
    [checklist],
  );
  const { seq, index, head } = next!;
  refuseCut({ size: seq, head });
  const leaf = leafOfEntry({ index, at, checklist, body });
  await tx.query(
    `insert into readiness.record (tenant_id, seq, checklist, index, at, kind, body, leaf) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [tenantId, seq, checklist, index, at, body.kind, canonicalJson(body), Buffer.from(leaf, 'hex')],
  );
  await tx.query(
    `insert into readiness.log_head (tenant_id, size) values ($1, $2) on conflict (tenant_id) do update set size = excluded.size`,
    [tenantId, seq + 1],
  );
  return { index, at, checklist, body, leaf };
}

/** Errors: `readiness.log_cut`. */
async function refuseCutLog(tx: Tx): Promise<void> {
  const [row] = await tx.query<{ size: number; head: number }>(
    `select (select coalesce(max(seq) + 1, 0) from readiness.record) as size, (select coalesce(max(size), 0) from readiness.log_head) as head`,
  );
  refuseCut(row!);
}

/** The head tells how far the log ever went. Errors: `readiness.log_cut`. */
function refuseCut({ size, head }: { size: number; head: number }): void {
  if (size >= head) return;
  throw new AppError('conflict', 'readiness.log_cut', `The log of records had ${head} entries and has ${size}: some were cut off its end.`);
}

type Row = { index: number; at: string; checklist: string; body: string; leaf: Buffer };

const COLUMNS = 'index, at, checklist, body, leaf';
const entryOf = ({ index, at, checklist, body, leaf }: Row): ReadinessRecord => ({
  index,
  at,
  checklist,
  body: JSON.parse(body) as RecordBody,
  leaf: leaf.toString('hex'),
});

async function selectRecords(tx: Tx, checklist: string, from: number): Promise<ReadinessRecord[]> {
  const rows = await tx.query<Row>(`select ${COLUMNS} from readiness.record where checklist = $1 and index >= $2 order by index limit $3`, [
    checklist,
    from,
    PAGE,
  ]);
  return rows.map(entryOf);
}

/** `seq` has no gaps, so a page is a range of it. */
async function selectAll(tx: Tx, from: number): Promise<ReadinessRecord[]> {
  const rows = await tx.query<Row>(`select ${COLUMNS} from readiness.record where seq >= $1 and seq < $2 order by seq`, [
    from,
    from + PAGE,
  ]);
  return rows.map(entryOf);
}

async function selectRoot(tx: Tx): Promise<{ size: number; root: string }> {
  const [row] = await tx.query<{ size: number; head: number; leaves: Buffer | null }>(
    `select count(*)::int as size, string_agg(leaf, ''::bytea order by seq) as leaves,
       (select coalesce(max(size), 0) from readiness.log_head) as head from readiness.record`,
  );
  refuseCut(row!);
  return { size: row!.size, root: Buffer.from(rootOfLeaves(row!.leaves ?? new Uint8Array())).toString('hex') };
}

async function insertEvidence(tx: Tx, given: { tenantId: Uuid; bytes: Uint8Array; mediaType: string; clock: Clock }): Promise<string> {
  const { tenantId, bytes, mediaType, clock } = given;
  if (bytes.length > MAX_EVIDENCE_BYTES)
    throw new AppError(
      'too_large',
      'readiness.evidence_too_large',
      `Evidence may have ${MAX_EVIDENCE_BYTES} bytes, this has ${bytes.length}.`,
    );
  const sha256 = hash('sha256', bytes, 'buffer');
  await tx.query(
    `insert into readiness.evidence (tenant_id, sha256, media_type, bytes, at) values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [tenantId, sha256, mediaType, Buffer.from(bytes), instant(clock.now())],
  );
  return sha256.toString('hex');
}

async function findEvidence(tx: Tx, sha256: string): Promise<{ bytes: Uint8Array; mediaType: string } | undefined> {
  const [row] = await tx.query<{ bytes: Buffer; mediaType: string }>(
    'select bytes, media_type as "mediaType" from readiness.evidence where sha256 = $1',
    [Buffer.from(sha256, 'hex')],
  );
  return row && { bytes: new Uint8Array(row.bytes), mediaType: row.mediaType };
}

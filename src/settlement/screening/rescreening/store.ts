import type { Uuid } from '../../../base/id.ts';
import type { Millis } from '../../../base/time.ts';
import { bools, instant, instants, jsonbs, texts, uuids } from '../../../infra/postgres/columns.ts';
import type { Tx } from '../../../infra/postgres/db.ts';
import type { BankToScreen } from './examine.ts';
import type { Finding, FindingKind } from './finding.ts';

export type Stage = 'held' | 'participants' | 'open' | 'settled' | 'following' | 'done';

/** One screening again; `afterSeq` and `afterId` say how far its stage has come. */
export type Run = {
  id: Uuid;
  fromSet: number | null;
  toSet: number;
  whole: boolean;
  changedEntries: number;
  stage: Stage;
  afterSeq: bigint;
  afterId: Uuid | null;
  scanned: bigint;
  found: bigint;
  startedAt: Millis;
  finishedAt: Millis | null;
};

const COLUMNS = `id, from_set as "fromSet", to_set as "toSet", whole, changed_entries as "changedEntries", stage, after_seq as "afterSeq",
  after_id as "afterId", scanned, found, started_at as "startedAt", finished_at as "finishedAt"`;

/** The latest first; one that is under way is the first. */
export async function listRuns(tx: Tx, tenantId: Uuid, limit: number): Promise<Run[]> {
  return tx.query<Run>(
    `select ${COLUMNS} from settlement.rescreening where tenant_id = $1 order by (finished_at is null) desc, started_at desc, id desc limit $2`,
    [tenantId, limit],
  );
}

export async function latestRun(tx: Tx, tenantId: Uuid): Promise<Run | undefined> {
  const [run] = await listRuns(tx, tenantId, 1);
  return run;
}

/** Begins a run; nothing happens when another process has begun one. */
export async function insertRun(
  tx: Tx,
  tenantId: Uuid,
  run: Pick<Run, 'id' | 'fromSet' | 'toSet' | 'whole' | 'changedEntries' | 'startedAt' | 'stage'>,
): Promise<void> {
  await tx.query(
    `insert into settlement.rescreening (tenant_id, id, from_set, to_set, whole, changed_entries, stage, started_at, finished_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8::timestamptz, case when $7 = 'done' then $8::timestamptz end) on conflict do nothing`,
    [tenantId, run.id, run.fromSet, run.toSet, run.whole, run.changedEntries, run.stage, instant(run.startedAt)],
  );
}

/** Has a run begin again, for lists that changed once more. */
export async function restartRun(
  tx: Tx,
  tenantId: Uuid,
  run: Pick<Run, 'id' | 'toSet' | 'whole' | 'changedEntries' | 'startedAt'>,
): Promise<void> {
  await tx.query(
    `update settlement.rescreening set to_set = $3, whole = $4, changed_entries = $5, stage = 'held', after_seq = 0, after_id = null,
            started_at = $6::timestamptz
      where tenant_id = $1 and id = $2 and finished_at is null`,
    [tenantId, run.id, run.toSet, run.whole, run.changedEntries, instant(run.startedAt)],
  );
}

/** How far a run has come after a step. */
export type Place = Pick<Run, 'stage' | 'afterSeq' | 'afterId'>;

/** Moves a run on from where it was; false when it is not there any more, since another process has moved it. */
export async function moveRun(
  tx: Tx,
  tenantId: Uuid,
  run: Run,
  { to, scanned, found, at }: { to: Place; scanned: number; found: number; at: Millis },
): Promise<boolean> {
  const rows = await tx.query(
    `update settlement.rescreening
        set stage = $7, after_seq = $8, after_id = $9, scanned = scanned + $10, found = found + $11,
            finished_at = case when $7 = 'done' then $12::timestamptz end
      where tenant_id = $1 and id = $2 and to_set = $3 and stage = $4 and after_seq = $5 and after_id is not distinct from $6::uuid
      returning id`,
    [tenantId, run.id, run.toSet, run.stage, run.afterSeq, run.afterId, to.stage, to.afterSeq, to.afterId, scanned, found, instant(at)],
  );
  return rows.length > 0;
}

/** Counts what a run looked at and found aside from its stages. */
export async function countInRun(tx: Tx, tenantId: Uuid, id: Uuid, { scanned, found }: { scanned: number; found: number }): Promise<void> {
  await tx.query('update settlement.rescreening set scanned = scanned + $3, found = found + $4 where tenant_id = $1 and id = $2', [
    tenantId,
    id,
    scanned,
    found,
  ]);
}

const FINDING = `id, rescreening_id as "rescreeningId", kind, subject_id as "subjectId", party, change, purpose, name, list_id as "listId",
  entry_id as "entryId", listed, score, explanation, entry_digest as "entryDigest", entry_changed as "entryChanged",
  found_at as "foundAt"`;

/** Notes findings; answers with the ids of those that were not there yet. */
export async function insertFindings(tx: Tx, tenantId: Uuid, found: readonly Finding[]): Promise<Set<Uuid>> {
  const rows = await tx.query<{ id: Uuid }>(
    `insert into settlement.rescreening_finding
       (tenant_id, id, rescreening_id, kind, subject_id, party, change, purpose, name, list_id, entry_id, listed, score, explanation,
        entry_digest, entry_changed, found_at)
     select $1, unnest($2::uuid[]), unnest($3::uuid[]), unnest($4::text[]), unnest($5::uuid[]), unnest($6::text[]), unnest($7::text[]),
       unnest($8::text[]), unnest($9::text[]), unnest($10::text[]), unnest($11::text[]), unnest($12::text[]), unnest($13::text[])::double precision,
       unnest($14::jsonb[]), unnest($15::text[]), unnest($16::boolean[]), unnest($17::timestamptz[])
     on conflict do nothing returning id`,
    [
      tenantId,
      uuids(found.map(({ id }) => id)),
      uuids(found.map(({ rescreeningId }) => rescreeningId)),
      texts(found.map(({ kind }) => kind)),
      uuids(found.map(({ subjectId }) => subjectId)),
      texts(found.map(({ party }) => party)),
      texts(found.map(({ change }) => change)),
      texts(found.map(({ purpose }) => purpose)),
      texts(found.map(({ name }) => name)),
      texts(found.map(({ listId }) => listId)),
      texts(found.map(({ entryId }) => entryId)),
      texts(found.map(({ listed }) => listed)),
      texts(found.map(({ score }) => String(score))),
      jsonbs(found.map(({ explanation }) => explanation)),
      texts(found.map(({ entryDigest }) => entryDigest)),
      bools(found.map(({ entryChanged }) => entryChanged)),
      instants(found.map(({ foundAt }) => foundAt)),
    ],
  );
  return new Set(rows.map(({ id }) => id));
}

/** A match that counts no more as long as the list says the same of its entry. */
export type DismissedMatch = Pick<Finding, 'listId' | 'entryId' | 'name' | 'entryDigest'>;

/** What is known of subjects from earlier runs, the latest of each match. */
export async function latestFindings(tx: Tx, tenantId: Uuid, subjectIds: readonly Uuid[]): Promise<Finding[]> {
  return tx.query<Finding>(
    `select distinct on (subject_id, party, list_id, entry_id) ${FINDING} from settlement.rescreening_finding
      where tenant_id = $1 and subject_id = any($2::uuid[]) order by subject_id, party, list_id, entry_id, found_at desc, id desc`,
    [tenantId, uuids(subjectIds)],
  );
}

/** What is known of subjects from earlier runs, oldest first: the latest of each match by each name, for each state of its entry. */
export async function toldFindings(tx: Tx, tenantId: Uuid, subjectIds: readonly Uuid[]): Promise<Finding[]> {
  return tx.query<Finding>(
    `select * from (
       select distinct on (subject_id, party, list_id, entry_id, name, entry_digest) ${FINDING} from settlement.rescreening_finding
        where tenant_id = $1 and subject_id = any($2::uuid[])
        order by subject_id, party, list_id, entry_id, name, entry_digest, found_at desc, id desc) told
      order by "foundAt", id`,
    [tenantId, uuids(subjectIds)],
  );
}

/** The matches of a bank that people have dismissed in a case, each with the entry as it was then. */
export async function dismissedMatches(tx: Tx, tenantId: Uuid, participantId: Uuid): Promise<DismissedMatch[]> {
  return tx.query<DismissedMatch>(
    `select distinct f.list_id as "listId", f.entry_id as "entryId", f.name, f.entry_digest as "entryDigest" from settlement.rescreening_finding f
       join settlement.case_step s on s.tenant_id = f.tenant_id and s.id = f.id and s.step = 'found'
       join settlement.compliance_case c on c.tenant_id = s.tenant_id and c.id = s.case_id
      where f.tenant_id = $1 and f.subject_id = $2 and f.kind = 'participant' and c.state = 'closed' and c.outcome = 'dismissed'`,
    [tenantId, participantId],
  );
}

/** Newest first, behind the finding `after`. */
export async function pageOfFindings(
  tx: Tx,
  tenantId: Uuid,
  page: { kind?: FindingKind | undefined; after: Uuid | undefined; limit: number },
): Promise<Finding[]> {
  return tx.query<Finding>(
    `select ${FINDING} from settlement.rescreening_finding
      where tenant_id = $1 and ($2::text is null or kind = $2) and ($3::uuid is null or id < $3) order by id desc limit $4`,
    [tenantId, page.kind ?? null, page.after ?? null, page.limit],
  );
}

/** What a version of a list had, entry by entry; undefined when that is not kept. */
export async function entryHashesOf(
  tx: Tx,
  tenantId: Uuid,
  lists: readonly { id: string; version: string }[],
): Promise<Map<string, Buffer>> {
  const rows = await tx.query<{ id: string; hashes: Buffer }>(
    `select distinct on (v.list_id) v.list_id as id, v.entry_hashes as hashes
       from settlement.screening_list_version v join unnest($2::text[], $3::text[]) as l (id, version) on v.list_id = l.id and v.version = l.version
      where v.tenant_id = $1 and v.entry_hashes is not null order by v.list_id, v.loaded_at desc`,
    [tenantId, texts(lists.map(({ id }) => id)), texts(lists.map(({ version }) => version))],
  );
  return new Map(rows.map(({ id, hashes }) => [id, hashes]));
}

/** Forgets the entries of versions that are neither in force nor in the set that everything was screened against. */
export async function forgetEntryHashes(tx: Tx, tenantId: Uuid, set: number): Promise<void> {
  await tx.query(
    `update settlement.screening_list_version v set entry_hashes = null
      where v.tenant_id = $1 and v.entry_hashes is not null
        and not exists (select from settlement.screening_list l where l.tenant_id = $1 and l.id = v.list_id and l.version = v.version)
        and not exists (
          select from settlement.screening_set s cross join lateral jsonb_to_recordset(s.lists) as x (id text, version text)
           where s.tenant_id = $1 and s.id = $2 and x.id = v.list_id and x.version = v.version)`,
    [tenantId, set],
  );
}

/** Banks of the directory in order of their ids. */
export async function pageOfBanks(tx: Tx, tenantId: Uuid, after: Uuid | null, limit: number): Promise<BankToScreen[]> {
  return tx.query(
    'select id, name, bic, lei, message_agents as agents from settlement.participant where tenant_id = $1 and ($2::uuid is null or id > $2) order by id limit $3',
    [tenantId, after, limit],
  );
}

/**
 * Payments behind an id, oldest first, that were screened against something else than a set; those of which it is not known
 * are among them.
 */
export async function screenedOtherwise(
  tx: Tx,
  tenantId: Uuid,
  { after, before, set, limit }: { after: Uuid; before: Uuid; set: number; limit: number },
): Promise<{ id: Uuid; set: number | null }[]> {
  return tx.query(
    `select id, screening_set as set from settlement.payment
      where tenant_id = $1 and id > $2 and id < $3 and screening_set is distinct from $4 and decision <> 'rejected' order by id limit $5`,
    [tenantId, after, before, set, limit],
  );
}

/**
 * What is owed and perhaps not settled, by sequence: obligations behind one, from where the eldest unsettled window begins,
 * and those that were carried over from before. It is read by the key of the obligations, a page at a time, however many a
 * window holds.
 */
export async function pageOfOwed(
  tx: Tx,
  tenantId: Uuid,
  { afterSeq, limit }: { afterSeq: bigint; limit: number },
): Promise<{ seq: bigint; paymentId: Uuid }[]> {
  const [eldest] = await tx.query<{ seq: bigint | null }>(
    `select min(from_seq) as seq from settlement.netting_window where tenant_id = $1 and state in ('open', 'cut_off', 'netted')`,
    [tenantId],
  );
  return tx.query(
    `select seq, "paymentId" from (
       (select seq, payment_id as "paymentId" from settlement.carried_obligation
         where tenant_id = $1 and seq > $2 and seq <= $3 and not returned
           and (joined_window_id is null
                or joined_window_id in (select id from settlement.netting_window where tenant_id = $1 and state in ('cut_off', 'netted', 'open')))
         order by seq limit $4)
       union
       (select seq, payment_id from settlement.obligation where tenant_id = $1 and seq > greatest($2, $3::bigint) order by seq limit $4)) o
      order by seq limit $4`,
    [tenantId, afterSeq, eldest?.seq ?? 0n, limit],
  );
}

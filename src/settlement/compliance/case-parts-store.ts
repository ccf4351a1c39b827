import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

/** Something that happened to a case. */
export type StepRow = {
  id: Uuid;
  caseId: Uuid;
  step: string;
  text: string;
  actorId: Uuid | null;
  actorName: string;
  at: Millis;
  detail?: object;
};

export async function insertStep(tx: Tx, tenantId: Uuid, row: StepRow): Promise<void> {
  await tx.query(
    `insert into settlement.case_step (tenant_id, case_id, id, step, text, actor_id, actor_name, at, detail)
     values ($1, $2, $3, $4, $5, $6, $7, $8::timestamptz, $9)`,
    [
      tenantId,
      row.caseId,
      row.id,
      row.step,
      row.text,
      row.actorId,
      row.actorName,
      instant(row.at),
      row.detail ? JSON.stringify(row.detail) : null,
    ],
  );
}

export async function stepsOf(tx: Tx, tenantId: Uuid, caseId: Uuid): Promise<StepRow[]> {
  return tx.query<StepRow>(
    `select id, case_id as "caseId", step, text, actor_id as "actorId", actor_name as "actorName", at
       from settlement.case_step where tenant_id = $1 and case_id = $2 order by at, id`,
    [tenantId, caseId],
  );
}

export type LinkKind = 'payment' | 'party' | 'case';
export type LinkRow = { kind: LinkKind; subject: string; label: string; linkedBy: string; linkedAt: Millis };

/** False when it is linked already. */
export async function insertLink(tx: Tx, tenantId: Uuid, caseId: Uuid, row: LinkRow): Promise<boolean> {
  const made = await tx.query(
    `insert into settlement.case_link (tenant_id, case_id, kind, subject, label, linked_by_name, linked_at)
     values ($1, $2, $3, $4, $5, $6, $7::timestamptz) on conflict do nothing returning subject`,
    [tenantId, caseId, row.kind, row.subject, row.label, row.linkedBy, instant(row.linkedAt)],
  );
  return made.length > 0;
}

const MOST_LINKS = 500;

export async function linksOf(tx: Tx, tenantId: Uuid, caseId: Uuid): Promise<LinkRow[]> {
  return tx.query<LinkRow>(
    `select kind, subject, label, linked_by_name as "linkedBy", linked_at as "linkedAt"
       from settlement.case_link where tenant_id = $1 and case_id = $2 order by linked_at, kind, subject limit ${MOST_LINKS}`,
    [tenantId, caseId],
  );
}

export type EvidenceRow = {
  id: Uuid;
  name: string;
  mediaType: string;
  bytes: number;
  sha256: Buffer;
  note: string | null;
  addedBy: string;
  addedAt: Millis;
};

/** Keeps a file under its hash, once, and that it belongs to a case; false when it does already. */
export async function insertEvidence(tx: Tx, tenantId: Uuid, caseId: Uuid, row: EvidenceRow, content: Uint8Array): Promise<boolean> {
  await tx.query(
    'insert into settlement.evidence_content (tenant_id, sha256, media_type, content) values ($1, $2, $3, $4) on conflict do nothing',
    [tenantId, row.sha256, row.mediaType, Buffer.from(content)],
  );
  const made = await tx.query(
    `insert into settlement.case_evidence (tenant_id, case_id, id, name, media_type, bytes, sha256, note, added_by_name, added_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::timestamptz) on conflict do nothing returning id`,
    [tenantId, caseId, row.id, row.name, row.mediaType, row.bytes, row.sha256, row.note, row.addedBy, instant(row.addedAt)],
  );
  return made.length > 0;
}

export async function evidenceOf(tx: Tx, tenantId: Uuid, caseId: Uuid): Promise<EvidenceRow[]> {
  return tx.query<EvidenceRow>(
    `select id, name, media_type as "mediaType", bytes, sha256, note, added_by_name as "addedBy", added_at as "addedAt"
       from settlement.case_evidence where tenant_id = $1 and case_id = $2 order by added_at, id`,
    [tenantId, caseId],
  );
}

export async function evidenceContent(
  tx: Tx,
  tenantId: Uuid,
  caseId: Uuid,
  id: Uuid,
): Promise<{ name: string; mediaType: string; sha256: Buffer; content: Buffer } | undefined> {
  const [row] = await tx.query<{ name: string; mediaType: string; sha256: Buffer; content: Buffer }>(
    `select e.name, e.media_type as "mediaType", e.sha256, f.content
       from settlement.case_evidence e join settlement.evidence_content f on f.tenant_id = e.tenant_id and f.sha256 = e.sha256
      where e.tenant_id = $1 and e.case_id = $2 and e.id = $3`,
    [tenantId, caseId, id],
  );
  return row;
}

export type TrafficRow = {
  id: Uuid;
  at: Millis;
  direction: 'sent' | 'received';
  other: string;
  asset: string;
  units: bigint;
  decision: string;
};

/** The last payments of a party at its bank, by its account or else its name; looks at no more than the bank's last 5,000 each way. */
export async function trafficOfParty(
  tx: Tx,
  tenantId: Uuid,
  { agentId, account, name }: { agentId: Uuid; account?: string; name: string },
  limit: number,
): Promise<TrafficRow[]> {
  const side = (own: 'debtor' | 'creditor', other: 'debtor' | 'creditor', direction: string) => `
    select id, received_at as at, '${direction}' as direction, ${other} ->> 'name' as other, asset, units, decision
      from (select * from settlement.payment where tenant_id = $1 and ${own}_agent_id = $2 order by id desc limit 5000) p
     where case when $3::text is null then lower(${own} ->> 'name') = lower($4) else ${own} ->> 'account' = $3 end`;
  return tx.query<TrafficRow>(
    `${side('debtor', 'creditor', 'sent')} union all ${side('creditor', 'debtor', 'received')} order by at desc, id limit $5`,
    [tenantId, agentId, account ?? null, name, limit],
  );
}

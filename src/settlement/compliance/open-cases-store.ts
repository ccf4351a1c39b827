import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { PartySide } from '../aml/observe.ts';
import type { ScreeningResult } from '../payment/payment.ts';
import type { Findings } from './findings.ts';

/** A payment that a person has to look at. */
export type Waiting = {
  id: Uuid;
  /** Of one that was taken and is held again: the hold, which gives its case the id. */
  holdId?: Uuid;
  at: Millis;
  debtor: PartySide;
  creditor: PartySide;
  debtorAgentId: Uuid;
  asset: string;
  units: bigint;
  screening: ScreeningResult | null;
  screeningSet: number | null;
  ruleSet: number | null;
  limitSet: number | null;
  risk: number | null;
  findings: Findings | null;
  review: { decision: string; actorName: string; at: Millis } | null;
};

const FIELDS = `p.id, p.received_at as at, p.debtor, p.creditor, p.debtor_agent_id as "debtorAgentId", p.asset, p.units, p.screening,
  p.screening_set as "screeningSet", p.rule_set as "ruleSet", p.limit_set as "limitSet", p.risk, p.findings`;

/** Held payments behind an id that have no case, oldest first, with the decision when there is one already. */
export async function heldWithoutCase(tx: Tx, tenantId: Uuid, after: Uuid, limit: number): Promise<Waiting[]> {
  return tx.query<Waiting>(
    `select ${FIELDS}, case when r.payment_id is null then null else
              jsonb_build_object('decision', r.decision, 'actorName', r.actor_name, 'at', (extract(epoch from r.decided_at) * 1000)::bigint) end as review
       from settlement.payment p
       left join settlement.review r on r.tenant_id = p.tenant_id and r.payment_id = p.id
      where p.tenant_id = $1 and p.decision = 'held' and p.id > $2
        and not exists (select from settlement.compliance_case c where c.tenant_id = p.tenant_id and c.id = p.id)
      order by p.id limit $3`,
    [tenantId, after, limit],
  );
}

/** The same of payments that were taken and are held again, by holds behind one; what they are held for is what a changed list names. */
export async function heldAgainWithoutCase(tx: Tx, tenantId: Uuid, after: Uuid, limit: number): Promise<(Waiting & { holdId: Uuid })[]> {
  return tx.query<Waiting & { holdId: Uuid }>(
    `select p.id, h.id as "holdId", h.held_at as at, p.debtor, p.creditor, p.debtor_agent_id as "debtorAgentId", p.asset, p.units,
            jsonb_build_object('set', h.screening_set, 'hits', h.hits) as screening, h.screening_set as "screeningSet", p.rule_set as "ruleSet",
            p.limit_set as "limitSet", null::smallint as risk, p.findings,
            case when h.outcome is null then null else
              jsonb_build_object('decision', h.outcome, 'actorName', h.actor_name, 'at', (extract(epoch from h.decided_at) * 1000)::bigint) end as review
       from settlement.payment_hold h join settlement.payment p on p.tenant_id = h.tenant_id and p.id = h.payment_id
      where h.tenant_id = $1 and h.id > $2
        and not exists (select from settlement.compliance_case c where c.tenant_id = h.tenant_id and c.id = h.id)
      order by h.id limit $3`,
    [tenantId, after, limit],
  );
}

/** Payments that went through with an alert and belong to no case yet. */
export async function alertedWithoutCase(tx: Tx, tenantId: Uuid, after: Uuid, limit: number): Promise<Waiting[]> {
  return tx.query<Waiting>(
    `select ${FIELDS}, null as review
       from settlement.payment p
      where p.tenant_id = $1 and p.findings is not null and p.decision not in ('held', 'rejected') and p.id > $2
        and jsonb_path_exists(p.findings, '$.rules[*] ? (@.severity == "alert" || @.severity == "hold")')
        and not exists (select from settlement.case_link l
                         where l.tenant_id = p.tenant_id and l.kind = 'payment' and l.subject = 'pay_' || replace(p.id::text, '-', ''))
      order by p.id limit $3`,
    [tenantId, after, limit],
  );
}

/** An instruction to a rail that a list holds. */
export type HeldInstruction = {
  id: Uuid;
  caseId: Uuid;
  at: Millis;
  kind: 'payout' | 'income' | 'return';
  reference: string;
  payee: string;
  asset: string;
  units: bigint;
  screeningSet: number | null;
  /** The best of the latest matches. */
  listed: string;
  score: number;
};

/** Instructions that a list holds and that have no case yet, oldest first. */
export async function heldInstructionsWithoutCase(tx: Tx, tenantId: Uuid, limit: number): Promise<HeldInstruction[]> {
  return tx.query<HeldInstruction>(
    `select i.id, i.hold_case_id as "caseId", i.changed_at as at, i.kind, i.reference, i.creditor ->> 'name' as payee, i.asset, i.units,
            i.screening_set as "screeningSet", f.listed, f.score
       from settlement.instruction i
      cross join lateral (
        select listed, score from settlement.rescreening_finding
         where tenant_id = i.tenant_id and subject_id = i.id and change = 'new' and purpose = 'sanctions'
         order by found_at desc, score desc, id limit 1) f
      where i.tenant_id = $1 and i.hold_case_id is not null
        and not exists (select from settlement.compliance_case c where c.tenant_id = i.tenant_id and c.id = i.hold_case_id)
      order by i.id limit $2`,
    [tenantId, limit],
  );
}

/** What screening again found and is in no case yet. */
export type FoundAgain = {
  id: Uuid;
  kind: 'open' | 'held' | 'settled' | 'participant' | 'instruction';
  subjectId: Uuid;
  /** The case of the payment, when it is held, or of the instruction; absent of what is not. */
  heldCase: Uuid | null;
  party: string;
  change: 'new' | 'gone';
  name: string;
  listId: string;
  entryId: string;
  listed: string;
  score: number;
  explanation: unknown;
  /** Whether the same match was told before, of the entry as it was then. */
  entryChanged: boolean;
  /** The case in which that was decided last, when one was. */
  decidedIn: { id: Uuid; number: number; outcome: string } | null;
  at: Millis;
};

/** What waits in the queue is about to be held, and its case then takes the finding in. */
export async function findingsWithoutCase(tx: Tx, tenantId: Uuid, after: Uuid, limit: number): Promise<FoundAgain[]> {
  return tx.query<FoundAgain>(
    `select f.id, f.kind, f.subject_id as "subjectId",
            coalesce(n.id, h.id, case when f.kind = 'held' then f.subject_id end) as "heldCase", f.party, f.change, f.name, f.list_id as "listId", f.entry_id as "entryId", f.listed,
            f.score, f.explanation, f.entry_changed as "entryChanged", f.found_at as at,
            case when f.entry_changed then (
              select jsonb_build_object('id', c.id, 'number', c.number, 'outcome', c.outcome)
                from settlement.rescreening_finding b
                join settlement.case_step s on s.tenant_id = b.tenant_id and s.id = b.id and s.step = 'found'
                join settlement.compliance_case c on c.tenant_id = s.tenant_id and c.id = s.case_id
               where b.tenant_id = f.tenant_id and b.subject_id = f.subject_id and b.party = f.party and b.list_id = f.list_id
                 and b.entry_id = f.entry_id and (f.kind <> 'participant' or b.name = f.name) and b.id <> f.id and c.state = 'closed'
               order by c.closed_at desc limit 1) end as "decidedIn"
       from settlement.rescreening_finding f
       left join lateral (
         select p.id from settlement.payment_hold p
          where p.tenant_id = f.tenant_id and p.payment_id = f.subject_id and (p.outcome is null or p.decided_at > f.found_at)
          order by p.id desc limit 1) h on true
       left join lateral (
         select coalesce(i.hold_case_id, (select c.id from settlement.compliance_case c
                                           where c.tenant_id = i.tenant_id and c.instruction_id = i.id order by c.number desc limit 1)) as id
           from settlement.instruction i where f.kind = 'instruction' and i.tenant_id = f.tenant_id and i.id = f.subject_id) n on true
      where f.tenant_id = $1 and f.id > $2 and f.purpose = 'sanctions'
        and (f.kind not in ('held', 'instruction') and h.id is null
               and not exists (select from settlement.queue_entry q where q.tenant_id = f.tenant_id and q.id = f.subject_id)
             or exists (select from settlement.compliance_case c where c.tenant_id = f.tenant_id and c.id = coalesce(n.id, h.id, f.subject_id)))
        and not exists (select from settlement.case_step s where s.tenant_id = f.tenant_id and s.id = f.id and s.step = 'found')
      order by f.id limit $3`,
    [tenantId, after, limit],
  );
}

import type { Uuid } from '../../../base/id.ts';
import type { Millis } from '../../../base/time.ts';
import { instant } from '../../../infra/postgres/columns.ts';
import type { Tx } from '../../../infra/postgres/db.ts';
import type { Fate } from '../../clearing/store.ts';
import { NO_ID } from '../finals.ts';
import type { Days } from '../kind.ts';

/** How many payments were held for review on a day, and how many cases were closed on it as reported to the authority. */
export async function complianceCountsOf(tx: Tx, tenantId: Uuid, { fromMs, toMs }: Days): Promise<{ held: bigint; reported: bigint }> {
  const [row] = await tx.query<{ held: bigint; reported: bigint }>(
    `select (select count(*) from settlement.payment
              where tenant_id = $1 and decision = 'held' and received_at >= $2::timestamptz and received_at < $3::timestamptz) as held,
            (select count(*) from settlement.compliance_case
              where tenant_id = $1 and outcome = 'reported' and closed_at >= $2::timestamptz and closed_at < $3::timestamptz) as reported`,
    [tenantId, instant(fromMs), instant(toMs)],
  );
  return row!;
}

/** What a participant that was taken out of a window would have paid in it (`sent`) or got, in one currency. */
export type DefaultSum = {
  at: Millis;
  id: Uuid;
  windowNumber: number;
  fate: Fate;
  participantId: Uuid;
  asset: string;
  sent: boolean;
  count: bigint;
  units: bigint;
};

/** Defaults whose sums are asked for at once. */
const PAGE_DEFAULTS = 50;

/** The defaults of a day in pages of few, in order of time: one row for each currency and side. */
export async function* defaultSums(tx: Tx, tenantId: Uuid, { fromMs, toMs }: Days): AsyncGenerator<readonly DefaultSum[]> {
  let last: { at: Millis; id: Uuid } = { at: fromMs, id: NO_ID };
  for (;;) {
    const page = await tx.query<DefaultSum>(
      `select d.recorded_at as at, d.id, w.number as "windowNumber", d.fate, d.participant_id as "participantId", s.*
         from (select * from settlement.window_default
                where tenant_id = $1 and (recorded_at, id) > ($2::timestamptz, $3::uuid) and recorded_at < $4::timestamptz
                order by recorded_at, id limit ${PAGE_DEFAULTS}) d
         join settlement.netting_window w on w.tenant_id = $1 and w.id = d.window_id
        cross join lateral (
          select c.asset, c.debtor_agent_id = d.participant_id as sent, count(*) as count, sum(c.units)::numeric(38, 0) as units
            from settlement.carried_obligation c where c.tenant_id = $1 and c.left_window_id = d.window_id and c.default_id = d.id
           group by 1, 2) s
        order by d.recorded_at, d.id, s.asset, s.sent desc`,
      [tenantId, instant(last.at), last.id, instant(toMs)],
    );
    // Whoever was taken out had an obligation, so only the end brings an empty page.
    if (page.length === 0) return;
    yield page;
    last = page.at(-1)!;
  }
}

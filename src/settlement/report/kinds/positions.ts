import type { Uuid } from '../../../base/id.ts';
import type { LocalDate } from '../../../base/time.ts';
import { instant } from '../../../infra/postgres/columns.ts';
import type { Tx } from '../../../infra/postgres/db.ts';
import { PAGE_ROWS, pagesOf, type ReportKind, type Resolved } from '../kind.ts';
import { notesOf } from './notes.ts';

type Turnover = {
  day: LocalDate;
  participantId: Uuid;
  bic: string;
  name: string;
  asset: string;
  windows: bigint;
  incoming: bigint;
  outgoing: bigint;
  net: bigint;
};

/** Positions and turnover by day: what each participant paid and was paid in windows that settled. */
export const positionsReport: ReportKind = {
  name: 'positions',
  title: 'Positions and turnover',
  about: 'By day, participant and currency: what came in, what went out and the net of all windows that settled',
  scope: 'settlement:read',
  forParticipants: true,
  needs: ['from'],
  takes: ['from', 'to', 'period', 'calendar', 'participantId', 'asset'],
  columns: [
    { name: 'Day', type: 'day', width: 12 },
    { name: 'BIC', type: 'text', width: 12 },
    { name: 'Participant', type: 'text', width: 32 },
    { name: 'Currency', type: 'text', width: 9, wideOnly: true },
    { name: 'Windows', type: 'integer', width: 9 },
    { name: 'Incoming', type: 'money', width: 24 },
    { name: 'Outgoing', type: 'money', width: 24 },
    { name: 'Net', type: 'money', width: 24 },
    { name: 'Turnover', type: 'money', width: 24 },
  ],
  async open({ tx, tenantId }, parameters) {
    const page = (last: Turnover | undefined) => turnoverBehind(tx, tenantId, parameters, last);
    return {
      notes: await notesOf(tx, tenantId, parameters),
      pages: pagesOf(page, ({ day, bic, name, asset, windows, incoming, outgoing, net }) => [
        day,
        bic,
        name,
        asset.slice(0, asset.indexOf('/')),
        windows,
        { asset, units: incoming },
        { asset, units: outgoing },
        { asset, units: net },
        { asset, units: incoming + outgoing },
      ]),
    };
  },
};

/** Sums are made anew for each page; days behind the last one are not read again. */
function turnoverBehind(tx: Tx, tenantId: Uuid, { days, participantId, asset }: Resolved, last: Turnover | undefined): Promise<Turnover[]> {
  return tx.query<Turnover>(
    `select t.*, m.bic, m.name
       from (
         select (w.settled_at at time zone 'utc')::date::text as day, p.participant_id as "participantId", p.asset, count(*) as windows,
                sum(p.incoming) as incoming, sum(p.outgoing) as outgoing, sum(p.net) as net
           from settlement.netting_window w join settlement.position p on p.tenant_id = w.tenant_id and p.window_id = w.id
          where w.tenant_id = $1 and w.state = 'settled' and w.settled_at >= greatest($2::timestamptz, $7::date at time zone 'utc')
            and w.settled_at < $3::timestamptz and ($4::uuid is null or p.participant_id = $4) and ($5::text is null or p.asset = $5)
          group by 1, 2, 3) t
       join settlement.participant m on m.tenant_id = $1 and m.id = t."participantId"
      where $7::date is null or (t.day, t."participantId", t.asset) > ($7::date::text, $6::uuid, $8::text)
      order by t.day, t."participantId", t.asset limit ${PAGE_ROWS}`,
    [
      tenantId,
      instant(days!.fromMs),
      instant(days!.toMs),
      participantId ?? null,
      asset ?? null,
      last?.participantId ?? null,
      last?.day ?? null,
      last?.asset ?? null,
    ],
  );
}

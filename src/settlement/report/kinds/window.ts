import type { Uuid } from '../../../base/id.ts';
import type { Tx } from '../../../infra/postgres/db.ts';
import { findWindow, type PositionRow } from '../../window/store.ts';
import { PAGE_ROWS, pagesOf, type ReportKind } from '../kind.ts';
import { notesOf } from './notes.ts';

type Position = PositionRow & { bic: string; name: string };

/** What a window came to: the net position of each participant in each currency. */
export const windowReport: ReportKind = {
  name: 'window',
  title: 'Window report',
  about: 'What a netting window came to: incoming, outgoing and net of each participant in each currency',
  scope: 'settlement:read',
  forParticipants: true,
  needs: ['windowId'],
  takes: ['windowId'],
  columns: [
    { name: 'Currency', type: 'text', width: 9, wideOnly: true },
    { name: 'BIC', type: 'text', width: 12 },
    { name: 'Participant', type: 'text', width: 34 },
    { name: 'Incoming', type: 'money', width: 26 },
    { name: 'Outgoing', type: 'money', width: 26 },
    { name: 'Net', type: 'money', width: 26 },
  ],
  async open({ tx, tenantId }, parameters) {
    const window = (await findWindow(tx, tenantId, parameters.windowId!))!;
    const at = (label: string, ms: number | undefined) => (ms === undefined ? [] : [[label, new Date(ms).toISOString()] as const]);
    const notes = await notesOf(tx, tenantId, {}, [
      ['Window', `${window.number}, ${window.state}`],
      ...at('Cut off', window.cutOffAt),
      ...at('Settled', window.settledAt),
      ['Payments', String(window.payments)],
      ...(window.inputRoot ? [['Input root', window.inputRoot.toString('hex')] as const] : []),
      ...(window.resultHash ? [['Result hash', window.resultHash.toString('hex')] as const] : []),
    ]);
    const page = (last: Position | undefined) => positionsBehind(tx, tenantId, window.id, last);
    return {
      notes,
      pages: pagesOf(page, ({ asset, bic, name, incoming, outgoing, net }) => [
        asset.slice(0, asset.indexOf('/')),
        bic,
        name,
        { asset, units: incoming },
        { asset, units: outgoing },
        { asset, units: net },
      ]),
    };
  },
};

function positionsBehind(tx: Tx, tenantId: Uuid, windowId: Uuid, last: Position | undefined): Promise<Position[]> {
  return tx.query<Position>(
    `select p.participant_id as "participantId", p.asset, p.incoming, p.outgoing, p.net, m.bic, m.name
       from settlement.position p join settlement.participant m on m.tenant_id = p.tenant_id and m.id = p.participant_id
      where p.tenant_id = $1 and p.window_id = $2 and ($3::text is null or (p.asset, p.participant_id) > ($3, $4::uuid))
      order by p.asset, p.participant_id limit ${PAGE_ROWS}`,
    [tenantId, windowId, last?.asset ?? null, last?.participantId ?? null],
  );
}

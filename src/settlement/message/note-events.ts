import type { Event } from '../../base/event.ts';
import { fromWireId, type Uuid } from '../../base/id.ts';
import type { Clock, Millis } from '../../base/time.ts';
import { inbox } from '../../infra/inbox/inbox.ts';
import type { Consumer } from '../../infra/module.ts';
import type { Db } from '../../infra/postgres/db.ts';
import type { SettlementDeps } from '../deps.ts';
import { fxTraded } from '../fx/contract.ts';
import { normalBic } from '../participant/directory.ts';
import { paymentEnded } from '../payment/contract.ts';
import { windowSettled } from '../window/contract.ts';
import { noteExchange } from './booking-store.ts';
import { subscribedBoxes, type BoxRow } from './box-store.ts';
import { beginRun, noteDue, type Due } from './run-store.ts';

type Deps = Pick<SettlementDeps, 'db' | 'directory' | 'clock'>;

const PAYMENTS = 'settlement.messages_of_payments';
const EXCHANGES = 'settlement.messages_of_exchanges';

/** How old what is known of subscriptions may be; one that is younger begins with what happens after it is known. */
const MAX_AGE_MS = 1_000;

/** Notes of what banks are to be told, behind the commits; the messages themselves are made by a job. */
export function noteConsumers(deps: Deps): Consumer[] {
  const boxes = boxCache(deps.db, deps.clock);
  return [
    {
      name: 'settlement.messages_of_windows',
      types: [windowSettled.type],
      from: 'now',
      async handle({ tenantId, data }) {
        if ((await boxes(tenantId)).length === 0) return;
        const windowId = fromWireId((data as { windowId: string }).windowId);
        await deps.db.write({ tenantId }, (tx) => beginRun(tx, tenantId, windowId, deps.clock.now()));
      },
    },
    {
      name: PAYMENTS,
      types: [paymentEnded.type],
      from: 'now',
      async handle(event) {
        const { tenantId } = event;
        const dues = await duesIn(deps, await boxes(tenantId), event);
        if (dues.length === 0) return;
        await deps.db.write({ tenantId }, async (tx) => {
          if (await inbox.once(tx, PAYMENTS, event)) await noteDue(tx, tenantId, dues, deps.clock.now());
        });
      },
    },
    {
      name: EXCHANGES,
      types: [fxTraded.type],
      from: 'now',
      async handle(event) {
        const { tenantId } = event;
        const { tradeId, state } = event.data as { tradeId: string; state: string };
        if (state !== 'settled' || (await boxes(tenantId)).length === 0) return;
        await deps.db.write({ tenantId }, async (tx) => {
          if (await inbox.once(tx, EXCHANGES, event)) await noteExchange(tx, tenantId, fromWireId(tradeId), deps.clock.now());
        });
      },
    },
  ];
}

type Recorded = { paymentId: string; status: string; debtorAgent: string; creditorAgent: string };

/** Kinds that tell a bank of a payment that is final. */
const TELLS_SETTLED = ['pacs.002', 'pacs.004', 'pacs.008', 'pacs.009', 'camt.054'];

async function duesIn(deps: Deps, boxes: readonly BoxRow[], { tenantId, data }: Event): Promise<Due[]> {
  const { paymentId, status, debtorAgent, creditorAgent } = data as Recorded;
  if (boxes.length === 0 || (status !== 'rejected' && status !== 'settled')) return [];
  const { byBic } = await deps.directory.of(tenantId, { bics: [debtorAgent, creditorAgent] });
  const ids = [debtorAgent, creditorAgent].map((bic) => byBic.get(normalBic(bic))?.id);
  const wanting = (kinds: readonly string[], id: Uuid | undefined) =>
    boxes.some(({ ownerId, kinds: wanted }) => ownerId === id && wanted.some((kind) => kinds.includes(kind)));
  const owners =
    status === 'rejected' ? ids.slice(0, 1).filter((id) => wanting(['pacs.002'], id)) : ids.filter((id) => wanting(TELLS_SETTLED, id));
  return owners.map((ownerId) => ({ ownerId: ownerId!, paymentId: fromWireId(paymentId), what: status }));
}

/** Most networks have banks that want nothing sent, and every payment asks. */
function boxCache(db: Db, clock: Clock): (tenantId: Uuid) => Promise<readonly BoxRow[]> {
  const known = new Map<Uuid, { at: Millis; boxes: Promise<readonly BoxRow[]> }>();
  return (tenantId) => {
    const kept = known.get(tenantId);
    if (kept && clock.now() - kept.at < MAX_AGE_MS && clock.now() >= kept.at) return kept.boxes;
    const boxes = db.read({ tenantId }, (tx) => subscribedBoxes(tx, tenantId));
    known.set(tenantId, { at: clock.now(), boxes });
    boxes.catch(() => known.delete(tenantId));
    return boxes;
  };
}

import { toWireId, type Uuid } from '../../base/id.ts';
import { scaleOf, toDecimalText, codeOf } from '../../base/money.ts';
import type { Metrics } from '../../infra/metrics/metrics.ts';
import type { Check } from '../../infra/module.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { Balance } from '../../ledger/port.ts';
import type { SettlementDeps } from '../deps.ts';
import { allParticipants } from '../participant/store.ts';
import { misplaced, type Misplaced } from './places.ts';

/** A participant whose money set aside is not what it owes in windows that are not settled; both in minor units. */
export type SetAsideDifference = { bic: string; asset: string; setAside: bigint; owed: bigint };

type Owed = { debtor: Uuid; asset: string; units: bigint };

/**
 * What each participant owes in windows that are not settled, and what waits between windows. The latest step of an obligation that
 * has left a window says where it is now; of one that is held nothing is set aside.
 */
async function owedInWindows(tx: Tx, tenantId: Uuid): Promise<Owed[]> {
  return tx.query<Owed>(
    `select debtor, asset, sum(units)::numeric(38, 0) as units from (
       select o.debtor_agent_id as debtor, o.asset, o.units
         from settlement.netting_window w
         join settlement.window_span s on s.tenant_id = w.tenant_id and s.window_id = w.id
         join settlement.obligation o on o.tenant_id = s.tenant_id and o.asset = s.asset and o.seq > s.from_seq
          and o.seq <= coalesce(s.to_seq, 9223372036854775807)
        where w.tenant_id = $1 and w.state <> 'settled'
          and not exists (select from settlement.carried_obligation c where c.tenant_id = o.tenant_id and c.seq = o.seq)
       union all
       select c.debtor_agent_id, c.asset, c.units
         from settlement.carried_obligation c
         left join settlement.netting_window w on w.tenant_id = c.tenant_id and w.id = c.joined_window_id
        where c.tenant_id = $1 and not c.returned and not c.held and (c.joined_window_id is null or w.state <> 'settled')
          and not exists (select from settlement.carried_obligation l where l.tenant_id = c.tenant_id and l.seq = c.seq and l.step > c.step)
     ) as m group by debtor, asset`,
    [tenantId],
  );
}

/**
 * Participants whose reserve account does not hold what they owe. Set aside and owed are written together, so of an account that
 * nothing was booked on between the reading before and the one after, both must be equal; others are passed over until next time.
 */
export async function setAsideDifferences(deps: Pick<SettlementDeps, 'db' | 'ledger'>, tenantId: Uuid): Promise<SetAsideDifference[]> {
  const participants = await deps.db.read({ tenantId }, (tx) => allParticipants(tx, tenantId));
  const ids = participants.flatMap(({ accounts }) => accounts.map(({ reserveAccountId }) => reserveAccountId));
  const before = await deps.ledger.balances(tenantId, ids);
  const owed = await deps.db.read({ tenantId }, (tx) => owedInWindows(tx, tenantId));
  const after = await deps.ledger.balances(tenantId, ids);
  const owedBy = new Map(owed.map(({ debtor, asset, units }) => [`${debtor} ${asset}`, units]));
  return participants.flatMap(({ id, bic, accounts }) =>
    accounts.flatMap(({ asset, reserveAccountId }) => {
      const balance = after.get(reserveAccountId);
      if (!isAtRest(before.get(reserveAccountId), balance)) return [];
      const setAside = balance ? balance.creditsPosted - balance.debitsPosted : 0n;
      const due = owedBy.get(`${id} ${asset}`) ?? 0n;
      return setAside === due ? [] : [{ bic, asset, setAside, owed: due }];
    }),
  );
}

/** Posted sums only ever grow: when they are the same, nothing was booked between. */
const isAtRest = (before: Balance | undefined, after: Balance | undefined): boolean =>
  before?.debitsPosted === after?.debitsPosted && before?.creditsPosted === after?.creditsPosted;

/** Looks over all tenants for the job, and tells what was seen last. */
export type SetAsideWatch = { look(): Promise<void>; check: Check };

/**
 * A difference is a fault of ours: money that nobody can use, or an obligation that nothing covers. So is an obligation that is in two
 * windows, or in one though its payment is held or rejected. It is told in the log as an error, as a metric, and by a check that fails;
 * traffic goes on.
 */
export function createSetAsideWatch(deps: Pick<SettlementDeps, 'access' | 'db' | 'ledger' | 'log'>, metrics: Metrics): SetAsideWatch {
  const gauge = metrics.gauge({
    name: 'rialto_settlement_set_aside_difference',
    help: 'Money set aside that is not owed in an unsettled window, or owed and not set aside, in whole units of the asset',
    labels: ['asset'],
  });
  const count = metrics.gauge({
    name: 'rialto_settlement_payments_misplaced',
    help: 'Payments that are in two windows, or in one though they are held or rejected; a hundred at most of each tenant',
  });
  let seen: readonly SetAsideDifference[] | undefined;
  let astray: readonly Misplaced[] = [];

  return {
    async look() {
      const all: SetAsideDifference[] = [];
      const found: Misplaced[] = [];
      for (const tenantId of await deps.access.tenantIds()) {
        const differences = await setAsideDifferences(deps, tenantId);
        if (differences.length > 0)
          deps.log.error('Money set aside is not what is owed', { tenantId, differences: differences.map(wordsOf) });
        all.push(...differences);
        const payments = await deps.db.read({ tenantId }, (tx) => misplaced(tx, tenantId));
        if (payments.length > 0) deps.log.error('Payments are where they cannot be', { tenantId, payments: payments.map(placeOf) });
        found.push(...payments);
      }
      count.set(found.length);
      for (const { asset } of seen ?? []) gauge.set(0, { asset });
      // Floats are good enough for a chart.
      for (const [asset, of] of Map.groupBy(all, (one) => one.asset))
        gauge.set(of.reduce((sum, { setAside, owed }) => sum + Math.abs(Number(setAside - owed)), 0) / 10 ** scaleOf(asset), { asset });
      [seen, astray] = [all, found];
    },
    check: {
      name: 'settlement.set_aside',
      advisory: true,
      run() {
        if (!seen) return Promise.resolve({ ok: true, unseen: true, detail: 'this process has not looked yet' });
        const faults = [...seen.map(wordsOf), ...astray.map(placeOf)];
        return Promise.resolve({ ok: faults.length === 0, detail: faults.join('; ') || 'what is set aside is what is owed' });
      },
    },
  };
}

const wordsOf = ({ bic, asset, setAside, owed }: SetAsideDifference): string =>
  `${bic} has ${toDecimalText({ asset, units: setAside })} ${codeOf(asset)} set aside and owes ${toDecimalText({ asset, units: owed })}`;

const placeOf = ({ paymentId, what }: Misplaced): string => `payment ${toWireId('pay', paymentId)} is ${what}`;

import type { Ctx } from '../../base/context.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { dayOf } from '../../base/time.ts';
import type { SettlementDeps } from '../deps.ts';
import { free } from '../participant/read-participants.ts';
import type { QueueEntry } from '../queue/entry.ts';
import { queueOf, waitingEntries } from '../queue/store.ts';
import type { listLiquidity as contract } from './contract.ts';
import { expectedIncome, inWholeUnits } from './read-forecast.ts';

type View = OutputOf<typeof contract>;
type Waiting = { out: bigint; in: bigint; largest: bigint };

const MOST = 50_000;
const NOTHING = { low: 0, median: 0, high: 0, samples: 0 };
const above = (units: bigint) => (units > 0n ? units : 0n);

/** Money by participant and currency; of a bank its own. */
export async function listLiquidity(
  deps: Pick<SettlementDeps, 'db' | 'directory' | 'ledger' | 'clock'>,
  ctx: Ctx,
  input: InputOf<typeof contract>,
): Promise<View> {
  const { tenantId, memberId } = ctx;
  const at = deps.clock.now();
  const { byId } = await deps.directory.of(tenantId);
  // What is dated ahead needs no money yet.
  const day = dayOf(at);
  const entries = await deps.db.read(ctx, (tx) =>
    memberId === undefined ? waitingEntries(tx, tenantId, { day, limit: MOST }) : queueOf(tx, tenantId, memberId),
  );
  const waiting = waitingBy(entries.filter(({ due }) => due <= day));
  const expected = await expectedIncome(deps, tenantId, at, input.asset);
  const whose = memberId ?? input.participantId;
  const accounts = [...byId.values()]
    .filter(({ id }) => whose === undefined || id === whose)
    .flatMap((member) => [...member.accounts.values()].map((account) => ({ member, account })))
    .filter(({ account }) => input.asset === undefined || account.asset === input.asset);
  const balances = await deps.ledger.balances(
    tenantId,
    accounts.flatMap(({ account }) => [account.settlementAccountId, account.reserveAccountId]),
  );
  const items = accounts.map(({ member: { id, bic, name }, account: { asset, settlementAccountId, reserveAccountId } }) => {
    const available = free(balances.get(settlementAccountId));
    const own = waiting.get(`${id} ${asset}`) ?? { out: 0n, in: 0n, largest: 0n };
    return {
      participant: { id, bic, name },
      asset,
      available,
      reserved: free(balances.get(reserveAccountId)),
      queuedOut: own.out,
      needs: {
        now: above(own.out - available),
        largest: above(own.largest - available),
        ...(memberId === undefined && { ifAllSettles: above(own.out - own.in - available) }),
      },
      ...(memberId === undefined && { queuedIn: own.in }),
      expected: inWholeUnits(expected.get(`${id} ${asset}`) ?? NOTHING, asset),
    };
  });
  return { items: items.sort((a, b) => (a.participant.bic + a.asset < b.participant.bic + b.asset ? -1 : 1)), at };
}

function waitingBy(entries: readonly QueueEntry[]): Map<string, Waiting> {
  const all = new Map<string, Waiting>();
  const of = (party: string, asset: string) => {
    const key = `${party} ${asset}`;
    const one = all.get(key) ?? { out: 0n, in: 0n, largest: 0n };
    all.set(key, one);
    return one;
  };
  for (const { debtor, creditor, asset, units } of entries.flatMap(({ legs }) => legs)) {
    const [pays, gets] = [of(debtor, asset), of(creditor, asset)];
    pays.out += units;
    if (units > pays.largest) pays.largest = units;
    gets.in += units;
  }
  return all;
}

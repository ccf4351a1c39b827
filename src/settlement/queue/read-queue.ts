import type { Ctx } from '../../base/context.ts';
import type { Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { DEFAULT_PAGE, idCursor, toPage } from '../../base/page.ts';
import { dayOf, type LocalDate } from '../../base/time.ts';
import type { SettlementDeps } from '../deps.ts';
import type { Member, Participants } from '../participant/directory.ts';
import { free } from '../participant/read-participants.ts';
import type { listQueue as listContract, listReleases as releasesContract } from './contract.ts';
import { classNameOf, datedLast, type QueueEntry } from './entry.ts';
import { exitsSince, namesOf, paymentsSettledIn, queueOf, recentSettlements, waitingEntries } from './store.ts';

type View = OutputOf<typeof listContract>;
type ReadDeps = Pick<SettlementDeps, 'db' | 'directory' | 'ledger' | 'clock'>;

/** How many of the entries are shown one by one. */
const SHOWN = 500;
const MOST = 50_000;
const HOUR_MS = 3_600_000;
const LISTED_PAYMENTS = 200;

/** What waits: for the operator all, for a bank what it pays itself. */
export async function listQueue(deps: ReadDeps, ctx: Ctx, { participantId, asset }: InputOf<typeof listContract>): Promise<View> {
  const { tenantId } = ctx;
  const today = dayOf(deps.clock.now());
  const read = await deps.db.read(ctx, async (tx) => {
    const whose = participantId ?? ctx.memberId;
    const all = await (whose === undefined ? waitingEntries(tx, tenantId, { limit: MOST }) : queueOf(tx, tenantId, whose));
    const waiting = datedLast(all, today);
    const entries = asset === undefined ? waiting : waiting.filter(({ legs }) => legs.some((leg) => leg.asset === asset));
    const shown = entries.slice(0, SHOWN);
    const names = await namesOf(
      tx,
      tenantId,
      shown.map(({ id }) => id),
    );
    const lastHour = ctx.memberId === undefined ? await exitsSince(tx, tenantId, deps.clock.now() - HOUR_MS) : undefined;
    return { waiting, entries, shown, names, lastHour };
  });
  const { waiting, entries, shown, names, lastHour } = read;
  const participants = await deps.directory.of(tenantId);
  const places = placesOf(waiting);
  return {
    items: shown.map((entry) => viewOf(entry, participants, { place: places.get(entry.id)!, endToEndId: names.get(entry.id), today })),
    total: entries.length,
    totals: totalsOf(entries),
    banks: await banksOf(deps, ctx, entries, participants),
    lastHour: {
      settled: lastHour?.settled ?? 0,
      rejected: lastHour?.rejected ?? 0,
      ...(typeof lastHour?.medianWaitMs === 'number' && { medianWaitMs: lastHour.medianWaitMs }),
    },
  };
}

/** 1 for the first of its payer; of several payers the last of its places. Entries are in order. */
function placesOf(entries: readonly QueueEntry[]): Map<Uuid, number> {
  const before = new Map<Uuid, number>();
  return new Map(
    entries.map((entry) => {
      const places = entry.payers.map((payer) => (before.get(payer) ?? 0) + 1);
      entry.payers.forEach((payer, i) => before.set(payer, places[i]!));
      return [entry.id, Math.max(...places)];
    }),
  );
}

const bankOf = ({ id, bic, name }: Member) => ({ id, bic, name });

function viewOf(
  entry: QueueEntry,
  { byId }: Participants,
  { place, endToEndId, today }: { place: number; endToEndId?: string | undefined; today: LocalDate },
): View['items'][number] {
  return {
    kind: entry.kind,
    ...(entry.kind === 'payment' ? { paymentId: entry.id } : { tradeId: entry.id }),
    ...(endToEndId !== undefined && { endToEndId }),
    priority: classNameOf(entry.priority),
    place,
    legs: entry.legs.map(({ debtor, creditor, asset, units }) => {
      const payee = byId.get(creditor);
      return { debtor: bankOf(byId.get(debtor)!), ...(payee && { creditor: bankOf(payee) }), asset, units };
    }),
    enteredAt: entry.enteredAt,
    ...(entry.due > today && { due: entry.due }),
    expiresAt: entry.expiresAt,
  };
}

function totalsOf(entries: readonly QueueEntry[]): View['totals'] {
  const totals = new Map<string, { asset: string; count: number; units: bigint }>();
  for (const { asset, units } of entries.flatMap(({ legs }) => legs)) {
    const total = totals.get(asset) ?? { asset, count: 0, units: 0n };
    totals.set(asset, { asset, count: total.count + 1, units: total.units + units });
  }
  return [...totals.values()].sort((a, b) => b.count - a.count || (a.asset < b.asset ? -1 : 1));
}

/** Every bank that waits to pay or, for the operator, to be paid, with what it has. */
async function banksOf(deps: ReadDeps, ctx: Ctx, entries: readonly QueueEntry[], { byId }: Participants): Promise<View['banks']> {
  const rows = new Map<string, { participant: Member; asset: string; outgoing: bigint; outgoingCount: number; incoming: bigint }>();
  const rowOf = (id: string, asset: string) => {
    const participant = byId.get(id);
    if (!participant || (ctx.memberId !== undefined && id !== ctx.memberId)) return undefined;
    const key = `${id} ${asset}`;
    const row = rows.get(key) ?? { participant, asset, outgoing: 0n, outgoingCount: 0, incoming: 0n };
    rows.set(key, row);
    return row;
  };
  for (const { debtor, creditor, asset, units } of entries.flatMap(({ legs }) => legs)) {
    const [pays, gets] = [rowOf(debtor, asset), rowOf(creditor, asset)];
    if (pays) Object.assign(pays, { outgoing: pays.outgoing + units, outgoingCount: pays.outgoingCount + 1 });
    if (gets) gets.incoming += units;
  }
  const accountOf = ({ participant, asset }: { participant: Member; asset: string }) =>
    participant.accounts.get(asset)?.settlementAccountId;
  const accounts = [...rows.values()].flatMap((row) => accountOf(row) ?? []);
  const balances = await deps.ledger.balances(ctx.tenantId, accounts);
  return [...rows.values()]
    .map(({ participant, asset, outgoing, outgoingCount, incoming }) => ({
      participant: bankOf(participant),
      asset,
      available: free(balances.get(accountOf({ participant, asset }) ?? '')),
      outgoing,
      outgoingCount,
      ...(ctx.memberId === undefined && { incoming }),
    }))
    .sort((a, b) => (a.participant.bic + a.asset < b.participant.bic + b.asset ? -1 : 1));
}

/** Sets that settled out of the queue; the operator's. */
export async function listReleases(
  deps: ReadDeps,
  ctx: Ctx,
  input: InputOf<typeof releasesContract>,
): Promise<OutputOf<typeof releasesContract>> {
  const limit = input.limit ?? DEFAULT_PAGE;
  const after = idCursor(input.after);
  const { rows, payments } = await deps.db.read(ctx, async (tx) => {
    const sets = await recentSettlements(tx, ctx.tenantId, { limit: limit + 1, ...(after !== undefined && { after }) });
    return {
      rows: sets,
      payments: await paymentsSettledIn(
        tx,
        ctx.tenantId,
        sets.map(({ id }) => id),
      ),
    };
  });
  const { byId } = await deps.directory.of(ctx.tenantId);
  const bicOf = (id: Uuid) => byId.get(id)?.bic ?? '';
  const bySet = Map.groupBy(payments, ({ settlementId }) => settlementId);
  return toPage(rows, limit, ({ totals, seq, ...set }) => ({
    ...set,
    seq: seq.toString(),
    totals: [...totals],
    payments: (bySet.get(set.id) ?? []).slice(0, LISTED_PAYMENTS).map(({ paymentId, debtorId, creditorId, asset, units, waitedMs }) => ({
      id: paymentId,
      debtor: bicOf(debtorId),
      creditor: bicOf(creditorId),
      asset,
      units,
      waitedMs,
    })),
  }));
}

import { hash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Ctx } from '../base/context.ts';
import type { Operation, InputOf } from '../base/operation.ts';
import { publishReserves } from '../settlement/custody/reserves-contract.ts';
import { acceptFxQuote, answerFxTrade, createFxQuote, loadFxRates, proposeFxTrade } from '../settlement/fx/contract.ts';
import { setLiquidityPolicy } from '../settlement/liquidity/contract.ts';
import type { Policy } from '../settlement/liquidity/route.ts';
import type { Member } from '../settlement/participant/directory.ts';
import { free } from '../settlement/participant/read-participants.ts';
import { runQueue } from '../settlement/queue/contract.ts';
import { sendPayment } from '../settlement/payment/contract.ts';
import type { PaymentOrder } from '../settlement/payment/payment.ts';
import { getSimulation, startSimulation } from '../settlement/simulator/contract.ts';
import type { House } from './compose.ts';
import { perform } from './perform.ts';

type Parts = Pick<House, 'access' | 'settlement'>;

/** Rules that show what routing is for. */
const POLICY: Policy = {
  rules: [
    { name: 'Asked for at once', route: 'instant', when: { priorities: ['instant'] } },
    {
      name: 'Urgent and affordable',
      route: 'instant',
      when: { priorities: ['urgent'], valueDate: 'today', leftBpsAtLeast: 5_000 },
    },
    { name: 'Would empty the account, and income is on its way', route: 'queue', when: { leftBpsBelow: 500, inflowCovers: true } },
  ],
  otherwise: 'window',
  withoutCover: 'queue',
  queueMinutes: 1_440,
  loopSeconds: 10,
  loopQueued: 50,
};

/** Whole units for one US dollar, for an invented market. */
const PER_DOLLAR: Readonly<Record<string, number>> = {
  'USD/2': 1,
  'EUR/2': 0.92,
  'GBP/2': 0.79,
  'CHF/2': 0.88,
  'JPY/0': 151.3,
  'SGD/2': 1.34,
};

const RATES_HOLD_MS = 30 * 86_400_000;
const DEALERS = 5;
const INSTANT = 24;
const RING = 3;

/** Of which day, and how much of it. */
type Evening = { day: string; seed: string; payments: number; stop?: AbortSignal | undefined };

const SIMULATION_POLL_MS = 250;
/** A replay takes some seconds; one that takes so long has lost its thread. */
const SIMULATION_MS = 120_000;
const SIMULATION_ATTEMPTS = 3;

/**
 * The evening of the demonstration: rates and a few exchanges, payments that settle at once, rings of payments that only settle
 * together, some that go on waiting, a proof of reserves and the day replayed under other regimes, so that every page has
 * something to show. Repeatable: each step has a key.
 */
export async function runEvening({ settlement }: Parts, ctx: Ctx, of: Evening): Promise<void> {
  const { day, seed, payments, stop } = of;
  const { deps, routes } = settlement;
  const keyed = <T extends Operation>(operation: T, what: string, input: InputOf<T>) => {
    const body = JSON.stringify(input, (_name, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
    const idempotency = { key: `demonstration/${day}/${what}`, bodyHash: hash('sha256', body) };
    return perform(routes, operation, { ctx: { ...ctx, idempotency }, input });
  };
  await keyed(setLiquidityPolicy, 'policy', { policy: POLICY });
  const members = [...(await deps.directory.of(ctx.tenantId)).byId.values()].sort((a, b) => (a.bic < b.bic ? -1 : 1));
  const dealers: Member[] = [];
  for (const member of members) if (await isDealer(deps, ctx, member)) dealers.push(member);
  const validUntil = Date.parse(`${day}T00:00:00Z`) + RATES_HOLD_MS;
  for (const [i, { bic }] of dealers.slice(0, DEALERS).entries()) {
    await keyed(loadFxRates, `rates ${bic}`, { provider: bic, source: 'Demonstration desk', validUntil, rates: ratesOf(i) });
  }
  await exchange(keyed, dealers);
  for (let i = 0; i < INSTANT; i++) {
    const [from, to] = [dealers[i % dealers.length]!, dealers[(i + 3) % dealers.length]!];
    const order = orderOf(from, to, {
      asset: i % 2 === 0 ? 'EUR/2' : 'USD/2',
      units: BigInt(120_000 + i * 7_919),
      priority: 'instant',
      name: `NIGHT-${i}`,
    });
    await keyed(sendPayment, `instant ${i}`, order);
  }
  const balanceOf = async (bank: Member, asset: string) => {
    const account = bank.accounts.get(asset)!.settlementAccountId;
    return free((await deps.ledger.balances(ctx.tenantId, [account])).get(account));
  };
  const queue = async (
    from: Member,
    to: Member,
    ask: { asset: string; timesBps: bigint; priority: PaymentOrder['priority']; name: string },
  ) => {
    const units = ((await balanceOf(from, ask.asset)) * ask.timesBps) / 10_000n + 100n;
    await keyed(sendPayment, `queued ${ask.name}`, orderOf(from, to, { ...ask, units })).catch(() => undefined);
  };
  for (const [ring, asset] of (['GBP/2', 'CHF/2'] as const).entries()) {
    const banks = dealers.slice(ring, ring + RING);
    // Nobody of the ring can begin; all of it together moves next to nothing.
    for (const [i, bank] of banks.entries()) {
      await queue(bank, banks[(i + 1) % RING]!, { asset, timesBps: 10_500n, priority: 'normal', name: `RING-${ring}-${i}` });
    }
  }
  await perform(routes, runQueue, { ctx, input: {} });
  const waits: [number, number, string, bigint, PaymentOrder['priority']][] = [
    [0, 1, 'EUR/2', 14_000n, 'urgent'],
    [1, 3, 'EUR/2', 16_000n, 'normal'],
    [3, 5, 'EUR/2', 12_000n, 'normal'],
    [5, 0, 'EUR/2', 11_000n, 'normal'],
    [4, 1, 'EUR/2', 13_000n, 'normal'],
    [2, 0, 'USD/2', 13_000n, 'normal'],
    [3, 4, 'USD/2', 18_000n, 'urgent'],
    [4, 2, 'USD/2', 21_000n, 'normal'],
    [4, 6, 'USD/2', 12_000n, 'normal'],
    [1, 2, 'USD/2', 15_000n, 'normal'],
    [6, 3, 'USD/2', 14_500n, 'normal'],
    [2, 5, 'USD/2', 19_000n, 'normal'],
    [5, 0, 'JPY/0', 15_000n, 'normal'],
    [6, 5, 'SGD/2', 12_500n, 'normal'],
  ];
  for (const [i, [from, to, asset, timesBps, priority]] of waits.entries()) {
    const [payer, payee] = [dealers[from % dealers.length]!, dealers[to % dealers.length]!];
    if (payer !== payee) await queue(payer, payee, { asset, timesBps, priority, name: `WAIT-${i}` });
  }
  await keyed(publishReserves, 'reserves', {});
  await simulate({ routes, keyed, ctx }, { seed, payments, stop });
}

type Asking = { routes: Parts['settlement']['routes']; keyed: Keyed; ctx: Ctx };

/** Replays the day and waits for it, since it goes on in a thread that ends with the process; anew when that has happened. */
async function simulate({ routes, keyed, ctx }: Asking, { seed, payments, stop }: Omit<Evening, 'day'>): Promise<void> {
  for (let attempt = 1; attempt <= SIMULATION_ATTEMPTS; attempt++) {
    const input = { name: 'The demonstration day, other ways', seed, payments };
    const { id } = await keyed(startSimulation, `simulation ${attempt}`, input);
    const state = async () => (await perform(routes, getSimulation, { ctx, input: { id } })).state;
    const until = performance.now() + SIMULATION_MS;
    const goesOn = async () => stop?.aborted !== true && performance.now() < until && (await state()) === 'running';
    while (await goesOn()) await delay(SIMULATION_POLL_MS);
    if (stop?.aborted === true || (await state()) === 'done') return;
  }
}

/** Who has some money in every currency that is dealt in. */
async function isDealer(deps: Parts['settlement']['deps'], ctx: Ctx, { accounts }: Member): Promise<boolean> {
  const own = Object.keys(PER_DOLLAR).map((asset) => accounts.get(asset)?.settlementAccountId);
  if (own.includes(undefined)) return false;
  const balances = await deps.ledger.balances(ctx.tenantId, own as string[]);
  return own.every((account) => free(balances.get(account!)) > 1_000n);
}

type Keyed = <T extends Operation>(operation: T, what: string, input: InputOf<T>) => ReturnType<typeof perform<T>>;

/** Each dealer prices every pair a little differently, with a spread. */
function ratesOf(dealer: number): InputOf<typeof loadFxRates>['rates'] {
  const assets = Object.keys(PER_DOLLAR);
  return assets.flatMap((fromAsset, a) =>
    assets.flatMap((toAsset, b) => {
      if (a === b || (a + b + dealer) % 3 === 0) return [];
      const skew = 1 - 0.0004 * (1 + ((dealer * 7 + a * 3 + b) % 5));
      const rate = ((PER_DOLLAR[toAsset]! / PER_DOLLAR[fromAsset]!) * skew).toFixed(6);
      return [{ fromAsset, toAsset, rate, feeBps: 1 + ((dealer + a) % 3) }];
    }),
  );
}

async function exchange(keyed: Keyed, dealers: readonly Member[]): Promise<void> {
  const trades: [number, string, string, bigint][] = [
    [5, 'EUR/2', 'JPY/0', 2_500_000n],
    [6, 'GBP/2', 'SGD/2', 900_000n],
    [7, 'USD/2', 'CHF/2', 4_000_000n],
  ];
  for (const [i, [taker, fromAsset, toAsset, payUnits]] of trades.entries()) {
    const participant = dealers[taker % dealers.length]!.bic;
    const quote = await keyed(createFxQuote, `quote ${i}`, { participant, fromAsset, toAsset, payUnits, ttlSeconds: 600 });
    await keyed(acceptFxQuote, `accept ${i}`, { id: quote.id, whenShort: 'refuse' }).catch(() => undefined);
  }
  const proposal = { giveAsset: 'EUR/2', giveUnits: 1_000_000n, getAsset: 'USD/2', getUnits: 1_087_000n, ttlSeconds: 86_400 };
  for (const [i, state] of ['confirmed', 'open'].entries()) {
    const [proposer, counterparty] = [dealers[i]!.bic, dealers[i + 2]!.bic];
    const { id } = await keyed(proposeFxTrade, `proposal ${i}`, { ...proposal, proposer, counterparty, reference: `FX-EVENING-${i + 1}` });
    if (state === 'confirmed') await keyed(answerFxTrade, `answer ${i}`, { id, answer: 'confirm' }).catch(() => undefined);
  }
}

function orderOf(
  from: Member,
  to: Member,
  ask: { asset: string; units: bigint; priority: PaymentOrder['priority']; name: string },
): PaymentOrder {
  return {
    endToEndId: ask.name,
    debtorAgent: from.bic,
    creditorAgent: to.bic,
    debtor: { name: `${from.name} Treasury` },
    creditor: { name: `${to.name} Treasury` },
    asset: ask.asset,
    units: ask.units,
    priority: ask.priority,
    purpose: 'TREA',
  };
}

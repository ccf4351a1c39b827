import { hash } from 'node:crypto';
import type { Ctx } from '../base/context.ts';
import { AppError } from '../base/error.ts';
import type { Uuid } from '../base/id.ts';
import { dayOf } from '../base/time.ts';
import { businessDay, type BusinessDay } from '../settlement/demo/business-day.ts';
import { beginDemonstration, findDemonstration, finishDemonstration, type Demonstration } from '../settlement/demo/store.ts';
import type { Submission } from '../settlement/demo/submissions.ts';
import { insertFlows } from '../settlement/liquidity/flow-store.ts';
import { pastFlows } from '../settlement/liquidity/past-flows.ts';
import { createParticipant, fundParticipant } from '../settlement/participant/contract.ts';
import { sendPayment, sendPayments, submitIso20022 } from '../settlement/payment/contract.ts';
import { loadScreeningList } from '../settlement/screening/contract.ts';
import { closeWindow } from '../settlement/window/contract.ts';
import type { Log } from '../infra/log/log.ts';
import type { House } from './compose.ts';
import { runEvening } from './demo-evening.ts';
import { perform } from './perform.ts';
import type { Progress } from './progress.ts';

/** The day that everyone sees who starts Rialto for the first time. */
const SEED = 'rialto';
const PAYMENTS = 20_000;
/** Single payments that are under way together. */
const AT_ONCE = 64;
/** Windows in the day. */
const WINDOWS = 12;

/** The day, and whether it has come to its end; not when it was told to stop. */
export type DemoOutcome = { day: BusinessDay; finished: boolean };

type Parts = Pick<House, 'access' | 'settlement'>;

/**
 * Runs the demonstration day: 40 banks, 20,000 payments as JSON, batches and files, twelve netting windows; as fast as it
 * goes, through the public operations. Stops early when told to. A day that was interrupted is gone through again from its
 * beginning: what was done before is answered from what stands, since every step has its key, its UETR or its message id.
 *
 * Errors: `demo.not_empty` when there are participants and no day was begun.
 */
export async function runDemo(
  house: Parts,
  tenantId: Uuid,
  options: { progress: Pick<Progress, 'part'>; stop?: AbortSignal; payments?: number },
): Promise<DemoOutcome> {
  const { progress, stop, payments = PAYMENTS } = options;
  const ctx = house.access.port.systemCtx('demonstration', tenantId);
  const { routes, deps } = house.settlement;
  const begun = await begin(house, tenantId);
  const day = businessDay(SEED, { day: begun.day, payments });
  if (begun.finished) return { day, finished: true };
  await admit(house, ctx, day);
  const steps = stepsOf(day.submissions);
  const perWindow = Math.ceil(steps.length / WINDOWS);
  for (const [done, step] of steps.entries()) {
    if (stop?.aborted) return { day, finished: false };
    await Promise.all(step.map((submission) => submit(house, ctx, submission)));
    if (done % perWindow === perWindow - 1 || done === steps.length - 1) await cutOff(routes, ctx);
    progress.part('The demonstration day', (done + 1) / steps.length);
  }
  await runEvening(house, ctx, { day: day.day, seed: SEED, payments, stop });
  if (stop?.aborted) return { day, finished: false };
  await rememberPast(house, tenantId, { day, weeks: payments < PAYMENTS ? 1 : PAST_WEEKS });
  await deps.db.write({ tenantId }, (tx) => finishDemonstration(tx, tenantId, deps.clock.now()));
  return { day, finished: true };
}

/** Weeks of invented flows before the day, for forecasts to rest on; a shortened day has one. */
const PAST_WEEKS = 7;

/** Goes on where it was broken off, since what stands is left alone. */
async function rememberPast({ settlement: { deps } }: Parts, tenantId: Uuid, past: { day: BusinessDay; weeks: number }): Promise<void> {
  const { day, weeks } = past;
  const { byBic } = await deps.directory.of(tenantId, { bics: day.participants.map(({ bic }) => bic) });
  const idOf = (bic: string) => byBic.get(bic)!.id;
  for (const flows of pastFlows(SEED, { until: Date.parse(`${day.day}T00:00:00Z`), weeks })) {
    const rows = flows.map(({ debtor, creditor, ...flow }) => ({ ...flow, debtorId: idOf(debtor), creditorId: idOf(creditor) }));
    await deps.db.write({ tenantId }, (tx) => insertFlows(tx, tenantId, rows));
  }
}

const RESUME = '`npm run -s rialto -- demo` goes on with it';

/** What is said of a day that was told to stop. */
export const BROKEN_OFF = `The demonstration day was broken off; ${RESUME}.`;

type Beside = { isFirst: boolean; address: string; log: Log; progress: Progress; stop: AbortSignal; payments?: number };

/**
 * The demonstration day beside a serving house, which goes on whatever becomes of the day: a failure is told and logged,
 * never thrown. Later starts only say that a day waits to be finished.
 */
export async function demonstrate(house: Parts, tenantId: Uuid, { isFirst, address, log, ...options }: Beside): Promise<void> {
  const { progress } = options;
  try {
    if (isFirst) {
      const { finished } = await runDemo(house, tenantId, options);
      progress.step(finished ? `The day is over and settled; it is all there at ${address}` : BROKEN_OFF);
      return;
    }
    const { deps } = house.settlement;
    const begun = await deps.db.read({ tenantId }, (tx) => findDemonstration(tx, tenantId));
    if (begun?.finished === false) progress.step(`The demonstration day is not finished; ${RESUME}.`);
  } catch (error) {
    log.error('The demonstration day failed', { error });
    const why = error instanceof Error ? error.message : String(error);
    progress.step(`The demonstration day stopped: ${why}\nEverything else goes on at ${address}; ${RESUME}.`);
  }
}

async function begin({ settlement: { deps } }: Parts, tenantId: Uuid): Promise<Demonstration> {
  const begun = await deps.db.read({ tenantId }, (tx) => findDemonstration(tx, tenantId));
  if (begun) return begun;
  const { byId } = await deps.directory.of(tenantId);
  if (byId.size > 0)
    throw new AppError('conflict', 'demo.not_empty', 'There are participants already; the demonstration day wants an empty installation.');
  const at = deps.clock.now();
  await deps.db.write({ tenantId }, (tx) => beginDemonstration(tx, tenantId, { day: dayOf(at), at }));
  return { day: dayOf(at), finished: false };
}

async function admit({ settlement: { routes } }: Parts, ctx: Ctx, day: BusinessDay): Promise<void> {
  const ids = new Map<string, Uuid>();
  for (const input of day.participants) {
    const { id } = await perform(routes, createParticipant, { ctx: keyed(ctx, `admit ${input.bic}`, input), input });
    ids.set(input.bic, id);
  }
  for (const { bic, ...movement } of day.fundings) {
    const input = { id: ids.get(bic)!, ...movement };
    await perform(routes, fundParticipant, { ctx: keyed(ctx, `fund ${bic} ${movement.asset}`, input), input });
  }
  const { id, csv } = day.screeningList;
  await perform(routes, loadScreeningList, { ctx, input: { id }, document: Buffer.from(csv) });
}

/** The same key each time the day is gone through, so that a bank is admitted and funded once. */
function keyed(ctx: Ctx, what: string, input: object): Ctx {
  const body = JSON.stringify(input, (_name, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
  return { ...ctx, idempotency: { key: `demonstration/${what}`, bodyHash: hash('sha256', body) } };
}

/** Single payments go together, batches and files by themselves, so that a repetition always comes after its first. */
function stepsOf(submissions: readonly Submission[]): Submission[][] {
  const steps: Submission[][] = [];
  for (const submission of submissions) {
    const last = steps.at(-1);
    const joins = submission.kind === 'payment' && last?.[0]!.kind === 'payment' && last.length < AT_ONCE;
    if (joins) last.push(submission);
    else steps.push([submission]);
  }
  return steps;
}

/** What a bank would be told is not of interest here; a refusal is part of the day. */
async function submit({ settlement: { routes } }: Parts, ctx: Ctx, submission: Submission): Promise<void> {
  try {
    if (submission.kind === 'payment') await perform(routes, sendPayment, { ctx, input: submission.order });
    else if (submission.kind === 'batch') await perform(routes, sendPayments, { ctx, input: { payments: submission.orders.map(wire) } });
    else await perform(routes, submitIso20022, { ctx, input: {}, document: submission.bytes });
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error;
  }
}

/** Batches are checked as they come from outside. */
function wire(order: Extract<Submission, { kind: 'payment' }>['order']): object {
  return { ...order, units: order.units.toString() };
}

async function cutOff(routes: House['settlement']['routes'], ctx: Ctx): Promise<void> {
  try {
    await perform(routes, closeWindow, { ctx, input: {} });
  } catch (error) {
    // The job that closes windows by the clock may have been faster.
    if (!(error instanceof AppError) || error.code !== 'settlement.window_empty') throw error;
  }
}

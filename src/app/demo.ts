import type { Ctx } from '../base/context.ts';
import { AppError } from '../base/error.ts';
import type { Uuid } from '../base/id.ts';
import { dayOf } from '../base/time.ts';
import { businessDay, type BusinessDay } from '../settlement/demo/business-day.ts';
import type { Submission } from '../settlement/demo/submissions.ts';
import { createParticipant, fundParticipant } from '../settlement/participant/contract.ts';
import { sendPayment, sendPayments, submitIso20022 } from '../settlement/payment/contract.ts';
import { loadScreeningList } from '../settlement/screening/contract.ts';
import { closeWindow } from '../settlement/window/contract.ts';
import type { House } from './compose.ts';
import { perform } from './perform.ts';
import type { Progress } from './progress.ts';

/** The day that everyone sees who starts Rialto for the first time. */
const SEED = 'rialto';
const PAYMENTS = 20_000;
/** Single payments that are under way together. */
const AT_ONCE = 64;
/** Windows in the day. */
const WINDOWS = 12;

/**
 * Runs the demonstration day: 40 banks, 20,000 payments as JSON, batches and files, twelve netting windows; as fast as it
 * goes, through the public operations. Stops early when told to.
 */
export async function runDemo(
  house: Pick<House, 'access' | 'settlement'>,
  tenantId: Uuid,
  options: { progress: Pick<Progress, 'part'>; stop?: AbortSignal; payments?: number },
): Promise<BusinessDay> {
  const { progress, stop, payments = PAYMENTS } = options;
  const ctx = house.access.port.systemCtx('demonstration', tenantId);
  const { routes } = house.settlement;
  const day = businessDay(SEED, { day: dayOf(Date.now()), payments });
  await admit(house, ctx, day);
  const steps = stepsOf(day.submissions);
  const perWindow = Math.ceil(steps.length / WINDOWS);
  for (const [done, step] of steps.entries()) {
    if (stop?.aborted) return day;
    await Promise.all(step.map((submission) => submit(house, ctx, submission)));
    if (done % perWindow === perWindow - 1 || done === steps.length - 1) await cutOff(routes, ctx);
    progress.part('The demonstration day', (done + 1) / steps.length);
  }
  return day;
}

async function admit({ settlement: { routes } }: Pick<House, 'settlement'>, ctx: Ctx, day: BusinessDay): Promise<void> {
  const ids = new Map<string, Uuid>();
  for (const input of day.participants) {
    const { id } = await perform(routes, createParticipant, { ctx, input });
    ids.set(input.bic, id);
  }
  for (const { bic, ...movement } of day.fundings)
    await perform(routes, fundParticipant, { ctx, input: { id: ids.get(bic)!, ...movement } });
  const { id, csv } = day.screeningList;
  await perform(routes, loadScreeningList, { ctx, input: { id }, document: Buffer.from(csv) });
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
async function submit({ settlement: { routes } }: Pick<House, 'settlement'>, ctx: Ctx, submission: Submission): Promise<void> {
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

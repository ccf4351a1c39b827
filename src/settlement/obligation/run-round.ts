import type { Ctx } from '../../base/context.ts';
import { isKnownAsset } from '../../base/currency.ts';
import { AppError } from '../../base/error.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import { codeOf } from '../../base/money.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { dayOf, isLocalDate, type LocalDate } from '../../base/time.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { SettlementDeps } from '../deps.ts';
import { requireOperator } from '../window/operator.ts';
import { planApart, tooLarge } from './plan-apart.ts';
import type { Plan } from './plan.ts';
import { roundView } from './read-rounds.ts';
import { MOST_OBLIGATIONS, type previewSetOff as previewContract, runSetOff as runContract } from './round-contract.ts';
import { completedEvent, noticesOf, shareEvents } from './round-events.ts';
import { insertEntries, insertRound, insertShares, nextNumber } from './round-store.ts';
import { clearObligations, lockOpen, netPositions, openObligations } from './store.ts';
import { shareViews } from './view.ts';

/** How often a round is computed anew when obligations change while it is. */
const ATTEMPTS = 4;

/** How long a call may compute, however often it has to. */
const COMPUTE_MS = 20_000;

/**
 * What a round would clear now.
 * Errors: `settlement.operator_only`, `settlement.asset_unknown`, `settlement.day_invalid`, `settlement.set_off_too_large`.
 */
export async function previewSetOff(
  deps: SettlementDeps,
  ctx: Ctx,
  { asset, order = 'amount', dueUntil }: InputOf<typeof previewContract>,
): Promise<OutputOf<typeof previewContract>> {
  requireOperator(ctx);
  const plan = await planNow(deps, ctx.tenantId, { asset, ordering: order, dueUntil, withinMs: COMPUTE_MS });
  const participants = await deps.directory.of(ctx.tenantId, { ids: plan.shares.map(({ participantId }) => participantId) });
  const { day, gross, cleared, discharged, inputHash, entries, shares } = plan;
  const sums = { gross, cleared, discharged, obligations: entries.length };
  return { asset, order, day, ...sums, inputHash, shares: shareViews(shares, participants, ctx) };
}

/**
 * Carries a round out. It is computed and held against its certificate outside of any lock; under the locks of its obligations what
 * it rests on is looked at again, and when something has changed it is computed anew.
 *
 * Errors: those of the preview, `settlement.set_off_nothing`; `settlement.set_off_changed` when what is open is not what was previewed, or does not stop changing.
 */
export async function runSetOff(
  deps: SettlementDeps,
  ctx: Ctx,
  { asset, order = 'amount', dueUntil, inputHash }: InputOf<typeof runContract>,
): Promise<OutputOf<typeof runContract>> {
  requireOperator(ctx);
  const until = performance.now() + COMPUTE_MS;
  for (let attempt = 1; ; attempt++) {
    const plan = await planNow(deps, ctx.tenantId, { asset, ordering: order, dueUntil, withinMs: until - performance.now() });
    try {
      return await carryOut(deps, ctx, plan, { inputHash, dueUntil });
    } catch (error) {
      const again = error instanceof AppError && error.code === 'settlement.set_off_changed' && inputHash === undefined;
      if (!again || attempt === ATTEMPTS) throw error;
    }
  }
}

type Asked = Pick<Plan, 'asset' | 'ordering'> & { dueUntil: LocalDate | undefined; withinMs: number };

async function planNow({ db, clock }: SettlementDeps, tenantId: Uuid, { dueUntil, withinMs, ...of }: Asked): Promise<Plan> {
  if (!isKnownAsset(of.asset))
    throw new AppError('invalid', 'settlement.asset_unknown', `${of.asset} is not a currency with its ISO 4217 number of decimals.`);
  if (dueUntil !== undefined && !isLocalDate(dueUntil))
    throw new AppError('invalid', 'settlement.day_invalid', `${dueUntil} is not a day.`);
  const open = await db.read({ tenantId }, (tx) =>
    openObligations(tx, tenantId, { asset: of.asset, dueUntil, limit: MOST_OBLIGATIONS + 1 }),
  );
  if (open.length > MOST_OBLIGATIONS) throw tooLarge(`More than ${MOST_OBLIGATIONS} obligations are open in ${codeOf(of.asset)}.`);
  return planApart({ ...of, day: dayOf(clock.now()), open }, withinMs);
}

type Wanted = Pick<InputOf<typeof runContract>, 'inputHash' | 'dueUntil'>;

async function carryOut(
  deps: SettlementDeps,
  ctx: Ctx,
  plan: Plan,
  { inputHash, dueUntil }: Wanted,
): Promise<OutputOf<typeof runContract>> {
  const { tenantId } = ctx;
  const participants = await deps.directory.of(tenantId, { ids: plan.shares.map(({ participantId }) => participantId) });
  return deps.access.command(ctx, runContract, async (tx) => {
    if (inputHash !== undefined && inputHash !== plan.inputHash) throw changed();
    if (plan.cleared === 0n) throw nothing(plan.asset);
    const number = await nextNumber(tx, tenantId);
    await mustStand(tx, tenantId, plan);
    const ranAt = deps.clock.now();
    const { asset, ordering, day, entries, root, gross, cleared } = plan;
    const round = { id: newId(ranAt), number, asset, ordering, day, obligations: entries.length, root: Buffer.from(root), ranAt };
    await insertRound(tx, tenantId, round);
    await insertShares(tx, tenantId, round.id, plan.shares);
    await insertEntries(tx, tenantId, round.id, entries);
    await clear(tx, tenantId, plan, ranAt);
    for (const events of noticesOf(tenantId, round, plan)) await deps.outbox.append(tx, events);
    return {
      answer: { ...roundView({ ...round, gross, cleared }), shares: shareViews(plan.shares, participants, ctx) },
      subject: toWireId('sor', round.id),
      detail: {
        asset,
        order: ordering,
        ...(dueUntil !== undefined && { dueUntil }),
        obligations: entries.length,
        cleared: cleared.toString(),
        root: round.root.toString('hex'),
      },
      events: [...shareEvents(tenantId, round, plan), completedEvent(tenantId, round, plan)],
    };
  });
}

/** Locks what the plan rests on. Errors: `settlement.set_off_changed`. */
async function mustStand(tx: Tx, tenantId: Uuid, { entries }: Plan): Promise<void> {
  const open = await lockOpen(
    tx,
    tenantId,
    entries.map(({ id }) => id),
  );
  if (entries.some(({ id, units }) => open.get(id) !== units)) throw changed();
}

/** Takes off what is cleared, and holds what the rows then say against the plan: a net position that moved undoes it all. */
async function clear(tx: Tx, tenantId: Uuid, { entries, shares }: Plan, at: number): Promise<void> {
  const cleared = entries.filter((entry) => entry.cleared > 0n);
  const written = await clearObligations(tx, tenantId, { cleared, at });
  if (written !== cleared.length) throw new Error(`A round of set-off cleared ${written} obligations of ${cleared.length}.`);
  const nets = await netPositions(
    tx,
    tenantId,
    entries.map(({ id }) => id),
  );
  const moved = shares.find(({ participantId, owed, owes }) => nets.get(participantId) !== owed - owes);
  if (moved) throw new Error(`A round of set-off would change the net position of ${moved.participantId}.`);
}

function changed(): AppError {
  const message = 'What can be set off has changed meanwhile. Preview it and try again.';
  return new AppError('conflict', 'settlement.set_off_changed', message);
}

function nothing(asset: string): AppError {
  const message = `Of what is confirmed in ${asset} nothing cancels out: no debts run in a circle.`;
  return new AppError('unprocessable', 'settlement.set_off_nothing', message);
}

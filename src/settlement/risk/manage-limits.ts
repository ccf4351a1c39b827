import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { newId, type Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { addDays, dayOf, isLocalDate } from '../../base/time.ts';
import { changing } from '../compliance/changing.ts';
import { requireSecondPerson } from '../compliance/four-eyes.ts';
import { requireOperator } from '../compliance/operator.ts';
import { findSet, insertSet, latestSets, markActivated, type NumberedSet } from '../compliance/set-store.ts';
import { readSetting, touchSetting, writeSetting } from '../compliance/setting-store.ts';
import type { SettlementDeps } from '../deps.ts';
import { capsOf } from './caps.ts';
import {
  activateLimits as activateContract,
  limitsActivated,
  proposeLimits as proposeContract,
  type listExposures as exposuresContract,
  type listLimits as listContract,
  type simulateLimitsOperation as simulateContract,
} from './contract.ts';
import { fullestExposures, NETWORK, replaceCaps } from './exposure-store.ts';
import { bookOf, fromStored, namedIn, toStored, type Line } from './limit-lines.ts';
import { limitsOf, LIMIT_NAMES, type LimitBook } from './limits.ts';
import { startSimulation, type LimitSimulation } from './simulate.ts';
import { trafficOf } from './traffic-store.ts';

type View = OutputOf<typeof proposeContract>;

const LISTED = 50;
const SHOWN_EXPOSURES = 500;
const SHOWN_PEAKS = 200;

function viewOf({ content, proposedBy: _id, proposedByName, activatedByName, ...set }: NumberedSet, inForce: number | undefined): View {
  return {
    ...set,
    lines: fromStored(content),
    proposedBy: proposedByName,
    ...(activatedByName !== undefined && { activatedBy: activatedByName }),
    inForce: set.number === inForce,
  };
}

export async function listLimits(deps: Pick<SettlementDeps, 'db'>, ctx: Ctx): Promise<OutputOf<typeof listContract>> {
  requireOperator(ctx);
  return deps.db.read(ctx, async (tx) => {
    const { limitSet } = await readSetting(tx, ctx.tenantId);
    const sets = await latestSets(tx, ctx.tenantId, 'limit_set', LISTED);
    const current = limitSet !== undefined && !sets.some(({ number }) => number === limitSet);
    const all = current ? [...sets, (await findSet(tx, ctx.tenantId, 'limit_set', limitSet))!] : sets;
    return { items: all.map((set) => viewOf(set, limitSet)) };
  });
}

/** Errors: `settlement.limits_invalid`, `settlement.participant_unknown`, `settlement.limits_too_many`. */
export async function proposeLimits(deps: SettlementDeps, ctx: Ctx, input: InputOf<typeof proposeContract>): Promise<View> {
  requireOperator(ctx);
  await checked(deps, ctx.tenantId, input.lines);
  const { content, version } = toStored(input.lines);
  return deps.access.command(ctx, proposeContract, async (tx) => {
    const { limitSet } = await touchSetting(tx, ctx.tenantId);
    const set = { version, content, note: input.note, by: ctx.actor, at: deps.clock.now() };
    const made = await insertSet(tx, ctx.tenantId, 'limit_set', set);
    return { answer: viewOf(made, limitSet), subject: `limits/${made.number}`, detail: { version, note: input.note } };
  });
}

async function checked(deps: SettlementDeps, tenantId: Uuid, lines: readonly Line[]): Promise<LimitBook> {
  const participants = await deps.directory.of(tenantId, { ids: namedIn(lines) });
  const book = bookOf(lines, participants);
  capsOf(book, participants);
  return book;
}

/**
 * Puts a set in force: from the commit on no obligation is written that passes one of its caps. The use of the caps is
 * counted anew behind the lock of the book.
 * Errors: `settlement.limit_set_not_found`, `settlement.four_eyes_needed`, and those of `proposeLimits`.
 */
export async function activateLimits(deps: SettlementDeps, ctx: Ctx, { number }: InputOf<typeof activateContract>): Promise<View> {
  requireOperator(ctx);
  deps.directory.forget(ctx.tenantId);
  const act = deps.access.command(ctx, activateContract, async (tx) => {
    const setting = await touchSetting(tx, ctx.tenantId);
    const found = await findSet(tx, ctx.tenantId, 'limit_set', number);
    if (!found) throw new AppError('not_found', 'settlement.limit_set_not_found', 'There is no set of limits with this number.');
    if (setting.fourEyes) requireSecondPerson(ctx.actor, found.proposedBy);
    const participants = await deps.directory.of(ctx.tenantId);
    const book = bookOf(fromStored(found.content), participants);
    const set = await markActivated(tx, ctx.tenantId, 'limit_set', { number, by: ctx.actor, at: deps.clock.now() });
    await writeSetting(tx, ctx.tenantId, { ...setting, limitSet: number });
    const event = {
      id: newId(),
      tenantId: ctx.tenantId,
      type: limitsActivated.type,
      version: limitsActivated.version,
      subject: `limits/${number}`,
      at: deps.clock.now(),
      memberIds: [],
      data: { number, version: set.version },
    };
    await deps.outbox.append(tx, [event]);
    await deps.ledger.inTx(tx, ctx.tenantId);
    await replaceCaps(tx, ctx.tenantId, capsOf(book, participants), deps.clock.now());
    return { answer: viewOf(set, number), subject: `limits/${number}`, detail: { version: set.version } };
  });
  return changing(deps, ctx.tenantId, act);
}

export async function listExposures(deps: Pick<SettlementDeps, 'db'>, ctx: Ctx): Promise<OutputOf<typeof exposuresContract>> {
  requireOperator(ctx);
  const rows = await deps.db.read(ctx, (tx) => fullestExposures(tx, ctx.tenantId, SHOWN_EXPOSURES));
  return {
    items: rows.map(({ participantId, counterpartyId, asset, net, netCap, sent, dayCap }) => ({
      participantId,
      ...(counterpartyId !== NETWORK && { counterpartyId }),
      asset,
      net,
      ...(netCap !== undefined && { cap: netCap }),
      sentToday: sent,
      ...(dayCap !== undefined && { dayCap }),
    })),
  };
}

/** What limits would have done to the traffic of a day, yesterday unless told, beside those in force. Streams the day. */
export async function simulateLimits(
  deps: SettlementDeps,
  ctx: Ctx,
  { lines, day = addDays(dayOf(deps.clock.now()), -1) }: InputOf<typeof simulateContract>,
): Promise<OutputOf<typeof simulateContract>> {
  requireOperator(ctx);
  if (!isLocalDate(day)) throw new AppError('invalid', 'settlement.limits_invalid', `There is no day ${day}.`);
  const after = await checked(deps, ctx.tenantId, lines);
  const simulation = startSimulation(await bookInForce(deps, ctx.tenantId), after);
  for await (const step of trafficOf(deps.db, ctx.tenantId, day)) simulation.take(step);
  const { before, after: then, peaks, ...result } = simulation.result();
  const { byId } = await deps.directory.of(ctx.tenantId);
  return {
    day,
    ...result,
    before: sideView(before),
    after: sideView(then),
    peaks: peaks
      .toSorted((a, b) => (a.before === b.before ? 0 : a.before < b.before ? 1 : -1))
      .slice(0, SHOWN_PEAKS)
      .map(({ participant, ...peak }) => {
        const cap = limitsOf(after, participant, peak.asset).netSenderCap;
        return { participantId: participant, bic: byId.get(participant)?.bic ?? '', ...peak, ...(cap !== undefined && { cap }) };
      }),
  };
}

async function bookInForce(deps: SettlementDeps, tenantId: Uuid): Promise<LimitBook> {
  const content = await deps.db.read({ tenantId }, async (tx) => {
    const { limitSet } = await readSetting(tx, tenantId);
    return limitSet === undefined ? [] : (await findSet(tx, tenantId, 'limit_set', limitSet))!.content;
  });
  return bookOf(fromStored(content), await deps.directory.of(tenantId));
}

function sideView({ accepted, refused, refusedUnits, byLimit }: LimitSimulation['before']): OutputOf<typeof simulateContract>['before'] {
  return {
    accepted,
    refused,
    refusedUnits: [...refusedUnits].map(([asset, units]) => ({ asset, units })),
    byLimit: LIMIT_NAMES.map((limit) => ({ limit, payments: byLimit[limit] })),
  };
}

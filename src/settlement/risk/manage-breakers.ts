import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { EventDraft } from '../../base/event.ts';
import { newId, type Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { changing } from '../compliance/changing.ts';
import { requireOperator } from '../compliance/operator.ts';
import { readSetting, touchSetting, writeSetting } from '../compliance/setting-store.ts';
import type { SettlementDeps } from '../deps.ts';
import { CLOSED, openByHand, shownKey, STARTING_POLICY, type Breaker, type BreakerPolicy } from './breaker.ts';
import { findBreaker, latestMoves, putBreaker, readBreakers, type BreakerRow } from './breaker-store.ts';
import {
  breakerMoved,
  closeBreaker as closeContract,
  openBreaker as openContract,
  setBreakerPolicy as policyContract,
  type listBreakers as listContract,
} from './contract.ts';

type View = OutputOf<typeof openContract>;
type Scope = View['scope'];

/** When breakers open, and whether they do so by themselves. */
export type Policy = InputOf<typeof policyContract>;

/** The policy of a tenant that has set none: what the ledger refuses counts; limits and missing money are a bank's own affair. */
export const SHIPPED_POLICY: Policy & BreakerPolicy = { automatic: true, counts: ['ledger'], ...STARTING_POLICY };

const MOVES = 100;

/**
 * The key of what a breaker stands for. Errors: `settlement.breaker_scope_invalid`.
 */
function keyOf({ kind, participantId, from, to }: Scope): string {
  if (kind === 'network' && !participantId && !from && !to) return 'network';
  if (kind === 'participant' && participantId && !from && !to) return `participant:${participantId}`;
  if (kind === 'corridor' && !participantId && from && to) return `corridor:${from}>${to}`;
  throw new AppError(
    'invalid',
    'settlement.breaker_scope_invalid',
    'A breaker is of the network, of a participant with `participantId`, or of a corridor with `from` and `to`.',
  );
}

function scopeOf(key: string): Scope {
  const [kind, what = ''] = key.split(':');
  if (kind === 'participant') return { kind, participantId: what };
  if (kind !== 'corridor') return { kind: 'network' };
  const [from = '', to = ''] = what.split('>');
  return { kind, from, to };
}

function viewOf({ key, state, ...row }: BreakerRow): View {
  const open = state.state === 'open' ? { by: state.by, ...(state.by === 'failures' && { until: state.until }) } : {};
  return { ...row, key: shownKey(key), scope: scopeOf(key), state: state.state, ...open };
}

export async function listBreakers(deps: Pick<SettlementDeps, 'db'>, ctx: Ctx): Promise<OutputOf<typeof listContract>> {
  requireOperator(ctx);
  return deps.db.read(ctx, async (tx) => {
    const setting = await readSetting(tx, ctx.tenantId);
    const rows = await readBreakers(tx, ctx.tenantId);
    const moves = await latestMoves(tx, ctx.tenantId, MOVES);
    return {
      items: rows.map(viewOf),
      moves: moves.map(({ id: _id, key, ...move }) => ({ key: shownKey(key), ...move })),
      policy: { ...SHIPPED_POLICY, ...setting.breakerPolicy },
    };
  });
}

/** A move of a breaker: the state with its history, and the event that tells of it. */
export async function moveBreaker(
  deps: Pick<SettlementDeps, 'clock' | 'outbox'>,
  tx: Tx,
  tenantId: Uuid,
  { key, from, to, reason, by }: { key: string; from: Breaker['state']; to: Breaker; reason: string; by: string },
): Promise<{ row: BreakerRow; event: EventDraft }> {
  const at = deps.clock.now();
  const row = { key, state: to, reason, movedBy: by, movedAt: at };
  await putBreaker(tx, tenantId, row, { id: newId(at), key, from, to: to.state, reason, movedBy: by, movedAt: at });
  const data = { key: shownKey(key), from, to: to.state, reason };
  const event = {
    id: newId(),
    tenantId,
    type: breakerMoved.type,
    version: breakerMoved.version,
    subject: `breaker/${shownKey(key)}`,
    at,
    memberIds: [],
    data,
  };
  return { row, event };
}

type ByHand = InputOf<typeof openContract>;

/** Errors: `settlement.breaker_scope_invalid`, `settlement.participant_unknown`. */
export const openBreaker = (deps: SettlementDeps, ctx: Ctx, input: ByHand): Promise<View> =>
  byHand(deps, ctx, { operation: openContract, to: openByHand(deps.clock.now()), input });

/** Errors: as `openBreaker`. */
export const closeBreaker = (deps: SettlementDeps, ctx: Ctx, input: ByHand): Promise<View> =>
  byHand(deps, ctx, { operation: closeContract, to: CLOSED, input });

async function byHand(
  deps: SettlementDeps,
  ctx: Ctx,
  { operation, to, input }: { operation: typeof openContract; to: Breaker; input: ByHand },
): Promise<View> {
  requireOperator(ctx);
  const { participantId } = input.scope;
  const key = keyOf(input.scope);
  if (participantId !== undefined && !(await deps.directory.of(ctx.tenantId, { ids: [participantId] })).byId.has(participantId)) {
    throw new AppError('unprocessable', 'settlement.participant_unknown', 'There is no such participant.');
  }
  const act = deps.access.command(ctx, operation, async (tx) => {
    await touchSetting(tx, ctx.tenantId);
    const from = (await findBreaker(tx, ctx.tenantId, key))?.state.state ?? 'closed';
    const move = { key, from, to, reason: input.reason, by: ctx.actor.name };
    const { row, event } = await moveBreaker(deps, tx, ctx.tenantId, move);
    deps.metrics.breakerMoved(key, to.state);
    return { answer: viewOf(row), subject: event.subject, events: [event], detail: { from, to: to.state, reason: input.reason } };
  });
  return changing(deps, ctx.tenantId, act);
}

export async function setBreakerPolicy(deps: SettlementDeps, ctx: Ctx, input: Policy): Promise<OutputOf<typeof policyContract>> {
  requireOperator(ctx);
  const act = deps.access.command(ctx, policyContract, async (tx) => {
    const setting = await touchSetting(tx, ctx.tenantId);
    await writeSetting(tx, ctx.tenantId, { ...setting, breakerPolicy: input });
    return { answer: input, subject: 'breakers/policy', detail: input };
  });
  return changing(deps, ctx.tenantId, act);
}

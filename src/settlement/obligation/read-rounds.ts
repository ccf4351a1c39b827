import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { DEFAULT_PAGE, idCursor, toPage } from '../../base/page.ts';
import type { SettlementDeps } from '../deps.ts';
import type { getSetOffFlows as flowsContract, getSetOffRound as getContract, listSetOffRounds as listContract } from './round-contract.ts';
import { findRound, flowsOf, pageOfRounds, sharesOf, type RoundSums } from './round-store.ts';
import { shareViews, viewOfBank } from './view.ts';

type Deps = Pick<SettlementDeps, 'db' | 'directory'>;
type RoundView = OutputOf<typeof listContract>['items'][number];

/** A round as it is shown. */
export function roundView({ ordering, root, ...round }: RoundSums): RoundView {
  return { ...round, order: ordering, root: root.toString('hex') };
}

/** Newest first; a bank sees those that it had a part in, with its own sums. */
export async function listSetOffRounds(
  deps: Pick<Deps, 'db'>,
  ctx: Ctx,
  { limit = DEFAULT_PAGE, after }: InputOf<typeof listContract>,
): Promise<OutputOf<typeof listContract>> {
  const page = { limit: limit + 1, after: idCursor(after) };
  return toPage(await deps.db.read(ctx, (tx) => pageOfRounds(tx, ctx.tenantId, page)), limit, roundView);
}

/** Errors: `settlement.set_off_round_not_found`. */
export async function getSetOffRound(deps: Deps, ctx: Ctx, { id }: InputOf<typeof getContract>): Promise<OutputOf<typeof getContract>> {
  const { round, shares } = await deps.db.read(ctx, async (tx) => ({
    round: await findRound(tx, ctx.tenantId, id),
    shares: await sharesOf(tx, ctx.tenantId, id),
  }));
  const participants = await deps.directory.of(ctx.tenantId, { ids: shares.map(({ participantId }) => participantId) });
  return { ...roundView(mustExist(round)), shares: shareViews(shares, participants, ctx) };
}

/** Pairs that are listed one by one. */
const LISTED_FLOWS = 80;

/** Who owed whom in a round and what of it was cleared; a bank sees what concerns itself. Errors: `settlement.set_off_round_not_found`. */
export async function getSetOffFlows(deps: Deps, ctx: Ctx, { id }: InputOf<typeof flowsContract>): Promise<OutputOf<typeof flowsContract>> {
  const rows = await deps.db.read(ctx, async (tx) => {
    mustExist(await findRound(tx, ctx.tenantId, id));
    return flowsOf(tx, ctx.tenantId, { roundId: id, limit: LISTED_FLOWS });
  });
  const participants = await deps.directory.of(ctx.tenantId, { ids: rows.flatMap(({ debtor, creditor }) => [debtor, creditor]) });
  return {
    items: rows.map(({ debtor, creditor, obligations, units, cleared }) => ({
      debtor: viewOfBank(participants, debtor),
      creditor: viewOfBank(participants, creditor),
      obligations,
      units,
      cleared,
    })),
    pairs: rows[0]?.pairs ?? 0,
    gross: rows[0]?.gross ?? 0n,
    cleared: rows[0]?.clearedInAll ?? 0n,
  };
}

/** Errors: `settlement.set_off_round_not_found`. */
export function mustExist<T>(round: T | undefined): T {
  if (!round) throw new AppError('not_found', 'settlement.set_off_round_not_found', 'There is no such round of set-off.');
  return round;
}

/** Whose part is wanted: a bank's own, or the one that the operator names. Errors: as `getSetOffPart`. */
export function partOf({ memberId }: Ctx, participantId: Uuid | undefined): Uuid {
  const part = memberId ?? participantId;
  if (part === undefined) throw new AppError('invalid', 'settlement.participant_missing', 'Say whose part is wanted: participantId.');
  if (participantId !== undefined && participantId !== part)
    throw new AppError('not_found', 'settlement.participant_not_found', 'There is no such participant.');
  return part;
}

import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import type { InputOf } from '../../base/operation.ts';
import type { Reply } from '../../infra/http/route.ts';
import type { SettlementDeps } from '../deps.ts';
import { proveApart } from '../netting/prove-apart.ts';
import { sealed } from '../netting/window-file.ts';
import { requireOperator } from '../window/operator.ts';
import { attached } from '../window/read-file.ts';
import type { getSetOffFile as fileContract, getSetOffPart as partContract } from './round-contract.ts';
import { leafOf, type Entry, type Share } from './plan.ts';
import { mustExist, partOf } from './read-rounds.ts';
import { entryLine, roundLine, shareLine } from './round-file.ts';
import { entriesFrom, findRound, sharesOf, type RoundSums } from './round-store.ts';

type Deps = Pick<SettlementDeps, 'db'>;
type Published = { tenantId: Uuid; round: RoundSums; shares: readonly Share[] };

/** Entries that are read at once. */
const CHUNK = 4_096;

/**
 * The whole file of a round with its certificate; of the same round it has always the same bytes.
 * Errors: `settlement.operator_only`, `settlement.set_off_round_not_found`.
 */
export async function getSetOffFile(deps: Deps, ctx: Ctx, { id }: InputOf<typeof fileContract>): Promise<Reply<AsyncIterable<Uint8Array>>> {
  requireOperator(ctx);
  const published = await readPublished(deps, ctx, id);
  return attached(sealed(wholeLines(deps, published)), `set-off-${published.round.number}`);
}

/**
 * A participant's part of the file; for a bank its own, for the operator that of the participant named.
 * Errors: `settlement.set_off_round_not_found`, `settlement.participant_missing`, `settlement.participant_not_found` for one that
 * had no part in the round, too.
 */
export async function getSetOffPart(
  deps: Pick<SettlementDeps, 'db' | 'directory'>,
  ctx: Ctx,
  { id, participantId }: InputOf<typeof partContract>,
): Promise<Reply<AsyncIterable<Uint8Array>>> {
  const part = partOf(ctx, participantId);
  const published = await readPublished(deps, ctx, id);
  const share = published.shares.find((one) => one.participantId === part);
  if (!share) throw new AppError('not_found', 'settlement.participant_not_found', 'There is no such participant in the round.');
  const { bic } = (await deps.directory.of(ctx.tenantId, { ids: [part] })).byId.get(part)!;
  return attached(sealed(partLines(deps, published, share)), `set-off-${published.round.number}-${bic}`);
}

async function readPublished({ db }: Deps, ctx: Ctx, id: Uuid): Promise<Published> {
  return db.read(ctx, async (tx) => ({
    tenantId: ctx.tenantId,
    round: mustExist(await findRound(tx, ctx.tenantId, id)),
    shares: await sharesOf(tx, ctx.tenantId, id),
  }));
}

/** Every entry of a round with its place. Read for the house: of others' only hashes leave in a part. */
async function* entriesOf({ db }: Deps, { tenantId, round }: Published): AsyncGenerator<{ entry: Entry; index: number }> {
  for (let from = 0; from < round.obligations; from += CHUNK) {
    const at = from;
    const chunk = await db.read({ tenantId }, (tx) => entriesFrom(tx, tenantId, { roundId: round.id, from: at, limit: CHUNK }));
    for (const [i, entry] of chunk.entries()) yield { entry, index: from + i };
  }
}

async function* wholeLines(deps: Deps, published: Published): AsyncGenerator<string> {
  yield roundLine(published.round);
  for (const share of published.shares) yield shareLine(share, true);
  for await (const { entry, index } of entriesOf(deps, published)) yield entryLine(entry, index);
}

async function* partLines(deps: Deps, published: Published, share: Share): AsyncGenerator<string> {
  const { round } = published;
  const part = share.participantId;
  yield roundLine(round, part);
  yield shareLine(share, false);
  const leaves = new Uint8Array(round.obligations * 32);
  for await (const { entry, index } of entriesOf(deps, published)) leaves.set(leafOf(round.asset, entry), index * 32);
  const prove = await proveApart(leaves);
  for await (const { entry, index } of entriesOf(deps, published))
    if (entry.debtor === part || entry.creditor === part) yield entryLine(entry, index, prove(index));
}

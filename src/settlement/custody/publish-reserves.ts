import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { SettlementDeps } from '../deps.ts';
import { mustFind } from '../participant/read-participants.ts';
import type { getReserveFile as fileContract } from './reserves-contract.ts';
import { publishReserves as contract, reservesPublished } from './reserves-contract.ts';
import { ownBalances, publishedOf, reserveFileText, sealedFile, type PublishedFile } from './reserve-file.ts';
import { accountsOf, readFigures, reservesOf } from './reserves.ts';
import {
  findReserveProof,
  insertReserveLeaves,
  insertReserveProof,
  latestReserveProof,
  reserveLeaves,
  type ReserveProofRow,
} from './reserve-store.ts';
import { leafNode, leavesOf, levelsOf, type Leaf } from './sum-tree.ts';

type Proof = OutputOf<typeof contract>;

/**
 * Publishes the reserves of one moment of the book: while they are read, nothing enters it. Each currency's participants are
 * the leaves of a sum tree, so that each can verify that its own balance is in what is told to be owed.
 * Errors: `settlement.reserves_empty` when there is no participant with an account.
 */
export async function publishReserves(deps: SettlementDeps, ctx: Ctx): Promise<Proof> {
  const { tenantId } = ctx;
  return deps.access.command(ctx, contract, async (tx) => {
    const ledger = await deps.ledger.inTx(tx, tenantId);
    // The book is locked from here on, and with it all that is written beside its transfers.
    await ledger.seq();
    const reading = await readFigures(tx, tenantId);
    const reserves = reservesOf({ ...reading, balances: await ledger.balances(accountsOf(reading)) });
    const laid = reserves.flatMap((currency) => {
      if (currency.balances.size === 0) return [];
      const leaves = leavesOf(currency.asset, currency.balances);
      return [{ leaves, published: publishedOf(currency, levelsOf(leaves.map(leafNode)).at(-1)![0]!, leaves.length) }];
    });
    if (laid.length === 0)
      throw new AppError('unprocessable', 'settlement.reserves_empty', 'No participant has an account, so there is nothing to prove.');
    const row = rowOf(
      deps.clock.now(),
      await latestReserveProof(tx, tenantId),
      laid.map(({ published }) => published),
    );
    await insertReserveProof(tx, tenantId, row);
    await insertReserveLeaves(
      tx,
      tenantId,
      row.id,
      laid.flatMap(({ leaves }): Leaf[] => leaves),
    );
    const answer = viewOfProof(row);
    const subject = toWireId('rsv', row.id);
    const data = { proofId: subject, number: row.number, hash: answer.hash };
    const { type, version } = reservesPublished;
    return { answer, subject, detail: data, events: [{ id: newId(), tenantId, type, version, subject, data, at: row.publishedAt }] };
  });
}

function rowOf(at: number, before: ReserveProofRow | undefined, currencies: PublishedFile['currencies']): ReserveProofRow {
  const id = newId(at);
  const number = (before?.number ?? 0) + 1;
  const proof = {
    id: toWireId('rsv', id),
    number,
    publishedAt: new Date(at).toISOString(),
    previous: before?.hash.toString('hex') ?? null,
  };
  const { text, hash } = sealedFile({ format: 'rialto.reserves/1', proof, currencies });
  return { id, number, publishedAt: at, file: text, hash };
}

function viewOfProof(row: ReserveProofRow): Proof {
  const file = JSON.parse(row.file) as PublishedFile;
  return {
    id: row.id,
    number: row.number,
    publishedAt: row.publishedAt,
    hash: row.hash.toString('hex'),
    ...(file.proof.previous !== null && { previous: file.proof.previous }),
    currencies: file.currencies.map(
      ({ outstanding, operator, suspense, custody, inTransit, unmatched, statement, statementDay, ...rest }) => ({
        ...rest,
        outstanding: BigInt(outstanding),
        operator: BigInt(operator),
        ...(suspense !== undefined && { suspense: BigInt(suspense) }),
        custody: BigInt(custody),
        inTransit: BigInt(inTransit),
        unmatched: BigInt(unmatched),
        ...(statement !== null && { statement: BigInt(statement) }),
        ...(statementDay !== null && { statementDay }),
      }),
    ),
  };
}

/** Errors: `settlement.reserves_not_published`. */
export async function getLatestReserveProof(deps: Pick<SettlementDeps, 'db'>, ctx: Ctx): Promise<Proof> {
  const row = await deps.db.read(ctx, (tx) => latestReserveProof(tx, ctx.tenantId));
  if (!row) throw new AppError('not_found', 'settlement.reserves_not_published', 'No proof of reserves has been published yet.');
  return viewOfProof(row);
}

/**
 * The published file; with the way of a participant's balances to the roots for the participant itself, or for the operator
 * when it names one. Nothing of any other participant is in it but sums.
 * Errors: `settlement.reserve_proof_not_found`, `settlement.participant_not_found`.
 */
export async function getReserveFile(
  deps: Pick<SettlementDeps, 'db'>,
  ctx: Ctx,
  { id, participantId }: InputOf<typeof fileContract>,
): Promise<string> {
  const row = await deps.db.read(ctx, (tx) => findReserveProof(tx, ctx.tenantId, id));
  if (!row) throw new AppError('not_found', 'settlement.reserve_proof_not_found', 'There is no such proof of reserves.');
  const of: Uuid | undefined = participantId === undefined ? ctx.memberId : (await ownOrAny(deps, ctx, participantId)).id;
  if (of === undefined) return reserveFileText(row.file);
  // The ways go past leaves of others, of which only hashes and sums leave.
  const leaves = await deps.db.read({ tenantId: ctx.tenantId }, (tx) => reserveLeaves(tx, ctx.tenantId, id));
  return reserveFileText(row.file, { participantId: of, balances: ownBalances(of, leaves) });
}

async function ownOrAny(deps: Pick<SettlementDeps, 'db'>, ctx: Ctx, id: Uuid) {
  if (ctx.memberId !== undefined && ctx.memberId !== id)
    throw new AppError('not_found', 'settlement.participant_not_found', 'There is no such participant.');
  return mustFind(deps, ctx, id);
}

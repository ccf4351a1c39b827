import { randomBytes } from 'node:crypto';
import { creditorReferenceOf } from '../../base/check-digit.ts';
import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { newId, toWireId } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { DEFAULT_PAGE, idCursor, toPage } from '../../base/page.ts';
import type { SettlementDeps } from '../deps.ts';
import { mustFind } from '../participant/read-participants.ts';
import { custodyAccounts, directFundingOf, payoutAccountsOf } from './account-store.ts';
import type * as contract from './contract.ts';
import { announceFunding as announceContract, withdrawAnnouncedFunding as withdrawContract } from './contract.ts';
import { insertExpectation, lockExpectation, pageOfExpectations, withdrawExpectation, type ExpectationRow } from './expectation-store.ts';
import { accountIn } from './propose.ts';
import { writeOffLimits } from './write-off-limit-store.ts';

type Expectation = OutputOf<typeof announceContract>;

/** Where the money is kept; a bank learns where it pays to by `getFundingInstructions`. */
export async function getCustody(deps: SettlementDeps, ctx: Ctx): Promise<OutputOf<typeof contract.getCustody>> {
  return deps.db.read(ctx, async (tx) => ({
    directFunding: await directFundingOf(tx, ctx.tenantId),
    writeOffLimits: await writeOffLimits(tx, ctx.tenantId),
    items: (await custodyAccounts(tx, ctx.tenantId)).map(({ ledgerAccountId, ...row }) => ({ ...row, accountId: ledgerAccountId })),
  }));
}

/**
 * How a participant sends money in: to the operator's accounts in its currencies, under a reference (ISO 11649) made of its
 * BIC, whose check digits keep a slip of the pen from naming another bank. Errors: `settlement.participant_not_found`.
 */
export async function getFundingInstructions(
  deps: SettlementDeps,
  ctx: Ctx,
  { id }: InputOf<typeof contract.getFundingInstructions>,
): Promise<OutputOf<typeof contract.getFundingInstructions>> {
  const participant = await mustFind(deps, ctx, id);
  const held = new Set(participant.accounts.map(({ asset }) => asset));
  // Custody accounts are the operator's; a bank is told those that it may pay to.
  const accounts = await deps.db.read({ tenantId: ctx.tenantId }, (tx) => custodyAccounts(tx, ctx.tenantId));
  const payouts = await deps.db.read(ctx, (tx) => payoutAccountsOf(tx, ctx.tenantId, id));
  return {
    reference: creditorReferenceOf(participant.bic),
    payTo: accounts
      .filter(({ asset }) => held.has(asset))
      .map(({ asset, name, number, servicerBic }) => ({ asset, name, number, servicerBic })),
    payoutAccounts: payouts.map(({ asset, holder, number, agentBic }) => ({ asset, holder, number, agentBic })),
  };
}

/** Serial numbers are drawn by lot, so that no bank can take the reference that another is going to use. */
const SERIAL = 8;

function drawnReference(bic: string): string {
  const digits = Array.from(randomBytes(SERIAL), (byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte % 32]);
  return creditorReferenceOf(`${bic}${digits.join('')}`);
}

/** Errors: `settlement.participant_not_found`, `settlement.asset_not_held`. */
export async function announceFunding(deps: SettlementDeps, ctx: Ctx, input: InputOf<typeof announceContract>): Promise<Expectation> {
  const { id: participantId, ...announced } = input;
  const participant = await mustFind(deps, ctx, participantId);
  if (ctx.memberId !== undefined && ctx.memberId !== participantId) throw notFound();
  accountIn(participant, input.asset);
  const now = deps.clock.now();
  const own = { id: newId(now), participantId, createdAt: now, createdBy: ctx.actor.name, entryId: null, withdrawnAt: null };
  const row: ExpectationRow = { ...announced, ...own, reference: drawnReference(participant.bic) };
  return deps.access.command(ctx, announceContract, async (tx) => {
    await insertExpectation(tx, ctx.tenantId, row);
    const detail = { asset: row.asset, units: row.units.toString(), reference: row.reference };
    return { answer: viewOf(row), subject: toWireId('fex', row.id), detail };
  });
}

function notFound(): AppError {
  return new AppError('not_found', 'settlement.participant_not_found', 'There is no such participant.');
}

export async function listAnnouncedFunding(
  deps: SettlementDeps,
  ctx: Ctx,
  { limit = DEFAULT_PAGE, after }: InputOf<typeof contract.listAnnouncedFunding>,
): Promise<OutputOf<typeof contract.listAnnouncedFunding>> {
  const rows = await deps.db.read(ctx, (tx) => pageOfExpectations(tx, ctx.tenantId, { limit: limit + 1, after: idCursor(after) }));
  return toPage(rows, limit, viewOf);
}

/** Errors: `settlement.announcement_not_found`, `settlement.announcement_met`. */
export function withdrawAnnouncedFunding(deps: SettlementDeps, ctx: Ctx, { id }: InputOf<typeof withdrawContract>): Promise<Expectation> {
  return deps.access.command(ctx, withdrawContract, async (tx) => {
    const row = await lockExpectation(tx, ctx.tenantId, id);
    if (!row) throw new AppError('not_found', 'settlement.announcement_not_found', 'There is no such announcement.');
    if (row.entryId !== null) throw new AppError('conflict', 'settlement.announcement_met', 'The money has come in already.');
    const withdrawnAt = row.withdrawnAt ?? deps.clock.now();
    if (row.withdrawnAt === null) await withdrawExpectation(tx, ctx.tenantId, id, withdrawnAt);
    return { answer: viewOf({ ...row, withdrawnAt }), subject: toWireId('fex', id) };
  });
}

function viewOf({ entryId, withdrawnAt, ...row }: ExpectationRow): Expectation {
  return { ...row, state: entryId !== null ? 'met' : withdrawnAt !== null ? 'withdrawn' : 'open' };
}

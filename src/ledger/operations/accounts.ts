import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { idCursor, DEFAULT_PAGE } from '../../base/page.ts';
import { isLocalDate } from '../../base/time.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import {
  type accountBalance as balanceContract,
  type accountStatement as statementContract,
  closeAccount as closeContract,
  type getAccount as getContract,
  type listAccounts as listContract,
  openAccount as openContract,
  type trialBalance as trialContract,
} from '../contract.ts';
import { sumsOf } from '../account.ts';
import { accountNotFound, type OperationDeps, refuseMember, scopeOf } from '../deps.ts';
import { type AccountView, findAccount, listAccounts as listRows, sumByKind } from '../store/accounts.ts';
import { readBook } from '../store/book.ts';
import { balanceAtSeq, balanceByEffectiveDay, entriesOf, seqBefore } from '../store/transfers.ts';
import type { Sums } from '../transfer.ts';
import { accountAnswer, transferAnswer } from '../view.ts';
import { cursorSeq } from './cursor.ts';

/** Opens an account. Errors: `ledger.flags_are_mutually_exclusive`, `ledger.member_bound`. */
export function openAccount(deps: OperationDeps, ctx: Ctx, input: InputOf<typeof openContract>): Promise<OutputOf<typeof openContract>> {
  refuseMember(ctx);
  return deps.access.command(ctx, openContract, async (tx) => {
    const id = newId(deps.clock.now());
    const ledger = await deps.ledger.inTx(tx, ctx.tenantId);
    await ledger.openAccounts([{ ...input, id, managedBy: undefined }]);
    const answer = accountAnswer((await findAccount(tx, ctx.tenantId, id))!);
    return { answer, subject: toWireId('acc', id), detail: { asset: input.asset, kind: input.kind } };
  });
}

/**
 * Closes an account for good; closing a closed one changes nothing.
 * Errors: `ledger.account_not_found`, `ledger.account_managed`, `ledger.member_bound`.
 */
export function closeAccount(deps: OperationDeps, ctx: Ctx, input: InputOf<typeof closeContract>): Promise<OutputOf<typeof closeContract>> {
  refuseMember(ctx);
  return deps.access.command(ctx, closeContract, async (tx) => {
    refuseManaged(await mustFind(tx, ctx.tenantId, input.id));
    const ledger = await deps.ledger.inTx(tx, ctx.tenantId);
    await ledger.closeAccount(input.id);
    return { answer: accountAnswer(await mustFind(tx, ctx.tenantId, input.id)), subject: toWireId('acc', input.id) };
  });
}

/** One account with its balance. Errors: `ledger.account_not_found`. */
export function getAccount(deps: OperationDeps, ctx: Ctx, { id }: InputOf<typeof getContract>): Promise<OutputOf<typeof getContract>> {
  return deps.db.read(scopeOf(ctx), async (tx) => accountAnswer(await mustFind(tx, ctx.tenantId, id)));
}

/** Accounts a page at a time. Errors: `request.cursor_invalid`. */
export async function listAccounts(
  deps: OperationDeps,
  ctx: Ctx,
  input: InputOf<typeof listContract>,
): Promise<OutputOf<typeof listContract>> {
  const { limit = DEFAULT_PAGE, query, after, ...rest } = input;
  const filter = { ...rest, text: query, after: idCursor(after), limit: limit + 1 };
  const rows = await deps.db.read(scopeOf(ctx), (tx) => listRows(tx, ctx.tenantId, filter));
  const items = rows.slice(0, limit);
  return { items: items.map(accountAnswer), next: rows.length > limit ? items.at(-1)!.id : undefined };
}

/** Balance now, at a past time, or by effective date. Errors: `ledger.account_not_found`, `ledger.day_invalid`, `ledger.at_or_effective_on`. */
export async function accountBalance(
  deps: OperationDeps,
  ctx: Ctx,
  input: InputOf<typeof balanceContract>,
): Promise<OutputOf<typeof balanceContract>> {
  const { id, at, effectiveOn } = input;
  if (at !== undefined && effectiveOn !== undefined)
    throw new AppError('invalid', 'ledger.at_or_effective_on', 'Ask for a time of recording or for an effective date, not for both.');
  if (effectiveOn !== undefined && !isLocalDate(effectiveOn))
    throw new AppError('invalid', 'ledger.day_invalid', `There is no day ${effectiveOn}.`);
  const account = await deps.db.read(scopeOf(ctx), (tx) => mustFind(tx, ctx.tenantId, id));
  const sums = await deps.db.read({ tenantId: ctx.tenantId }, async (tx): Promise<Sums> => {
    if (effectiveOn !== undefined) return balanceByEffectiveDay(tx, ctx.tenantId, id, effectiveOn);
    return at === undefined ? sumsOf(account) : balanceAt(tx, ctx.tenantId, id, at + 1);
  });
  return { accountId: id, asset: account.asset, ...sums };
}

/** Entries recorded in [from, to) between opening and closing balance. Errors: `ledger.account_not_found`, `request.cursor_invalid`. */
export async function accountStatement(
  deps: OperationDeps,
  ctx: Ctx,
  input: InputOf<typeof statementContract>,
): Promise<OutputOf<typeof statementContract>> {
  const { id, from, to, limit = DEFAULT_PAGE } = input;
  const after = cursorSeq(input.after);
  const { tenantId } = ctx;
  const account = await deps.db.read(scopeOf(ctx), (tx) => mustFind(tx, tenantId, id));
  // The caller may see the account, so it may see all that touched it; the sequence by time needs the whole book.
  return deps.db.read({ tenantId }, async (tx) => {
    const fromSeq = from === undefined ? 0n : await seqBefore(tx, tenantId, from);
    const toSeq = to === undefined ? ((await readBook(tx, tenantId))?.seq ?? 0n) : await seqBefore(tx, tenantId, to);
    const start = after !== undefined && after > fromSeq ? after : fromSeq;
    const entries = await entriesOf(tx, tenantId, { accountId: id, fromSeq: start, toSeq, limit: limit + 1 });
    const items = entries.slice(0, limit).map((transfer) => {
      const side = transfer.debitAccountId === id ? ('debit' as const) : ('credit' as const);
      return { side, transfer: transferAnswer(transfer), balance: side === 'debit' ? transfer.debitAfter : transfer.creditAfter };
    });
    return {
      account: accountAnswer(account),
      opening: await balanceAtSeq(tx, tenantId, id, fromSeq),
      closing: await balanceAtSeq(tx, tenantId, id, toSeq > fromSeq ? toSeq : fromSeq),
      items,
      next: entries.length > limit ? items.at(-1)!.transfer.seq.toString() : undefined,
    };
  });
}

/** Sums by asset and kind of account at one sequence. Errors: `ledger.member_bound`. */
export function trialBalance(deps: OperationDeps, ctx: Ctx): Promise<OutputOf<typeof trialContract>> {
  refuseMember(ctx);
  return deps.db.read({ tenantId: ctx.tenantId }, async (tx) => {
    const seq = (await readBook(tx, ctx.tenantId))?.seq ?? 0n;
    const kinds = (await sumByKind(tx, ctx.tenantId)).map((row) => ({ ...row, accounts: Number(row.accounts) }));
    const assets = [...Map.groupBy(kinds, (row) => row.asset)].map(([asset, rows]) => {
      const sums = rows.reduce(addSums, { debitsPosted: 0n, creditsPosted: 0n, debitsPending: 0n, creditsPending: 0n });
      const balanced = sums.debitsPosted === sums.creditsPosted && sums.debitsPending === sums.creditsPending;
      return { asset, ...sums, balanced };
    });
    return { seq, kinds, assets };
  });
}

function addSums(a: Sums, b: Sums): Sums {
  return {
    debitsPosted: a.debitsPosted + b.debitsPosted,
    creditsPosted: a.creditsPosted + b.creditsPosted,
    debitsPending: a.debitsPending + b.debitsPending,
    creditsPending: a.creditsPending + b.creditsPending,
  };
}

async function balanceAt(tx: Tx, tenantId: Uuid, id: Uuid, before: number): Promise<Sums> {
  return balanceAtSeq(tx, tenantId, id, await seqBefore(tx, tenantId, before));
}

/** Who manages an account never changes, so that this needs no lock. */
function refuseManaged({ managedBy }: AccountView): void {
  if (managedBy === null) return;
  throw new AppError('forbidden', 'ledger.account_managed', `This account is managed by ${managedBy}, which alone moves and closes it.`);
}

async function mustFind(tx: Tx, tenantId: Uuid, id: Uuid): Promise<AccountView> {
  const account = await findAccount(tx, tenantId, id);
  if (!account) throw accountNotFound();
  return account;
}

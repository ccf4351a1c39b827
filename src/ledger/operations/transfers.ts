import type { StaticDecode } from 'typebox';
import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { toWireId } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { DEFAULT_PAGE } from '../../base/page.ts';
import { checkDraft } from '../check-draft.ts';
import { createTransfers as createContract, type getTransfer as getContract, type listTransfers as listContract } from '../contract.ts';
import { type OperationDeps, refuseMember, scopeOf, transferNotFound } from '../deps.ts';
import { bookTime } from '../book-time.ts';
import { type Evaluated, evaluateChain } from '../evaluate.ts';
import { type Outcome, type Refusal, rowOf, type TransferDraft } from '../port.ts';
import type { TransferDraft as WireDraft, TransferResult } from '../schema.ts';
import { readBook } from '../store/book.ts';
import { findTransfer, listTransfers as listRows } from '../store/transfers.ts';
import { TRANSIENT_CODES } from '../transfer.ts';
import { transferAnswer } from '../view.ts';
import { load } from '../writer/load.ts';
import { cursorSeq } from './cursor.ts';
import type { Account } from '../account.ts';

const MAX_TRANSFERS = 1_000;

type Result = StaticDecode<typeof TransferResult>;

/**
 * Records chains, each wholly or not at all, with the named result of every transfer; or says, on a dry run, what the
 * results would be at this moment. What touches an account that a module manages is refused.
 * Errors: `ledger.too_many_transfers`, `ledger.transfer_invalid`, `ledger.member_bound`, `ledger.overloaded`, `database.commit_unknown`.
 */
export async function createTransfers(
  deps: OperationDeps,
  ctx: Ctx,
  input: InputOf<typeof createContract>,
): Promise<OutputOf<typeof createContract>> {
  refuseMember(ctx);
  const chains = input.chains.map((chain) => chain.map(draftOf));
  if (chains.reduce((sum, chain) => sum + chain.length, 0) > MAX_TRANSFERS)
    throw new AppError('invalid', 'ledger.too_many_transfers', `A call takes at most ${MAX_TRANSFERS} transfers in all.`);
  chains.flat().forEach(checkDraft);
  if (input.dryRun) return { chains: await dryRun(deps, ctx, chains), dryRun: true };
  const outcomes = await Promise.all(chains.map((chain) => enactChain(deps, ctx, chain)));
  return { chains: outcomes.map((outcome, i) => resultsOf(chains[i]!, outcome)), dryRun: false };
}

function draftOf(wire: StaticDecode<typeof WireDraft>): TransferDraft {
  const { debitAccountId = '', creditAccountId = '', asset = '', ...rest } = wire;
  return { ...rest, debitAccountId, creditAccountId, asset };
}

function enactChain(deps: OperationDeps, ctx: Ctx, chain: readonly TransferDraft[]): Promise<Outcome> {
  const subject = toWireId('trf', chain[0]!.id);
  const audit = (outcome: string) =>
    rowOf(deps.access.rows.audit, deps.access.auditEntry(ctx, createContract, { subject, outcome, detail: { transfers: chain.length } }));
  return deps.ledger.enact({
    tenantId: ctx.tenantId,
    transfers: chain,
    unmanagedOnly: true,
    rows: [audit('done')],
    otherwise: (refusal) => ({ rows: [audit(refusal.code)] }),
  });
}

function resultsOf(chain: readonly TransferDraft[], outcome: Outcome): Result[] {
  if (outcome.result === 'refused') return refusalsOf(chain, outcome.refusal);
  const first = outcome.seq - BigInt(chain.length) + 1n;
  return chain.map(({ id }, i) => ({ id, result: 'created', units: outcome.units[i]!, seq: first + BigInt(i), recordedAt: outcome.atMs }));
}

function refusalsOf(chain: readonly TransferDraft[], { code, index }: Refusal): Result[] {
  return chain.map(({ id }, i) => ({ id, result: i === index && code !== 'row_taken' ? code : 'linked_event_failed' }));
}

/** The same reads and the same evaluation as the writer's, on a snapshot, without a lock and without a write. */
function dryRun(deps: OperationDeps, ctx: Ctx, chains: readonly (readonly TransferDraft[])[]): Promise<Result[][]> {
  return deps.db.read({ tenantId: ctx.tenantId, role: 'rialto_writer' }, async (tx) => {
    const head = await readBook(tx, ctx.tenantId);
    const time = bookTime(head?.recordedAt ?? 0, deps.clock.now());
    const accounts = new Map<string, Account>();
    const acts = chains.map((transfers) => ({ transfers }));
    const known = await load(tx, ctx.tenantId, acts, { get: (id) => accounts.get(id), put: (a) => accounts.set(a.id, a) });
    const book = { seq: head?.seq ?? 0n, accounts, ...known };
    return chains.map((chain) => {
      const evaluated = evaluateChain(book, chain, { ...time, unmanagedOnly: true });
      if (!evaluated.ok && TRANSIENT_CODES.has(evaluated.code)) book.failed.add(chain[evaluated.index]!.id);
      return dryResults(chain, evaluated);
    });
  });
}

function dryResults(chain: readonly TransferDraft[], evaluated: Evaluated): Result[] {
  if (!evaluated.ok) return refusalsOf(chain, evaluated);
  return evaluated.transfers.map(({ id, units }) => ({ id, result: 'created', units }));
}

/** Transfers, newest first. Errors: `ledger.metadata_pair`, `request.cursor_invalid`. */
export async function listTransfers(
  deps: OperationDeps,
  ctx: Ctx,
  input: InputOf<typeof listContract>,
): Promise<OutputOf<typeof listContract>> {
  const { accountId, reference, metadataKey, metadataValue, limit = DEFAULT_PAGE } = input;
  if ((metadataKey === undefined) !== (metadataValue === undefined))
    throw new AppError('invalid', 'ledger.metadata_pair', 'A search by metadata needs both the key and the value.');
  const metadata = metadataKey === undefined ? undefined : { [metadataKey]: metadataValue! };
  const filter = { accountId, reference, metadata, before: cursorSeq(input.after), limit: limit + 1 };
  const rows = await deps.db.read(scopeOf(ctx), (tx) => listRows(tx, ctx.tenantId, filter));
  const items = rows.slice(0, limit).map(transferAnswer);
  return { items, next: rows.length > limit ? items.at(-1)!.seq.toString() : undefined };
}

/** One transfer and its hold. Errors: `ledger.transfer_not_found`. */
export async function getTransfer(
  deps: OperationDeps,
  ctx: Ctx,
  { id }: InputOf<typeof getContract>,
): Promise<OutputOf<typeof getContract>> {
  const found = await deps.db.read(scopeOf(ctx), (tx) => findTransfer(tx, ctx.tenantId, id));
  if (!found) throw transferNotFound();
  return { transfer: transferAnswer(found.transfer), hold: found.hold };
}

import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import type { Clock } from '../../base/time.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { type Account, sumsOf } from '../account.ts';
import { checkAccountDraft, checkDraft } from '../check-draft.ts';
import { type BookTime, bookTime } from '../book-time.ts';
import { type BookState, evaluateChain } from '../evaluate.ts';
import { type AccountDraft, type Balance, LedgerRefused, type LedgerTx, type Recorded, type TransferDraft } from '../port.ts';
import { insertAccounts, markClosed } from '../store/accounts.ts';
import { type BookHead, lockBook, readAccounts, readBook, touchBook, prepareChange, writeChange } from '../store/book.ts';
import type { ClockWatch } from './clock-watch.ts';
import { load } from './load.ts';

/**
 * The ledger inside someone else's transaction. Locks the book at once, as the batch writer does, and raises its version,
 * so that every writer's memory of it is void. Only rows of the ledger are touched as `rialto_writer`; between its
 * statements the transaction is in its own role again.
 */
export async function ledgerInTx(
  tx: Tx,
  tenantId: Uuid,
  { clock, clockWatch }: { clock: Clock; clockWatch: ClockWatch },
): Promise<LedgerTx> {
  const asWriter = <T>(work: () => Promise<T>): Promise<T> => inRole(tx, work);
  const compare = clockWatch.begin();
  const head = await asWriter(() => lockBook(tx, tenantId));
  compare(head.serverAt);
  const time = bookTime(head.recordedAt, clock.now());
  const { atMs } = time;
  const now = async (): Promise<BookHead> => (await readBook(tx, tenantId))!;
  return {
    openAccounts: (drafts) => asWriter(() => openAccounts(tx, tenantId, drafts, atMs)),
    closeAccount: (accountId) => asWriter(() => closeAccount(tx, tenantId, accountId, atMs)),
    transfer: (chain) => asWriter(async () => transfer(tx, tenantId, chain, { head: await now(), time })),
    seq: () => asWriter(async () => (await now()).seq),
    balances: (accountIds) => asWriter(() => balancesIn(tx, tenantId, accountIds)),
  };
}

/** Runs statements as the ledger's writer and returns to the role before. A failed statement has ended the transaction anyway. */
async function inRole<T>(tx: Tx, work: () => Promise<T>): Promise<T> {
  const [before] = await tx.query<{ role: string }>(`select current_setting('role') as role`);
  await tx.query(`set local role rialto_writer`);
  const answer = await work();
  await tx.query(`select set_config('role', $1, true)`, [before!.role]);
  return answer;
}

async function openAccounts(tx: Tx, tenantId: Uuid, drafts: readonly AccountDraft[], atMs: number): Promise<void> {
  drafts.forEach(checkAccountDraft);
  const opened = await insertAccounts(tx, tenantId, drafts, atMs);
  if (opened < drafts.length) throw new AppError('conflict', 'ledger.account_exists', 'An account with this id is open already.');
  await touchBook(tx, tenantId);
}

async function closeAccount(tx: Tx, tenantId: Uuid, accountId: Uuid, atMs: number): Promise<void> {
  if (!(await markClosed(tx, tenantId, accountId, atMs))) return;
  await touchBook(tx, tenantId);
}

async function transfer(
  tx: Tx,
  tenantId: Uuid,
  chain: readonly TransferDraft[],
  at: { head: BookHead; time: BookTime },
): Promise<Recorded> {
  chain.forEach(checkDraft);
  const { head, time } = at;
  const accounts = new Map<Uuid, Account>();
  const known = await load(tx, tenantId, [{ transfers: chain }], {
    get: (id) => accounts.get(id),
    put: (account) => accounts.set(account.id, account),
  });
  const book: BookState = { seq: head.seq, accounts, ...known };
  const evaluated = evaluateChain(book, chain, time);
  if (!evaluated.ok) throw new LedgerRefused({ code: evaluated.code, index: evaluated.index });
  const change = { transfers: evaluated.transfers, holds: known.holds, failed: [] };
  if (change.transfers.length > 0) await writeChange(tx, prepareChange(tenantId, head, change, time.atMs));
  return { seq: book.seq, atMs: time.atMs };
}

async function balancesIn(tx: Tx, tenantId: Uuid, accountIds: readonly Uuid[]): Promise<Map<Uuid, Balance>> {
  return new Map((await readAccounts(tx, tenantId, accountIds)).map((account) => [account.id, sumsOf(account)]));
}

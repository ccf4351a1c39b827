import { AppError } from '../base/error.ts';
import { isUuid } from '../base/id.ts';
import { isLocalDate } from '../base/time.ts';
import { MAX_UNITS } from './account.ts';
import type { AccountDraft, TransferDraft } from './port.ts';

const ASSET = /^[A-Z][A-Z0-9]{2,11}\/([0-9]|1[0-8])$/;
const MODULE = /^[a-z]{1,32}$/;
const KINDS: ReadonlySet<string> = new Set(['posted', 'pending', 'post', 'void']);
const BALANCING: ReadonlySet<string | undefined> = new Set([undefined, 'debit', 'credit', 'both']);
const MAX_TEXT = 256;
const MAX_METADATA = 16;

/**
 * Refuses a draft that no book could hold, whoever made it: it would cost a whole batch its commit.
 * Errors: `ledger.transfer_invalid`, saying which field.
 */
export function checkDraft(draft: TransferDraft): void {
  const wrong = wrongField(draft);
  if (wrong) throw new AppError('invalid', 'ledger.transfer_invalid', `The transfer's ${wrong} is not usable.`);
}

function wrongField(draft: TransferDraft): string | undefined {
  const settles = draft.kind === 'post' || draft.kind === 'void';
  const { units, timeoutMs } = draft;
  if (!isUuid(draft.id)) return 'id';
  if (!KINDS.has(draft.kind)) return 'kind';
  if (!isUuid(draft.debitAccountId) && !(settles && draft.debitAccountId === '')) return 'debit account';
  if (!isUuid(draft.creditAccountId) && !(settles && draft.creditAccountId === '')) return 'credit account';
  if (!ASSET.test(draft.asset) && !(settles && draft.asset === '')) return 'asset';
  if (typeof units !== 'bigint' || units < 0n || units > MAX_UNITS) return 'amount';
  if (draft.pendingId !== undefined && !isUuid(draft.pendingId)) return 'pending transfer';
  if (timeoutMs !== undefined && !(Number.isSafeInteger(timeoutMs) && timeoutMs >= 0)) return 'timeout';
  if (!BALANCING.has(draft.balancing)) return 'balancing';
  if (draft.effectiveOn !== undefined && !isLocalDate(draft.effectiveOn)) return 'effective date';
  return wrongText(draft);
}

/**
 * Refuses an account that no book could hold. Errors: `ledger.account_invalid`, saying which field;
 * `ledger.flags_are_mutually_exclusive` for both limits at once, under which nothing could ever move.
 */
export function checkAccountDraft(draft: AccountDraft): void {
  if (draft.debitsMustNotExceedCredits && draft.creditsMustNotExceedDebits)
    throw new AppError('unprocessable', 'ledger.flags_are_mutually_exclusive', 'An account can have one of the two limits, not both.');
  const wrong = wrongFact(draft);
  if (wrong) throw new AppError('invalid', 'ledger.account_invalid', `The account's ${wrong} is not usable.`);
}

function wrongFact(draft: AccountDraft): string | undefined {
  const { id, memberId, managedBy } = draft;
  if (!isUuid(id) || (memberId !== undefined && !isUuid(memberId))) return 'id';
  if (!ASSET.test(draft.asset)) return 'asset';
  if (!isText(draft.name)) return 'name';
  if (managedBy !== undefined && !MODULE.test(managedBy)) return 'module';
  return wrongText(draft);
}

function wrongText({ reference, metadata }: Pick<TransferDraft, 'reference' | 'metadata'>): string | undefined {
  if (reference !== undefined && !isText(reference)) return 'reference';
  if (metadata === undefined) return undefined;
  const entries = Object.entries(metadata);
  return entries.length <= MAX_METADATA && entries.every(([key, value]) => isText(key) && isText(value)) ? undefined : 'metadata';
}

/** Text that PostgreSQL and canonical JSON can hold, of bounded length. */
function isText(text: string): boolean {
  return typeof text === 'string' && text.length <= MAX_TEXT && !text.includes('\0') && text.isWellFormed();
}

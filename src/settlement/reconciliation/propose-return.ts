import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { toWireId, type Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { findCustodyAccount } from '../custody/account-store.ts';
import { propose, requireBic } from '../custody/propose.ts';
import type { SettlementDeps } from '../deps.ts';
import { normalBic } from '../participant/directory.ts';
import type { ReturnOf } from '../rail/instruction.ts';
import { allRails } from '../rail/rail-store.ts';
import { railTo, type WayOut } from '../rail/way-out.ts';
import { RETURN_REASONS } from '../return/rules.ts';
import type { BreakRow } from './break-store.ts';
import { findEntry, type EntryRow } from './entry-store.ts';
import { proposeBreakReturn as contract } from './return-contract.ts';
import { receiverOf } from './sender.ts';
import { openOne, requireIncoming, textOf } from './work-breaks.ts';

/**
 * Says that money which came in from somebody outside goes back to where it came from; another person decides.
 * Errors: those of an open entry, `settlement.break_not_incoming`, `settlement.break_not_returnable`,
 * `settlement.return_reason_invalid`, those of `receiverOf`, `settlement.bic_invalid`, `settlement.rail_missing`.
 */
export async function proposeBreakReturn(
  deps: SettlementDeps,
  ctx: Ctx,
  { id, reason, holder, number, agentBic, code, text }: InputOf<typeof contract>,
): Promise<OutputOf<typeof contract>> {
  requireReason(code, text);
  const row = await openOne(deps, ctx, id);
  const entry = await deps.db.read(ctx, async (tx) => {
    await wayBack(tx, ctx.tenantId, row);
    return requireReturnable(row, await findEntry(tx, ctx.tenantId, row.entryId));
  });
  const to = receiverOf(entry.sender, { ...(holder && { name: holder }), ...(number && { number }), ...(agentBic && { agentBic }) });
  requireBic(to.agentBic);
  const bank = normalBic(to.agentBic);
  const subject = `Return ${textOf(row)} to ${to.name}, ${to.number} at ${bank} (${code})`;
  const data = { breakId: toWireId('brk', id), holder: to.name, number: to.number, agentBic: bank, code, ...(text && { text }) };
  return propose(deps, ctx, contract, { kind: 'return_break', subject, data, reason });
}

/** Errors: `settlement.return_reason_invalid`. */
function requireReason(code: string, text: string | undefined): void {
  if (!RETURN_REASONS.has(code))
    throw new AppError('invalid', 'settlement.return_reason_invalid', `${code} is no reason of ISO 20022 for which a payment is returned.`);
  if (code === 'NARR' && text === undefined)
    throw new AppError('invalid', 'settlement.return_reason_invalid', 'NARR tells the reason in words. Give them as text.');
}

/**
 * The entry of a break, when it is a payment that somebody made.
 * Errors: `settlement.break_not_incoming`, `settlement.break_not_returnable`.
 */
export function requireReturnable(row: BreakRow, entry: EntryRow | undefined): EntryRow {
  requireIncoming(row);
  if (entry?.kind === 'entry' && !entry.reversal) return entry;
  throw new AppError(
    'unprocessable',
    'settlement.break_not_returnable',
    'Nobody has sent it: it is what balances come to, or an entry that the custodian has reversed.',
  );
}

/** The account that money came to, and the rail to its bank. Errors: `settlement.rail_missing`. */
export async function wayBack(tx: Tx, tenantId: Uuid, { custodyAccountId }: BreakRow): Promise<WayOut> {
  const account = (await findCustodyAccount(tx, tenantId, custodyAccountId))!;
  const rail = railTo(await allRails(tx, tenantId), account.servicerBic);
  if (rail) return { account, rail };
  throw new AppError('unprocessable', 'settlement.rail_missing', `No rail reaches ${account.servicerBic}.`);
}

type Names = Omit<ReturnOf, 'code' | 'text' | 'transferId'>;

/** What an entry calls the payment, as far as its references are at hand; marks tell which of them is which. */
export function namesOfPayment({ marks, refs, bookingDay }: Pick<EntryRow, 'marks' | 'refs' | 'bookingDay'>): Names {
  const of = (kind: string): string | undefined => {
    const mark = marks.find((one) => one.startsWith(`${kind}:`))?.slice(2);
    return mark && refs.find((ref) => ref.replaceAll(' ', '').toUpperCase() === mark);
  };
  const [endToEndId, instructionId, transactionId, clearingReference] = [of('e'), of('i'), of('t'), of('c')];
  const uetr = of('u')?.toLowerCase();
  return {
    bookedOn: bookingDay,
    ...(endToEndId && { endToEndId }),
    ...(instructionId && { instructionId }),
    ...(transactionId && { transactionId }),
    ...(clearingReference && { clearingReference }),
    ...(uetr && { uetr }),
  };
}

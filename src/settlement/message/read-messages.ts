import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { DEFAULT_PAGE, idCursor, toPage } from '../../base/page.ts';
import { dayOf } from '../../base/time.ts';
import type { SettlementDeps } from '../deps.ts';
import { statementOf } from '../participant/get-statement.ts';
import { findWindow } from '../window/store.ts';
import { unpack } from './content.ts';
import type { getInterimReport as interimContract, getMessage as getContract, listMessages as listContract } from './contract.ts';
import { settlementRequestOf } from './make-letters.ts';
import { documentsOf, findMessage, pageOfMessages, type MessageRow } from './store.ts';

type ReadDeps = Pick<SettlementDeps, 'db'>;
type Page = OutputOf<typeof listContract>;

export async function listMessages(deps: ReadDeps, ctx: Ctx, input: InputOf<typeof listContract>): Promise<Page> {
  const { limit = DEFAULT_PAGE, after, ...filter } = input;
  const rows = await deps.db.read(ctx, (tx) => pageOfMessages(tx, ctx.tenantId, { ...filter, limit: limit + 1, after: idCursor(after) }));
  return toPage(rows, limit, viewOf);
}

function viewOf(row: MessageRow): Page['items'][number] {
  return {
    id: row.id,
    kind: row.kind,
    messageId: row.messageId,
    sender: row.sender,
    ...(row.participantId !== null && { participantId: row.participantId }),
    receivedAt: row.receivedAt,
    transactions: row.transactions ?? 0,
    ...(row.outcome !== null && { outcome: row.outcome }),
    ...(row.answerKind !== null && { answerKind: row.answerKind }),
    length: row.length ?? 0,
    hash: row.contentHash.toString('hex'),
  };
}

/** Errors: `settlement.message_not_found`, the same for a message that the caller may not see. */
export async function getMessage(deps: ReadDeps, ctx: Ctx, { id }: InputOf<typeof getContract>): Promise<OutputOf<typeof getContract>> {
  const row = await deps.db.read(ctx, (tx) => findMessage(tx, ctx.tenantId, id));
  if (!row) throw notFound();
  const refusals = (row.refusals ?? []).map(({ code, path, text, rule }) => ({ code, path, text, ...(rule !== undefined && { rule }) }));
  return { ...viewOf(row), refusals };
}

function notFound(): AppError {
  return new AppError('not_found', 'settlement.message_not_found', 'There is no such message.');
}

/** The bytes as they came, whatever their encoding. Errors: `settlement.message_not_found`. */
export async function getMessageDocument(deps: ReadDeps, ctx: Ctx, { id }: { id: Uuid }): Promise<string> {
  const found = await deps.db.read(ctx, (tx) => documentsOf(tx, ctx.tenantId, id));
  // Of a message of before the bytes were not kept.
  if (!found?.content) throw notFound();
  // Sent as it is: text of another encoding than UTF-8 says so in its own first line.
  return (await unpack(found.content)) as unknown as string;
}

/** Errors: `settlement.message_not_found`, `settlement.message_not_answered`. */
export async function getMessageAnswer(deps: ReadDeps, ctx: Ctx, { id }: { id: Uuid }): Promise<string> {
  const found = await deps.db.read(ctx, (tx) => documentsOf(tx, ctx.tenantId, id));
  if (!found) throw notFound();
  if (found.answer !== '') return found.answer;
  throw new AppError('conflict', 'settlement.message_not_answered', 'The message is still being taken, or was cut short: send it again.');
}

/** Errors: those of `statementOf`. */
export function getInterimReport(deps: SettlementDeps, ctx: Ctx, input: InputOf<typeof interimContract>): Promise<string> {
  const { id, asset, day = dayOf(deps.clock.now()) } = input;
  return statementOf(deps, ctx, { id, asset, day, family: 'camt.052' });
}

/** Errors: `settlement.window_not_found`, `settlement.window_not_netted`, `settlement.mailbox_operator_only`. */
export async function getSettlementRequest(deps: ReadDeps, ctx: Ctx, { id }: { id: Uuid }): Promise<string> {
  const window = await deps.db.read(ctx, (tx) => findWindow(tx, ctx.tenantId, id));
  if (!window) throw new AppError('not_found', 'settlement.window_not_found', 'There is no such window.');
  if (ctx.memberId !== undefined)
    throw new AppError('forbidden', 'settlement.mailbox_operator_only', 'The positions of all banks are for the operator only.');
  const document =
    window.state === 'netted' || window.state === 'settled' ? await settlementRequestOf(deps, ctx.tenantId, window) : undefined;
  if (document !== undefined) return document;
  throw new AppError('conflict', 'settlement.window_not_netted', 'The window has no net positions that anybody has to pay.');
}

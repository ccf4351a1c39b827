import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { toWireId, type Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { DEFAULT_PAGE } from '../../base/page.ts';
import { dayOf } from '../../base/time.ts';
import type { SettlementDeps } from '../deps.ts';
import { mustFind } from '../participant/read-participants.ts';
import { contentsBetween, findBox, findOutgoing, markFetched as mark, outgoingAfter, subscribe, type BoxRow } from './box-store.ts';
import { unpack } from './content.ts';
import {
  markFetched as fetchedContract,
  setMailbox as setContract,
  type getMailbox as getContract,
  type listOutgoing as listContract,
} from './contract.ts';
import { OPERATOR_BOX, OPERATOR_KINDS } from './mailbox.ts';

type View = OutputOf<typeof getContract>;

/** Whose box is meant. Errors: `settlement.participant_not_found`, the same for a bank that the caller is not. */
async function ownerOf(deps: SettlementDeps, ctx: Ctx, participantId: Uuid | undefined): Promise<Uuid> {
  if (ctx.memberId !== undefined && participantId !== undefined && participantId !== ctx.memberId)
    throw new AppError('not_found', 'settlement.participant_not_found', 'There is no such participant.');
  const id = participantId ?? ctx.memberId;
  if (id === undefined) return OPERATOR_BOX;
  return (await mustFind(deps, ctx, id)).id;
}

const EMPTY = { kinds: [], lastSeq: 0n, fetchedSeq: 0n, fetchedAt: null };

function viewOf(ownerId: Uuid, { kinds, lastSeq, fetchedSeq, fetchedAt }: Omit<BoxRow, 'ownerId' | 'statementDay'> = EMPTY): View {
  return {
    ...(ownerId !== OPERATOR_BOX && { participantId: ownerId }),
    kinds: [...kinds],
    lastSeq: lastSeq.toString(),
    fetchedSeq: fetchedSeq.toString(),
    ...(fetchedAt !== null && { fetchedAt }),
  };
}

export async function getMailbox(deps: SettlementDeps, ctx: Ctx, { participantId }: InputOf<typeof getContract>): Promise<View> {
  const ownerId = await ownerOf(deps, ctx, participantId);
  return viewOf(ownerId, await deps.db.read(ctx, (tx) => findBox(tx, ctx.tenantId, ownerId)));
}

/** Errors: `settlement.participant_not_found`, `settlement.mailbox_kind_foreign`. */
export async function setMailbox(deps: SettlementDeps, ctx: Ctx, { participantId, kinds }: InputOf<typeof setContract>): Promise<View> {
  const ownerId = await ownerOf(deps, ctx, participantId);
  const isOperators = (kind: string) => OPERATOR_KINDS.includes(kind);
  const foreign = kinds.find((kind) => isOperators(kind) !== (ownerId === OPERATOR_BOX));
  if (foreign !== undefined) {
    const whose = ownerId === OPERATOR_BOX ? `the operator's box gets ${OPERATOR_KINDS.join(', ')}` : 'it is for the operator';
    throw new AppError('unprocessable', 'settlement.mailbox_kind_foreign', `${foreign} cannot be had here: ${whose}.`);
  }
  return deps.access.command(ctx, setContract, async (tx) => {
    const box = await subscribe(tx, ctx.tenantId, ownerId, [...kinds].sort(), dayOf(deps.clock.now()));
    return { answer: viewOf(ownerId, box), subject: subjectOf(ownerId), detail: { kinds } };
  });
}

const subjectOf = (ownerId: Uuid) => (ownerId === OPERATOR_BOX ? 'mailbox' : toWireId('mem', ownerId));

/** Characters of documents in one answer, about. */
const MOST_TEXT = 4 << 20;

type Listed = OutputOf<typeof listContract>;

export async function listOutgoing(deps: SettlementDeps, ctx: Ctx, input: InputOf<typeof listContract>): Promise<Listed> {
  const { participantId, after = '0', limit = DEFAULT_PAGE, kind, documents } = input;
  const { tenantId } = ctx;
  const ownerId = await ownerOf(deps, ctx, participantId);
  const { box, rows, contents } = await deps.db.read(ctx, async (tx) => {
    const found = await outgoingAfter(tx, tenantId, { ownerId, after: BigInt(after), limit, ...(kind !== undefined && { kind }) });
    const page = documents ? found.slice(0, fitting(found)) : found;
    const range = { ownerId, from: page[0]?.seq ?? 0n, to: page.at(-1)?.seq ?? 0n };
    return {
      box: await findBox(tx, tenantId, ownerId),
      rows: page,
      contents: documents ? await contentsBetween(tx, tenantId, range) : undefined,
    };
  });
  const items: Listed['items'] = [];
  for (const { ownerId: _owner, contentHash, seq, ...row } of rows) {
    const content = contents?.get(seq);
    const document = content && { document: (await unpack(content)).toString('utf8') };
    const fetched = seq <= (box?.fetchedSeq ?? 0n);
    items.push({ ...row, seq: seq.toString(), fetched, hash: contentHash.toString('hex'), ...document });
  }
  return { lastSeq: (box?.lastSeq ?? 0n).toString(), items };
}

/** How many of the messages fit into one answer; one always does. */
function fitting(rows: readonly { length: number }[]): number {
  let text = 0;
  const beyond = rows.findIndex(({ length }, i) => (text += length) > MOST_TEXT && i > 0);
  return beyond < 0 ? rows.length : beyond;
}

/** Errors: `settlement.message_not_found`, the same for a message that the caller may not see. */
export async function getOutgoingDocument(deps: Pick<SettlementDeps, 'db'>, ctx: Ctx, { id }: { id: Uuid }): Promise<string> {
  const found = await deps.db.read(ctx, (tx) => findOutgoing(tx, ctx.tenantId, id));
  if (!found) throw new AppError('not_found', 'settlement.message_not_found', 'There is no such message.');
  return (await unpack(found.content)).toString('utf8');
}

/** Errors: `settlement.participant_not_found`, `settlement.mailbox_seq_unknown`. */
export async function markFetched(
  deps: SettlementDeps,
  ctx: Ctx,
  { participantId, through }: InputOf<typeof fetchedContract>,
): Promise<View> {
  const ownerId = await ownerOf(deps, ctx, participantId);
  return deps.access.command(ctx, fetchedContract, async (tx) => {
    const box = await mark(tx, ctx.tenantId, ownerId, BigInt(through), deps.clock.now());
    if (!box && through !== '0')
      throw new AppError('unprocessable', 'settlement.mailbox_seq_unknown', `The box has no message ${through}.`);
    return { answer: viewOf(ownerId, box), subject: subjectOf(ownerId), detail: { through } };
  });
}

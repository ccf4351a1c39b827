import { Readable } from 'node:stream';
import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import type { InputOf } from '../../base/operation.ts';
import { Reply } from '../../infra/http/route.ts';
import type { SettlementDeps } from '../deps.ts';
import { finalityLine, headLine, obligationLine, resultLines, sealed, type WindowHead } from '../netting/window-file.ts';
import { netApart } from '../netting/net-apart.ts';
import { proveApart } from '../netting/prove-apart.ts';
import type { getWindowFile as fileContract, getWindowPart as partContract } from './contract.ts';
import { membersBehind, membershipOf, type Membership } from './membership-store.ts';
import { readMembers } from './net-window.ts';
import { requireOperator } from './operator.ts';
import { findWindow, positionsOf, type PositionRow, type WindowRow } from './store.ts';

type FileDeps = Pick<SettlementDeps, 'db' | 'directory'>;

/** Obligations that are read at once. */
const CHUNK = 4_096;

/** A window whose input is published, with what the file says of it before the obligations. */
type Published = { window: WindowRow; membership: Membership; head: WindowHead; positions: readonly PositionRow[] };

/**
 * The whole file of a window, made as it is sent: a window of any size takes the memory of some thousand obligations. Of the
 * same window it has always the same bytes. Errors: `settlement.window_not_found`, `settlement.window_not_published` until the
 * root is, `settlement.operator_only`.
 */
export async function getWindowFile(
  deps: FileDeps,
  ctx: Ctx,
  { id }: InputOf<typeof fileContract>,
): Promise<Reply<AsyncIterable<Uint8Array>>> {
  requireOperator(ctx);
  const published = await readPublished(deps, ctx.tenantId, id);
  return attached(sealed(wholeLines(deps, ctx.tenantId, published)), `window-${published.window.number}`);
}

/** The bytes of a window's file, for the verifier inside the house. Errors: as `getWindowFile`. */
export async function windowFileBytes(deps: Pick<FileDeps, 'db'>, tenantId: Uuid, id: Uuid): Promise<AsyncIterable<Uint8Array>> {
  return sealed(wholeLines(deps, tenantId, await readPublished(deps, tenantId, id)));
}

/**
 * A participant's part of a window's file, with a proof for each of its obligations; for a bank its own, for the operator that of
 * the participant named. Errors: as `getWindowFile`, `settlement.participant_missing`, `settlement.participant_not_found`.
 */
export async function getWindowPart(
  deps: FileDeps,
  ctx: Ctx,
  input: InputOf<typeof partContract>,
): Promise<Reply<AsyncIterable<Uint8Array>>> {
  const participantId = ctx.memberId ?? input.participantId;
  if (participantId === undefined)
    throw new AppError('invalid', 'settlement.participant_missing', 'Say whose part is wanted: participantId.');
  const known = await deps.directory.of(ctx.tenantId, { ids: [participantId] });
  if (!known.byId.has(participantId) || (input.participantId !== undefined && input.participantId !== participantId)) {
    throw new AppError('not_found', 'settlement.participant_not_found', 'There is no such participant.');
  }
  const published = await readPublished(deps, ctx.tenantId, input.id);
  const name = `window-${published.window.number}-${known.byId.get(participantId)!.bic}`;
  return attached(sealed(partLines(deps, ctx.tenantId, published, participantId)), name);
}

/** Bytes that are sent as a file of lines. */
export function attached(bytes: AsyncIterable<Uint8Array>, name: string): Reply<AsyncIterable<Uint8Array>> {
  const headers = { 'content-disposition': `attachment; filename="${name}.jsonl"` };
  return new Reply(Readable.from(bytes, { objectMode: false }), { headers });
}

async function readPublished({ db }: Pick<FileDeps, 'db'>, tenantId: Uuid, id: Uuid): Promise<Published> {
  return db.read({ tenantId }, async (tx) => {
    const window = await findWindow(tx, tenantId, id);
    if (!window) throw new AppError('not_found', 'settlement.window_not_found', 'There is no such window.');
    if (!window.inputRoot || window.state === 'open') {
      throw new AppError(
        'conflict',
        'settlement.window_not_published',
        `Window ${window.number} is not published yet: that happens at its cut-off.`,
      );
    }
    const membership = await membershipOf(tx, tenantId, id);
    return { window, membership, head: headOf(window, membership), positions: await positionsOf(tx, tenantId, id) };
  });
}

function headOf(window: WindowRow, { spans }: Membership): WindowHead {
  return {
    id: window.id,
    number: window.number,
    group: window.groupId,
    state: window.state as WindowHead['state'],
    businessDay: window.businessDay,
    cutOffAt: window.cutOffAt!,
    inputPublishedAt: window.inputPublishedAt!,
    nettedAt: window.nettedAt,
    settledAt: window.settledAt,
    obligations: window.payments,
    inputRoot: window.inputRoot!,
    resultHash: window.resultHash,
    spans,
  };
}

/** Every member of a window with its place among the leaves, in order. */
async function* membersOf({ db }: Pick<FileDeps, 'db'>, tenantId: Uuid, membership: Membership) {
  for (let [afterSeq, index] = [0n, 0]; ;) {
    const from = afterSeq;
    const chunk = await db.read({ tenantId }, (tx) => membersBehind(tx, tenantId, membership, { afterSeq: from, limit: CHUNK }));
    if (chunk.length === 0) return;
    for (const row of chunk) yield { ...row, index: index++, left: row.left ?? undefined, removed: row.removed ?? undefined };
    afterSeq = chunk.at(-1)!.seq;
  }
}

async function* wholeLines(
  deps: Pick<FileDeps, 'db'>,
  tenantId: Uuid,
  { window, membership, head, positions }: Published,
): AsyncGenerator<string> {
  yield headLine(head);
  for await (const member of membersOf(deps, tenantId, membership)) yield obligationLine(member);
  if (window.state !== 'cut_off') {
    const { columns } = await readMembers(deps, tenantId, window.id);
    const { bilaterals } = await netApart(columns, { withPairs: true });
    yield* resultLines({ currencies: window.currencies, positions, bilaterals });
  }
  if (window.state === 'settled') yield finalityLine(finalityOf(window));
}

function finalityOf({ finalitySeq, settledAt, transfers }: WindowRow) {
  return { seq: finalitySeq!, at: settledAt!, transfers: transfers! };
}

async function* partLines(deps: Pick<FileDeps, 'db'>, tenantId: Uuid, published: Published, part: Uuid): AsyncGenerator<string> {
  const { window, membership, head, positions } = published;
  yield headLine({ ...head, part });
  const leaves = new Uint8Array(window.payments * 32);
  for await (const { index, leaf } of membersOf(deps, tenantId, membership)) leaves.set(leaf, index * 32);
  const prove = await proveApart(leaves);
  for await (const member of membersOf(deps, tenantId, membership)) {
    if (member.debtor === part || member.creditor === part) yield obligationLine({ ...member, path: prove(member.index) });
  }
  if (window.state !== 'cut_off') {
    const concerns = ({ debtor, creditor }: { debtor: Uuid; creditor: Uuid }) => debtor === part || creditor === part;
    const { columns } = await readMembers(deps, tenantId, window.id, (row) => !concerns(row));
    const { bilaterals } = await netApart(columns, { withPairs: true });
    const mine = positions.filter(({ participantId }) => participantId === part);
    yield* resultLines({ currencies: [], positions: mine, bilaterals: bilaterals.filter(concerns) });
  }
  if (window.state === 'settled') yield finalityLine(finalityOf(window));
}

import type { Ctx } from '../../base/context.ts';
import type { EventDraft } from '../../base/event.ts';
import { AppError } from '../../base/error.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import { codeOf, toDecimalText } from '../../base/money.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { DEFAULT_PAGE, idCursor, toPage } from '../../base/page.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { findCustodyAccount } from '../custody/account-store.ts';
import { linkMovements, lockMovements, movementsInTransit } from '../custody/movement-store.ts';
import { accountIn, propose } from '../custody/propose.ts';
import type { SettlementDeps } from '../deps.ts';
import { mustFind } from '../participant/read-participants.ts';
import {
  assignBreak as writeAssignee,
  findBreak,
  insertNote,
  lockBreak,
  notesOf,
  pageOfBreaks,
  resolveBreak,
  type BreakRow,
} from './break-store.ts';
import type * as contract from './contract.ts';
import {
  assignBreak as assignContract,
  breakResolved,
  commentBreak as commentContract,
  linkBreak as linkContract,
  proposeBreakFunding as fundContract,
  proposeWriteOff as writeOffContract,
} from './contract.ts';
import { findEntry, lockEntry, writeVerdicts, type EntryRow } from './entry-store.ts';
import { requireOwnAccount } from './write-off.ts';
import { viewOfBreak, viewOfEntry } from './view.ts';

type View = OutputOf<typeof assignContract>;
type Deps = Pick<SettlementDeps, 'db' | 'clock' | 'access'>;

export async function listBreaks(
  deps: Pick<SettlementDeps, 'db' | 'clock'>,
  ctx: Ctx,
  { limit = DEFAULT_PAGE, after, ...filter }: InputOf<typeof contract.listBreaks>,
): Promise<OutputOf<typeof contract.listBreaks>> {
  const rows = await deps.db.read(ctx, (tx) => pageOfBreaks(tx, ctx.tenantId, { limit: limit + 1, after: idCursor(after), ...filter }));
  const now = deps.clock.now();
  return toPage(rows, limit, (row) => viewOfBreak(row, now));
}

/** How many movements a break is shown beside. */
const CANDIDATES = 50;
/** Among how many they are looked for. */
const LOOKED_AT = 2_000;

/** Errors: `settlement.break_not_found`. */
export async function getBreak(
  deps: Pick<SettlementDeps, 'db' | 'clock'>,
  ctx: Ctx,
  { id }: InputOf<typeof contract.getBreak>,
): Promise<OutputOf<typeof contract.getBreak>> {
  return deps.db.read(ctx, async (tx) => {
    const row = await findBreak(tx, ctx.tenantId, id);
    if (!row) throw notFound();
    const entry = row.entryId === null ? undefined : await findEntry(tx, ctx.tenantId, row.entryId);
    const account = await findCustodyAccount(tx, ctx.tenantId, row.custodyAccountId);
    const isWorkable = row.state === 'open' && entry !== undefined;
    const open = isWorkable ? await movementsInTransit(tx, ctx.tenantId, account!.ledgerAccountId, LOOKED_AT) : [];
    const fitting = open.filter(({ units }) => units > 0n === row.units > 0n);
    const candidates = fitting.toSorted((a, b) => Number(b.units === row.units) - Number(a.units === row.units)).slice(0, CANDIDATES);
    return {
      ...viewOfBreak(row, deps.clock.now()),
      notes: await notesOf(tx, ctx.tenantId, id),
      candidates: candidates.map(({ transferId, units, kind, reference, recordedAt }) => ({
        transferId,
        units,
        kind,
        reference,
        recordedAt,
      })),
      ...(entry && { entry: viewOfEntry(entry, row.asset) }),
      ...(row.transferId !== null && { transferId: row.transferId }),
    };
  });
}

function notFound(): AppError {
  return new AppError('not_found', 'settlement.break_not_found', 'There is no such break.');
}

/** A break with nobody else at it. Errors: `settlement.break_not_found`. */
async function mustLock(tx: Tx, tenantId: Uuid, id: Uuid): Promise<BreakRow> {
  const row = await lockBreak(tx, tenantId, id);
  if (!row) throw notFound();
  return row;
}

/** Errors: `settlement.break_resolved`, `settlement.break_has_no_entry`. */
function requireOpenEntry(row: BreakRow): BreakRow & { entryId: Uuid } {
  if (row.state !== 'open') throw new AppError('conflict', 'settlement.break_resolved', 'The break is resolved already.');
  if (row.entryId === null)
    throw new AppError(
      'unprocessable',
      'settlement.break_has_no_entry',
      'The custodian has not said it, so there is nothing to book. It closes when a statement shows it; link it from there.',
    );
  return row as BreakRow & { entryId: Uuid };
}

/** Errors: `settlement.break_not_found`. */
export function assignBreak(deps: Deps, ctx: Ctx, { id, assignee }: InputOf<typeof assignContract>): Promise<View> {
  return deps.access.command(ctx, assignContract, async (tx) => {
    const row = await mustLock(tx, ctx.tenantId, id);
    const to = assignee ?? null;
    const at = deps.clock.now();
    await writeAssignee(tx, ctx.tenantId, id, to);
    await insertNote(tx, ctx.tenantId, id, { by: ctx.actor.name, text: to === null ? 'Given back' : `Given to ${to}`, at });
    return { answer: viewOfBreak({ ...row, assignee: to }, at), subject: toWireId('brk', id), detail: { assignee: to } };
  });
}

/** Errors: `settlement.break_not_found`. */
export function commentBreak(deps: Deps, ctx: Ctx, { id, text }: InputOf<typeof commentContract>): Promise<View> {
  return deps.access.command(ctx, commentContract, async (tx) => {
    const row = await mustLock(tx, ctx.tenantId, id);
    const at = deps.clock.now();
    await insertNote(tx, ctx.tenantId, id, { by: ctx.actor.name, text, at });
    return { answer: viewOfBreak(row, at), subject: toWireId('brk', id), detail: { text } };
  });
}

/**
 * Explains an entry by movements that the ledger has already, so no money moves.
 * Errors: `settlement.break_not_found`, `settlement.break_resolved`, `settlement.break_has_no_entry`, `settlement.movement_not_open`,
 * `settlement.link_does_not_add_up`.
 */
export function linkBreak(deps: Deps, ctx: Ctx, { id, transferIds }: InputOf<typeof linkContract>): Promise<View> {
  const { tenantId } = ctx;
  return deps.access.command(ctx, linkContract, async (tx) => {
    const row = requireOpenEntry(await mustLock(tx, tenantId, id));
    await lockEntry(tx, tenantId, row.entryId);
    const { ledgerAccountId } = (await findCustodyAccount(tx, tenantId, row.custodyAccountId))!;
    const movements = await lockMovements(tx, tenantId, { ledgerAccountId, transferIds });
    if (movements.length !== transferIds.length || movements.some(({ entryId }) => entryId !== null))
      throw new AppError(
        'unprocessable',
        'settlement.movement_not_open',
        'A movement is none of this account, or a statement shows it already.',
      );
    const sum = movements.reduce((total, { units }) => total + units, 0n);
    if (sum !== row.units) {
      const text = (units: bigint) => `${toDecimalText({ asset: row.asset, units })} ${codeOf(row.asset)}`;
      throw new AppError(
        'unprocessable',
        'settlement.link_does_not_add_up',
        `The movements come to ${text(sum)}, the entry is ${text(row.units)}.`,
      );
    }
    await linkMovements(
      tx,
      tenantId,
      movements.map(({ transferId }) => ({ transferId, ledgerAccountId, entryId: row.entryId })),
    );
    const resolution = `Linked by ${ctx.actor.name} with ${movements.map(({ reference }) => reference).join(', ')}`.slice(0, 500);
    const { answer, events } = await resolved(deps, tx, tenantId, { row, rule: 'link', resolution });
    return {
      answer,
      subject: toWireId('brk', id),
      detail: { transfers: transferIds.map((transfer) => toWireId('trf', transfer)) },
      events,
    };
  });
}

/** Notes that a break is explained: its entry is matched, and whoever listens is told. */
export async function resolved(
  deps: Pick<SettlementDeps, 'clock'>,
  tx: Tx,
  tenantId: Uuid,
  { row, rule, resolution }: { row: BreakRow & { entryId: Uuid }; rule: string; resolution: string },
): Promise<{ answer: View; events: EventDraft[] }> {
  const at = deps.clock.now();
  await writeVerdicts(tx, tenantId, [{ id: row.entryId, state: 'matched', rule, explanation: resolution }]);
  await resolveBreak(tx, tenantId, row.id, { resolution, at });
  const { type, version } = breakResolved;
  const subject = toWireId('brk', row.id);
  const data = { breakId: subject, asset: row.asset, units: row.units.toString(), resolution };
  return {
    answer: viewOfBreak({ ...row, state: 'resolved', resolution, resolvedAt: at }, at),
    events: [{ id: newId(), tenantId, type, version, subject, data, at }],
  };
}

async function openOne(deps: Deps, ctx: Ctx, id: Uuid): Promise<BreakRow & { entryId: Uuid }> {
  const row = await deps.db.read(ctx, (tx) => findBreak(tx, ctx.tenantId, id));
  if (!row) throw notFound();
  return requireOpenEntry(row);
}

const textOf = ({ asset, units }: BreakRow): string => `${toDecimalText({ asset, units })} ${codeOf(asset)}`;

/** Errors: those of an open entry, `settlement.participant_not_found`, `settlement.asset_not_held`, `settlement.break_not_incoming`. */
export async function proposeBreakFunding(
  deps: SettlementDeps,
  ctx: Ctx,
  { id, participantId, reason }: InputOf<typeof fundContract>,
): Promise<OutputOf<typeof fundContract>> {
  const row = await openOne(deps, ctx, id);
  requireIncoming(row);
  const participant = await mustFind(deps, ctx, participantId);
  accountIn(participant, row.asset);
  const subject = `Mint break of ${textOf(row)} to ${participant.bic}`;
  const data = { breakId: toWireId('brk', id), participantId: toWireId('mem', participantId) };
  return propose(deps, ctx, fundContract, { kind: 'fund_break', subject, data, reason });
}

function requireIncoming({ units }: BreakRow): void {
  if (units > 0n) return;
  throw new AppError('unprocessable', 'settlement.break_not_incoming', 'Money has left the account; there is nothing to mint.');
}

/** Errors: those of an open entry, `settlement.write_off_account_invalid`. */
export async function proposeWriteOff(
  deps: SettlementDeps,
  ctx: Ctx,
  { id, accountId, reason }: InputOf<typeof writeOffContract>,
): Promise<OutputOf<typeof writeOffContract>> {
  const row = await openOne(deps, ctx, id);
  await deps.db.read(ctx, (tx) => requireOwnAccount(tx, ctx.tenantId, accountId));
  const account = toWireId('acc', accountId);
  const subject = `Write break of ${textOf(row)} off to ${account}`;
  return propose(deps, ctx, writeOffContract, {
    kind: 'write_off',
    subject,
    data: { breakId: toWireId('brk', id), accountId: account },
    reason,
  });
}

/** The break and its entry, with nobody else at them, for what two people have decided. Errors: as for an open entry, `settlement.break_not_incoming`. */
export async function lockOpenEntry(
  tx: Tx,
  tenantId: Uuid,
  id: Uuid,
  incoming = false,
): Promise<{ row: BreakRow & { entryId: Uuid }; entry: EntryRow }> {
  const row = requireOpenEntry(await mustLock(tx, tenantId, id));
  if (incoming) requireIncoming(row);
  return { row, entry: (await lockEntry(tx, tenantId, row.entryId))! };
}

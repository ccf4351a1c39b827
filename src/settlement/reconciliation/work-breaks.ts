import type { Ctx } from '../../base/context.ts';
import type { EventDraft } from '../../base/event.ts';
import { AppError } from '../../base/error.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { DEFAULT_PAGE, idCursor, toPage } from '../../base/page.ts';
import { amountInWords } from '../../base/readable.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { findCustodyAccount } from '../custody/account-store.ts';
import { linkMovements, movementsInTransit, type MovementRow } from '../custody/movement-store.ts';
import { accountIn, propose } from '../custody/propose.ts';
import type { SettlementDeps } from '../deps.ts';
import { mustFind } from '../participant/read-participants.ts';
import { returnOfBreak } from '../rail/instruction-store.ts';
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
import { confirmShown, lockLinked } from './confirm-shown.ts';
import type * as contract from './break-contract.ts';
import {
  assignBreak as assignContract,
  breakResolved,
  commentBreak as commentContract,
  linkBreak as linkContract,
  proposeBreakFunding as fundContract,
  proposeWriteOff as writeOffContract,
} from './break-contract.ts';
import { mergeRepeated, movementsToldBefore } from './doubt-store.ts';
import { findEntry, lockEntry, writeVerdicts } from './entry-store.ts';
import { requireOwnAccount } from './write-off.ts';
import { openUnits, viewOfBreak, viewOfEntry } from './view.ts';

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
    const isWorkable = row.state === 'open' && row.kind === 'entry';
    const { ledgerAccountId } = account!;
    const inTransit = isWorkable ? await movementsInTransit(tx, ctx.tenantId, ledgerAccountId, LOOKED_AT) : [];
    const told =
      isWorkable && entry ? await movementsToldBefore(tx, ctx.tenantId, { entryId: entry.id, ledgerAccountId, limit: CANDIDATES }) : [];
    const open = [
      ...told.map(({ ofLine, ...movement }) => ({ ...movement, units: movement.units - ofLine })),
      ...inTransit.map((movement) => ({ ...movement, units: movement.units - (movement.shown ?? 0n) })),
    ];
    const fitting = open.filter(({ units }) => units > 0n === row.units > 0n);
    const instructionId = await returnOfBreak(tx, ctx.tenantId, id);
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
      ...(instructionId !== undefined && { instructionId }),
    };
  });
}

/** No such break. */
export function notFound(): AppError {
  return new AppError('not_found', 'settlement.break_not_found', 'There is no such break.');
}

/** A break with nobody else at it. Errors: `settlement.break_not_found`. */
async function mustLock(tx: Tx, tenantId: Uuid, id: Uuid): Promise<BreakRow> {
  const row = await lockBreak(tx, tenantId, id);
  if (!row) throw notFound();
  return row;
}

/** Somebody, or a statement, was there before. */
export const isResolved = (): AppError => new AppError('conflict', 'settlement.break_resolved', 'The break is resolved already.');

/** Errors: `settlement.break_resolved`, `settlement.break_has_no_entry`. */
function requireOpenEntry(row: BreakRow): BreakRow & { entryId: Uuid } {
  if (row.state !== 'open') throw isResolved();
  if (row.kind === 'missing')
    throw new AppError(
      'unprocessable',
      'settlement.break_has_no_entry',
      'No statement shows it, so there is nothing to link or to mint. It closes when one does; else write it off, or book it back.',
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
 * Explains an entry by movements that the ledger has already, so no money moves: by such as no statement shows, or by those of lines
 * that it tells once more.
 * Errors: `settlement.break_not_found`, `settlement.break_resolved`, `settlement.break_has_no_entry`, `settlement.movement_not_open`,
 * `settlement.link_does_not_add_up`.
 */
export function linkBreak(
  deps: Deps & Pick<SettlementDeps, 'ledger'>,
  ctx: Ctx,
  { id, transferIds }: InputOf<typeof linkContract>,
): Promise<View> {
  const { tenantId } = ctx;
  return deps.access.command(ctx, linkContract, async (tx) => {
    const row = await lockOpenEntry(tx, tenantId, id);
    const { ledgerAccountId } = (await findCustodyAccount(tx, tenantId, row.custodyAccountId))!;
    const movements = await lockLinked(tx, tenantId, { ledgerAccountId, transferIds });
    if (movements.length !== transferIds.length) throw notOpen();
    const isRepeated = await explainBy(tx, tenantId, { row, movements });
    const names = movements.map(({ reference }) => reference).join(', ');
    const said = isRepeated ? `Told before, says ${ctx.actor.name}: ${names}` : `Linked by ${ctx.actor.name} with ${names}`;
    const outcome = isRepeated ? ({ state: 'void', rule: 'same' } as const) : ({ state: 'matched', rule: 'link' } as const);
    const { answer, events } = await resolved(deps, tx, tenantId, { row, ...outcome, resolution: said.slice(0, 500) });
    const ids = isRepeated ? [] : movements.flatMap(({ instructionId }) => instructionId ?? []);
    const confirmed = await confirmShown(deps, tx, tenantId, { ids, at: deps.clock.now() });
    const detail = { transfers: transferIds.map((transfer) => toWireId('trf', transfer)) };
    return { answer, subject: toWireId('brk', id), detail, events: [...events, ...confirmed] };
  });
}

/**
 * Links an entry with what it is the rest of, or with the lines that told the same before, and answers which of both it is.
 * Errors: `settlement.movement_not_open` also when another was first: something of it has been shown or ended meanwhile.
 */
async function explainBy(
  tx: Tx,
  tenantId: Uuid,
  { row, movements }: { row: BreakRow & { entryId: Uuid }; movements: readonly MovementRow[] },
): Promise<boolean> {
  const { entryId } = row;
  const told = movements.flatMap((movement) => movement.entryId ?? []);
  const isRepeated = told.length > 0;
  if (isRepeated && told.length < movements.length) throw notOpen();
  const sum = movements.reduce((total, { units, shown = 0n }) => total + units - (isRepeated ? 0n : shown), 0n);
  if (sum !== row.units) throw doesNotAddUp(row, sum);
  if (isRepeated) {
    if (!(await mergeRepeated(tx, tenantId, { entryId, told: [...new Set(told)], units: row.units }))) throw notOpen();
    return true;
  }
  const links = movements.map(({ transferId, ledgerAccountId }) => ({ transferId, ledgerAccountId, entryId }));
  if ((await linkMovements(tx, tenantId, links)) !== links.length) throw notOpen();
  return false;
}

/** A movement that cannot be what an entry shows. */
export const notOpen = (): AppError =>
  new AppError(
    'unprocessable',
    'settlement.movement_not_open',
    'A movement is none of this account, a statement shows it already as another entry, or people have brought it to an end.',
  );

function doesNotAddUp({ asset, units }: BreakRow, sum: bigint): AppError {
  const text = (of: bigint) => amountInWords({ asset, units: of });
  const message = `The movements come to ${text(sum)}, the entry is ${text(units)}.`;
  return new AppError('unprocessable', 'settlement.link_does_not_add_up', message);
}

type Outcome = { row: BreakRow & { entryId: Uuid }; state?: 'matched' | 'void'; rule: string; resolution: string };

/** Notes that a break is explained: its entry is matched, or none of its own, and whoever listens is told. */
export async function resolved(
  deps: Pick<SettlementDeps, 'clock'>,
  tx: Tx,
  tenantId: Uuid,
  { row, state = 'matched', rule, resolution }: Outcome,
): Promise<{ answer: View; events: EventDraft[] }> {
  await writeVerdicts(tx, tenantId, [{ id: row.entryId, state, rule, explanation: resolution }]);
  return broughtToAnEnd(deps, tx, tenantId, { row, resolution });
}

/** Closes a break with who and why, and tells whoever listens. */
export async function broughtToAnEnd(
  deps: Pick<SettlementDeps, 'clock'>,
  tx: Tx,
  tenantId: Uuid,
  { row, resolution }: { row: BreakRow; resolution: string },
): Promise<{ answer: View; events: EventDraft[] }> {
  const at = deps.clock.now();
  await resolveBreak(tx, tenantId, row.id, { resolution, at });
  const { type, version } = breakResolved;
  const subject = toWireId('brk', row.id);
  const data = { breakId: subject, asset: row.asset, units: openUnits(row).toString(), resolution };
  return {
    answer: viewOfBreak({ ...row, state: 'resolved', resolution, resolvedAt: at }, at),
    events: [{ id: newId(), tenantId, type, version, subject, data, at }],
  };
}

async function openAny(deps: Deps, ctx: Ctx, id: Uuid): Promise<BreakRow> {
  const row = await deps.db.read(ctx, (tx) => findBreak(tx, ctx.tenantId, id));
  if (!row) throw notFound();
  if (row.state !== 'open') throw isResolved();
  return row;
}

/** An open break of an entry. Errors: as for `lockOpenEntry`. */
export async function openOne(deps: Pick<SettlementDeps, 'db'>, ctx: Ctx, id: Uuid): Promise<BreakRow & { entryId: Uuid }> {
  const row = await deps.db.read(ctx, (tx) => findBreak(tx, ctx.tenantId, id));
  if (!row) throw notFound();
  return requireOpenEntry(row);
}

/** How much a break is of. */
export const textOf = ({ asset, units }: BreakRow): string => amountInWords({ asset, units });

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

/** Errors: `settlement.break_not_incoming`. */
export function requireIncoming({ units }: BreakRow): void {
  if (units > 0n) return;
  throw new AppError(
    'unprocessable',
    'settlement.break_not_incoming',
    'Money has left the account; there is nothing to mint or to return.',
  );
}

/** Errors: `settlement.break_not_found`, `settlement.break_resolved`, `settlement.write_off_account_invalid`. */
export async function proposeWriteOff(
  deps: SettlementDeps,
  ctx: Ctx,
  { id, accountId, reason }: InputOf<typeof writeOffContract>,
): Promise<OutputOf<typeof writeOffContract>> {
  const row = await openAny(deps, ctx, id);
  await deps.db.read(ctx, (tx) => requireOwnAccount(tx, ctx.tenantId, accountId));
  const account = toWireId('acc', accountId);
  const size = { ...row, units: row.units < 0n ? -row.units : row.units };
  const what = row.kind === 'missing' ? `what never ${row.units > 0n ? 'came' : 'went'} of ${textOf(size)}` : `break of ${textOf(row)}`;
  const subject = `Write ${what} off to ${account}`;
  return propose(deps, ctx, writeOffContract, {
    kind: 'write_off',
    subject,
    data: { breakId: toWireId('brk', id), accountId: account, ...(row.kind === 'missing' && { units: row.units.toString() }) },
    reason,
  });
}

/**
 * An open break with nobody else at it or at its entry. Statements that come make entries void or have them looked at anew, so it is
 * the entry that says whether there is still something to explain. It is locked first, as by whoever takes and matches statements.
 * Errors: as for an open entry.
 */
export async function lockOpenEntry(tx: Tx, tenantId: Uuid, id: Uuid): Promise<BreakRow & { entryId: Uuid }> {
  const found = await findBreak(tx, tenantId, id);
  const entry = found && found.entryId !== null ? await lockEntry(tx, tenantId, found.entryId) : undefined;
  const row = requireOpenEntry(await mustLock(tx, tenantId, id));
  if (entry?.state !== 'break') throw isResolved();
  return row;
}

import { generateKeyPairSync } from 'node:crypto';
import { isBic } from '../../base/check-digit.ts';
import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { fromWireId, toWireId, type Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { seal } from '../../base/seal.ts';
import { checkTarget } from '../../infra/webhook/target.ts';
import { wallClock } from '../calendar/zone.ts';
import type { Executor } from '../custody/decide-proposal.ts';
import { propose } from '../custody/propose.ts';
import { requireOperator } from '../custody/reserves.ts';
import type { SettlementDeps } from '../deps.ts';
import { normalBic } from '../participant/directory.ts';
import type * as contract from './contract.ts';
import { proposeInstructionOutcome as outcomeContract, proposeRail as proposeContract, setRailState as stateContract } from './contract.ts';
import { findInstruction, lockInstruction } from './instruction-store.ts';
import { moveInstruction } from './move-instruction.ts';
import { allRails, insertRail, setRailState as writeState, type RailKind, type RailRow } from './rail-store.ts';
import { railNotFound } from './read-documents.ts';
import { instructionNotFound } from './read-instructions.ts';
import { folderOf, keyLabel, type RailSettings } from './transport.ts';
import { viewOfRail } from './view.ts';

type Rail = OutputOf<typeof stateContract>;
type Proposal = OutputOf<typeof proposeContract>;

export async function listRails(
  deps: Pick<SettlementDeps, 'db'>,
  ctx: Ctx,
  settings: RailSettings,
): Promise<OutputOf<typeof contract.listRails>> {
  const rows = await deps.db.read(ctx, (tx) => allRails(tx, ctx.tenantId));
  return { items: rows.map((row) => viewOfRail(row, folderOf(settings, ctx.tenantId, row.id))) };
}

/**
 * Errors: `settlement.rail_taken`, `settlement.rail_url_missing`, `settlement.bic_invalid`, `settlement.zone_unknown`, those of
 * `checkTarget`.
 */
export async function proposeRail(
  deps: SettlementDeps,
  ctx: Ctx,
  { reason, ...rail }: InputOf<typeof proposeContract>,
  settings: RailSettings,
): Promise<Proposal> {
  const { id, kind, servicerBic, url, zone } = rail;
  if (!isBic(servicerBic)) throw new AppError('invalid', 'settlement.bic_invalid', `${servicerBic} is not a BIC.`);
  if ((kind === 'http') !== (url !== undefined))
    throw new AppError('invalid', 'settlement.rail_url_missing', 'A rail over HTTP has a url, a rail of files has none.');
  if (url !== undefined) checkTarget(url, settings.allowedHosts);
  wallClock(zone, deps.clock.now());
  const standing = await deps.db.read(ctx, (tx) => allRails(tx, ctx.tenantId));
  if (standing.some((one) => one.id === id)) throw railTaken(id);
  const subject = `Rail ${id} to ${servicerBic}`;
  return propose(deps, ctx, proposeContract, { kind: 'rail', subject, data: { ...rail, servicerBic: normalBic(servicerBic) }, reason });
}

function railTaken(id: string): AppError {
  return new AppError('conflict', 'settlement.rail_taken', `There is a rail ${id} already.`);
}

/** Opens a rail with a key pair of its own. */
export function approveRail({ masterKey }: Pick<RailSettings, 'masterKey'>): Executor {
  return async (_deps, { tx, ctx, proposal, at }) => {
    const data = proposal.data as Record<'id' | 'kind' | 'name' | 'servicerBic' | 'zone', string> & { url?: string; cutOff?: string };
    const { url = null, cutOff = null, id, name, servicerBic, zone } = data;
    const keys = generateKeyPairSync('ed25519');
    const row: RailRow = {
      id,
      kind: data.kind as RailKind,
      name,
      servicerBic,
      url,
      cutOff,
      zone,
      publicKey: keys.publicKey.export({ type: 'spki', format: 'pem' }) as string,
      sealedKey: seal(keys.privateKey.export({ type: 'pkcs8', format: 'der' }), keyLabel(ctx.tenantId, id), masterKey),
      state: 'open',
      createdAt: at,
    };
    if (!(await insertRail(tx, ctx.tenantId, row))) throw railTaken(id);
  };
}

/** Errors: `settlement.rail_not_found`, `settlement.operator_only`. */
export async function setRailState(
  deps: Pick<SettlementDeps, 'access'>,
  ctx: Ctx,
  { id, state }: InputOf<typeof stateContract>,
  settings: RailSettings,
): Promise<Rail> {
  requireOperator(ctx);
  return deps.access.command(ctx, stateContract, async (tx) => {
    const row = await writeState(tx, ctx.tenantId, id, state);
    if (!row) throw railNotFound(id);
    return { answer: viewOfRail(row, folderOf(settings, ctx.tenantId, id)), subject: id, detail: { state } };
  });
}

/** Errors: `settlement.instruction_not_found`, `settlement.instruction_decided`. */
export async function proposeInstructionOutcome(
  deps: SettlementDeps,
  ctx: Ctx,
  { id, outcome, reason }: InputOf<typeof outcomeContract>,
): Promise<Proposal> {
  const row = await deps.db.read(ctx, (tx) => findInstruction(tx, ctx.tenantId, id));
  if (!row) throw instructionNotFound();
  if (row.state !== 'unknown') throw decided(row.state);
  const what = { payout: 'Payout', sweep: 'Sweep', income: 'Payout of income', return: 'Return of' }[row.kind];
  const subject = `${what} ${row.reference}: ${outcome} by the word of the bank`;
  return propose(deps, ctx, outcomeContract, {
    kind: 'instruction_outcome',
    subject,
    data: { instructionId: toWireId('ins', id), outcome },
    reason,
  });
}

function decided(state: string): AppError {
  return new AppError(
    'conflict',
    'settlement.instruction_decided',
    `The instruction is ${state}; only one that nothing is known of is decided by people.`,
  );
}

/** Errors: `settlement.instruction_not_found`, `settlement.instruction_decided`. */
export const approveInstructionOutcome: Executor = async (deps, { tx, ctx, proposal, at }) => {
  const { instructionId, outcome } = proposal.data as Record<'instructionId' | 'outcome', string>;
  const id: Uuid = fromWireId(instructionId);
  const row = await lockInstruction(tx, ctx.tenantId, id);
  if (!row) throw instructionNotFound();
  if (row.state !== 'unknown') throw decided(row.state);
  const note = { at, detail: `${outcome} by ${proposal.proposedBy} and ${ctx.actor.name}`, reason: proposal.reason };
  const made = await moveInstruction(deps, tx, ctx.tenantId, { row, move: outcome === 'accepted' ? 'accept' : 'refuse', note });
  return made?.events;
};

import type { Actor, Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { Millis } from '../../base/time.ts';
import type { Calendars } from '../calendar/holidays.ts';
import type { SettlementDeps } from '../deps.ts';
import { mustFind } from '../participant/read-participants.ts';
import { findWindow } from '../window/store.ts';
import type { KindName, Parameters, ParameterName, ReportKind, Resolved } from './kind.ts';
import { KINDS } from './kinds/kinds.ts';
import { daysOf } from './period.ts';

type Asked = { kind: ReportKind; parameters: Parameters };

/**
 * Holds what was asked for against what the kind takes, and what it names against what there is. A bank asks for itself, whether
 * it says so or not.
 *
 * Errors: `settlement.report_parameter_missing`, `settlement.report_parameter_unused`, `settlement.report_period_invalid`,
 * `settlement.report_forbidden`, `settlement.participant_not_found`, `settlement.asset_not_held`, `settlement.window_not_found`,
 * `settlement.calendar_missing`, `settlement.calendar_year_missing`.
 */
export async function checkParameters(deps: SettlementDeps, ctx: Ctx, { kind, parameters: given }: Asked): Promise<Parameters> {
  mayHave(ctx.actor, kind);
  const parameters = ownOf(ctx, kind, given);
  const names = Object.keys(parameters).filter((name) => parameters[name as ParameterName] !== undefined) as ParameterName[];
  const unused = names.find((name) => !kind.takes.includes(name));
  if (unused !== undefined) throw new AppError('invalid', 'settlement.report_parameter_unused', `${kind.title} does not take ${unused}.`);
  const missing = kind.needs.find((name) => !names.includes(name) && !(name === 'from' && names.includes('period')));
  if (missing !== undefined) throw new AppError('invalid', 'settlement.report_parameter_missing', `${kind.title} needs ${missing}.`);
  if (kind.takes.includes('from')) daysOf(parameters, deps.clock.now(), deps.calendars);
  await mustExist(deps, ctx, kind, parameters);
  return parameters;
}

/** Errors: `settlement.report_forbidden` for whoever may not read what the report tells. */
export function mayHave(actor: Pick<Actor, 'scopes' | 'memberId'>, kind: ReportKind): void {
  if (actor.memberId !== undefined && !kind.forParticipants) {
    throw new AppError('forbidden', 'settlement.report_forbidden', `${kind.title} is made for the operator only.`);
  }
  if (!actor.scopes.has(kind.scope)) {
    throw new AppError('forbidden', 'settlement.report_forbidden', `${kind.title} needs the scope ${kind.scope}.`);
  }
}

function ownOf({ memberId }: Ctx, kind: ReportKind, parameters: Parameters): Parameters {
  if (memberId === undefined || !kind.takes.includes('participantId')) return parameters;
  if (parameters.participantId === undefined || parameters.participantId === memberId) return { ...parameters, participantId: memberId };
  throw new AppError('not_found', 'settlement.participant_not_found', 'There is no such participant.');
}

async function mustExist(deps: SettlementDeps, ctx: Ctx, kind: ReportKind, { participantId, asset, windowId }: Parameters): Promise<void> {
  if (participantId !== undefined) {
    const participant = await mustFind(deps, ctx, participantId);
    if (kind.needs.includes('asset') && !participant.accounts.some((account) => account.asset === asset)) {
      throw new AppError('unprocessable', 'settlement.asset_not_held', `${participant.bic} has no account in ${asset}.`);
    }
  }
  if (windowId !== undefined && !(await deps.db.read(ctx, (tx) => findWindow(tx, ctx.tenantId, windowId)))) {
    throw new AppError('not_found', 'settlement.window_not_found', 'There is no such window.');
  }
}

/** What the parameters come to at the time of the run. Errors: those of `daysOf`. */
export function resolve(kind: KindName, parameters: Parameters, at: { now: Millis; calendars: Calendars }): Resolved {
  const { from: _from, to: _to, period: _period, calendar: _calendar, ...rest } = parameters;
  return KINDS[kind].takes.includes('from') ? { ...rest, days: daysOf(parameters, at.now, at.calendars) } : rest;
}

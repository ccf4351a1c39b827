import type { Ctx } from '../../base/context.ts';
import { codecOf } from '../../base/codec.ts';
import { AppError } from '../../base/error.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { isLocalDate } from '../../base/time.ts';
import type { SettlementDeps } from '../deps.ts';
import {
  Result,
  startSimulation as startContract,
  type exportSimulation as exportContract,
  type getSimulation as getContract,
  type listSimulations as listContract,
} from './contract.ts';
import type { Simulations } from './run-simulations.ts';
import type { Simulation } from './simulate.ts';
import { failOlderThan, findRow, finish, insertSimulation, listRows, noteProgress, trafficOfDay, type SimulationRow } from './store.ts';
import { curveCsv, currenciesCsv, seriesCsv } from './tables.ts';
import type { TrafficPayment } from './traffic.ts';

type Deps = Pick<SettlementDeps, 'db' | 'clock' | 'log' | 'access'> & { simulations: Simulations };
type Summary = OutputOf<typeof startContract>;

const codec = codecOf(Result);
const MOST_PAYMENTS = 200_000;
/** Running and waiting in this process together. */
const MOST_BUSY = 5;
const LISTED = 100;
const PROGRESS_EVERY_MS = 500;
/** Longer than any simulation takes. */
const LOST_AFTER_MS = 30 * 60_000;

/**
 * Starts a simulation; it goes on in a thread of its own and writes its result when it ends.
 * Errors: `settlement.simulation_operator_only`, `settlement.day_invalid`, `settlement.day_empty`, `settlement.simulations_busy`.
 */
export async function startSimulation(deps: Deps, ctx: Ctx, input: InputOf<typeof startContract>): Promise<Summary> {
  if (ctx.memberId !== undefined) {
    throw new AppError('forbidden', 'settlement.simulation_operator_only', 'Days of the whole network are the operator’s to replay.');
  }
  if (deps.simulations.busy() >= MOST_BUSY) {
    throw new AppError('unavailable', 'settlement.simulations_busy', `${MOST_BUSY} simulations run or wait already.`);
  }
  const traffic = input.day === undefined ? undefined : await trafficOf(deps, ctx, input.day);
  const startedAt = deps.clock.now();
  const row: SimulationRow = {
    id: newId(startedAt),
    name: input.name,
    day: input.day ?? null,
    seed: input.day === undefined ? (input.seed ?? 'rialto') : null,
    options: input.options ?? {},
    state: 'running',
    progress: 0,
    error: null,
    startedBy: ctx.actor.name,
    startedAt,
    finishedAt: null,
  };
  let began = false;
  const answer = await deps.access.command(ctx, startContract, async (tx) => {
    began = true;
    await insertSimulation(tx, ctx.tenantId, row);
    return { answer: viewOf(row), subject: toWireId('sim', row.id), detail: { day: row.day, seed: row.seed } };
  });
  // A repeated key is answered without doing it again.
  if (began) begin(deps, ctx, row.id, { input, traffic });
  return answer;
}

async function trafficOf(deps: Deps, ctx: Ctx, day: string): Promise<TrafficPayment[]> {
  if (!isLocalDate(day)) throw new AppError('invalid', 'settlement.day_invalid', `${day} is not a day.`);
  const traffic = await deps.db.read(ctx, (tx) => trafficOfDay(tx, ctx.tenantId, Date.parse(`${day}T00:00:00Z`), MOST_PAYMENTS));
  if (traffic.length === 0) throw new AppError('unprocessable', 'settlement.day_empty', `No payment was taken on ${day}.`);
  return traffic;
}

function begin(
  deps: Deps,
  { tenantId }: Ctx,
  id: Uuid,
  { input, traffic }: { input: InputOf<typeof startContract>; traffic: TrafficPayment[] | undefined },
): void {
  const { options = {}, seed, payments } = input;
  let told = 0;
  const task = {
    ...(traffic && { traffic }),
    ...(seed !== undefined && { seed }),
    ...(payments !== undefined && { payments }),
    ...(options.regimes && { regimes: options.regimes }),
    levels: options.levels ?? 8,
    windowMs: (options.windowMinutes ?? 30) * 60_000,
    queues: options.queues ?? ('account' as const),
  };
  const write = (work: Parameters<typeof deps.db.write<void>>[1]) =>
    deps.db.write({ tenantId }, work).catch((error: unknown) => deps.log.error('A simulation could not be written', { tenantId, error }));
  deps.simulations.run(task, {
    onProgress(share) {
      const now = deps.clock.now();
      if (now - told < PROGRESS_EVERY_MS) return;
      told = now;
      void write((tx) => noteProgress(tx, tenantId, id, share));
    },
    onEnd(end) {
      const at = deps.clock.now();
      void write((tx) =>
        finish(tx, tenantId, id, 'failure' in end ? { at, error: end.failure } : { at, result: codec.encode(end.simulation) as object }),
      );
    },
  });
}

function viewOf({ day, seed, error, finishedAt, ...row }: SimulationRow): Summary {
  return {
    ...row,
    ...(day !== null && { day }),
    ...(seed !== null && { seed }),
    ...(error !== null && { error }),
    ...(finishedAt !== null && { finishedAt }),
  };
}

export async function listSimulations(deps: Pick<Deps, 'db'>, ctx: Ctx): Promise<OutputOf<typeof listContract>> {
  const rows = await deps.db.read(ctx, (tx) => listRows(tx, ctx.tenantId, LISTED));
  return { items: rows.map(viewOf) };
}

/** Errors: `settlement.simulation_not_found`. */
export async function getSimulation(
  deps: Pick<Deps, 'db'>,
  ctx: Ctx,
  { id }: InputOf<typeof getContract>,
): Promise<OutputOf<typeof getContract>> {
  const { result, ...row } = await mustFind(deps, ctx, id);
  return { ...viewOf(row), ...(result && { result: codec.decode(result) as Simulation }) };
}

/** Errors: `settlement.simulation_not_found`, `settlement.simulation_not_done`. */
export async function exportSimulation(deps: Pick<Deps, 'db'>, ctx: Ctx, { id, table }: InputOf<typeof exportContract>): Promise<string> {
  const { result } = await mustFind(deps, ctx, id);
  if (!result) throw new AppError('conflict', 'settlement.simulation_not_done', 'The simulation has no result yet.');
  const write = { curve: curveCsv, series: seriesCsv, currencies: currenciesCsv }[table];
  return write(codec.decode(result) as Simulation);
}

async function mustFind(deps: Pick<Deps, 'db'>, ctx: Ctx, id: Uuid): Promise<SimulationRow & { result: object | null }> {
  const row = await deps.db.read(ctx, (tx) => findRow(tx, ctx.tenantId, id));
  if (!row) throw new AppError('not_found', 'settlement.simulation_not_found', 'There is no such simulation.');
  return row;
}

/** What a process left running when it ended is told as failed. */
export async function failLost(deps: Pick<Deps, 'db' | 'clock'>, tenantId: Uuid): Promise<void> {
  const at = deps.clock.now();
  await deps.db.write({ tenantId }, (tx) => failOlderThan(tx, tenantId, at - LOST_AFTER_MS, at));
}

import type { Ctx } from '../../base/context.ts';
import { toWireId, type Uuid } from '../../base/id.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { SettlementDeps } from '../deps.ts';
import type { RailAdapter, RailAnswer, RailRequest } from './adapter.ts';
import { adapterOf } from './adapters/adapters.ts';
import { requestPayout as payoutContract } from './contract.ts';
import { sendableFrom } from './cut-off.ts';
import { backoffMs, nameOf, type InstructionRow, type Move } from './instruction.ts';
import { dueInstructions, findInstruction, lockInstruction, postpone } from './instruction-store.ts';
import { holdNote, mayNotLeave } from './hold-instructions.ts';
import { moveInstruction, type Made, type MoveNote } from './move-instruction.ts';
import { isScreened } from './payees.ts';
import { takeOverRail, type RailRow } from './rail-store.ts';
import { requireRail, takeDocuments, type DocumentDeps, type Holding } from './take-documents.ts';
import { viewOfInstruction } from './view.ts';

export type RunDeps = DocumentDeps & Pick<SettlementDeps, 'ledger' | 'access' | 'calendars'>;

/** So many instructions of each kind a run, so that a stop is never far. */
const MOST_A_RUN = 200;
/** A rail that is not there is left alone for the rest of the run after so many calls without answer. */
const MOST_SILENCES = 3;

/** Takes a rail over from whoever held it. What was being sent at that moment may or may not have arrived: it is asked for. */
export async function takeOver(deps: RunDeps, tenantId: Uuid, rail: RailRow): Promise<Holding> {
  const epoch = await deps.db.write({ tenantId }, (tx) => takeOverRail(tx, tenantId, rail.id));
  const holding = { tenantId, rail, epoch };
  for (const { id } of await due(deps, holding, 'sending'))
    await step(deps, holding, { id, move: 'lose', note: () => ({ detail: 'nobody knows whether it was sent', nextAt: deps.clock.now() }) });
  return holding;
}

/**
 * One round of a rail: takes what it has put down, asks for what is not known, sends what waits. An instruction is written down
 * as being sent before it leaves, and never sent again before the rail has said that it never had it.
 * Errors: `RailLost` when somebody else has taken the rail over.
 */
export async function runRail(deps: RunDeps, holding: Holding, signal: AbortSignal): Promise<void> {
  const { rail } = holding;
  const adapter = adapterOf(rail.kind);
  await takeDocuments(deps, holding, { adapter, apply: (answer) => answered(deps, holding, { answer, adapter }) }, signal);
  let silences = 0;
  const speak = async (row: InstructionRow, request: RailRequest) => {
    const isAnswered = await converse(deps, holding, { row, request, adapter });
    silences = isAnswered ? 0 : silences + 1;
  };
  for (const row of await due(deps, holding, 'unknown')) {
    if (signal.aborted || silences >= MOST_SILENCES) return;
    await speak(row, { kind: 'ask', number: row.asked + 1, instruction: row, at: deps.clock.now() });
  }
  if (rail.state === 'paused') return;
  for (const row of await due(deps, holding, 'waiting')) {
    if (signal.aborted || silences >= MOST_SILENCES) return;
    const sending = await begin(deps, holding, row);
    if (sending) await speak(sending, { kind: 'send', instruction: sending, at: deps.clock.now() });
  }
}

function due({ db, clock }: RunDeps, { tenantId, rail }: Holding, state: InstructionRow['state']): Promise<InstructionRow[]> {
  // What is being sent has no time of its own: it was cut short.
  const now = state === 'sending' ? Number.MAX_SAFE_INTEGER / 1_000 : clock.now();
  return db.read({ tenantId }, (tx) => dueInstructions(tx, tenantId, { railId: rail.id, state, now, limit: MOST_A_RUN }));
}

/** Writes down that it is about to leave; not after the rail's cut-off. */
async function begin(deps: RunDeps, holding: Holding, row: InstructionRow): Promise<InstructionRow | undefined> {
  const now = deps.clock.now();
  const from = sendableFrom(holding.rail, row.asset, now, deps.calendars);
  if (from > now) {
    await deps.db.write({ tenantId: holding.tenantId }, (tx) => postpone(tx, holding.tenantId, row.id, from));
    return undefined;
  }
  const made = await send(deps, holding, row);
  // It is screened again behind the change of the list, and held or sent then.
  if (made === 'unscreened') return undefined;
  if (made !== 'barred') return made?.row;
  const note = () => holdNote(now, 'its participant is not active');
  await step(deps, holding, { id: row.id, move: 'hold', note });
  return undefined;
}

/**
 * Writes down that it leaves. Whether its participant may pay is looked at in the same transaction, participant before instruction as
 * whoever suspends it locks them, so that nothing leaves behind a suspension that was answered; nor behind a list that came into force
 * and was not asked about the payee.
 */
function send(deps: RunDeps, holding: Holding, { id, attempts: before }: InstructionRow): Promise<Made | 'barred' | 'unscreened'> {
  const { tenantId, rail } = holding;
  return deps.db.write({ tenantId }, async (tx) => {
    await requireRail(tx, holding);
    const seen = await findInstruction(tx, tenantId, id);
    if (seen && (await mayNotLeave(tx, tenantId, seen))) return 'barred';
    if (seen && !(await isScreened(tx, tenantId, seen))) return 'unscreened';
    const row = await lockInstruction(tx, tenantId, id);
    if (!row || row.railId !== rail.id || row.cleared !== seen?.cleared || row.screeningSet !== seen.screeningSet) return undefined;
    const attempts = before + 1;
    return moveInstruction(deps, tx, tenantId, {
      row,
      move: 'send',
      note: { at: deps.clock.now(), detail: `attempt ${attempts}`, attempts, asked: 0 },
    });
  });
}

type Conversation = { row: InstructionRow; request: RailRequest; adapter: RailAdapter };

/** Calls the rail and writes down what it says; false when it said nothing. */
async function converse(deps: RunDeps, holding: Holding, { row, request, adapter }: Conversation): Promise<boolean> {
  const reply = await deps.transport.call(holding.tenantId, holding.rail, adapter.toCall(holding.rail, request));
  const own = adapter.fromReply(reply, request)?.find(({ instruction }) => instruction === nameOf(row.id));
  const answer: RailAnswer = own ?? { instruction: nameOf(row.id), answer: 'unknown', reason: 'no answer about it' };
  await apply(deps, holding, { id: row.id, answer, adapter, ...(request.kind === 'ask' && { asked: request.number }) });
  return reply.kind !== 'none';
}

type Applying = { id: Uuid; answer: RailAnswer; adapter: RailAdapter; asked?: number };

/** What an answer does to an instruction; nothing when it cannot do it any more. */
async function apply(deps: RunDeps, holding: Holding, { id, answer: said, adapter, asked }: Applying): Promise<void> {
  const { answer, reason = answer, reference } = said;
  const moves: Record<RailAnswer['answer'], Move> = { accepted: 'accept', refused: 'refuse', absent: 'absent', unknown: 'lose' };
  await step(deps, holding, {
    id,
    move: moves[answer],
    note(row) {
      // That it never came is believed in reply to a question only, and not when it was sent again since.
      if (answer === 'absent' && asked === undefined && row.asked === 0) return undefined;
      const questions = asked ?? row.asked;
      const wait = answer === 'absent' ? backoffMs(row.attempts, 1_000) : backoffMs(questions, adapter.firstAskMs);
      return {
        detail: reason,
        reason,
        asked: questions,
        nextAt: deps.clock.now() + wait,
        railReference: reference ?? row.railReference,
      };
    },
  });
}

type Step = { id: Uuid; move: Move; note: (row: InstructionRow) => Omit<MoveNote, 'at'> | undefined };

/** One move in a transaction of its own, under the fence. Those that move money leave an audit row. */
async function step(deps: RunDeps, holding: Holding, { id, move, note }: Step): Promise<Made> {
  const { tenantId, rail } = holding;
  const work = async (tx: Tx): Promise<Made> => {
    await requireRail(tx, holding);
    const row = await lockInstruction(tx, tenantId, id);
    const told = row && row.railId === rail.id ? note(row) : undefined;
    return row && told && moveInstruction(deps, tx, tenantId, { row, move, note: { ...told, at: deps.clock.now() } });
  };
  if (move !== 'accept' && move !== 'refuse' && move !== 'hold') return deps.db.write({ tenantId }, work);
  const ctx = deps.access.systemCtx('settlement.run_rails', tenantId);
  return audited(deps, ctx, id, work);
}

class Nothing extends Error {}

async function audited(deps: RunDeps, ctx: Ctx, id: Uuid, work: (tx: Tx) => Promise<Made>): Promise<Made> {
  let made: Made;
  const act = deps.access.command(ctx, payoutContract, async (tx) => {
    made = await work(tx);
    // Rolled back, since what did not happen is not audited.
    if (!made) throw new Nothing();
    const { row, events } = made;
    const detail = { step: row.state, kind: row.kind, asset: row.asset, units: row.units.toString() };
    return { answer: viewOfInstruction(row), subject: toWireId('ins', id), events, detail };
  });
  await act.catch((error: unknown) => {
    if (!(error instanceof Nothing)) throw error;
  });
  return made;
}

/** What an answer that comes by itself does. */
async function answered(deps: RunDeps, holding: Holding, { answer, adapter }: Pick<Applying, 'answer' | 'adapter'>): Promise<void> {
  const { tenantId, rail } = holding;
  const id = idOfName(answer.instruction);
  const known = await deps.db.read({ tenantId }, (tx) => findInstruction(tx, tenantId, id));
  if (known) await apply(deps, holding, { id, answer, adapter });
  else deps.log.warn('a rail answers for an instruction that is not known', { rail: rail.id, instruction: answer.instruction });
}

/** The id that `nameOf` was made of. */
function idOfName(name: string): Uuid {
  return name.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

import type { Ctx } from '../../base/context.ts';
import type { EventDraft } from '../../base/event.ts';
import { toWireId, type Uuid } from '../../base/id.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { custodyAccounts, type CustodyAccountRow } from '../custody/account-store.ts';
import { expectationsUnder, meetExpectations } from '../custody/expectation-store.ts';
import { mint, type Minting } from '../custody/mint.ts';
import { instructionsUnder, linkMovements, lockOpenMovements, movementsInstructed } from '../custody/movement-store.ts';
import type { SettlementDeps } from '../deps.ts';
import { lockInstructionsNamed } from '../rail/instruction-store.ts';
import { moveInstruction } from '../rail/move-instruction.ts';
import { closeExplained, closeSettled, openBreaks, openMissing } from './break-store.ts';
import { confirmShown } from './confirm-shown.ts';
import { matchStatements as contract } from './contract.ts';
import { doubtsOf, releaseDoubted, voidRepeated } from './doubt-store.ts';
import { lockEnded, meetEnded } from './ended-store.ts';
import { lockNewEntries, writeVerdicts, type EntryRow, type Verdict } from './entry-store.ts';
import { createMatcher, creditorReferencesIn, namesIn, referencesIn, type Account, type Match } from './match.ts';

/** Lines that are looked at together, in one transaction. */
const TOGETHER = 200;
/** A movement that no statement shows after so many days is a break. */
const MISSING_AFTER_DAYS = 3;

/** What the matching of new lines came to. */
export type MatchCount = { matched: number; breaks: number };

/**
 * Looks at every line that nobody has looked at: each is matched once, by the rules of `match.ts`, or becomes a break. Money that is
 * minted, instructions that are settled, links and breaks of a batch commit together; a crash leaves the lines to be looked at again.
 */
export async function matchNew(deps: SettlementDeps, ctx: Ctx): Promise<MatchCount> {
  const { tenantId } = ctx;
  const accounts = await deps.db.read({ tenantId }, (tx) => custodyAccounts(tx, tenantId));
  const count = { matched: 0, breaks: 0 };
  await deps.db.write({ tenantId }, (tx) => releaseDoubted(tx, tenantId));
  for (const account of accounts) {
    for (;;) {
      const batch = await matchBatch(deps, ctx, account);
      count.matched += batch.matched;
      count.breaks += batch.breaks;
      if (batch.matched + batch.breaks < TOGETHER) break;
    }
  }
  await deps.db.write({ tenantId }, async (tx) => {
    await voidRepeated(tx, tenantId, { days: MISSING_AFTER_DAYS, at: deps.clock.now() });
    await closeSettled(tx, tenantId, deps.clock.now());
    await openMissing(tx, tenantId, { days: MISSING_AFTER_DAYS, at: deps.clock.now() });
  });
  return count;
}

/** Matches what has just been taken. Taken it is in any case: what cannot be matched now, a job matches. */
export async function matchTaken(deps: SettlementDeps, ctx: Ctx): Promise<void> {
  await matchNew(deps, ctx).catch((error: unknown) => {
    deps.log.error('entries of statements could not be matched and are tried again', { tenantId: ctx.tenantId, error });
  });
}

class Nothing extends Error {}

async function matchBatch(deps: SettlementDeps, ctx: Ctx, account: CustodyAccountRow): Promise<MatchCount> {
  let count: MatchCount = { matched: 0, breaks: 0 };
  const act = deps.access.command({ ...ctx, idempotency: undefined }, contract, async (tx) => {
    const entries = await lockNewEntries(tx, ctx.tenantId, account.id, TOGETHER);
    // Rolled back: that there was nothing to look at needs no audit row.
    if (entries.length === 0) throw new Nothing();
    const matches = await matchesOf(deps, tx, ctx.tenantId, { account, entries });
    const events = await write(deps, tx, ctx.tenantId, { account, matches });
    const breaks = matches.filter(({ match }) => match.kind === 'break').length;
    count = { matched: matches.length - breaks, breaks };
    return { answer: count, subject: toWireId('cst', account.id), detail: count, events };
  });
  await act.catch((error: unknown) => {
    if (!(error instanceof Nothing)) throw error;
  });
  return count;
}

type Matched = { entry: EntryRow; match: Match };
type Batch = { account: CustodyAccountRow; entries: readonly EntryRow[] };

async function matchesOf(deps: SettlementDeps, tx: Tx, tenantId: Uuid, { account, entries }: Batch): Promise<Matched[]> {
  const names = [...new Set(entries.flatMap(namesIn))];
  const references = creditorReferencesIn(names);
  const known = [...referencesIn(names)];
  const { ledgerAccountId } = account;
  // Locked are instructions, then movements, and the book last, as everywhere (see the README).
  const ids = await instructionsUnder(tx, tenantId, { ledgerAccountId, references: known });
  const named = { ledgerAccountId, names: names.map((name) => name.toLowerCase()) };
  const instructions = await lockInstructionsNamed(tx, tenantId, { ids, named });
  const instructionIds = instructions.map(({ id }) => id);
  const movements = await lockOpenMovements(tx, tenantId, { ledgerAccountId, references: known, instructionIds });
  const expectations = await expectationsUnder(tx, tenantId, references);
  // One that another process has just admitted may have sent its first money already.
  const needed = { bics: references.map((reference) => reference.slice(4)), ids: expectations.map(({ participantId }) => participantId) };
  const { byBic } = await deps.directory.of(tenantId, needed);
  const matcher = createMatcher(asAccount(account), {
    movements,
    instructions,
    expectations,
    participants: byBic,
    doubts: await doubtsOf(tx, tenantId, entries),
    ended: await lockEnded(tx, tenantId, { ledgerAccountId, references: known }),
  });
  return entries.map((entry) => ({ entry, match: matcher(entry) }));
}

function asAccount({ id, asset, ledgerAccountId }: CustodyAccountRow): Account {
  return { id, asset, ledgerAccountId };
}

type Writing = { account: CustodyAccountRow; matches: readonly Matched[] };

/** Writes what the lines have come to; money last. */
async function write(deps: SettlementDeps, tx: Tx, tenantId: Uuid, { account, matches }: Writing): Promise<EventDraft[]> {
  const at = deps.clock.now();
  const { asset } = account;
  await writeVerdicts(tx, tenantId, matches.map(verdictOf));
  const drafts = matches.flatMap(({ entry, match }) =>
    match.kind === 'break' ? [{ entryId: entry.id, asset, units: entry.units, day: entry.bookingDay, explanation: match.explanation }] : [],
  );
  await openBreaks(tx, tenantId, drafts, { custodyAccountId: account.id, at });
  await closeExplained(tx, tenantId, { entryIds: matches.filter(isExplainedNow).map(({ entry }) => entry.id), at });
  const met = matches.flatMap(({ entry, match }) =>
    match.kind === 'mint' && match.expectation ? [{ id: match.expectation.id, entryId: entry.id }] : [],
  );
  await meetEnded(
    tx,
    tenantId,
    matches.flatMap(({ entry, match }) =>
      match.kind === 'break' && match.ended ? [{ breakId: match.ended.breakId, entryId: entry.id }] : [],
    ),
  );
  if ((await meetExpectations(tx, tenantId, met)) !== met.length) throw new Error('an announcement was met or withdrawn meanwhile');
  const events = await showMovements(deps, tx, tenantId, { account, matches });
  events.push(...(await confirmShown(deps, tx, tenantId, { ids: matches.flatMap(instructionOf), at })));
  const mintings = matches.flatMap(({ entry, match }): Minting[] => (match.kind === 'mint' ? [mintingOf(account, entry, match)] : []));
  events.push(...(await mint(deps, tx, tenantId, mintings)));
  return events;
}

/** Notes which lines show which movements: those that stand on the ledger, and those that settling puts there. Answers what is to be told. */
async function showMovements(deps: SettlementDeps, tx: Tx, tenantId: Uuid, { account, matches }: Writing): Promise<EventDraft[]> {
  const at = deps.clock.now();
  const { ledgerAccountId } = account;
  const events: EventDraft[] = [];
  const links = matches.flatMap(({ entry, match }) =>
    match.kind === 'link' ? [{ transferId: match.movement.transferId, entryId: entry.id }] : [],
  );
  for (const { entry, match } of matches) {
    if (match.kind !== 'settle') continue;
    const note = { at, detail: `a statement of ${entry.bookingDay} shows it` };
    const made = await moveInstruction(deps, tx, tenantId, { row: match.instruction, move: 'accept', note });
    const [movement] = await movementsInstructed(tx, tenantId, { ledgerAccountId, instructionIds: [match.instruction.id] });
    if (!made || !movement) throw new Error('an instruction that was locked has moved');
    events.push(...made.events);
    links.push({ transferId: movement.transferId, entryId: entry.id });
  }
  const linked = await linkMovements(
    tx,
    tenantId,
    links.map((link) => ({ ...link, ledgerAccountId })),
  );
  if (linked !== links.length) throw new Error('a movement was shown by another entry meanwhile');
  return events;
}

function verdictOf({ entry, match }: Matched): Verdict {
  return { id: entry.id, state: match.kind === 'break' ? 'break' : 'matched', rule: match.rule, explanation: match.explanation };
}

/** It was looked at before, and has become a break then. */
function isExplainedNow({ entry, match }: Matched): boolean {
  return entry.rule !== null && match.kind !== 'break';
}

function instructionOf({ match }: Matched): Uuid[] {
  if (match.kind === 'settle') return [match.instruction.id];
  return match.kind === 'link' && match.movement.instructionId ? [match.movement.instructionId] : [];
}

function mintingOf({ asset, ledgerAccountId }: CustodyAccountRow, entry: EntryRow, match: Extract<Match, { kind: 'mint' }>): Minting {
  const { settlementAccountId } = match.participant.accounts.get(asset)!;
  const { id: participantId } = match.participant;
  return {
    participantId,
    settlementAccountId,
    ledgerAccountId,
    asset,
    units: entry.units,
    reference: match.reference,
    kind: 'mint',
    entryId: entry.id,
  };
}

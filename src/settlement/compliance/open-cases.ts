import { idFloor, newId, toWireId, type Uuid } from '../../base/id.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { partyKey } from '../aml/observe.ts';
import type { SettlementDeps } from '../deps.ts';
import { dueAt, priorityOf, type CaseMinutes, type CaseOutcome, type Priority } from './case.ts';
import { insertLink, insertStep } from './case-parts-store.ts';
import { insertCase, openCaseOfParty, raiseCase, type CaseRow } from './case-store.ts';
import { caseEvent } from './case-view.ts';
import { caseOpened } from './contract.ts';
import { endDecidedCases } from './end-of-case.ts';
import type { Findings } from './findings.ts';
import {
  alertedWithoutCase,
  findingsWithoutCase,
  heldInstructionsWithoutCase,
  heldAgainWithoutCase,
  heldWithoutCase,
  type FoundAgain,
  type HeldInstruction,
  type Waiting,
} from './open-cases-store.ts';
import { readSetting } from './setting-store.ts';

const AT_ONCE = 200;
/** So many pages in one run: whoever raises thousands of alerts a second must not keep the desk, or the database, from anything else. */
const PAGES_A_RUN = 4;
/** How far back is looked once everything before has its case; more than any commit takes. */
const LOOK_BACK_MS = 120_000;
const BY = 'Rialto';

type Opening = Pick<SettlementDeps, 'db' | 'clock' | 'outbox' | 'metrics'>;

/** Up to where each sort has been looked through; nothing before is looked at again. */
type Places = { held: Uuid; heldAgain: Uuid; alerted: Uuid; again: Uuid };

/**
 * Opens the cases that are missing: one for each time that a payment, or an instruction to a rail, is held, one for each party whose payments raised alerts, one for what
 * screening again found. Works behind the commits, so that the door pays nothing for it, and whatever was held is found
 * however it came to be. One call opens a bounded number; the next goes on from there.
 */
export function createCaseOpener(deps: Opening): (tenantId: Uuid, signal?: AbortSignal) => Promise<number> {
  const places = new Map<Uuid, Places>();
  const from = (id: Uuid): Places => ({ held: id, heldAgain: id, alerted: id, again: id });
  return async (tenantId, signal) => {
    const startedAt = deps.clock.now();
    let at = places.get(tenantId) ?? from(idFloor(0));
    let opened = 0;
    for (let page = 0; page < PAGES_A_RUN; page++) {
      if (signal?.aborted) break;
      const { found, next } = await deps.db.write({ tenantId }, (tx) => openSome(deps, tx, tenantId, at));
      opened += found;
      at = next;
      if (found < AT_ONCE) {
        at = from(idFloor(Math.max(0, startedAt - LOOK_BACK_MS)));
        break;
      }
    }
    places.set(tenantId, at);
    await endDecidedCases(deps, tenantId);
    return opened;
  };
}

/** Looks at up to so many of each sort behind its place, and answers with the largest number that was found. */
async function openSome(deps: Opening, tx: Tx, tenantId: Uuid, at: Places): Promise<{ found: number; next: Places }> {
  const held = await heldWithoutCase(tx, tenantId, at.held, AT_ONCE);
  const heldAgain = await heldAgainWithoutCase(tx, tenantId, at.heldAgain, AT_ONCE);
  const alerted = await alertedWithoutCase(tx, tenantId, at.alerted, AT_ONCE);
  const again = await findingsWithoutCase(tx, tenantId, at.again, AT_ONCE);
  const instructions = await heldInstructionsWithoutCase(tx, tenantId, AT_ONCE);
  const found = Math.max(held.length, heldAgain.length, alerted.length, again.length, instructions.length);
  if (found === 0) return { found, next: at };
  const { caseMinutes } = await readSetting(tx, tenantId);
  const opener = { deps, tx, tenantId, minutes: (caseMinutes ?? {}) as Partial<CaseMinutes> };
  for (const payment of [...held, ...heldAgain]) await openHeld(opener, payment);
  for (const instruction of instructions) await openInstruction(opener, instruction);
  for (const payment of alerted) await openAlert(opener, payment);
  for (const finding of again) await openFoundAgain(opener, finding);
  const behind = (rows: readonly { id: Uuid }[], before: Uuid) => rows.at(-1)?.id ?? before;
  return {
    found,
    next: {
      held: behind(held, at.held),
      heldAgain: heldAgain.at(-1)?.holdId ?? at.heldAgain,
      alerted: behind(alerted, at.alerted),
      again: behind(again, at.again),
    },
  };
}

type Opener = { deps: Opening; tx: Tx; tenantId: Uuid; minutes: Partial<CaseMinutes> };
type NewCase = Parameters<typeof insertCase>[2];

async function open({ deps, tx, tenantId }: Opener, row: NewCase, text: string): Promise<boolean> {
  const number = await insertCase(tx, tenantId, row);
  if (number === undefined) return false;
  const at = deps.clock.now();
  await insertStep(tx, tenantId, { id: newId(at), caseId: row.id, step: 'opened', text, actorId: null, actorName: BY, at: row.openedAt });
  const data = { dueAt: new Date(row.dueAt).toISOString() };
  await deps.outbox.append(tx, [caseEvent(tenantId, { ...row, number }, { kind: caseOpened, at, data })]);
  deps.metrics.caseMoved(row.kind, 'open');
  return true;
}

async function linkPayment({ tx, tenantId }: Opener, caseId: Uuid, payment: Waiting): Promise<void> {
  const label = `${payment.debtor.name} to ${payment.creditor.name}`;
  const link = { kind: 'payment' as const, subject: toWireId('pay', payment.id), label, linkedBy: BY, linkedAt: payment.at };
  await insertLink(tx, tenantId, caseId, link);
}

/** What was found at the door, as far as the case keeps it. */
function inputsOf({ screening, screeningSet, ruleSet, limitSet, findings }: Waiting): object {
  const { rules, missing, risk, value, corridor } = findings ?? ({} as Partial<Findings>);
  const known = { listVersion: screening?.listVersion, screeningSet, ruleSet, limitSet, rules, missing, risk, value, corridor };
  return Object.fromEntries(Object.entries(known).filter(([, one]) => one !== undefined && one !== null));
}

async function openHeld(opener: Opener, payment: Waiting): Promise<void> {
  const { hits = [] } = payment.screening ?? {};
  const score = payment.risk ?? Math.round(Math.max(0, ...hits.map((hit) => hit.score)) * 70);
  const priority = priorityOf({ match: Math.max(0, ...hits.map((hit) => hit.score)), risk: score });
  const listed = [...new Set(hits.map((hit) => hit.listed))].join(', ');
  const why = hits[0] ? `Matches ${listed}` : whyOf(payment.findings);
  const reviewed = payment.review;
  const outcome: CaseOutcome | null = reviewed ? (reviewed.decision === 'rejected' ? 'rejected' : 'released') : null;
  const row: NewCase = {
    ...basics(payment, priority, opener.minutes),
    id: payment.holdId ?? payment.id,
    kind: 'payment',
    state: reviewed ? 'closed' : 'open',
    priority,
    title: hits[0] ? (hits[0].name ?? payment[hits[0].party].name) : payment.debtor.name,
    summary: `${sentence(`${payment.debtor.name} to ${payment.creditor.name}`)} ${sentence(why)}`,
    score,
    partyKey: null,
    inputs: inputsOf(payment),
    outcome,
    instructionId: null,
    closedByName: reviewed?.actorName ?? null,
    closedAt: reviewed?.at ?? null,
  };
  await open(opener, row, sentence(why));
  await linkPayment(opener, row.id, payment);
}

function basics(payment: Waiting, priority: Priority, minutes: Partial<CaseMinutes>) {
  const { id, asset, units, at } = payment;
  return { paymentId: id, asset, units, openedAt: at, dueAt: dueAt(at, priority, minutes) };
}

/** Names of firms may end in a full stop. */
const sentence = (words: string): string => (words.endsWith('.') ? words : `${words}.`);

function whyOf(findings: Findings | null): string {
  const titles = findings?.rules?.filter(({ severity }) => severity !== 'note').map(({ title }) => title) ?? [];
  if (titles.length > 0) return titles.join(', ');
  if (findings?.missing) return 'Information on the parties is missing';
  return 'Held for review';
}

/** What a list holds on its way out of custody; it has a case that lets it go or gives its money back. */
async function openInstruction(opener: Opener, { id, caseId, at, payee, listed, score: match, asset, units, ...rest }: HeldInstruction) {
  const score = Math.round(match * 70);
  const priority = priorityOf({ match, risk: score });
  const why = `Matches ${listed}`;
  const row: NewCase = {
    id: caseId,
    kind: 'instruction',
    state: 'open',
    priority,
    title: payee,
    summary: `${sentence(`${NAME_OF[rest.kind]} ${rest.reference} to ${payee}`)} ${sentence(why)}`,
    score,
    paymentId: null,
    instructionId: id,
    asset,
    units,
    partyKey: null,
    inputs: { ...(rest.screeningSet !== null && { screeningSet: rest.screeningSet }) },
    openedAt: at,
    dueAt: dueAt(at, priority, opener.minutes),
    outcome: null,
    closedByName: null,
    closedAt: null,
  };
  await open(opener, row, sentence(why));
}

const NAME_OF = { payout: 'Payout', income: 'Payout of income', return: 'Return' } as const;

/** Alerts of one party come into one case as long as that is open. */
async function openAlert(opener: Opener, payment: Waiting): Promise<void> {
  const { tx, tenantId, minutes, deps } = opener;
  const key = partyKey(payment.debtor, payment.debtorAgentId);
  const score = payment.risk ?? 0;
  const priority = priorityOf({ risk: score });
  const why = whyOf(payment.findings);
  let one: Pick<CaseRow, 'id'> | undefined = await openCaseOfParty(tx, tenantId, 'alert', key);
  if (one) {
    await raiseCase(tx, tenantId, one.id, { score, priority, dueAt: dueAt(payment.at, priority, minutes) });
    const at = deps.clock.now();
    const step = {
      id: newId(at),
      caseId: one.id,
      step: 'alerted',
      text: sentence(`${why}, in a payment to ${payment.creditor.name}`),
      actorId: null,
    };
    await insertStep(tx, tenantId, { ...step, actorName: BY, at: payment.at });
  } else {
    const row: NewCase = {
      ...basics(payment, priority, minutes),
      id: newId(payment.at),
      kind: 'alert',
      state: 'open',
      priority,
      title: payment.debtor.name,
      summary: sentence(`${why}. First seen in a payment to ${payment.creditor.name}`),
      score,
      partyKey: key,
      inputs: inputsOf(payment),
      instructionId: null,
      outcome: null,
      closedByName: null,
      closedAt: null,
    };
    await open(opener, row, `${why}.`);
    one = row;
    await insertLink(tx, tenantId, row.id, { kind: 'party', subject: key, label: payment.debtor.name, linkedBy: BY, linkedAt: payment.at });
  }
  await linkPayment(opener, one.id, payment);
}

/** What has come of the lists, in words. */
function whatCame({ change, entryChanged, decidedIn }: FoundAgain): string {
  if (change === 'gone') return 'The match is gone';
  if (!entryChanged) return 'A changed list matches';
  const decided = decidedIn ? `${decidedIn.outcome} in case ${decidedIn.number}` : 'told before';
  return `The list says something else of an entry that was ${decided}`;
}

/** Matches that came with a changed list: what is held gets a step in its case, anything else one case for each subject. */
async function openFoundAgain(opener: Opener, found: FoundAgain): Promise<void> {
  const { tx, tenantId, minutes } = opener;
  const key = `${found.kind === 'participant' ? 'participant' : 'payment'}/${found.subjectId}`;
  const text = `${whatCame(found)}: ${found.name} and ${found.listed} of ${found.listId} (${Math.round(found.score * 100)} %).`;
  const score = Math.round(found.score * 70);
  const priority = found.change === 'gone' ? 'low' : priorityOf({ match: found.score, risk: score });
  let caseId: Uuid | undefined = found.heldCase ?? (await openCaseOfParty(tx, tenantId, 'rescreening', key))?.id;
  if (caseId === undefined) {
    const isPayment = found.kind !== 'participant';
    const row: NewCase = {
      id: newId(found.at),
      kind: 'rescreening',
      state: 'open',
      priority,
      title: found.name,
      summary: text,
      score,
      paymentId: isPayment ? found.subjectId : null,
      instructionId: null,
      asset: null,
      units: null,
      partyKey: key,
      inputs: { matches: [found] },
      openedAt: found.at,
      dueAt: dueAt(found.at, priority, minutes),
      outcome: null,
      closedByName: null,
      closedAt: null,
    };
    await open(opener, row, text);
    caseId = row.id;
  }
  if (found.decidedIn && found.decidedIn.id !== caseId) {
    const { id, number } = found.decidedIn;
    await insertLink(tx, tenantId, caseId, {
      kind: 'case',
      subject: toWireId('case', id),
      label: `Case ${number}`,
      linkedBy: BY,
      linkedAt: found.at,
    });
  }
  // The id of the finding marks it as taken.
  await insertStep(tx, tenantId, {
    id: found.id,
    caseId,
    step: 'found',
    text,
    actorId: null,
    actorName: BY,
    at: found.at,
    detail: { ...found },
  });
}

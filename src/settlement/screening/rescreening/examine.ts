import { newId, type Uuid } from '../../../base/id.ts';
import type { SettlementDeps } from '../../deps.ts';
import type { Hit, ScreeningResult } from '../../payment/payment.ts';
import type { StandingPayment } from '../../payment/store.ts';
import { screenIdentifier } from '../identifier-match.ts';
import { entryNamed, screen, screenChanged, type Match, type ScreeningIndex } from '../match.ts';
import { wordsOf } from '../normalise.ts';
import { partyHits, type Look, type Parties } from '../party-hits.ts';
import type { InForce } from '../screening.ts';
import type { ListPurpose } from '../store.ts';
import { matchKey, type Finding, type FindingKind } from './finding.ts';
import { toldFindings, type Run } from './store.ts';
import { digestIn, howTold, markOf, partyOf, seenBefore, toldOf, type Told } from './told.ts';

/** What screening again works with. */
export type Work = {
  deps: SettlementDeps;
  tenantId: Uuid;
  run: Run;
  lists: InForce;
  /** The entries that lists added or changed; all count without it. */
  changed: ScreeningIndex | undefined;
  /** Set where it is not known what lists have brought since a payment was screened: what was decided on it counts no more. */
  isBlind?: boolean;
};

type Purposed = Hit & { purpose: ListPurpose };

/** Someone to be screened again, with what was found when it was screened first. */
export type Subject = {
  id: Uuid;
  kind: FindingKind;
  names: Parties;
  first: Partial<Pick<ScreeningResult, 'hits' | 'notices' | 'cleared'>>;
  /** Of a payment: as it stands. */
  payment?: StandingPayment;
};

/** What was found, and which payments must not go on: those with matches that nobody has decided on. */
export type Examined = { findings: Finding[]; undecided: { payment: StandingPayment; hits: Hit[] }[] };

/** A bank as it is screened: by its own name and identifiers, and by the BICs under which others send for it. */
export type BankToScreen = { id: Uuid; name: string; bic: string; lei: string; agents: readonly string[] };

/** The same name twice costs nothing: the second time it is remembered. */
export const bankSubject = ({ id, name, bic, lei, agents }: BankToScreen): Subject => ({
  id,
  kind: 'participant',
  names: {
    debtor: { name, bic, lei, mentions: agents.map((agent) => ({ at: 'agents', bic: agent })) },
    creditor: { name: '' },
  },
  first: {},
});

/** A payment as it stands now; undefined when it is rejected and nothing comes of it any more. */
export function paymentSubject({ run }: Pick<Work, 'run'>, payment: StandingPayment): Subject | undefined {
  const { record, status, hold } = payment;
  if (status === 'rejected') return undefined;
  // What this run has held was open when it came to it: it may have died before it told so.
  const isHeldNow = hold !== undefined && !hold.end && hold.set === run.toSet;
  const kind = (status === 'held' && !isHeldNow) || status === 'settled' ? status : 'open';
  const { hits = [], ...rest } = record.screening ?? {};
  const first = { ...rest, hits: hold && !isHeldNow ? [...hits, ...hold.hits] : hits };
  return { id: record.id, kind, names: { debtor: record.debtor, creditor: record.creditor }, first, payment };
}

/** The matches with lists of sanctions that a subject has now, but for those that an exception sets aside. */
export async function openHits(work: Work, subject: Subject): Promise<readonly Hit[]> {
  return (await matched(work, subject))?.hits ?? [];
}

/** What the lists in force change for subjects, against what was found first and in earlier runs. */
export async function examine(work: Work, subjects: readonly Subject[]): Promise<Examined> {
  const now: { subject: Subject; hits: Purposed[]; cleared: ReadonlySet<string> }[] = [];
  for (const subject of subjects) {
    const result = await matched(work, subject);
    const hits = result ? purposed(result) : [];
    const cleared = new Set((result?.cleared ?? []).map(matchKey));
    if (hits.length > 0 || tellsGone(subject.kind)) now.push({ subject, hits, cleared });
  }
  if (now.length === 0) return { findings: [], undecided: [] };
  const { deps, tenantId } = work;
  const known = await deps.db.read({ tenantId }, (tx) =>
    toldFindings(
      tx,
      tenantId,
      now.map(({ subject }) => subject.id),
    ),
  );
  const examined: Examined = { findings: [], undecided: [] };
  for (const { subject, hits, cleared } of now) {
    const told = toldOf(
      subject.kind,
      known.filter((one) => one.subjectId === subject.id),
    );
    const changes = changesOf(work, { subject, hits, cleared }, told);
    examined.findings.push(...changes.map((change) => findingOf(work, subject, change)));
    const open = subject.kind === 'open' && subject.payment ? undecidedHits(work, subject, hits, told) : [];
    if (open.length > 0) examined.undecided.push({ payment: subject.payment!, hits: open });
  }
  return examined;
}

/** What waits for a decision, or may come to, is told of matches that are gone as well. */
const tellsGone = (kind: FindingKind) => kind === 'held' || kind === 'instruction';

type Matched = { subject: Subject; hits: readonly Purposed[]; cleared: ReadonlySet<string> };

function changesOf(work: Work, { subject, hits, cleared }: Matched, told: Told): Change[] {
  if (subject.kind === 'held') return heldChanges(subject, hits, cleared, told);
  const come = brought(work, subject, hits, told);
  if (subject.kind !== 'instruction') return come;
  return [...come, ...heldChanges(subject, hits, cleared, told).filter(({ change }) => change === 'gone')];
}

/**
 * Matches with lists of sanctions on which nobody has decided: not there when the payment was released last, or the entry has
 * changed since.
 */
function undecidedHits(
  { run, changed, lists, isBlind = false }: Work,
  { first, payment }: Subject,
  hits: readonly Purposed[],
  told: Told,
): Hit[] {
  const { review, hold } = payment!;
  const releasedAt = Math.max(review?.decidedAt ?? 0, hold?.end?.decidedAt ?? 0);
  const ofThisRun = new Set(hold?.end && hold.set === run.toSet ? hold.hits.map(matchKey) : []);
  const firstKeys = new Set((first.hits ?? []).map(matchKey));
  const isDecided = (hit: Purposed) => {
    const key = matchKey(hit);
    const seenAt = seenBefore(told.get(key), digestIn(lists.index, hit.listId, hit.entryId), releasedAt);
    if (ofThisRun.has(key) || (seenAt !== undefined && seenAt >= run.startedAt)) return true;
    const isChanged = changed !== undefined && entryNamed(changed, hit.listId, hit.entryId) !== undefined;
    return !isBlind && !isChanged && (firstKeys.has(key) || seenAt !== undefined);
  };
  return hits.filter((hit) => hit.purpose === 'sanctions' && !isDecided(hit)).map(({ purpose: _sanctions, ...hit }) => hit);
}

type Change = { hit: Purposed; change: 'new' | 'gone'; entryChanged?: boolean };

const purposed = ({ hits, notices = [] }: Pick<ScreeningResult, 'hits' | 'notices'>): Purposed[] => [
  ...hits.map((hit) => ({ ...hit, purpose: 'sanctions' as const })),
  ...notices.map((hit) => ({ ...hit, purpose: 'pep' as const })),
];

async function matched(work: Work, { kind, names }: Subject): Promise<ScreeningResult | undefined> {
  const { lists, changed, deps, tenantId } = work;
  // What waits for a decision is screened against everything, so that it is also told what is gone; banks are, since nobody asked
  // the lists about those that were admitted meanwhile. Payees of what waits for its rail are few.
  const only = kind === 'open' || kind === 'settled' ? changed : undefined;
  const again: Look = {
    name(name): Match[] {
      if (wordsOf(name).length === 0) return [];
      return only ? screenChanged(lists.index, only, name) : screen(lists.index, name);
    },
    identifier: (identifier) => screenIdentifier(only ?? lists.index, identifier),
  };
  const found = partyHits(names, again);
  return found.length === 0 ? undefined : await deps.screening.sortOut(tenantId, lists, names, found);
}

/** Hits that are new: not found first with the same entry, and not told in an earlier run of the entry as it is now. */
function brought({ changed, lists }: Work, { first, kind, names }: Subject, hits: readonly Purposed[], told: Told): Change[] {
  const stored = new Set([...(first.hits ?? []), ...(first.notices ?? []), ...(first.cleared ?? [])].map(matchKey));
  return hits.flatMap((hit): Change[] => {
    const mark = markOf(kind, { ...hit, name: nameOf(hit, names) });
    const how = howTold(told.get(mark), kind, digestIn(lists.index, hit.listId, hit.entryId));
    if (how !== 'not') return how === 'so' ? [] : [{ hit, change: 'new', entryChanged: true }];
    const isChanged = changed !== undefined && entryNamed(changed, hit.listId, hit.entryId) !== undefined;
    return stored.has(matchKey(hit)) && !isChanged ? [] : [{ hit, change: 'new' }];
  });
}

/** The name or identifier that a hit is on. */
export const nameOf = ({ party, name }: Hit, names: Parties): string => name ?? names[party].name;

/** What has come to the notes of a held payment, and what has gone from them. */
function heldChanges({ first }: Subject, hits: readonly Purposed[], cleared: ReadonlySet<string>, told: Told): Change[] {
  const noted = new Map(purposed({ hits: first.hits ?? [], notices: first.notices ?? [] }).map((hit) => [matchKey(hit), hit]));
  for (const [key, { change, ...finding }] of [...told].map(([mark, of]) => [mark, of.at(-1)!] as const)) {
    if (change === 'gone') noted.delete(key);
    else noted.set(key, { ...finding, party: partyOf(finding), explanation: [...finding.explanation] });
  }
  const now = new Set(hits.map(matchKey));
  const gone = [...noted].filter(([key]) => !now.has(key) && !cleared.has(key)).map(([, hit]): Change => ({ hit, change: 'gone' }));
  const come = hits.filter((hit) => !noted.has(matchKey(hit))).map((hit): Change => ({ hit, change: 'new' }));
  return [...come, ...gone];
}

function findingOf({ run, deps, lists }: Work, { id, kind, names }: Subject, { hit, change, entryChanged = false }: Change): Finding {
  const { party, purpose, listId, entryId, listed, score, explanation } = hit;
  const foundAt = deps.clock.now();
  return {
    id: newId(foundAt),
    rescreeningId: run.id,
    kind,
    subjectId: id,
    party: kind === 'participant' ? 'participant' : party,
    change,
    purpose,
    name: nameOf(hit, names),
    listId,
    entryId,
    listed,
    score,
    explanation,
    entryDigest: digestIn(lists.index, listId, entryId),
    entryChanged,
    foundAt,
  };
}

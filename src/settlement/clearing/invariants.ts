import { hash } from 'node:crypto';
import { canonicalJson } from '../../base/canonical-json.ts';
import { verifyNetting, type PublishedObligation } from '../netting/verify.ts';
import type { WindowFile } from '../netting/window-file.ts';

/** What the invariants of multilateral netting say, in the words of the settlement notes. */
export const INVARIANTS = {
  N1: 'Net positions add up to zero in each currency.',
  N2: 'Every obligation is in exactly one window, in one currency.',
  N3: 'The input was fixed by its Merkle root before there was a result.',
  N4: 'Positions follow from the obligations.',
  N5: 'What a participant is told to pay or receive is its position.',
  N6: 'Funding is half the sum of all positions: the least with which everything can be discharged.',
  N7: 'What a participant owes and is owed pair by pair adds up to its position.',
  N8: 'No currency is mixed with another.',
  N9: 'The order of the input does not matter.',
  N10: 'Adding obligations one at a time comes to the same as netting them at once.',
  N11: 'Netting pair by pair never needs less.',
} as const;
export type InvariantId = keyof typeof INVARIANTS;

/** One invariant held against a window: nothing found means that it holds. `skipped` says what would be needed to check it whole. */
export type InvariantCheck = { id: InvariantId; says: string; findings: string[]; skipped?: string };

/** The notice at cut-off: the root, and the number in the stream of events under which it was published. */
export type CutOffNotice = { inputRoot: string; publishedAs: bigint; resultPublishedAs: bigint };

/**
 * What is known of a window. With the files of the windows around it N2 is checked across them, and with the notice N3 in time;
 * without, only within this one.
 */
export type WindowEvidence = {
  file: WindowFile;
  obligations: readonly PublishedObligation[];
  neighbours?: readonly WindowFile[];
  notice?: CutOffNotice;
};

/** Holds a published window against all eleven invariants, in their order. */
export function checkInvariants(evidence: WindowEvidence): InvariantCheck[] {
  const { file, obligations, neighbours, notice } = evidence;
  const found = verifyNetting(file, obligations);
  const own: Partial<Record<InvariantId, string[]>> = {
    N2: neighbours ? checkBorders(file, neighbours) : [],
    N3: notice ? checkNotice(file, notice) : [],
    N7: checkPairs(file, obligations),
    N9: checkOrder(file, obligations),
    N10: checkIncrements(file, obligations),
  };
  const skipped: Partial<Record<InvariantId, string>> = {
    ...(!neighbours && { N2: 'Across windows: needs the files of the windows before and after.' }),
    ...(!notice && { N3: 'In time: needs the notice that was published at cut-off.' }),
  };
  return (Object.keys(INVARIANTS) as InvariantId[]).map((id) => ({
    id,
    says: INVARIANTS[id],
    findings: [...found.filter((problem) => invariantOf(problem) === id).map(withoutId), ...(own[id] ?? [])],
    ...(skipped[id] !== undefined && { skipped: skipped[id] }),
  }));
}

/** Whether all hold. */
export function allHold(checks: readonly InvariantCheck[]): boolean {
  return checks.every(({ findings }) => findings.length === 0);
}

/** The verifier puts the invariant first; what it says of the file as a whole concerns the positions. */
function invariantOf(problem: string): InvariantId {
  const id = /^N\d+(?=:)/.exec(problem)?.[0];
  return id !== undefined && id in INVARIANTS ? (id as InvariantId) : 'N4';
}

const withoutId = (problem: string) => problem.replace(/^N\d+: /, '');

/** Windows follow one another: each begins after the sequence with which the one before it ends. */
function checkBorders(file: WindowFile, neighbours: readonly WindowFile[]): string[] {
  const windows = [...neighbours, file].map(({ window }) => window).sort((a, b) => a.number - b.number);
  return windows.flatMap((window, i) => {
    const problems = BigInt(window.fromSeq) <= BigInt(window.toSeq) ? [] : [`window ${window.number} ends before it begins`];
    const before = windows[i - 1];
    if (!before) return problems;
    if (before.number === window.number) return [...problems, `there are two windows ${window.number}`];
    if (before.number + 1 === window.number && before.toSeq !== window.fromSeq)
      problems.push(`window ${window.number} begins after ${window.fromSeq}, window ${before.number} ended with ${before.toSeq}`);
    if (BigInt(before.toSeq) > BigInt(window.fromSeq)) problems.push(`windows ${before.number} and ${window.number} overlap`);
    return problems;
  });
}

function checkNotice(file: WindowFile, { inputRoot, publishedAs, resultPublishedAs }: CutOffNotice): string[] {
  const problems: string[] = [];
  if (inputRoot !== file.inputRoot) problems.push('the root published at cut-off is another one');
  if (publishedAs >= resultPublishedAs)
    problems.push(`the root was published as ${publishedAs}, the result before it as ${resultPublishedAs}`);
  return problems;
}

/** N7: by participant, over everybody it deals with. */
function checkPairs(file: WindowFile, obligations: readonly PublishedObligation[]): string[] {
  const pairs = new Map<string, Map<string, bigint>>();
  const add = (asset: string, participant: string, counterparty: string, units: bigint) => {
    const own = pairs.get(`${asset} ${participant}`) ?? new Map<string, bigint>();
    own.set(counterparty, (own.get(counterparty) ?? 0n) + units);
    pairs.set(`${asset} ${participant}`, own);
  };
  for (const { asset, debtor, creditor, units } of obligations) {
    add(asset, debtor, creditor, -BigInt(units));
    add(asset, creditor, debtor, BigInt(units));
  }
  return file.positions.flatMap(({ asset, participantId, net }) => {
    const sum = [...(pairs.get(`${asset} ${participantId}`)?.values() ?? [])].reduce((total, units) => total + units, 0n);
    return sum === BigInt(net) ? [] : [`the pairs of ${asset} ${participantId} come to ${sum}, its position is ${net}`];
  });
}

type Row = WindowFile['positions'][number];

/** Positions added up in whatever order the obligations come, and written in the one order of the format. */
function positionsOf(obligations: readonly PublishedObligation[]): Row[] {
  const sides = new Map<string, { asset: string; participantId: string; incoming: bigint; outgoing: bigint }>();
  const side = (asset: string, participantId: string) => {
    const key = `${asset} ${participantId}`;
    const found = sides.get(key) ?? { asset, participantId, incoming: 0n, outgoing: 0n };
    sides.set(key, found);
    return found;
  };
  for (const { asset, debtor, creditor, units } of obligations) {
    side(asset, debtor).outgoing += BigInt(units);
    side(asset, creditor).incoming += BigInt(units);
  }
  return [...sides.values()]
    .sort((a, b) => compare(a.asset, b.asset) || compare(a.participantId, b.participantId))
    .map(({ participantId, asset, incoming, outgoing }) => ({
      participantId,
      asset,
      incoming: incoming.toString(),
      outgoing: outgoing.toString(),
      net: (incoming - outgoing).toString(),
    }));
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** N9: from the obligations backwards come the same bytes, and so the same hash. */
function checkOrder(file: WindowFile, obligations: readonly PublishedObligation[]): string[] {
  const turned = hash('sha256', canonicalJson(positionsOf(obligations.toReversed())), 'hex');
  return turned === file.resultHash ? [] : ['the obligations taken backwards have another result'];
}

/** N10: a running balance for each participant, one obligation at a time. */
function checkIncrements(file: WindowFile, obligations: readonly PublishedObligation[]): string[] {
  const running = new Map<string, bigint>();
  for (const { asset, debtor, creditor, units } of obligations) {
    running.set(`${asset} ${debtor}`, (running.get(`${asset} ${debtor}`) ?? 0n) - BigInt(units));
    running.set(`${asset} ${creditor}`, (running.get(`${asset} ${creditor}`) ?? 0n) + BigInt(units));
  }
  return file.positions.flatMap(({ asset, participantId, net }) => {
    const sum = running.get(`${asset} ${participantId}`) ?? 0n;
    return sum === BigInt(net) ? [] : [`${asset} ${participantId} runs up to ${sum}, its position is ${net}`];
  });
}

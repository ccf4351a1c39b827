import type { Findings } from './findings.ts';
import type { ObligationRecord, WindowRecord } from './records.ts';
import { growingTree, leafOf, rootByPath } from './tree.ts';

/** Holds the obligations of a file, as they come, against its first line. */
export type InputChecks = { add(obligation: ObligationRecord): void; done(): Counted };

/** How many obligations a file has, how many of them were removed on a default, and on whose. */
export type Counted = { obligations: number; removed: number; removedFor: string[] };

/** What somebody kept of the notices: the root at cut-off, and who was taken out on default. What is absent is not held against anything. */
export type Kept = { publishedRoot?: string; removedFor?: readonly string[] };

/** N2 and N3. */
export function inputChecks(window: WindowRecord, findings: Findings, { publishedRoot, removedFor: told }: Kept = {}): InputChecks {
  const spans = new Map(window.spans.map((span) => [span.asset, { from: BigInt(span.fromSeq), to: BigInt(span.toSeq) }]));
  const tree = growingTree();
  const ids = new Set<string>();
  let last = { seq: -1n, index: -1 };
  const defaults = defaultChecks(findings, told);
  checkFrame(window, findings, publishedRoot);

  function addPlace({ index, seq, id, asset, left, debtor, creditor }: ObligationRecord): void {
    const at = `obligation ${index} (${id})`;
    const number = BigInt(seq);
    const follows = window.part === undefined ? index === last.index + 1 : index > last.index;
    findings.hold('N2', follows && index < window.obligations, () => `${at} does not follow number ${last.index}`);
    findings.hold('N2', number > last.seq, () => `${at} has sequence ${seq}, behind ${last.seq}`);
    findings.hold('N2', !ids.has(id), () => `${id} is in the window twice`);
    findings.hold('N2', debtor !== creditor, () => `${at} is owed to its own debtor`);
    const span = spans.get(asset);
    // What left an earlier window lies before the range of this one, which may have none.
    const before = left !== window.id && (span === undefined || number <= span.from);
    const inside = left === undefined ? span !== undefined && number > span.from && number <= span.to : before;
    findings.hold('N2', inside, () => `${at} has sequence ${seq}, which is not in the window's range of ${asset}`);
    ids.add(id);
    last = { seq: number, index };
  }

  function addLeaf({ index, id, debtor, creditor, asset, units, leaf, path }: ObligationRecord): void {
    const own = leafOf(JSON.stringify({ asset, creditor, debtor, id, units }));
    findings.hold('N3', own === leaf, () => `the leaf of obligation ${index} (${id}) is not the hash of its content`);
    findings.hold('FORM', (path !== undefined) === (window.part !== undefined), () => `obligation ${index} has a path, or lacks one`);
    if (window.part === undefined) return tree.append(own);
    const mine = debtor === window.part || creditor === window.part;
    findings.hold('FORM', mine, () => `obligation ${index} does not concern ${window.part}`);
    const root = rootByPath(own, index, window.obligations, path ?? []);
    findings.hold('N3', root === window.inputRoot, () => `the path of obligation ${index} (${id}) does not lead to the root`);
  }

  return {
    add(obligation) {
      addPlace(obligation);
      defaults.add(obligation);
      addLeaf(obligation);
    },
    done() {
      const gone = defaults.done();
      if (window.part === undefined) {
        findings.hold('N2', tree.size() === window.obligations, () => `${tree.size()} obligations, not ${window.obligations} as stated`);
        findings.hold(
          'N3',
          tree.root() === window.inputRoot,
          () => `the obligations have the root ${tree.root()}, not ${window.inputRoot}`,
        );
      }
      return { obligations: ids.size, ...gone };
    },
  };
}

/**
 * A default takes a participant out of the window whole, in every currency and with what came over from earlier windows: who is named
 * as removed has nothing else there. Else a single payment could be dropped as though somebody had defaulted.
 */
function defaultChecks(findings: Findings, told: readonly string[] | undefined) {
  const counted = new Map<string, ObligationRecord>();
  const gone = new Set<string>();
  let removed = 0;
  return {
    add(obligation: ObligationRecord): void {
      const { index, id, debtor, creditor, removed: removedFor } = obligation;
      if (removedFor === undefined) {
        counted.set(debtor, obligation);
        counted.set(creditor, obligation);
        return;
      }
      removed++;
      gone.add(removedFor);
      const isParty = removedFor === debtor || removedFor === creditor;
      findings.hold('N2', isParty, () => `obligation ${index} (${id}) was removed for ${removedFor}, which has no part in it`);
    },
    done(): Omit<Counted, 'obligations'> {
      for (const participant of gone) {
        const other = counted.get(participant);
        const isOut = other === undefined;
        findings.hold(
          'N2',
          isOut,
          () => `obligations were removed for ${participant}, and obligation ${other!.index} (${other!.id}) of it is counted`,
        );
        const isTold = told === undefined || told.includes(participant);
        findings.hold('N2', isTold, () => `obligations were removed for ${participant}, of whose default nobody was told`);
      }
      for (const participant of told ?? [])
        findings.hold(
          'N2',
          !counted.has(participant),
          () => `${participant} was taken out on default, and has obligations that are counted`,
        );
      return { removed, removedFor: [...gone].sort() };
    },
  };
}

/** What the first line has to be like by itself. */
function checkFrame(window: WindowRecord, findings: Findings, publishedRoot: string | undefined): void {
  const { state, spans, cutOffAt, inputPublishedAt, nettedAt, settledAt, resultHash } = window;
  const sorted = spans.every((span, i) => i === 0 || spans[i - 1]!.asset < span.asset);
  findings.hold('N2', sorted, () => 'the ranges do not stand one for each currency, in order');
  for (const { asset, fromSeq, toSeq } of spans)
    findings.hold('N2', BigInt(fromSeq) < BigInt(toSeq), () => `the range of ${asset} ends before it begins`);
  const reached = { cut_off: [false, false], netted: [true, false], settled: [true, true] }[state];
  const states = [nettedAt !== undefined && resultHash !== undefined, settledAt !== undefined];
  findings.hold('FORM', states.join() === reached.join(), () => `the times of a window that is ${state} are others`);
  const times = [cutOffAt, inputPublishedAt, nettedAt, settledAt].filter((time) => time !== undefined).map((time) => Date.parse(time));
  const rise = times.every((time, i) => !Number.isNaN(time) && (i === 0 || time >= times[i - 1]!));
  findings.hold('N3', rise, () => 'cut-off, publication of the root, result and settlement do not follow one another');
  const kept = publishedRoot === undefined || publishedRoot === window.inputRoot;
  findings.hold('N3', kept, () => `the root published at cut-off was ${publishedRoot}, the file has ${window.inputRoot}`);
}

import type { ObligationRecord, WindowRecord } from './records.ts';

/**
 * N2 across windows: what contradicts that every obligation is in exactly one of them. Ranges of one currency must not overlap,
 * and one window must not come in two versions. `twice` are obligations that were found in several (`createPlaces`). Gaps are told apart, since a window between may simply not be at hand.
 */
export function checkAcross(windows: readonly WindowRecord[], twice: readonly string[] = []): { findings: string[]; gaps: string[] } {
  const [findings, gaps]: [string[], string[]] = [[...twice], []];
  const byId = Map.groupBy(windows, ({ id }) => id);
  for (const [id, own] of byId) {
    const roots = new Set(own.map(({ inputRoot, obligations, spans }) => JSON.stringify([inputRoot, obligations, spans])));
    if (roots.size > 1) findings.push(`there are two versions of ${id}`);
  }
  const spans = [...byId.values()].flatMap(([window]) =>
    window!.spans.map(({ asset, fromSeq, toSeq }) => ({ asset, number: window!.number, from: BigInt(fromSeq), to: BigInt(toSeq) })),
  );
  for (const [asset, own] of Map.groupBy(spans, (span) => span.asset)) {
    const sorted = own.toSorted((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
    sorted.forEach((span, i) => {
      const before = sorted[i - 1];
      if (!before) return;
      if (span.from < before.to) findings.push(`windows ${before.number} and ${span.number} overlap in ${asset}`);
      if (span.from > before.to) gaps.push(`nothing at hand covers ${asset} from ${before.to} to ${span.from}`);
    });
  }
  return { findings, gaps };
}

const MOST_TOLD = 100;

/** In which window each obligation of the files at hand is; what was removed on a default is in none. */
export type Places = { add(window: WindowRecord, obligation: ObligationRecord): void; twice(): string[] };

/** Parts and versions of one window name the same obligations. What stays in memory is 36 characters for each obligation. */
export function createPlaces(): Places {
  const places = new Map<string, WindowRecord>();
  const told: string[] = [];
  return {
    add(window, { id, removed }) {
      if (removed !== undefined) return;
      const other = places.get(id);
      if (!other) places.set(id, window);
      else if (other.id !== window.id && told.length < MOST_TOLD)
        told.push(`obligation ${id} is in window ${other.number} and in window ${window.number}`);
    },
    twice: () => told,
  };
}

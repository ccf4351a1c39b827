import type { WindowRecord } from './records.ts';

/**
 * N2 across windows: what contradicts that every obligation is in exactly one of them. Ranges of one currency must not overlap,
 * and one window must not come in two versions. Gaps are told apart, since a window between may simply not be at hand.
 */
export function checkAcross(windows: readonly WindowRecord[]): { findings: string[]; gaps: string[] } {
  const [findings, gaps]: [string[], string[]] = [[], []];
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

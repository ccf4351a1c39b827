import type { Checklist, Finding, Item, Threshold } from './checklist.ts';
import type { Heading } from './outline.ts';
import { isPlaceholder } from './sign-off.ts';

/** Headings that say how many items they have, and have another number of them. */
export function countFindings(headings: readonly Heading[]): Finding[] {
  return headings.flatMap(({ declared, count, line, text }) =>
    declared === undefined || declared === count
      ? []
      : [{ line, kind: 'count', text: `“${text}” declares ${declared} items and has ${count}.` }],
  );
}

/** A sentence such as `Total items: 125+` that says another number than there is. */
export function totalFinding(text: string, line: number, found: number): Finding[] {
  const match = /\btotal\b[^\d\n]{0,40}\b(?:items?|checks?|tasks?)\b\D{0,6}(\d[\d,]*)(\+?)/i.exec(text);
  if (!match) return [];
  const declared = Number(match[1]!.replaceAll(',', ''));
  if (declared === found || (match[2] === '+' && found >= declared && found < declared * 1.2)) return [];
  return [{ line, kind: 'count', text: `“${match[0]}” is declared; there are ${found} items.` }];
}

/** Lines of one section and parent with the same title. */
export function duplicateFindings(items: readonly Item[]): Finding[] {
  const seen = new Map<string, number>();
  return items.flatMap(({ section, parent, under, title, line }) => {
    const key = JSON.stringify([section, parent ?? null, under ?? [], title.toLowerCase()]);
    const before = seen.get(key);
    seen.set(key, before ?? line);
    return before === undefined || title === ''
      ? []
      : [{ line, kind: 'duplicate', text: `“${title}” stands already in line ${before} of the same section.` }];
  });
}

/** Items that still hold a placeholder, such as `____` or `TBD`. */
export function placeholderFindings(items: readonly Item[]): Finding[] {
  return items.flatMap(({ text, line }) => {
    const match = /_{3,}|\bTBD\b|\bTBA\b|\[(?:host|url|contact|link|name|date|email)\]|<[a-z][\w -]{2,40}>/i.exec(text);
    return match && isPlaceholder(match[0])
      ? [{ line, kind: 'placeholder', text: `“${match[0].slice(0, 20)}” is still to be filled in.` }]
      : [];
  });
}

type Demand = { threshold: Threshold; line: number };

/** Demands on the same measurement that differ between lines, or cannot all be met. Triggers are not demands. */
export function contradictionFindings({ items, criteria }: Pick<Checklist, 'items' | 'criteria'>): Finding[] {
  const groups = new Map<string, Demand[]>();
  for (const line of [...items, ...criteria]) {
    if (line.polarity !== 'good_when_true' || line.action === 'continue') continue;
    for (const threshold of line.thresholds) {
      const { metric, unit, percentile, scope, relative } = threshold;
      if (metric.length < 4 || threshold.op === '!=') continue;
      const key = JSON.stringify([
        metric.toLowerCase(),
        unit,
        percentile ?? null,
        scope ?? null,
        relative ?? null,
        line.environment ?? null,
        threshold.op === '=' ? line.section : null,
        ('parent' in line && line.parent) || null,
      ]);
      const group = groups.get(key);
      const demand = { threshold, line: line.line };
      if (!group) groups.set(key, [demand]);
      else if (group.length < 20) group.push(demand);
    }
  }
  return [...groups.values()].flatMap((demands) => contradictionIn(demands)).sort((a, b) => a.line - b.line);
}

function contradictionIn(demands: readonly Demand[]): Finding[] {
  const first = demands[0]!;
  const other = demands.find(({ threshold, line }) => line !== first.line && threshold.value !== first.threshold.value);
  if (!other) return [];
  const words = `“${first.threshold.text}” in line ${first.line}, “${other.threshold.text}” here`;
  const impossible = !compatible(first.threshold, other.threshold);
  const text = `${first.threshold.metric}: ${words}${impossible ? '; both cannot be met.' : '; the stricter one covers the other.'}`;
  return [{ line: other.line, kind: impossible ? 'contradiction' : 'different_thresholds', text }];
}

/** Whether one value can meet both. */
function compatible(a: Threshold, b: Threshold): boolean {
  const [low, high] = [a, b].map(({ op, value }): [number, number] => {
    if (op === '=') return [value, value];
    return op.startsWith('<') ? [-Infinity, value] : [value, Infinity];
  }) as [[number, number], [number, number]];
  return Math.max(low[0], high[0]) <= Math.min(low[1], high[1]);
}

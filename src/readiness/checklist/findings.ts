import type { Finding, Item, Line } from './checklist.ts';
import type { Heading } from './outline.ts';
import { placeholderIn } from './placeholder.ts';
import { guessedTierOf } from './tier.ts';
import type { Wording } from './wording.ts';

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

/** Headings that make lines lighter than critical by words that may be about something else. */
export function tierGuesses(headings: readonly Heading[], { scale, declared, later }: Wording): Finding[] {
  return headings.flatMap((heading) => {
    const { text, line, count } = heading;
    const tier = count > 0 && !declared.has(heading) ? (guessedTierOf(text, scale) ?? (later.has(heading) ? 'low' : undefined)) : undefined;
    return tier ? [{ line, kind: 'tier', text: `“${text}” is taken to make the lines below it ${tier}.` }] : [];
  });
}

/** Places whose lines are put off by a guess, each told once, at its first line. */
export function postponedGuesses(lines: readonly Line[]): Finding[] {
  const seen = new Set<string>();
  return lines.flatMap(({ section, under, postponedBy, window, line }) => {
    if (postponedBy !== 'guess') return [];
    const key = JSON.stringify([section, under ?? []]);
    if (seen.has(key)) return [];
    seen.add(key);
    const words = window ? `“${window.text}”` : 'its heading';
    return [{ line, kind: 'postponed', text: `${words} may be of the time after the release; nothing says so for certain.` }];
  });
}

/** Lines of one section and parent with the same title. */
export function duplicateFindings(items: readonly Item[]): Finding[] {
  const seen = new Map<string, number>();
  return withEqualTitles(items).flatMap(({ section, parent, under, title, line }) => {
    const key = JSON.stringify([section, parent ?? null, under ?? [], title.toLowerCase()]);
    const before = seen.get(key);
    seen.set(key, before ?? line);
    return before === undefined || title === ''
      ? []
      : [{ line, kind: 'duplicate', text: `“${title}” stands already in line ${before} of the same section.` }];
  });
}

/** Of a long list most titles are there once, and need not be looked for by their places. */
function withEqualTitles(items: readonly Item[]): Item[] {
  const once = new Set<string>();
  const more = new Set<string>();
  const titles = items.map(({ title }) => title.toLowerCase());
  for (const title of titles) (once.has(title) ? more : once).add(title);
  return items.filter((_, at) => more.has(titles[at]!));
}

/** Items that still hold a placeholder, such as `____` or `TBD`. */
export function placeholderFindings(items: readonly Item[]): Finding[] {
  return items.flatMap(({ text, line }) => {
    const open = placeholderIn(text);
    return open === undefined ? [] : [{ line, kind: 'placeholder', text: `“${open.slice(0, 20)}” is still to be filled in.` }];
  });
}

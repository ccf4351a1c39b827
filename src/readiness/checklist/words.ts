import type { Context } from './outline.ts';
import { withoutPictographs } from './pictograph.ts';

/**
 * Where a line stands in words, innermost first: bullets around it, the sentence that leads to it, its headings. `headings`
 * are the last of `words`.
 */
export type Place = { words: readonly string[]; lead: string; headings: readonly string[] };

/** Heading numbers, emoji and the like in front of a heading's words. */
function withoutNumber(text: string): string {
  return text
    .replace(/^\d{1,2}\uFE0F?\u20E3\s*/, '')
    .replace(
      /^(?:(?:step|phase|part|section|stage)\s+)?(?:\d{1,3}[a-z]?(?:\.\d{1,3}[a-z]?)*|[A-Z](?:\.\d{1,2})*|[IVX]{2,5})[.):]\s+|^\d{1,3}(?:\.\d{1,3})+[a-z]?\s+|^[A-Z](?:\.\d{1,2})+\s+|^\d{1,2}[a-z]\s+/i,
      '',
    )
    .trim();
}

/** The places of a list are few, those of a document's lines many: one for each context is enough. */
export function placeOf(context: Context, under: readonly string[]): Place {
  const headings = context.section.map(withoutNumber).reverse();
  const lead = withoutPictographs(context.lead);
  const words = [...under.map(withoutPictographs).reverse(), ...(lead === '' ? [] : [lead]), ...headings];
  return { words, lead, headings };
}

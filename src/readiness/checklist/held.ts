import { mayHold } from './first-look.ts';
import { durationAt } from './quantity.ts';

/** How long something must hold, or over which time it is measured; `width` characters behind the number say so. */
export type Held = { forMs?: number; overMs?: number; width: number };
/** Of what need not last. */
export const NOT_HELD: Held = { width: 0 };

/** What is said of it behind or before a number. */
export const heldOf = (right: string, lead: string): Held => heldAt(withheld(right, lead)) ?? heldBefore(lead);

/** `Transfers over 10,000 EUR, held for 24 hours`: they are kept back, and nothing holds. */
const withheld = (right: string, lead: string): string =>
  mayHold(right, /,\sheld for /i) &&
  /\b(?:transfers|payments|payouts|orders|transactions|withdrawals|deposits|refunds|invoices|claims|mails|messages|parcels|shipments|funds|amounts|sums)\s*$/i.test(
    lead,
  )
    ? right.replace(/,\sheld (?=for )/i, ', back ')
    : right;

/** Behind a comma: what goes on being so. */
const STEADY = String.raw`,\s(?:and\s)?(?:held|sustained|maintained|steady|steadily|stable|constant|constantly|continuous|continuously|unbroken|uninterrupted)\s`;
const HELD = new RegExp(
  String.raw`^(?:,\s*,\s*|(?:(?!\band (?!for|that))[^.;,:<>≤≥\d]){0,50}?(?:${STEADY}|,?\s?)|[^.;,:<>≤≥\d]{0,40}\b[1-5](?:xx|\d\d)\s+)\b(?:for|lasting|during|für|während|pendant|durant)\s+(?:(?:more|longer|greater)\s+than\s+|(?:mehr|länger) als\s+|mindestens\s+|plus d['’e]\s*|au moins\s+|at least\s+|over\s+|[>≥]=?\s*|a (?:\p{L}+ )?period of\s+)?`,
  'iu',
);

/** `15 Minuten lang`, `, and that for 15 minutes` */
const LANG = /^\s*,?\s*(?:(?:und das|and that|et ce)\s+(?:for\s+)?)?(?=\d+\s?\w+ lang\b)/i;
const AND_THAT = /^\s*,\s*(?:und das|and that|et ce)\s+(?:for\s+)?(?=\d)/i;
const TOLD = /^\s*,?\s*(?:\d|und|and|et)/i;
const LASTING = /for|lasting|during|für|während|pendant|durant/iu;
const THROUGH =
  /^[^.;,:<>≤≥\d]{0,40}?(?<![\p{L}\d])(?:(?:über|over)\s+)?(?=\d+\s?\p{L}+\s(?:hinweg|am stück|in a row|on end|running|straight)(?!\p{L}))/iu;
const ON_END = /hinweg|am stück|in a row|on end|running|straight/iu;

/** `for 10 minutes` says how long it must hold; `over 10 minutes`, `in 1 hour` over which time it is measured. */
function heldAt(right: string): Held | undefined {
  const held =
    (mayHold(right, TOLD) ? (LANG.exec(right) ?? AND_THAT.exec(right)) : null) ?? (mayHold(right, LASTING) ? HELD.exec(right) : null);
  const duration = held && durationAt(right.slice(held[0].length));
  if (duration) return { forMs: duration.ms, width: held[0].length + duration.width };
  // `über 15 Minuten hinweg`, `15 minutes in a row`
  const through = mayHold(right, ON_END) ? THROUGH.exec(right) : null;
  const lasting = through && durationAt(right.slice(through[0].length));
  if (lasting) return { forMs: lasting.ms, width: through[0].length + lasting.width };
  const over =
    /^[^.;,:<>≤≥\d]{0,40}?(?<![\p{L}\d])(?:over|über|in|across|per|averaged over)\s+(?:any\s+|a\s+(?=rolling|sliding)|the\s+(?:last|past)\s+)?(?:rolling\s+|sliding\s+)?/iu.exec(
      right,
    );
  const span = over && durationAt(right.slice(over[0].length));
  return span ? { overMs: span.ms, width: over[0].length + span.width } : undefined;
}

/** `15 Minuten lang unter 0,5 %`, `longer than 30 minutes above 5 %` */
function heldBefore(lead: string): Held {
  if (!/ (?:lang|als|than) /.test(lead.slice(-40))) return NOT_HELD;
  const span =
    /(\d+\s?\w+) lang\s*(?:zu\s*)?$/i.exec(lead)?.[1] ??
    /\b(?:länger als|longer than|for more than|mehr als) (\d+\s?\w+)\s*$/i.exec(lead)?.[1];
  const duration = span === undefined ? undefined : durationAt(span);
  return duration ? { forMs: duration.ms, width: 0 } : NOT_HELD;
}

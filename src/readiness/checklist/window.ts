import type { Window } from './checklist.ts';
import { durationAt } from './quantity.ts';
import { milliseconds, TIME_MS, timeUnit } from './units.ts';

const DAY = TIME_MS['d']!;
const number = String.raw`(\d+(?:\.\d+)?)`;

/** Readers of windows, from the most exact words to the vaguest; each gives from and to in milliseconds. */
const READERS: readonly { pattern: RegExp; read: (match: RegExpExecArray) => { fromMs: number; toMs: number } | undefined }[] = [
  {
    pattern: new RegExp(
      String.raw`\b[TD]\s?([+−–-])\s?${number}\s?-?([a-z]+)?\s*(?:to|until|till|bis|→|\.\.|–|-)\s*[TD]\s?([+−–-])?\s?${number}?\s?-?([a-z]+)?`,
      'i',
    ),
    read: (m) => span(signed(m[1]!, m[2]!, m[3] ?? m[6], m[0]), m[5] === undefined ? 0 : signed(m[4] ?? '+', m[5], m[6] ?? m[3], m[0])),
  },
  {
    pattern: new RegExp(String.raw`(?<![\w-])([TD])\s?([+−–-])\s?${number}(?:\s?-?([a-z]+))?(?![\w-])`, 'i'),
    read: (m) => around(signed(m[2]!, m[3]!, m[4], m[0])),
  },
  {
    pattern: new RegExp(String.raw`\bfirst\s+(?:${number}\s*(?:[-–—]|to)\s*)?(?:${number}\s*-?|([a-z]+)[\s-]+)?([a-z]+)\b`, 'i'),
    read: (m) => firstOf(m),
  },
  {
    pattern: new RegExp(
      String.raw`(?<![\w.])${number}\s*([a-z]+)?\s*(?:[-–—]|to|bis|until)\s*${number}\s*(hours?|hrs?|h|days?|d|weeks?|minutes?|mins?|months?|stunden|tagen?)\b`,
      'i',
    ),
    read: (m) => span(timed(Number(m[1]), m[2] && timeUnit(m[2]) ? m[2] : m[4]!), timed(Number(m[3]), m[4]!)),
  },
  {
    pattern: /\b(day|week|month|tag|woche)(?:(?:s|e|en)\s|[\s-])?(\d{1,3})(?:\s?(?:[-–—]|to|bis)\s?(?:day\s?|week\s?)?(\d{1,3}))?\b/i,
    read: (m) => calendar(m[1]!.toLowerCase(), Number(m[2]), m[3] === undefined ? Number(m[2]) : Number(m[3])),
  },
  {
    pattern: /\b((?:\d+|an?|one|two|three)\s?-?[a-z]+)\s+(before|prior to|ahead of|after|post|past|following|into)\b/i,
    read: (m) => beside(m[1]!, /before|prior|ahead/i.test(m[2]!) ? -1 : 1),
  },
  {
    pattern:
      /\b(?:monitor|watch|observ\w*|soak|bake|hypercare|stabili[sz]\w*|monitoring)\b[\w ]{0,30}?\b(?:for|during|over)\s+(?:the\s+)?(?:next\s+|following\s+|at least\s+)?((?:\d+|an?|one|two|three|first)[ -]?[a-z]+(?: [a-z]+)?)/i,
    read: (m) => beside(m[1]!, 1),
  },
  {
    pattern:
      /\b(\d+)[- ](hours?|days?|weeks?|minutes?|h)\s(?:[a-z]+\s){0,1}?(?:monitoring|stability|soak|observation|watch|hypercare|validation)/i,
    read: (m) => span(0, timed(Number(m[1]), m[2]!)),
  },
  {
    pattern:
      /\b(?:within|in|during|inside)\s+(?:the\s+)?(?:first\s+)?((?:\d+|an?|one|two|three)\s?-?[a-z]+)\s+(?:of|after|from|following)\s+(?:the\s+)?(?:release|deploy\w*|launch|go-?live|cut-?over|roll-?out|merge|publish\w*)/i,
    read: (m) => beside(m[1]!, 1),
  },
];

function timed(value: number, unit: string): number {
  const read = timeUnit(unit.toLowerCase(), true);
  return (read && milliseconds(value, read.unit)) ?? Number.NaN;
}

function signed(sign: string, value: string, unit: string | undefined, text: string): number {
  const days = /^d/i.test(text.trim()) && unit === undefined;
  const ms = timed(Number(value), unit ?? (days ? 'd' : 'h'));
  return sign === '+' ? ms : -ms;
}

function span(fromMs: number, toMs: number): { fromMs: number; toMs: number } | undefined {
  return Number.isFinite(fromMs) && Number.isFinite(toMs) && fromMs < toMs ? { fromMs, toMs } : undefined;
}

const around = (ms: number): { fromMs: number; toMs: number } | undefined =>
  ms < 0 ? span(ms, 0) : ms === 0 ? { fromMs: 0, toMs: 0 } : span(0, ms);

const COUNTS: Readonly<Record<string, number>> = { two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, ten: 10, twelve: 12, few: 3 };

function firstOf(match: RegExpExecArray): { fromMs: number; toMs: number } | undefined {
  const count = match[2] ? Number(match[2]) : match[3] ? COUNTS[match[3].toLowerCase()] : 1;
  const unit = match[3] && count === undefined ? match[3] : match[4]!;
  return span(0, timed(count ?? 1, unit));
}

function calendar(unit: string, from: number, to: number): { fromMs: number; toMs: number } | undefined {
  if (unit === 'day' || unit === 'tag') return span(from * DAY, (to + 1) * DAY);
  const length = unit === 'month' ? TIME_MS['month']! : TIME_MS['week']!;
  return span(Math.max(0, from - 1) * length, Math.max(1, to) * length);
}

function beside(words: string, sign: 1 | -1): { fromMs: number; toMs: number } | undefined {
  const duration = durationAt(
    words
      .replace(/^first\s+/i, 'one ')
      .replace(/^two\b/i, '2')
      .replace(/^three\b/i, '3'),
  );
  return duration && (sign < 0 ? span(-duration.ms, 0) : span(0, duration.ms));
}

/** How often something is to be done, in milliseconds: `every 5 minutes`, `daily`, `twice a day`. */
export function cadenceOf(text: string): number | undefined {
  if (!/every|each|ly\b|twice|alle|chaque|lich/i.test(text)) return undefined;
  const every = /\b(?:every|each|alle|chaque)\s+((?:\d+|two|three|five|ten|fifteen|thirty)?\s?-?[a-zA-Z]+)\b/i.exec(text);
  const words = every?.[1]!.trim();
  const duration =
    words === undefined ? undefined : durationAt(/^\d|^(?:two|three|five|ten|fifteen|thirty)\b/i.test(words) ? words : `a ${words}`);
  if (duration) return duration.ms;
  const named =
    /\b(hourly|daily(?! active| users)|nightly|weekly|monthly|quarterly|yearly|annual(?:ly)?|twice (?:a|per) day|stündlich|täglich|wöchentlich)\b/i.exec(
      text,
    );
  return named
    ? NAMED[
        named[1]!
          .toLowerCase()
          .replace('per', 'a')
          .replace(/^annual.*/, 'yearly')
      ]
    : undefined;
}

/** The cadence of all lines under a heading such as `Daily`, `Every 15 min during the roll-out`, `Weekly checks`. */
export function cadenceOfHeading(heading: string): number | undefined {
  return /^(?:hourly|daily|nightly|weekly|monthly|quarterly|yearly|annual)\b|\b(?:every|each)\s+\d|^(?:every|each)\s|\((?:hourly|daily|weekly|monthly)\b/i.test(
    heading,
  )
    ? cadenceOf(heading)
    : undefined;
}

const NAMED: Readonly<Record<string, number>> = {
  hourly: 3_600_000,
  stündlich: 3_600_000,
  'twice a day': DAY / 2,
  daily: DAY,
  nightly: DAY,
  täglich: DAY,
  weekly: 7 * DAY,
  wöchentlich: 7 * DAY,
  monthly: 30 * DAY,
  quarterly: 91 * DAY,
  yearly: 365 * DAY,
};

const WATCHING =
  /post|after|valid|monitor|watch|verif|immediate|extended|long|short|stabil|hypercare|observ|follow|nach|après|hour|day|week/i;
const FIRST_ONLY = new Set([2, 6, 7, 8]);

/**
 * The window that a heading or lead opens: `First 24 hours`, `T-7 days`, `T+2 h`, `Validation (2-24 hours)`, `Day 1`. A span
 * under words that say nothing of watching is an estimate of effort and opens none.
 */
export function windowOfHeading(heading: string): Window | undefined {
  if (/\b(?:estimated|effort|takes|duration|timeline)\b/i.test(heading)) return undefined;
  const watching = WATCHING.test(heading.replace(/\([^()]*\)/g, ''));
  return read(heading, (at, { fromMs }) => at !== 3 || fromMs === 0 || watching);
}

/** A line of text that is a time and nothing else, and so the heading of what follows: `First 4 hours (every 15 minutes)`, `Days 1–14`. */
export const isTimeLabel = (text: string): boolean =>
  /^(?:(?:the )?first (?:\p{L}+ |\d+ ?)?(?:minutes?|min|hours?|h|days?|weeks?|months?)|(?:days?|weeks?|months?) \d{1,3}(?: ?(?:[-–—]|to) ?\d{1,3})?|[TD] ?[+−–-] ?\d+ ?\p{L}{0,7}(?: ?(?:to|until|→|[-–—]) ?[TD]? ?[+−–-]? ?\d+ ?\p{L}{0,7})?)(?: after (?:go-?live|launch|(?:the )?release))?\s*(?:\([^()]{1,60}\))?$/iu.test(
    text,
  );

/** The window that a line names for itself: `in first 48 hours`, `monitor for 30 minutes`. */
export function windowOfLine(text: string): Window | undefined {
  if (!/first|[TD]\s?[+−–-]\s?\d|monitor|watch|observ|soak|bake|hypercare|stabili|validation|within|during|inside/i.test(text))
    return undefined;
  return read(text, (at) => FIRST_ONLY.has(at) || at <= 1);
}

function read(text: string, allowed: (at: number, span: { fromMs: number; toMs: number }) => boolean): Window | undefined {
  for (const [at, reader] of READERS.entries()) {
    const match = reader.pattern.exec(text);
    const found = match && reader.read(match);
    if (found && allowed(at, found)) return { ...found, text: match[0].trim() };
  }
  return undefined;
}

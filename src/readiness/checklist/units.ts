import { byInitial, mayBegin, mayHold } from './first-look.ts';

/** The units that people write behind a number, and what each is called here. Anything else is the word that stands there. */

/** Milliseconds of a unit of time. A month is taken as 30 days, a year as 365. */
export const TIME_MS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  week: 604_800_000,
  month: 2_592_000_000,
  year: 31_536_000_000,
};

/** How each unit of time is written, and with which letters it may begin. */
const TIME = byInitial([
  ['m', /^(?:ms|msecs?|millis|milliseconds?|millisekunden|millisecondes?)(?![\w/])/i, 'ms'],
  ['uµμ', /^(?:µs|μs|us|microseconds?)(?![\w/])/i, 'us'],
  ['s', /^(?:s|secs?|seconds?|sekunden?|secondes?)(?![\w/])/i, 's'],
  ['m', /^(?:mins?|minutes?|minuten?)(?![\w/])/i, 'min'],
  ['hs', /^(?:h|hrs?|hours?|stunden?|std|heures?)(?![\w/])/i, 'h'],
  ['dctkj', /^(?:(?:calendar )?days?|d|tagen?|tage|kalendertagen?|kalendertage|jours?)(?![\w/])/i, 'd'],
  // A tag in English is none of time.
  ['tk', /^(?:Kalendert|T)ag(?:e?s)?(?![\w/])(?!\s(?:per|for|is|was|are|on|of|from|pushed|created|set|named)\b)/, 'd'],
  // One letter in capitals is watts.
  ['ws', /^(?:w(?![\w/])|(?:wks?|weeks?|wochen?|semaines?|W(?:ks?|eeks?|ochen?)|WEEKS?)(?![\w/]))/, 'week'],
  ['mcfw', /^(?:(?:calendar |full |whole )?months?|monat(?:en?|e?s)?|mois)(?![\w/])/i, 'month'],
  ['yja', /^(?:y|yrs?|years?|jahr(?:en?|e?s)?|ans?|années?)(?![\w/])/i, 'year'],
]);

const PERIOD = byInitial([
  ['s', /^(?:s|secs?|seconds?|sekunde|seconde)(?!\w)/i, 's'],
  ['m', /^(?:m|mins?|minutes?|minute)(?![\w²³])/i, 'min'],
  ['hs', /^(?:h|hrs?|hours?|stunde|heure)(?!\w)/i, 'h'],
  ['dtj', /^(?:d|days?|tag|jour)(?!\w)/i, 'd'],
  ['ws', /^(?:weeks?|woche|semaine)(?!\w)/i, 'week'],
  ['m', /^(?:months?|monat|mois)(?!\w)/i, 'month'],
  ['yja', /^(?:years?|jahr|an)(?!\w)/i, 'year'],
]);

const RATE = /^(?:tps|qps|rps|iops|transactions?\/s|req\/s)(?!\w)/i;
const BITS = /^(?:[kmgt]?bps|[kmgt]?bit\/s|[kmgt]bits?\/s|[kmgt]i?b\/s)(?!\w)/i;
const SIZE = /^(?:[kmgtp]i?b|bytes?|b)(?!\w)/i;
const PHYSICAL =
  /^(?:[µmkg]?(?:Ω|\u2126|ohms?)|°\s?[cf]|db[am]?|m?w|gw|k?v|m?a|k?w|kwh|nits|[kmg]?hz|mm|cm|km|m|kg|g|eur|usd|gbp|chf|euros?|dollars?|bps|px|dpi|fps|rpm|pp|percentage points?)(?![\w/])/i;

/** What bits, sizes and these may begin with. */
const PLAIN_INITIALS = 'µμkmgωo°dwvanhceupbfrt';

/** Speeds and flows: `mm/s`, `km/h`, `l/h`. What is counted in a time is a rate, what is measured in it a unit of its own. */
const FLOW =
  /^((?:[µnmck]?m|m[²³23]|[mckh]?l|[mk]?g|t|k?wh?|[km]?j|litres?|liters?|gallons?))(?:\s?\/\s?|\s(?:per|pro|par)\s)(s|sec|min|h|d|seconds?|minutes?|hours?|days?|sekunde|minute|stunde|tag)(?!\w)/iu;

/** A unit at the start of a text, and how many characters it takes. */
export type Unit = { unit: string; width: number };

function firstOf(table: typeof TIME, text: string): Unit | undefined {
  for (const [, pattern, unit] of table(text)) {
    const match = pattern.exec(text);
    if (match) return { unit, width: match[0].length };
  }
  return undefined;
}

/** Reads a unit of time. `glued` where it follows the number without a space: there `5m` are minutes. */
export function timeUnit(text: string, glued = false): Unit | undefined {
  if (glued && /^m(?!\w)/.test(text)) return { unit: 'min', width: 1 };
  return firstOf(TIME, text);
}

const SHARE = /^(?:(%|percent\b|per ?cent\b|pct\b|prozent\b|pour cent\b)|‰|per ?mille?\b|promille\b|pour mille\b)/i;

/** Reads what stands behind a number: `%`, a time, a size, a rate such as `/min` or `requests per second`, `x`. */
export function unitOf(text: string, glued: boolean): Unit | undefined {
  const share = mayBegin(text, '%‰p') ? SHARE.exec(text) : null;
  if (share) return { unit: share[1] === undefined ? '‰' : '%', width: share[0].length };
  const flow = mayBegin(text, 'µμnmcklgtwj') ? FLOW.exec(text) : null;
  if (flow) return { unit: `${flow[1]!}/${timeUnit(flow[2]!)?.unit ?? firstOf(PERIOD, flow[2]!)!.unit}`, width: flow[0].length };
  const times = mayBegin(text, 'x×t-fm') ? /^(?:x|×|times|-?fold|mal|fois)(?!\w)/i.exec(text) : null;
  // `3 times an hour` is how often.
  const often = times && /^(?:times|mal|fois)/i.test(times[0]) ? perOf(text.slice(times[0].length)) : undefined;
  if (times && often) return { unit: `1/${often.unit}`, width: times[0].length + often.width };
  if (times) return { unit: 'x', width: times[0].length };
  return (
    (mayBegin(text, 'kmgtb') && BITS.test(text) ? plainUnit(text) : undefined) ?? rateOf(text) ?? timeUnit(text, glued) ?? plainUnit(text)
  );
}

function plainUnit(text: string): Unit | undefined {
  const match = mayBegin(text, PLAIN_INITIALS) ? (BITS.exec(text) ?? SIZE.exec(text) ?? PHYSICAL.exec(text)) : null;
  if (!match) return undefined;
  const size = SIZE.test(text) && !BITS.test(text);
  const unit =
    size && /^b/i.test(match[0])
      ? 'B'
      : /^eur/i.test(match[0])
        ? 'EUR'
        : /^(?:usd|dollar)/i.test(match[0])
          ? 'USD'
          : size
            ? sizeOf(match[0])
            : match[0].replace(/\s/g, '');
  const per = size ? perOf(text.slice(match[0].length)) : undefined;
  return per ? { unit: `${unit}/${per.unit}`, width: match[0].length + per.width } : { unit, width: match[0].length };
}

/** `mb` and `gib` as everybody writes them; a small `k` is known as it is. */
const sizeOf = (unit: string): string =>
  /^[mgtp]i?b$/.test(unit) ? unit.replace(/^./, (letter) => letter.toUpperCase()).replace(/b$/, 'B') : unit;

/** `need a second approval`: in no second. */
const SECOND =
  /^\sa second\s(?!(?:on|at|for|in|or|and|sustained|during|each|across|under|with|while|when|to|by|from|of|after|per|is|are)\b)\p{L}/iu;

/** `/month`, ` per day`, ` an hour`. */
function perOf(text: string): Unit | undefined {
  const sign = /^(?:\s?\/\s?|\s(?:per|an?|pro|par)\s(?:each\s)?)/i.exec(text);
  const period = sign && !SECOND.test(text) ? firstOf(PERIOD, text.slice(sign[0].length)) : undefined;
  return sign && period ? { unit: period.unit, width: sign[0].length + period.width } : undefined;
}

/** `50k players for half an hour` is none an hour. */
const SPAN = /\b(?:for|in|within|after|every|half|with|without|until|before|by)$/i;

const THINGS = /^(?:\p{L}[\p{L}\w-]{0,24} ){0,2}?\p{L}[\p{L}\w-]{0,24}(?=\s?\/\s?[smhdwy]|\s(?:per|an?|pro|par)\s)/iu;

/** A rate: `TPS`, `/hour`, `requests per second`, `req/min`; the things counted are not part of its name. */
function rateOf(text: string): Unit | undefined {
  const known = mayBegin(text, 'tqri') ? RATE.exec(text) : null;
  if (known) return { unit: '1/s', width: known[0].length };
  const plain = mayBegin(text, '/pa') ? perOf(` ${text}`) : undefined;
  if (plain) return { unit: `1/${plain.unit}`, width: plain.width - 1 };
  const things = mayHold(text, /\/\s?[smhdwy]|\s(?:per|an?|pro|par)\s/iu) ? THINGS.exec(text) : null;
  if (!things || SPAN.test(things[0]) || SIZE.test(things[0]) || firstOf(TIME, things[0])) return undefined;
  const width = things[0].length;
  const per = perOf(text.slice(width));
  return per ? { unit: `1/${per.unit}`, width: width + per.width } : undefined;
}

/** A time in milliseconds. Undefined for a unit that is none of time. */
export function milliseconds(value: number, unit: string): number | undefined {
  const ms = TIME_MS[unit];
  return ms === undefined ? undefined : Math.round(value * ms);
}

import { codeOf, scaleOf } from '../../../src/base/money.ts';

/** Digits in groups of three. */
function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `EUR/2`, `-1234567` → sign, `12,345`, `67`: whole and fraction apart, so that the fraction can step back. No digit is lost. */
export function moneyParts(asset: string, units: string): { sign: string; whole: string; fraction: string; code: string } {
  const scale = scaleOf(asset);
  const negative = units.startsWith('-');
  const digits = (negative ? units.slice(1) : units).padStart(scale + 1, '0');
  const cut = digits.length - scale;
  return { sign: negative ? '−' : '', whole: grouped(digits.slice(0, cut)), fraction: digits.slice(cut), code: codeOf(asset) };
}

/** `EUR/2`, `1234567` → `12,345.67 EUR`. */
export function money(asset: string, units: string): string {
  const { sign, whole, fraction, code } = moneyParts(asset, units);
  return `${sign}${whole}${fraction && `.${fraction}`} ${code}`;
}

const STEPS = [
  [12, 'tn'],
  [9, 'bn'],
  [6, 'm'],
  [3, 'k'],
] as const;

/** `EUR/2`, `1234567890` → `12.3m`: three figures, cut and not rounded up, for pictures where the exact sum stands beside. */
export function moneyShort(asset: string, units: string): string {
  const negative = units.startsWith('-');
  const whole = BigInt(negative ? units.slice(1) : units) / 10n ** BigInt(scaleOf(asset));
  const length = whole.toString().length;
  const step = STEPS.find(([zeros]) => length > zeros);
  const sign = negative ? '−' : '';
  if (!step) return `${sign}${whole}`;
  const decimals = Math.max(0, 2 - (length - step[0] - 1));
  const scaled = (whole / 10n ** BigInt(step[0] - decimals)).toString();
  const text = decimals > 0 ? `${scaled.slice(0, -decimals)}.${scaled.slice(-decimals)}` : scaled;
  return `${sign}${text}${step[1]}`;
}

/** a / b as a number between 0 and 1 for the length of a bar; exact to nine digits whatever the size of the sums. */
export function share(part: string | bigint, whole: string | bigint): number {
  const b = BigInt(whole);
  if (b === 0n) return 0;
  return Number((BigInt(part) * 1_000_000_000n) / b) / 1e9;
}

/** `Ada <usr_018f…>` → `Ada`: who it was, without the account that the log keeps. */
export function nameOf(person: string): string {
  return person.replace(/(\S)\s*<usr_[^>]*>$/, '$1');
}

/** `4,096`. */
export function count(value: number): string {
  return grouped(String(value));
}

/** 0.8213 → `82.1 %`. */
export function percent(value: number, decimals = 1): string {
  return `${(value * 100).toFixed(decimals)} %`;
}

/** Milliseconds in the largest fitting unit: `340 ms`, `4.2 s`, `12 min 5 s`, `1 h 20 min`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min${seconds % 60 ? ` ${seconds % 60} s` : ''}`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h${minutes % 60 ? ` ${minutes % 60} min` : ''}`;
  return `${Math.round(minutes / 1440)} days`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** `2026-11-22` → `22 Nov 2026`. Days and times are UTC throughout, as on statements. */
export function day(iso: string): string {
  return `${Number(iso.slice(8, 10))} ${MONTHS[Number(iso.slice(5, 7)) - 1]} ${iso.slice(0, 4)}`;
}

/** `2026-11-22` → `Sunday, 22 Nov 2026`. */
export function longDay(iso: string): string {
  return `${WEEKDAYS[new Date(`${iso.slice(0, 10)}T00:00:00Z`).getUTCDay()]}, ${day(iso)}`;
}

/** `2026-11-22T09:30:05.120Z` → `09:30:05`. */
export function clock(iso: string): string {
  return iso.slice(11, 19);
}

/** A word of the wire in people's form: `cut_off` → `cut off`. */
export function words(text: string): string {
  return text.replaceAll('_', ' ');
}

/** A long id or hash by its ends: `pay_0192…cdef`. */
export function shortId(id: string): string {
  const at = id.indexOf('_') + 1;
  const body = id.slice(at);
  return body.length > 12 ? `${id.slice(0, at)}${body.slice(0, 4)}…${body.slice(-6)}` : id;
}

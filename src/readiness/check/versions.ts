/** A version as people and programs write it: `17.10`, `v7.2.1`, `15.18 (Debian 15.18-0+deb12u1)`, `2.0.0-rc1`. */
const VERSION = /^v?\d+(\.\d+){1,3}(?=$|[-+ (])/;
const WHOLE = /^v?\d+$/;
const EARLY = /^[-+]?(?:alpha|beta|rc|pre|dev|snapshot|nightly|canary|preview|next|ea|m\d)/i;

/** Whether a value may be a version, or the first part of one. */
export function isVersion(value: unknown): value is string | number {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 && /^\d+(?:\.\d+)?$/.test(String(value));
  return typeof value === 'string' && (VERSION.test(value) || WHOLE.test(value));
}

/** Whether a value can only be a version: with two dots, a `v`, or words behind it. */
export function isOnlyVersion(value: string | number): boolean {
  return !WHOLE.test(String(value)) && !/^\d+\.\d+$/.test(String(value));
}

/** Whether words, such as the name of a place, a query or a unit, say that a value is a version. */
export const namesVersion = (words: string): boolean => /version(?!_?num|s\b)/i.test(words);

/**
 * The order of two dotted versions; missing parts count as 0. What is not yet a release (`-beta`, `-rc1`) is before it; other words
 * behind, such as those of a distribution, are not looked at.
 */
export function orderOfVersions(left: string | number, right: string | number): number {
  const [a, b] = [partsOf(left), partsOf(right)];
  for (let part = 0; part < Math.max(a.parts.length, b.parts.length); part += 1) {
    const difference = (a.parts[part] ?? 0) - (b.parts[part] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return Number(b.isEarly) - Number(a.isEarly);
}

function partsOf(value: string | number): { parts: number[]; isEarly: boolean } {
  const { 0: dotted, index } = /\d+(\.\d+)*/.exec(String(value))!;
  return { parts: dotted.split('.').map(Number), isEarly: EARLY.test(String(value).slice(index + dotted.length)) };
}

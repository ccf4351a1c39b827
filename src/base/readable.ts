import { codeOf, toDecimalText, type Money } from './money.ts';
import type { LocalDate } from './time.ts';

/** Digits in groups of three, as people read them: `-1234567.5` → `-1,234,567.5`. */
export function grouped(text: string): string {
  const [, whole, rest] = /^(-?\d*)(.*)$/s.exec(text)!;
  return whole!.replace(/\B(?=(\d{3})+$)/g, ',') + rest;
}

/** An amount within a sentence: `50,000.00 EUR`. */
export function amountInWords(money: Money): string {
  return `${grouped(toDecimalText(money))} ${codeOf(money.asset)}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A day within a sentence: `2026-11-23` → `23 Nov 2026`. */
export function dayInWords(day: LocalDate): string {
  return `${Number(day.slice(8, 10))} ${MONTHS[Number(day.slice(5, 7)) - 1]} ${day.slice(0, 4)}`;
}

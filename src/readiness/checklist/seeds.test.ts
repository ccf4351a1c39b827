import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Checklist, Line } from './checklist.ts';
import { readChecklist } from './read-checklist.ts';

const folder = new URL('../../../../shared/seeds/', import.meta.url);
const sources = readdirSync(folder)
  .sort()
  .map((name) => ({ name, bytes: readFileSync(new URL(name, folder)) }));
const checklists: Checklist[] = sources.map(({ name, bytes }) => readChecklist(bytes, name));
const linesOf = (lines: readonly Line[], keep: (line: Line) => unknown): number[] => lines.filter(keep).map(({ line }) => line);
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, at) => from + at);
const HOUR = 3_600_000;

/** Demands of one line as short text: `<500 ms p95`. */
function demands(seed: number, line: number): string {
  const { items, criteria } = checklists[seed]!;
  const found = [...items, ...criteria].find((one) => one.line === line);
  return (found?.thresholds ?? [])
    .map(({ op, value, unit, percentile }) => `${op}${value} ${unit}${percentile === undefined ? '' : ` p${percentile}`}`)
    .join(', ');
}

describe('the five production checklists beside the checkout', () => {
  test('have exactly 969 boxes, 36 of them ticked and 159 nested, each with an identity of its own', () => {
    expect(checklists.map(({ items }) => items.length)).toEqual([168, 334, 56, 183, 228]);
    expect(checklists.map(({ items }) => items.filter(({ checked }) => checked).length)).toEqual([25, 0, 0, 0, 11]);
    expect(checklists.map(({ items }) => items.filter(({ parent }) => parent).length)).toEqual([0, 0, 0, 0, 159]);
    for (const { items, criteria } of checklists) {
      const ids = [...items, ...criteria].map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.every((id) => /^[0-9a-f]{16}$/.test(id))).toBe(true);
    }
  });

  test('have exactly 69 criteria without a box, where they stand', () => {
    expect(checklists.map(({ criteria }) => criteria.map(({ line }) => line))).toEqual([
      [...range(124, 127), ...range(139, 142), 172, ...range(272, 277), ...range(303, 308), 343, 349, 350],
      [...range(443, 448), ...range(451, 455), ...range(458, 462)],
      [210, ...range(399, 403), 417, 425, ...range(481, 488)],
      range(42, 45),
      [...range(339, 343), ...range(347, 350)],
    ]);
  });

  test('give the one byte of each box', () => {
    checklists.forEach(({ items }, seed) => {
      for (const { box, checked } of items) {
        expect(box.to - box.from).toBe(1);
        expect(sources[seed]!.bytes.toString('latin1', box.from - 1, box.to + 1)).toBe(checked ? '[x]' : '[ ]');
      }
    });
  });

  test('give tiers by their own headings', () => {
    const tiers = (seed: number): Record<string, number[]> => ({
      critical: linesOf(checklists[seed]!.items, ({ tier }) => tier === 'critical'),
      high: linesOf(checklists[seed]!.items, ({ tier }) => tier === 'high'),
      medium: linesOf(checklists[seed]!.items, ({ tier }) => tier === 'medium'),
    });
    expect(tiers(1)).toEqual({ critical: range(409, 416), high: range(420, 426), medium: range(430, 434) });
    expect(tiers(3).critical).toEqual([...range(16, 22), ...range(25, 32)]);
    for (const seed of [0, 2, 4]) expect(tiers(seed)).toEqual({ critical: [], high: [], medium: [] });
  });

  test('turn polarity round under triggers and alerts, and nowhere else', () => {
    const bad = checklists.map(({ items, criteria }) => linesOf([...items, ...criteria], ({ polarity }) => polarity === 'bad_when_true'));
    expect(bad).toEqual([
      range(272, 277),
      [...range(443, 448), ...range(451, 455)],
      [],
      range(334, 338),
      [...range(339, 343), ...range(347, 350)],
    ]);
    const actions = (action: string): number[] => linesOf(checklists[1]!.criteria, (line) => line.action === action);
    expect([actions('rollback'), actions('recommend_rollback'), actions('continue')]).toEqual([
      range(443, 448),
      range(451, 455),
      range(458, 462),
    ]);
  });

  test('open windows by their headings', () => {
    const windowAt = (seed: number, line: number): (number | undefined)[] => {
      const window = checklists[seed]!.items.find((item) => item.line === line)?.window;
      return [window?.fromMs, window?.toMs, window?.cadenceMs].map((ms) => (ms === undefined ? undefined : ms / HOUR));
    };
    expect(windowAt(1, 482)).toEqual([0, 1, 1 / 12]);
    expect(windowAt(1, 490)).toEqual([0, 24, 0.5]);
    expect(windowAt(1, 498)).toEqual([0, 168, 24]);
    expect(windowAt(3, 252)).toEqual([-24, 0, undefined]);
    expect(windowAt(3, 266)).toEqual([0, 2, undefined]);
    expect(windowAt(3, 277)).toEqual([0, 24, undefined]);
    expect(windowAt(3, 291)).toEqual([2, 24, undefined]);
    expect(windowAt(3, 298)).toEqual([24, 168, undefined]);
    expect(windowAt(4, 235)).toEqual([0, 24, undefined]);
    expect(windowAt(4, 250)).toEqual([0, 168, undefined]);
    expect(windowAt(4, 264)).toEqual([0, 720, undefined]);
  });

  test('name environments', () => {
    const environments = (name: string): number[] =>
      linesOf(checklists[4]!.items, ({ environment, line }) => environment === name && line > 275);
    expect(environments('development')).toEqual(range(279, 283));
    expect(environments('staging')).toEqual(range(287, 292));
    expect(environments('production')).toEqual(range(296, 302));
  });

  test('state the targets of the acceptance table', () => {
    expect([326, 327, 328, 329, 331, 332, 335].map((line) => demands(1, line))).toEqual([
      '<50 ms p50',
      '<100 ms p95',
      '<200 ms p99',
      '<10 ms',
      '<2 s',
      '<3 s',
      '>1000 1/s',
    ]);
    expect([303, 304, 305, 306, 307, 308, 349, 350].map((line) => demands(0, line))).toEqual([
      '<500 ms p95',
      '<1 s p99',
      '>100 1/s',
      '<30 s',
      '>1000 connections',
      '>70 %',
      '<=4 h',
      '<=15 min',
    ]);
    expect([280, 417, 482, 483].map((line) => demands(2, line))).toEqual(['>=80 %', '<1 %', '<1 %', '<200 ms p95']);
    expect([309, 310, 311, 312, 334, 335].map((line) => demands(3, line))).toEqual([
      '>=99.9 %',
      '<200 ms pmean',
      '<0.1 %',
      '>=1000 concurrent users',
      '<95 %',
      '>1 %',
    ]);
    expect([8, 32, 115, 118, 340, 349, 356, 364].map((line) => demands(4, line))).toEqual([
      '>85 %',
      '>=2 application servers',
      '>=10000 concurrent users',
      '<200 ms',
      '>2000 ms p95',
      '>10 1/h',
      '>99.9 %',
      '>=1000 active users',
    ]);
    expect(checklists[3]!.items.find(({ line }) => line === 335)?.thresholds[0]?.forMs).toBe(600_000);
    expect(checklists[4]!.criteria.find(({ line }) => line === 350)?.thresholds[0]?.relative).toBe('decrease');
  });

  test('keep claims apart from demands', () => {
    const claimed = checklists.map(({ items }) => linesOf(items, ({ claims }) => claims.length > 0));
    expect(claimed).toEqual([[17, ...range(396, 400)], [167, 168, 169], [], [], [7, 8]]);
  });

  test('are signed by 21 roles, by none of them yet', () => {
    expect(checklists.map(({ signOffs }) => signOffs.map(({ line }) => line))).toEqual([
      [576, 584, 592, 600],
      range(513, 517),
      range(502, 504),
      [...range(353, 356), ...range(359, 361), 364, 365],
      [],
    ]);
    expect(checklists.flatMap(({ signOffs }) => signOffs).every(({ filled }) => !filled)).toBe(true);
    expect(linesOf(checklists[0]!.items, ({ roles, line }) => roles.length > 0 && line >= 571)).toEqual([
      ...range(571, 574),
      ...range(579, 582),
      ...range(587, 590),
      ...range(595, 598),
    ]);
  });

  test('are told where they contradict themselves and where they were decoded wrongly', () => {
    const found = (kind: string): number[][] =>
      checklists.map(({ findings }) => findings.filter((finding) => finding.kind === kind).map(({ line }) => line));
    expect(found('count')).toEqual([[], [91, 228, 280, 583], [], [], []]);
    expect(found('mojibake')).toEqual([[], [], [], [13], [5]]);
    expect(checklists.flatMap(({ notUnderstood }) => notUnderstood)).toEqual([]);
  });

  test('show commands with what they should give, in every one of the 51 lines that have some', () => {
    const hinted = checklists.map(({ items }) => items.filter(({ hints }) => hints.length > 0));
    expect(hinted.map((items) => items.length)).toEqual([0, 0, 46, 5, 0]);
    expect(hinted.flat().flatMap(({ hints }) => hints.flatMap(({ expects }) => expects)).length).toBe(33);
  });
});

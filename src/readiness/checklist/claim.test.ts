import { expect, test } from 'vitest';
import { readChecklist } from './read-checklist.ts';

const demanded = (line: string): string =>
  readChecklist(Buffer.from(`- [ ] ${line}\n`), 'test.md')
    .items[0]!.thresholds.map(({ op, value, unit }) => `${op} ${value} ${unit}`)
    .join(' & ');

test.each([
  ['Labels printed, 100% complete for both halls', '= 100 %'],
  ['Stocktaking is 100 % complete', '= 100 %'],
  ['Stocktaking – 100 % complete', ''],
  ['Stocktaking: 100 % done', ''],
  ['Stocktaking (100 % complete)', ''],
  ['Stocktaking, 60% complete for both halls', ''],
  ['Stocktaking at least 60 % complete', '>= 60 %'],
  ['Stocktaking ≥ 99.9 % complete', '>= 99.9 %'],
])('how far something is is a claim, that all of it be so a demand: %s', (line, expected) => {
  expect(demanded(line)).toBe(expected);
});

test.each([
  ['Bo opens the sluice: `sluicectl move gate=4`', ''],
  ['Run with `gate=4`', ''],
  ['`pumpctl set flow=12 limit=3` brings the level below 2 m', '< 2 m'],
  ['The panel shows `errors=0`', '= 0 count'],
  ['rule in the file is `depth > 400`', '> 400 count'],
  ['`max_gates = 4`', '= 4 count'],
])('what is assigned inside of code demands nothing, what it shows does: %s', (line, expected) => {
  expect(demanded(line)).toBe(expected);
});

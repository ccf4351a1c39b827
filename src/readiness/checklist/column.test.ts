import { describe, expect, test } from 'vitest';
import { readChecklist } from './read-checklist.ts';

/** What is read of one row under a header. */
function demanded(header: string, row: string): string {
  const rule = header.replaceAll(/[^|]+/g, '---');
  const { items } = readChecklist(new TextEncoder().encode(`# Vineyard\n\n${header}\n${rule}\n${row}\n`), 'table.md');
  return items.flatMap(({ thresholds }) => thresholds.map(({ op, value, unit }) => `${op} ${value} ${unit}`)).join(' & ');
}

describe('the head of a column says what its cells are', () => {
  test.each([
    'Target',
    'Limit',
    'Allowed',
    'Requirement',
    'Goal',
    'Goals',
    'Value we accept',
    'What we want',
    'What it must be',
    'Number to reach',
    'We need',
    'Should be',
    'Upper limit',
    'Target value',
    'Launch bar',
    'Limit (per press)',
    'Target for launch',
    'Zielwert',
  ])('a bare 0 under “%s” is a demand', (head) => {
    expect(demanded(`| Done | Check | ${head} | Who |`, '| [ ] | leaking casks | 0 | Ada |')).toMatch(/^[=<]=? 0 count$/);
  });

  test.each(['Now', 'Measured', 'Today', 'What we saw', 'We have', 'Current value', 'Points', 'Number', 'Day', 'Effort', 'Shelf'])(
    'a bare 0 under “%s” demands nothing',
    (head) => {
      expect(demanded(`| Done | Check | ${head} | Who |`, '| [ ] | leaking casks | 0 | Ada |')).toBe('');
    },
  );

  test('a Value is what is wanted where no other column says that, and else what was measured', () => {
    expect(demanded('| Done | Check | Value |', '| [ ] | leaking casks | 0 |')).toBe('= 0 count');
    expect(demanded('| # | Criterion | Value | Met |', '| 1 | leaking casks | at most 3 | [ ] |')).toBe('<= 3 count');
    expect(demanded('| Done | Check | Limit | Value |', '| [ ] | leaking casks | 0 | 4 |')).toBe('= 0 count');
  });

  test('a bound in the head is the comparator of the numbers below it', () => {
    expect(demanded('| Done | Check | Max | Min |', '| [ ] | cellar | 14 °C | 9 °C |')).toBe('<= 14 °C & >= 9 °C');
    expect(demanded('| Done | Check | Must not exceed |', '| [ ] | open casks | 4 |')).toBe('<= 4 count');
    expect(demanded('| Done | Check | At least |', '| [ ] | pickers | 30 |')).toBe('>= 30 count');
    expect(demanded('| Done | Check | Max |', '| [ ] | open casks | under 4 |')).toBe('< 4 count');
  });

  test('a version below a target is the least', () => {
    expect(demanded('| Done | Part | Needed | Now |', '| [ ] | Press controller | 4.12 or newer | 4.10 |')).toBe('>= 4.12 version');
  });
});

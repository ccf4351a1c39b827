import { describe, expect, test } from 'vitest';
import { placeholderIn } from './placeholder.ts';
import { readChecklist } from './read-checklist.ts';

const isTold = (text: string): boolean =>
  readChecklist(Buffer.from(`# T\n- [ ] ${text}\n`), 't.md').findings.some(({ kind }) => kind === 'placeholder');

describe('what is still to be filled in', () => {
  test.each([
    'Set {{DOMAIN}}',
    'host: ${HOST}',
    'call <HOST>',
    'Owner: TODO',
    'owner: @todo',
    'TODO: name the owner',
    'FIXME',
    'XXX',
    'Owner: [TBC]',
    'Owner: TBD',
    'reach ???',
    'key xxxxxx',
    'password ***',
    '*** (from secure vault)',
    'CHANGE_ME',
    'changeme',
    'REPLACE_ME',
    'replace-with-yours',
    'INSERT_KEY',
    '[your name]',
    '[Your Company]',
    '[ticket]',
    'YOUR_API_KEY_HERE',
    'Owner: n/a',
    'Owner: ……',
    'Owner: -----',
    'Escalation path: to be defined',
    'lorem ipsum',
    'Contact: ____',
  ])('%s', (text) => {
    expect(isTold(text)).toBe(true);
  });

  test.each([
    'No TODO or FIXME is left in the code',
    'All lorem ipsum replaced',
    'Orders to be confirmed by e-mail are listed',
    'Do not change this without asking me',
    'Replace it after 3 years',
    'Fill it with coolant',
    'Load balancer: n/a in this region, see ADR 4',
    'Values of {{ .Values.image.tag }} rendered',
    'Version 1.2.x and 10.x tested',
    'Why? Because!',
    'Footnotes marked with *',
  ])('not: %s', (text) => {
    expect(isTold(text)).toBe(false);
  });

  test('a name that is none fills no place for a signature', () => {
    const read = (name: string) => readChecklist(Buffer.from(`## Sign-off\n\nQA: ${name}, Date: 2031-01-02\n`), 't.md').signOffs[0]!.filled;
    expect(['Jo Doe', 'TODO', 'XXX', '???', '{{NAME}}', 'REPLACE_ME'].map(read)).toEqual([true, false, false, false, false, false]);
  });

  test('takes time with the length of a text', () => {
    const started = performance.now();
    for (const text of ['[your '.repeat(5_000), '{{A'.repeat(5_000), '<a '.repeat(5_000), ': '.repeat(5_000), '-'.repeat(20_000)])
      placeholderIn(text);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

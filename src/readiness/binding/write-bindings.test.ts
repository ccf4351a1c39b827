import { expect, test } from 'vitest';
import { readBindings } from './read-bindings.ts';
import { changeBindings, emptyBindings } from './write-bindings.ts';

const source = `# Who decides what in our harbour.
version: 1
checklist: harbour

bindings:
  # lamps, as agreed in spring
  - line: a
    disposition: { kind: attested, role: Harbour Master } # the old man himself
    note: asks twice

  - line: b # ropes
    disposition:
      kind: derived
`;

const confirmed = { by: 'Mary', at: '2026-11-22' };
const read = (text: string) => readBindings(text, { file: 'x' }).bindings;

test('confirming changes nothing but the confirmation', () => {
  const binding = { ...read(source)[0]!, confirmed };
  const written = changeBindings(source, [{ kind: 'put', binding }]);
  expect(written).toBe(source.replace('    note: asks twice\n', '    note: asks twice\n    confirmed: { by: Mary, at: 2026-11-22 }\n'));
});

test('a new binding comes last, with a comment that says what it is about', () => {
  const binding = {
    line: 'c',
    theme: 'S1',
    disposition: { kind: 'checked' as const, checks: [{ kind: 'http', params: { target: 'app', path: '/health' } }] },
    confirmed,
  };
  const written = changeBindings(source, [{ kind: 'put', binding, about: 'The gate\n answers' }]);
  expect(written.startsWith(source)).toBe(true);
  expect(written.slice(source.length)).toContain('# The gate answers');
  expect(written.slice(source.length)).toContain('params: { target: app, path: /health }');
  expect(read(written).at(-1)).toEqual(binding);
});

test('an edited line keeps its binding, comments and earlier identity', () => {
  const written = changeBindings(source, [{ kind: 'alias', from: 'a', to: 'z', print: 'AAAAAAAAAAAAAAAAAAAAAA' }]);
  expect(written).toContain('# the old man himself');
  expect(read(written)[0]).toMatchObject({ line: 'z', aliases: ['a'], print: 'AAAAAAAAAAAAAAAAAAAAAA', note: 'asks twice' });
});

test('an empty file takes its first binding', () => {
  const written = changeBindings(emptyBindings('harbour'), [{ kind: 'put', binding: { line: '0123', disposition: { kind: 'derived' } } }]);
  expect(read(written)).toEqual([{ line: '0123', disposition: { kind: 'derived' } }]);
});

test('nothing is written into what is no file of bindings, and no alias of an unknown line', () => {
  expect(() => changeBindings('a: 1\n', [])).toThrow(/no list of bindings/);
  expect(() => changeBindings(source, [{ kind: 'alias', from: 'nobody', to: 'z', print: '' }])).toThrow(/nobody/);
});

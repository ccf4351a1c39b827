import Type from 'typebox';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppError } from '../../base/error.ts';
import { examineBindings, readBindings } from './read-bindings.ts';

const good = `version: 1
checklist: harbour
bindings:
  # the harbour master answers
  - line: a1
    theme: S1
    disposition:
      kind: checked
      checks:
        - kind: http
          params: { target: app, path: /health }
          ttlMs: 60000
    confirmed: { by: Mary, at: 2026-11-22 }
  - line: b2
    disposition: { kind: waived, reason: the crane is late, by: John, until: 2026-12-24 }
`;

const params = Type.Object({ target: Type.String(), path: Type.String() }, { additionalProperties: false });
const kinds = { find: (name: string) => (name === 'http' ? { params } : undefined) };

const problemsOf = (text: string) =>
  examineBindings(text, kinds).problems.map(({ line, column, text: what }) => `${line}:${column} ${what}`);

test('a parameter that would not be looked at beside another one is told where it stands', () => {
  const unheld = [{ names: ['path'], when: (given: unknown) => (given as { target: string }).target === 'app', where: 'of the app' }];
  const { problems } = examineBindings(good, { find: () => ({ params, unheld }) });
  expect(problems.map(({ line, text }) => `${line} ${text}`)).toEqual(['11 path is not looked at of the app']);
});

test('a whole file is read as it stands', () => {
  const { bindings } = readBindings(good, { file: 'x.yaml', kinds });
  expect(bindings).toHaveLength(2);
  expect(bindings[0]).toEqual({
    line: 'a1',
    theme: 'S1',
    disposition: { kind: 'checked', checks: [{ kind: 'http', params: { target: 'app', path: '/health' }, ttlMs: 60_000 }] },
    confirmed: { by: 'Mary', at: '2026-11-22' },
  });
});

test('every problem is named at once, each where it stands', () => {
  const bad = `version: 1
checklist: harbour
bindings:
  - line: 17
    disposition: { kind: derived }
  - line: a2
    colour: red
    disposition: { kind: perhaps }
  - line: a3
    disposition: { kind: checked, checks: [] }
  - line: a4
    disposition: { kind: attested }
    confirmed: { by: Mary, at: 2026-02-30 }
`;
  expect(problemsOf(bad)).toEqual([
    '4:5 line must be string (an identity of digits stands in quotes)',
    '7:5 the binding has no field "colour"',
    '8:20 disposition.kind must be one of checked, attested, derived, outside, not_applicable, waived',
    '10:35 disposition.checks must not have fewer than 1 items',
    '12:5 disposition lacks role',
    '13:28 confirmed.at is not a day that exists',
  ]);
  expect(() => readBindings(bad, { file: 'harbour.bindings.yaml' })).toThrow(/harbour\.bindings\.yaml:8:20 disposition\.kind/);
});

test.each(['reason', 'by', 'until'])('a waiver without %s is refused', (field) => {
  const waiver: Record<string, string> = { kind: 'waived', reason: 'late', by: 'John', until: '2026-12-24' };
  delete waiver[field];
  const text = `version: 1\nchecklist: x\nbindings:\n  - line: a1\n    disposition: ${JSON.stringify(waiver)}\n`;
  expect(problemsOf(text)).toEqual([`5:5 disposition lacks ${field}`]);
});

test('a reason of blanks is none', () => {
  const text = `version: 1\nchecklist: x\nbindings:\n  - line: a1\n    disposition: { kind: not_applicable, reason: '  ', by: John }\n`;
  expect(problemsOf(text)).toHaveLength(1);
});

test('unknown kinds of checks and parameters that do not fit are refused when the kinds are known', () => {
  const check = (params: string, kind = 'http') =>
    `version: 1\nchecklist: x\nbindings:\n  - line: a1\n    disposition:\n      kind: checked\n      checks:\n        - kind: ${kind}\n          params: ${params}\n`;
  expect(problemsOf(check('{ target: app, path: / }'))).toEqual([]);
  expect(problemsOf(check('{ target: app, path: / }', 'incantation'))).toEqual(['8:11 there is no check of the kind "incantation"']);
  expect(problemsOf(check('{ target: app, path: 7 }'))).toEqual(['9:34 disposition.checks.0.params.path must be string']);
  expect(problemsOf(check('{ target: app, path: /, run: rm }'))).toEqual(['9:43 disposition.checks.0.params has no field "run"']);
  expect(examineBindings(check('{ target: app }', 'incantation')).problems).toEqual([]);
});

test('what is not YAML, not a file of bindings, or names a field twice is told with its place', () => {
  expect(problemsOf('a: [')[0]).toMatch(/^\d+:\d+ is not YAML/);
  expect(problemsOf('version: 1\nversion: 1\n')[0]).toMatch(/^2:1 is not YAML: Map keys must be unique/);
  expect(problemsOf('')).toEqual(['1:1 the file must be object']);
  expect(problemsOf('version: 2\nchecklist: x\nbindings: []\n')).toHaveLength(1);
});

test('an entity bomb of anchors is refused, not expanded', () => {
  const levels = Array.from({ length: 30 }, (_, at) => `l${at + 1}: &l${at + 1} [${Array(10).fill(`*l${at}`).join(', ')}]`);
  const { problems } = examineBindings(`l0: &l0 [x]\n${levels.join('\n')}\n`);
  expect(problems[0]!.text).toMatch(/cannot be read/);
});

test('any text is read or refused with a code, never anything else', () => {
  const piece = fc.oneof(fc.string(), fc.constantFrom(...good.split(/(?<=\n)/), '- ', ': ', '&a ', '*a', '!!js '));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
      try {
        readBindings(pieces.join(''), { file: 'x', kinds });
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
      }
    }),
  );
});

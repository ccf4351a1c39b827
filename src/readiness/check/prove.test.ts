import { describe, expect, test } from 'vitest';
import { fields, Text } from './define.ts';
import type { CheckKind } from './check.ts';
import { builtInChecks } from './built-in.ts';
import { createKinds } from './kinds.ts';
import { houseChecks } from './kinds/health.ts';
import { proveBound, proveKinds, reasonOf } from './prove.ts';

const kind = (given: Partial<CheckKind>): CheckKind => ({
  name: 'made_up',
  summary: 'For this test.',
  params: fields({}),
  describe: () => 'nothing',
  run: async () => ({ state: 'pass', summary: 'Fine.' }),
  negative: [],
  ...given,
});
const arrange = async () => ({ params: {}, end: async () => {} });

describe('every built-in kind of check', () => {
  test.each([...builtInChecks().kinds, ...houseChecks([]).kinds].map((built) => [built.name, built] as const))(
    '%s fails where it must',
    async (_, built) => {
      const [proof] = await proveKinds([built]);
      expect(proof!.fixtures.map(({ fixture, found, summary }) => ({ fixture, found, summary }))).toEqual(
        proof!.fixtures.map(({ fixture, expected, summary }) => ({ fixture, found: expected, summary })),
      );
      expect(proof!.proven).toBe(true);
    },
  );
});

describe('a proof', () => {
  test('is not given to a kind without a negative fixture', async () => {
    expect(await proveKinds([kind({})])).toMatchObject([{ proven: false, fixtures: [] }]);
  });

  test('is not given to a kind that passes, errs or reaches nobody where it must fail', async () => {
    const passes = kind({ negative: [{ name: 'it passes', arrange }] });
    const errs = kind({ negative: [{ name: 'it throws', arrange }], run: () => Promise.reject(new Error('broken')) });
    const unreached = kind({ run: async () => ({ state: 'unreachable', summary: 'gone' }), negative: [{ name: 'it is gone', arrange }] });
    const proofs = await proveKinds([passes, errs, unreached]);
    expect(proofs.map(({ proven, fixtures }) => [proven, fixtures[0]!.found])).toEqual([
      [false, 'pass'],
      [false, 'error'],
      [false, 'unreachable'],
    ]);
  });

  test('may be had by another state than fail only where the fixture says so', async () => {
    const stale = kind({
      run: async () => ({ state: 'stale', summary: 'old' }),
      negative: [{ name: 'it is old', expects: 'stale', arrange }],
    });
    expect(await proveKinds([stale])).toMatchObject([{ proven: true }]);
  });

  test('is not given when one of several fixtures does not fail, or cannot be arranged', async () => {
    const run = async (params: unknown) => ({
      state: (params as { ok?: boolean }).ok ? ('pass' as const) : ('fail' as const),
      summary: 'x',
    });
    const params = fields({ ok: Text });
    const broken = kind({
      run,
      params: fields({}),
      negative: [
        { name: 'fails', arrange },
        { name: 'cannot be', arrange: () => Promise.reject(new Error('no port')) },
      ],
    });
    const [proof] = await proveKinds([broken, kind({ params })]);
    expect(proof!.proven).toBe(false);
    expect(reasonOf('made_up', proof)).toContain('no port');
  });

  test('of bound checks names those whose kind is unknown or unproven', async () => {
    const kinds = createKinds([
      {
        name: 'here',
        kinds: [
          kind({ name: 'good', run: async () => ({ state: 'fail', summary: 'no' }), negative: [{ name: 'bad', arrange }] }),
          kind({ name: 'bare' }),
        ],
      },
    ]);
    const proofs = await proveBound(
      ['good', 'bare', 'nobody'].map((name) => ({ kind: name, params: {} })),
      kinds,
    );
    expect(proofs.map(({ proven, reason }) => [proven, reason])).toEqual([
      [true, '1 situations found as demanded'],
      [false, 'bare has no negative fixture'],
      [false, 'there is no kind of check called nobody'],
    ]);
  });
});

describe('kinds of several providers', () => {
  test('are found by name, and two of one name are refused', () => {
    expect(createKinds([builtInChecks()]).find('http')?.name).toBe('http');
    expect(() => createKinds([builtInChecks(), { name: 'another', kinds: [kind({ name: 'http' })] }])).toThrow(
      expect.objectContaining({ code: 'readiness.kind_twice' }),
    );
  });
});

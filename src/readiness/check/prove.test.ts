import Type from 'typebox';
import { describe, expect, test } from 'vitest';
import { fields, Text } from './define.ts';
import type { CheckKind } from './check.ts';
import { builtInChecks } from './built-in.ts';
import { createKinds } from './kinds.ts';
import { houseChecks } from './kinds/health.ts';
import { MANNER } from './proof/demands.ts';
import { isAsExpected, type KindProof, proveBound, proveKinds, reasonOf } from './prove.ts';

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
      expect(proof!.fixtures.filter((fixture) => !isAsExpected(fixture))).toEqual([]);
      expect(proof!.proven).toBe(true);
    },
  );
});

test('every parameter that decides is seen not to pass where it cannot hold, beside demands that do', async () => {
  for (const built of builtInChecks().kinds) {
    const { properties, required = [] } = built.params as unknown as { properties: object; required?: readonly string[] };
    const deciding = Object.keys(properties).filter((name) => !required.includes(name) && !MANNER[built.name]?.includes(name));
    const [{ fixtures }] = (await proveKinds([built])) as [KindProof];
    const tried = deciding.filter((name) => fixtures.some(({ fixture }) => fixture.endsWith(`: ${name} that cannot hold`)));
    expect([built.name, tried]).toEqual([built.name, deciding]);
  }
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

  test('is not given to a kind that does not pass where all is well, or passes with a demand that cannot hold', async () => {
    const fails = { name: 'it fails', arrange: async () => ({ params: { bad: 'x' }, end: async () => {} }) };
    const where = (impossible: object, params: object = {}) => [
      {
        name: 'here',
        impossible: impossible as Record<string, unknown>,
        arrange: async () => ({ params: params as Record<string, unknown>, end: async () => {} }),
      },
    ];
    const params = fields({ bad: Type.Optional(Text), most: Type.Optional(Text) });
    const run = async (given: unknown) => ({
      state: (given as { bad?: string }).bad ? ('fail' as const) : ('pass' as const),
      summary: 'x',
    });
    const proofs = await proveKinds([
      kind({ params, run, negative: [fails], tried: where({ bad: 'y' }) }),
      kind({ params, run, negative: [fails], tried: where({ most: 'never' }) }),
      kind({ params, run, negative: [fails], tried: where({}, { bad: 'x' }) }),
    ]);
    expect(proofs.map(({ proven }) => proven)).toEqual([true, false, false]);
    expect(reasonOf('made_up', proofs[1])).toBe('here: most that cannot hold: found pass, demanded no pass (x)');
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

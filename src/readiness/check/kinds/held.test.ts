import { describe, expect, test } from 'vitest';
import { builtInChecks } from '../built-in.ts';
import { bareProbe } from '../loopback.ts';
import { IMPOSSIBLE, MANNER, triedOf } from '../proof/demands.ts';
import { runCheck } from '../run-check.ts';
import { GOOD } from '../../../../test/support/held-checks.ts';

const { kinds } = builtInChecks();
const modes = kinds.flatMap((kind) => Object.keys(GOOD[kind.name] ?? {}).map((mode) => [kind.name, mode, kind] as const));

describe('every parameter that may be left out', () => {
  test.each(kinds.map((kind) => [kind.name, kind] as const))(
    'of %s is a demand that is tried, or says how it looks',
    (name, { params }) => {
      const { properties, required = [] } = params as unknown as { properties: Record<string, unknown>; required?: readonly string[] };
      const optional = Object.keys(properties).filter((each) => !required.includes(each));
      expect([...(MANNER[name] ?? []), ...Object.keys(IMPOSSIBLE[name] ?? {})].toSorted()).toEqual(optional.toSorted());
      expect(Object.keys(GOOD[name] ?? {})).not.toEqual([]);
    },
  );

  test.each(kinds.map((kind) => [kind.name, kind] as const))(
    'of %s is one that there is where it is said not to be looked at',
    (_, kind) => {
      const { properties } = kind.params as unknown as { properties: Record<string, unknown> };
      for (const { names } of kind.unheld ?? []) for (const name of names) expect(Object.keys(properties)).toContain(name);
    },
  );
});

test('every demand on a step of a scenario is held', async () => {
  const kind = kinds.find(({ name }) => name === 'scenario')!;
  const { params } = await GOOD['scenario']!['journey']!();
  const [step] = params['steps'] as object[];
  const demands = {
    status: [418],
    contains: ['never'],
    values: [{ at: '$.never', op: 'exists' }],
    capture: { never: '$.never' },
    maxMs: 1e-9,
  };
  const properties = (kind.params as unknown as { properties: { steps: { items: { properties: object } } } }).properties.steps.items
    .properties;
  expect([...Object.keys(demands), 'name', 'path', 'method', 'headers', 'json', 'tries'].toSorted()).toEqual(
    Object.keys(properties).toSorted(),
  );
  for (const [name, value] of Object.entries(demands)) {
    const { result } = await runCheck(kind, { ...params, steps: [{ ...step, [name]: value }] }, bareProbe());
    expect(`${name} ${result.state}`).toBe(`${name} fail`);
  }
});

test.each([
  ['http', { json: [{ at: '$.status', op: 'exists', value: 'ok' }] }, 'takes no value'],
  ['http', { json: [{ at: '$.status', op: '=' }] }, 'names no value'],
  ['http', { answerHeaders: [{ name: 'x-a', absent: true, equals: 'b' }] }, 'both that it is absent'],
  ['http', { percentile: 95 }, 'percentile is not looked at with one sample'],
])('of %s a demand that contradicts itself is refused: %j', async (name, more, why) => {
  const { params } = await GOOD[name]!['plain']!();
  const { result } = await runCheck(
    kinds.find((kind) => kind.name === name)!,
    { ...params, ...more },
    bareProbe(),
  );
  expect(`${result.state}: ${result.summary}`).toMatch(/^error: /);
  expect(result.summary).toContain(why);
});

describe('where it passes', () => {
  test.each(modes)('%s (%s) holds each demand, or is refused with it', async (name, mode, kind) => {
    const { params, probe } = await GOOD[name]![mode]!();
    const asked = async (more: object) => (await runCheck(kind, { ...params, ...more }, bareProbe(probe))).result;
    expect(await asked({})).toMatchObject({ state: 'pass' });
    const passed: string[] = [];
    for (const [parameter, value] of Object.entries(IMPOSSIBLE[name] ?? {})) {
      const tried = triedOf(value, Object.keys(GOOD[name]!), mode);
      if (tried !== undefined && (await asked({ [parameter]: tried })).state === 'pass') passed.push(parameter);
    }
    expect(passed).toEqual([]);
  });
});

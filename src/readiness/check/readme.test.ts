import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { builtInChecks } from './built-in.ts';
import { createKinds } from './kinds.ts';
import { houseChecks } from './kinds/health.ts';
import { paramsProblem } from './run-check.ts';
import { readSettings } from './settings.ts';
import { createProbe } from './targets.ts';

const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8');
const kinds = createKinds([builtInChecks(), houseChecks([])]);

/** Rows of the table: the kind (or that of the row above) and the example, with the bars of Markdown taken back. */
const examples = readme
  .split('\n')
  .filter((line) => /^\| (`|\|| {0,1}\|)/.test(line) && line.includes('`{'))
  .reduce<{ kind: string; example: string }[]>((rows, line) => {
    const kind = /^\| `(\w+)`/.exec(line)?.[1] ?? rows.at(-1)!.kind;
    return [...rows, { kind, example: /`(\{.*\})` \|$/.exec(line)![1]! }];
  }, []);

describe('the README of checks', () => {
  test('has an example of every kind', () => {
    expect([...new Set(examples.map(({ kind }) => kind))].toSorted()).toEqual(
      kinds
        .all()
        .map(({ name }) => name)
        .toSorted(),
    );
  });

  test.each(examples)('$kind takes $example', ({ kind, example }) => {
    const found = kinds.find(kind)!;
    const params: unknown = parse(example);
    expect(paramsProblem(found, params)).toBeUndefined();
    expect(found.describe(params).length).toBeGreaterThan(0);
  });

  test('has settings that can be read, and that allow what the examples ask', () => {
    const settings = readSettings(/```yaml\n([\s\S]*?)```/.exec(readme)![1]!, '/srv');
    const environment = { DATABASE_URL: 'postgres://a:b@10.0.0.8/app', REDIS_URL: 'redis://10.0.0.8' };
    const probe = createProbe({ settings: { ...settings, file: undefined as never }, environment });
    for (const { example } of examples) {
      const { target, control, resolvers = [] } = parse(example) as { target?: string; control?: string; resolvers?: string[] };
      for (const name of [target, control, ...resolvers]) expect(name === undefined || probe.target(name).shown !== '').toBe(true);
    }
  });
});

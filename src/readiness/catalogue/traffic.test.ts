import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readBindings } from '../binding/read-bindings.ts';
import { builtInChecks } from '../check/built-in.ts';
import { houseChecks } from '../check/kinds/health.ts';
import { createKinds } from '../check/kinds.ts';

const kinds = createKinds([builtInChecks(), houseChecks([])]);
const files = ['production', ...[0, 1, 2, 3, 4].map((seed) => `seeds/seed-${seed}`)].map((name) => `${name}.bindings.yaml`);
const queries = (file: string): string[] =>
  readBindings(readFileSync(new URL(file, import.meta.url), 'utf8'), { file, kinds }).bindings.flatMap(({ disposition }) =>
    ('checks' in disposition ? (disposition.checks ?? []) : []).flatMap(({ kind, params }) =>
      kind === 'promql' ? [(params as { query: string }).query] : [],
    ),
  );

test.each(files)('no query of %s takes a service that nobody asks for a good one', (file) => {
  for (const query of queries(file)) {
    // A divisor that is lifted above zero makes a share of nothing a good share.
    expect(query).not.toContain('clamp_min');
    // What asks how requests went leaves out those of monitoring, of which there are always some.
    for (const [, labels] of query.matchAll(/rialto_http_request_duration_seconds_(?:count|bucket)(\{[^}]*\})?\[/g))
      if (/5\.\.|histogram_quantile/.test(query)) expect(labels).toContain('operation!~"http[.](health|ready|metrics)"');
    // Nothing counted is none only while something is watched.
    if (query.includes('or vector(0)') && !query.includes('> 0)') && query !== 'count(up == 0) or vector(0)')
      expect(query).toContain(' and on () max(up{job="rialto"}) == 1');
  }
});

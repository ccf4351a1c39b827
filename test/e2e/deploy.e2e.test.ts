import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startProduct, type Product } from '../support/product.ts';
import { findProgram, hasServer } from '../support/servers.ts';

const RULES = new URL('../../deploy/prometheus/rialto.rules.yml', import.meta.url);
const DASHBOARD = new URL('../../deploy/grafana/rialto-settlement.json', import.meta.url);
const README = new URL('../../deploy/README.md', import.meta.url);

let product: Product;
let served: Set<string>;
beforeAll(async () => {
  // Mail has metrics only where it is set up; nobody is asked for it here.
  product = await startProduct({ env: { SMTP_URL: 'smtp://127.0.0.1:9' } });
  const text = await (await fetch(`${product.url}/metrics`)).text();
  served = new Set(Array.from(text.matchAll(/^# TYPE (\S+)/gm), ([, name]) => name!));
});
afterAll(async () => {
  await product.stop();
  product.clean();
});

/** Names of metrics as they are declared: a histogram's series carry a suffix. */
function metricsIn(text: string): string[] {
  const names = text.match(/\b(rialto|process|nodejs)_[a-z0-9_]+/g) ?? [];
  return [...new Set(names)].map((name) => (served.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '')));
}

const rules = readFileSync(RULES, 'utf8');
const dashboard = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as { panels: { title: string; targets?: { expr: string }[] }[] };
const expressions = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

/** The expressions of the rules alone: annotations name other things. */
const conditions = Array.from(rules.matchAll(/^ {8}expr: (?:\|\n((?: {10}.*\n)+)|(.*)\n)/gm), ([, many, one]) => many ?? one ?? '');

test('every metric that an alert looks at is served by the running product', () => {
  expect(conditions.length).toBe(rules.match(/- alert: /g)!.length);
  expect(metricsIn(conditions.join('\n')).filter((name) => !served.has(name))).toEqual([]);
});

test('every metric that the dashboard draws is served by the running product', () => {
  expect(expressions.length).toBeGreaterThan(20);
  expect(metricsIn(expressions.join('\n')).filter((name) => !served.has(name))).toEqual([]);
});

test('the table of what to watch names metrics that exist and alerts that exist, and every alert', () => {
  const readme = readFileSync(README, 'utf8');
  expect(metricsIn(readme).filter((name) => !served.has(name))).toEqual([]);
  const alerts = Array.from(rules.matchAll(/- alert: (\w+)/g), ([, name]) => name!);
  const named = new Set(Array.from(readme.matchAll(/`(Rialto\w+)`/g), ([, name]) => name!));
  expect(named).toEqual(new Set(alerts));
});

test('every alert says how bad it is, what happened and what to do', () => {
  for (const rule of rules.split('- alert: ').slice(1)) {
    expect(rule).toMatch(/labels: \{ severity: (critical|warning) \}/);
    expect(rule).toMatch(/summary: '.+'/);
    expect(rule).toMatch(/action: '.+'/);
  }
});

test.runIf(hasServer('promtool'))('Prometheus itself takes the rules', () => {
  const said = execFileSync(findProgram('promtool')!, ['check', 'rules', fileURLToPath(RULES)], { encoding: 'utf8' });
  expect(said).toContain('SUCCESS');
});

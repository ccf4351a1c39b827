import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { kinds } from '../../../../test/support/seeds.ts';
import { boxed, checklistOf } from '../../binding/binding.fixture.ts';
import { examineBindings } from '../../binding/read-bindings.ts';
import { readChecklist } from '../../checklist/read-checklist.ts';
import { proposeFor } from '../propose.ts';
import { THEMES } from '../themes.ts';
import { filled, missingIn, toFill } from './fill.ts';
import type { System } from './system.ts';

const NOTHING: System = { targets: {}, services: [] };
const proposalFor = (text: string, system: Partial<System> = {}) => {
  const checklist = readChecklist(Buffer.from(text), 'release.md');
  const [line] = checklist.items;
  const of = { targets: {}, services: checklist.services, ...system };
  return proposeFor(checklist, ({ id }) => id === line!.id, of).get(line!.id)!;
};
const checksOf = (text: string, system: Partial<System> = {}) => {
  const { disposition } = proposalFor(text, system).binding;
  return 'checks' in disposition ? disposition.checks : [];
};

/** Names, paths, metrics and tables that only Rialto has. */
const OURS =
  /rialto|openrtb|\/v1\/|\/api\/v1\/health|\/health\/ready|ledger|settlement|drills\.yaml|reports\/|docs\/operations|deploy\/|data\/master|database_admin|edge_plain|audit-verify|migrate-plan|doctor|"(app|edge|metrics|database|prometheus)"/i;

describe('what is proposed to a system of which nothing is known', () => {
  test('is nothing of Rialto, for any phrase of any theme', () => {
    const told: string[] = [];
    for (const { id, phrases } of THEMES) {
      const lines = phrases.map((phrase, at) => boxed(`${id}-${at}`, phrase));
      for (const { binding } of proposeFor(checklistOf(lines), () => true, NOTHING).values())
        told.push(JSON.stringify(binding.disposition));
    }
    expect(told.length).toBeGreaterThan(1_000);
    expect(told.filter((text) => OURS.test(text.replaceAll(/<to be filled in:[^>]*>/g, '')))).toEqual([]);
  });

  test('is nothing of Rialto for checklists of many kinds of systems, but what they say themselves', () => {
    const folder = fileURLToPath(new URL('../../checklist/fixtures/', import.meta.url));
    const names = readdirSync(folder).filter((name) => name.endsWith('.checklist'));
    expect(names.length).toBeGreaterThan(20);
    // Every eighth: they take long to read.
    for (const name of names.filter((_, at) => at % 8 === 0)) {
      const text = readFileSync(`${folder}${name}`, 'utf8');
      const checklist = readChecklist(Buffer.from(text), name);
      const of = { targets: {}, services: checklist.services };
      for (const { binding } of proposeFor(checklist, () => true, of).values()) {
        const told = JSON.stringify('checks' in binding.disposition ? binding.disposition.checks : []).replaceAll(
          /<to be filled in:[^>]*>/g,
          '',
        );
        const [ours] = OURS.exec(told) ?? [];
        if (ours !== undefined) expect(text.toLowerCase(), `${name}: ${told}`).toContain(ours.toLowerCase());
      }
    }
  });

  test('is of known kinds, with parameters that fit once they are filled in', () => {
    const values: Record<string, string> = {
      target: 'x',
      path: '/x',
      host: 'x',
      ports: '80',
      mayBeOpen: '80',
      at: '$.x',
      op: '<',
      value: '1',
    };
    const given = {
      ...values,
      minDaysLeft: '1',
      maxAgeDays: '1',
      maxAgeHours: '1',
      lines: '1',
      minScore: '1',
      commitFile: 'c',
      commitAt: '$.c',
    };
    const more = {
      folder: 'x',
      pgbackrest: 'x',
      record: 'x',
      report: 'x',
      command: 'x',
      query: 'select 1',
      names: 'X_Y',
      oneOf: 'x',
      only: 'x',
      quorumOf: 'x',
    };
    for (const { id, phrases } of THEMES)
      for (const phrase of phrases) {
        const checklist = checklistOf([boxed('x', phrase)]);
        const proposed = proposeFor(checklist, () => true, NOTHING).get('x')!.binding.disposition;
        const { disposition } = filled(proposed, { ...given, ...more });
        expect(missingIn(disposition), `${id}: ${phrase}`).toEqual([]);
        const text = JSON.stringify({ version: 1, checklist: 'x', bindings: [{ line: 'a', disposition }] });
        expect(examineBindings(text, kinds).problems, `${id}: ${phrase}: ${text}`).toEqual([]);
      }
  });
});

describe('what a checklist says itself', () => {
  const line = (title: string, command = '') =>
    `# Release\n\n## Before\n- [ ] ${title}\n${command === '' ? '' : `\n  \`\`\`sh\n  ${command}\n  \`\`\`\n`}`;

  test('is what is asked: the address and the path of its commands, at the target that has this address', () => {
    const targets = { tides: 'http://tides.example:8080', other: 'http://other.example' };
    const text = line('The service is healthy', 'curl -fsS http://tides.example:8080/healthz');
    expect(checksOf(text, { targets })).toEqual([{ kind: 'http', params: { target: 'tides', path: '/healthz' } }]);
    expect(proposalFor(text, { targets }).reason).toContain("the line's own commands");
    const [unnamed] = proposalFor(text).missing;
    expect(unnamed).toMatchObject({ name: 'target', what: 'the name of the target in readiness.yaml for http://tides.example:8080' });
  });

  test('is no check where the command changes something', () => {
    const text = line('The service is healthy', 'curl -X POST http://tides.example:8080/restart');
    expect(JSON.stringify(proposalFor(text).binding)).not.toContain('restart');
  });

  test('is found in the map of its services, when that tells one path', () => {
    const services = [{ address: 'http://tides.example', paths: ['/status', '/login'], line: 9 }];
    const targets = { tides: 'http://tides.example' };
    expect(checksOf(line('Health check answers'), { services, targets })).toMatchObject([{ params: { target: 'tides', path: '/status' } }]);
    const two = [{ address: 'http://tides.example', paths: ['/status', '/healthz'], line: 9 }];
    expect(proposalFor(line('Health check answers'), { services: two, targets }).missing).toMatchObject([{ name: 'path' }]);
  });

  test('is what is demanded: numbers of the line, and none where it tells none', () => {
    expect(checksOf(line('TLS certificate is valid for 21 days'), { targets: { web: 'https://web.example' } })).toEqual([
      { kind: 'tls', params: { target: 'web', minDaysLeft: 21 } },
    ]);
    expect(proposalFor(line('TLS certificate is installed and valid')).missing.map(({ name }) => name)).toContain('minDaysLeft');
    expect(checksOf(line('PostgreSQL 16 installed'), { targets: { db: 'postgres://db.example' } })).toMatchObject([
      { params: { target: 'db', value: 16 } },
    ]);
  });
});

test('a parameter is filled in by its name, as a number where it is one, and only where one is missing', () => {
  const disposition = {
    kind: 'checked' as const,
    checks: [
      { kind: 'tls', params: { target: toFill('which'), minDaysLeft: toFill('days'), names: ['a', toFill('name')], path: '/kept' } },
    ],
  };
  expect(missingIn(disposition).map(({ name, at }) => [name, at])).toEqual([
    ['target', 'tls 1.target'],
    ['minDaysLeft', 'tls 1.minDaysLeft'],
    ['names', 'tls 1.names.1'],
  ]);
  const { disposition: done } = filled(disposition, { target: 'web', minDaysLeft: '30', names: 'b', path: '/other' });
  expect(done).toMatchObject({ checks: [{ params: { target: 'web', minDaysLeft: 30, names: ['a', 'b'], path: '/kept' } }] });
  expect(missingIn(done)).toEqual([]);
});

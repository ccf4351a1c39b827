import type { Disposition } from '../../src/readiness/binding/binding.ts';
import { readChecklist } from '../../src/readiness/checklist/read-checklist.ts';
import type { Supplied } from '../../src/readiness/library.ts';

const SOURCE = `# Production checklist of the sample house

## Critical (must pass)
- [ ] **Database**: it answers
- [ ] **Drill**: a restore was rehearsed this quarter

## High priority
- [ ] **Second site**: traffic can move there

## After the release
### First hour
- [ ] **Watched**: the database still answers

## Medium priority
- [x] **Archive**: old reports are moved away
`;

/** What decides a line of a sample, by the beginning of its title. */
export type Deciding = Readonly<Record<string, Disposition>>;

/** A checklist with confirmed bindings, by the beginnings of its titles. JSON is YAML as well. */
function supplied(name: string, text: string, deciding: Deciding): Supplied {
  const source = new TextEncoder().encode(text);
  const lines = readChecklist(source, name).items;
  const confirmed = { by: 'Ada Lovelace', at: '2026-01-02' };
  const bindings = Object.entries(deciding).map(([title, disposition]) => {
    const line = lines.find((one) => one.title.startsWith(title));
    if (!line) throw new Error(`the sample has no line ${title}`);
    return { line: line.id, disposition, confirmed };
  });
  return { name, source, bindings: JSON.stringify({ version: 1, checklist: name, bindings }) };
}

/** The product's own checklist, as far as tests need one: a line that passes, one to sign, one of each lower tier. */
export const suppliedSample: Supplied = supplied('production', SOURCE, {
  Database: { kind: 'checked', checks: [{ kind: 'health', params: { check: 'database' } }] },
  Watched: { kind: 'checked', checks: [{ kind: 'health', params: { check: 'database' } }] },
  Drill: { kind: 'attested', role: 'Release manager' },
  'Second site': { kind: 'attested', role: 'Technical lead' },
  Archive: { kind: 'attested', role: 'Technical lead' },
});

/** Identity of a line of the sample, by the beginning of its title. */
export function sampleLine(title: string): string {
  const line = readChecklist(suppliedSample.source, 'production').items.find((one) => one.title.startsWith(title));
  if (!line) throw new Error(`the sample has no line ${title}`);
  return line.id;
}

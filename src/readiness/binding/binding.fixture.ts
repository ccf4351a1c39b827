import type { Checklist, Criterion, Item } from '../checklist/checklist.ts';

/** A boxed line for tests: identity and title, and what else matters. */
export function boxed(id: string, title: string, more: Partial<Item> = {}): Item {
  return {
    id,
    line: 1,
    title,
    text: title,
    section: ['Before the release'],
    polarity: 'good_when_true',
    thresholds: [],
    claims: [],
    roles: [],
    mentions: [],
    checked: false,
    box: { from: 0, to: 1 },
    children: [],
    hints: [],
    ...more,
  };
}

/** A checklist of these lines, each on a line of its own. */
export function checklistOf(items: readonly Item[], criteria: readonly Criterion[] = []): Checklist {
  return {
    name: 'harbour',
    title: 'Harbour',
    sha256: '0'.repeat(64),
    items: items.map((item, at) => ({ ...item, line: at + 1 })),
    criteria,
    signOffs: [],
    states: [],
    services: [],
    guessed: [],
    notUnderstood: [],
    findings: [],
  };
}

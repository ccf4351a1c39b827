import type { Checklist, Criterion, Item, Line } from './checklist.ts';

/** A checklist as JSON: like the value, but with `null` for what a line does not have, so that every key can be found. */
export function checklistJson(checklist: Checklist): Record<string, unknown> {
  const { name, title, sha256, items, criteria, signOffs, states, services, guessed, notUnderstood, findings } = checklist;
  const depths = depthsOf(items);
  return {
    name,
    title,
    sha256,
    items: items.map((item) => itemJson(item, depths.get(item.id) ?? 0)),
    criteria: criteria.map(criterionJson),
    signOffs,
    states,
    services,
    guessed,
    notUnderstood,
    findings,
  };
}

function lineJson(line: Line): Record<string, unknown> {
  const { id, title, line: number, detail, text, section, under, tier, environment, window, polarity, action } = line;
  const { thresholds, claims, applicability, roles, mentions } = line;
  return {
    id,
    title,
    line: number,
    detail: detail ?? null,
    text,
    section,
    under: under ?? [],
    tier: tier ?? null,
    environment: environment ?? null,
    window: window ?? null,
    cadenceMs: line.cadenceMs ?? null,
    polarity,
    action: action ?? null,
    postponedBy: line.postponedBy ?? null,
    thresholds,
    claims,
    applicability: applicability ?? null,
    roles,
    mentions,
  };
}

function itemJson(item: Item, depth: number): Record<string, unknown> {
  const { checked, box, boxKind, order, parent, children, hints } = item;
  const own = { checked, box, boxKind: boxKind ?? 'bracket', order: order ?? null, depth, parent: parent ?? null, children, hints };
  return { ...lineJson(item), ...own };
}

function criterionJson(criterion: Criterion): Record<string, unknown> {
  return { ...lineJson(criterion), kind: criterion.kind, parent: criterion.parent ?? null };
}

/** How many boxed lines each item stands under; parents come before their children. */
export function depthsOf(items: readonly Item[]): ReadonlyMap<string, number> {
  const depths = new Map<string, number>();
  for (const { id, parent } of items) depths.set(id, parent === undefined ? 0 : (depths.get(parent) ?? 0) + 1);
  return depths;
}

import { hash } from 'node:crypto';
import type {
  Action,
  Checklist,
  Criterion,
  Environment,
  Item,
  Polarity,
  PostponedBy,
  SignOffLine,
  Tier,
  Window,
} from '../checklist/checklist.ts';
import { roleKey } from '../people-roles.ts';

/** One thing that has to be judged: a box, a criterion, or the signature of a role that the document asks for. */
export type GateSubject = {
  id: string;
  kind: 'item' | 'criterion' | 'sign_off';
  /** In the document, from 1. */
  line: number;
  title: string;
  section: readonly string[];
  polarity: Polarity;
  tier?: Tier;
  environment?: Environment;
  window?: Window;
  action?: Action;
  postponedBy?: PostponedBy;
  /** Of a `sign_off`: who has to sign. */
  role?: string;
  /** Lines below it, of which a derived one is made. */
  children: readonly string[];
};

/** The identity under which the signature of a role for the whole document is kept: `sign-off:devops`. */
export function signOffId(role: string): string {
  const key = roleKey(role);
  const slug = key.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
  // Letters that an identity cannot hold must still tell two roles apart.
  return /^[a-z0-9 -]+$/.test(key) ? `sign-off:${slug}` : `sign-off:${slug}.${hash('sha256', key).slice(0, 8)}`;
}

/**
 * Everything of a checklist that has to be judged, in the order of the document. Roles in its places for signatures are
 * lines of their own, each role once, unless the place is itself a box, which has an identity already. A name typed into
 * such a place is a claim: only a signature in the log fills it.
 */
export function subjectsOf(checklist: Checklist): readonly GateSubject[] {
  const below = childrenOf(checklist);
  const subjects: GateSubject[] = [
    ...checklist.items.map((item) => subjectOf('item', item, below)),
    ...checklist.criteria.map((criterion) => subjectOf('criterion', criterion, below)),
    ...placesOf(checklist).map(placeOf),
  ];
  return subjects.sort((a, b) => a.line - b.line);
}

function subjectOf(kind: 'item' | 'criterion', line: Item | Criterion, below: ReadonlyMap<string, readonly string[]>): GateSubject {
  const { id, title, section, polarity, tier, environment, window, action, postponedBy } = line;
  return {
    id,
    kind,
    line: line.line,
    title,
    section,
    polarity,
    ...(tier && { tier }),
    ...(environment && { environment }),
    ...(window && { window }),
    ...(action && { action }),
    ...(postponedBy && { postponedBy }),
    children: below.get(id) ?? [],
  };
}

/** Lines below each line: boxes as the parent lists them, and whatever else names it as its parent. */
function childrenOf({ items, criteria }: Checklist): Map<string, readonly string[]> {
  const below = new Map<string, Set<string>>();
  const add = (parent: string, child: string) => (below.get(parent) ?? below.set(parent, new Set()).get(parent)!).add(child);
  for (const item of items) for (const child of item.children) add(item.id, child);
  for (const line of [...items, ...criteria]) if (line.parent !== undefined) add(line.parent, line.id);
  return new Map([...below].map(([id, children]) => [id, [...children]]));
}

function placesOf({ items, signOffs }: Checklist): SignOffLine[] {
  const boxed = new Set(items.map(({ line }) => line));
  const seen = new Set<string>();
  return signOffs.filter(({ line, role }) => {
    const id = signOffId(role);
    if (boxed.has(line) || seen.has(id)) return false;
    return seen.add(id);
  });
}

function placeOf({ role, line, section }: SignOffLine): GateSubject {
  const title = `Signature of ${role}`;
  return { id: signOffId(role), kind: 'sign_off', line, title, section, polarity: 'good_when_true', role, children: [] };
}

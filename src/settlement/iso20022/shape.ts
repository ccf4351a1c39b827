import type { ReasonCode, Refusal } from './reason.ts';
import type { XmlElement } from './xml.ts';

/**
 * How a message is mapped to a value: a `record` lists its fields, each with the path of its element and the kind of what
 * stands there. The same list tells where a field was, for whatever is found wrong with it later (`locate`).
 */

/** A place in a message; its path is only spelled when something is wrong there. */
export type Spot = { readonly element: XmlElement; readonly up?: Spot; readonly label: string };

/** What a code is about: the role of the party around decides which code is given (a BIC of the debtor agent: RC03). */
export type Topic = 'bank' | 'account' | 'country' | 'identity';
export type Codes = Readonly<Partial<Record<Topic, ReasonCode>>>;

/** Where refusals go, and the codes of the role that is being read. */
export type Reader = { readonly refusals: Refusal[]; codes: Codes };

/** What may stand in an element. Undefined means that nothing stands there, or that it was refused. */
export type Kind<T> = { readonly read: (reader: Reader, spot: Spot) => T | undefined; readonly fields?: Fields };

/** A field of a record. `path` has steps with `*` where an element may come several times, and other versions' names behind `|`. */
export type Part<T> = {
  readonly path: string;
  readonly kind: Kind<unknown>;
  readonly many: boolean;
  readonly missing?: ReasonCode;
  readonly codes?: Codes;
  /** Carries the type only. */
  readonly type?: T;
};
type Fields = Readonly<Record<string, Part<unknown>>>;

type ValueOf<P> = P extends Part<infer T> ? T : never;
type Flat<T> = { [K in keyof T]: T[K] };
/** The value that a record reads to; fields that may be absent are optional. */
export type Values<F extends Fields> = Flat<
  { [K in keyof F as undefined extends ValueOf<F[K]> ? never : K]: ValueOf<F[K]> } & {
    [K in keyof F as undefined extends ValueOf<F[K]> ? K : never]?: Exclude<ValueOf<F[K]>, undefined>;
  }
>;
/** The value of a kind. */
export type Of<K> = K extends Kind<infer T> ? T : never;

/** A field that may be absent. */
export function one<T>(path: string, kind: Kind<T>, codes?: Codes): Part<T | undefined> {
  return { path, kind, many: false, codes };
}

/** A field that has to be there; without it the record is refused with the code, CH21 unless another is named. */
export function must<T>(path: string, kind: Kind<T>, missing: ReasonCode = 'CH21', codes?: Codes): Part<T> {
  return { path, kind, many: false, missing, codes };
}

/** A field that may come several times; absent when it comes never. Where no step has a `*`, the last one comes several times. */
export function many<T>(path: string, kind: Kind<T>, codes?: Codes): Part<T[] | undefined> {
  const repeated = path.split('|').map((name) => (name.includes('*') ? name : `${name}*`));
  return { path: repeated.join('|'), kind, many: true, codes };
}

/** An element made of others. What it does not list is passed over; what it lists once and comes twice is refused with CH17. */
export function record<F extends Fields>(fields: F): Kind<Values<F>> {
  const tree = treeOf(fields);
  const required = Object.entries(fields).filter(([, { missing }]) => missing !== undefined);
  return {
    fields,
    read(reader, spot) {
      const out: Record<string, unknown> = {};
      const touched: string[] = [];
      walk(reader, spot, tree, out, touched);
      for (const [key, { path, missing }] of required) {
        if (key in out || touched.includes(key)) continue;
        const at = firstName(path);
        refuseBelow(reader, missing!, spot, at, `${at.slice(at.lastIndexOf('/') + 1)} is missing.`);
      }
      return out as Values<F>;
    },
  };
}

/** A field at one of its names; `elsewhere` when that is not the first of them. */
type Place = { key: string; part: Part<unknown>; elsewhere?: string };
type Node = { name: string; repeats: boolean; field?: Place; below: Map<string, Node> };

function treeOf(fields: Fields): Map<string, Node> {
  const root = new Map<string, Node>();
  for (const [key, part] of Object.entries(fields)) {
    for (const [i, path] of part.path.split('|').entries()) {
      let level = root;
      let node: Node | undefined;
      for (const step of path.split('/')) {
        const name = step.replace('*', '');
        node = level.get(name) ?? { name, repeats: false, below: new Map() };
        node.repeats ||= step.endsWith('*');
        level.set(name, node);
        level = node.below;
      }
      node!.field = { key, part, ...(i > 0 && { elsewhere: path.replaceAll('*', '') }) };
    }
  }
  return root;
}

function walk(reader: Reader, spot: Spot, tree: Map<string, Node>, out: Record<string, unknown>, touched: string[]): void {
  const { children, uri } = spot.element;
  const seen = new Map<Node, number>();
  for (const element of children) {
    const node = element.uri === uri ? tree.get(element.name) : undefined;
    if (!node) continue;
    const count = (seen.get(node) ?? 0) + 1;
    seen.set(node, count);
    const at: Spot = { element, up: spot, label: node.repeats ? `${node.name}[${count}]` : node.name };
    if (count > 1 && !node.repeats) {
      if (count === 2) refuse(reader, 'CH17', at, `${node.name} is given more than once.`);
      continue;
    }
    // An element that holds text in one version and elements in another is told apart by what is in it.
    if (node.field && (node.below.size === 0 || element.children.length === 0)) take(reader, at, node.field, out, touched);
    else walk(reader, at, node.below, out, touched);
  }
}

/** Values whose field stood at another than its first name: field → path. Few, and only asked when something is wrong. */
const elsewhere = new WeakMap<object, Map<string, string>>();

function take(reader: Reader, at: Spot, field: Place, out: Record<string, unknown>, touched: string[]): void {
  const { key, part } = field;
  const before = reader.refusals.length;
  const outside = reader.codes;
  if (part.codes) reader.codes = part.codes;
  const value = part.kind.read(reader, at);
  reader.codes = outside;
  if (reader.refusals.length > before) touched.push(key);
  if (value === undefined) return;
  if (field.elsewhere !== undefined) elsewhere.set(out, (elsewhere.get(out) ?? new Map<string, string>()).set(key, field.elsewhere));
  if (part.many) ((out[key] ??= []) as unknown[]).push(value);
  else if (key in out) refuse(reader, 'CH17', at, `${at.label} says again what another element has said.`);
  else out[key] = value;
}

/** The path of a place from the message's element. */
export function pathOf(spot: Spot): string {
  const above = spot.up ? pathOf(spot.up) : '';
  return above === '' ? spot.label : `${above}/${spot.label}`;
}

/** Notes a reason; answers undefined, so that a kind can return it. */
export function refuse(reader: Reader, code: ReasonCode, spot: Spot, text: string): undefined {
  reader.refusals.push({ code, text, path: pathOf(spot) });
  return undefined;
}

function refuseBelow(reader: Reader, code: ReasonCode, spot: Spot, name: string, text: string): void {
  const above = pathOf(spot);
  reader.refusals.push({ code, text, path: above === '' ? name : `${above}/${name}` });
}

const firstName = (path: string) => path.split('|')[0]!.replaceAll('*', '');

/**
 * The element that a field stands in, from the element of its record: `creditorAgent.bic` → `CdtrAgt/FinInstnId/BICFI`,
 * `charges.0.amount` → `ChrgsInf[1]/Amt`. With the value that was read, the name by which it came; for what is absent the
 * first name, in versions of 2009 the last. Throws RangeError for a field that there is not.
 */
export function locate(kind: Kind<unknown>, field: string, value?: unknown, older = false): string {
  const steps: string[] = [];
  let at: Kind<unknown> | undefined = kind;
  let inside = value as Record<string, unknown> | undefined;
  for (const name of field.split('.')) {
    if (/^\d+$/.test(name)) steps.push(`${steps.pop()}[${Number(name) + 1}]`);
    else {
      const part: Part<unknown> | undefined = at?.fields?.[name];
      if (!part) throw new RangeError(`there is no field ${field}`);
      const known = inside?.[name] === undefined ? undefined : (elsewhere.get(inside)?.get(name) ?? firstName(part.path));
      steps.push(...(known ?? (older ? part.path.split('|').at(-1)!.replaceAll('*', '') : firstName(part.path))).split('/'));
      at = part.kind;
    }
    inside = inside?.[name] as Record<string, unknown> | undefined;
  }
  return steps.join('/');
}

import { type Document, isMap, isSeq, parseDocument, YAMLMap, type YAMLSeq } from 'yaml';
import { AppError } from '../../base/error.ts';
import type { Binding } from './binding.ts';

/** One change of a file of bindings: what a person confirmed. `about` becomes a comment above a new entry. */
export type BindingChange =
  | { kind: 'put'; binding: Binding; about?: string }
  /** A line was edited: the binding of `from` goes on as that of `to`. */
  | { kind: 'alias'; from: string; to: string; print: string };

/** A file with no bindings yet. */
export function emptyBindings(checklist: string): string {
  return `version: 1\nchecklist: ${JSON.stringify(checklist)}\nbindings: []\n`;
}

/**
 * The file with changes written into it. Comments, order and everything that is not concerned stay as they are; new
 * bindings come last. Errors: `readiness.bindings_invalid` when the file is not one.
 */
export function changeBindings(source: string, changes: readonly BindingChange[]): string {
  const document = parseDocument(source, { version: '1.2', schema: 'core' });
  const list = document.errors.length === 0 ? document.get('bindings') : undefined;
  if (!isSeq(list)) throw new AppError('invalid', 'readiness.bindings_invalid', 'The file has no list of bindings to write into.');
  list.flow = false;
  for (const change of changes) apply(document, list, change);
  return document.toString({ lineWidth: 140, flowCollectionPadding: true, singleQuote: true });
}

function apply(document: Document, list: YAMLSeq, change: BindingChange): void {
  const entry = entryOf(list, change.kind === 'put' ? change.binding.line : change.from);
  if (change.kind === 'alias') {
    if (!entry) throw new AppError('not_found', 'readiness.binding_unknown', `No binding is that of ${change.from}.`);
    const aliases = new Set([...((entry.toJS(document) as Binding).aliases ?? []), change.from]);
    entry.set('line', change.to);
    entry.set('aliases', flow(document, [...aliases]));
    entry.set('print', change.print);
    return;
  }
  if (entry) return update(document, entry, change.binding);
  const node = new YAMLMap();
  update(document, node, change.binding);
  if (change.about) node.commentBefore = ` ${change.about.replace(/\s+/g, ' ').slice(0, 120)}`;
  list.add(node);
}

/** Sets what differs, in the order that people read; what is the same keeps its form and its comments. */
function update(document: Document, entry: YAMLMap, binding: Binding): void {
  const was = entry.toJS(document) as Record<string, unknown>;
  const { line, aliases, print, theme, disposition, tier, confirmed, holdsDemand, note } = binding;
  const fields = { line, aliases, print, theme, tier, disposition, holdsDemand, note, confirmed };
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) entry.delete(name);
    else if (JSON.stringify(was[name]) !== JSON.stringify(value))
      entry.set(name, name === 'confirmed' || name === 'aliases' ? flow(document, value) : nodeOf(document, value));
  }
}

function nodeOf(document: Document, value: unknown): unknown {
  const node = document.createNode(value);
  // Parameters read best on one line each check.
  if (isMap(node))
    for (const check of checksOf(node)) if (isMap(check) && isMap(check.get('params'))) (check.get('params') as YAMLMap).flow = true;
  return node;
}

function checksOf(disposition: YAMLMap): readonly unknown[] {
  const checks = disposition.get('checks');
  return isSeq(checks) ? checks.items : [];
}

function flow(document: Document, value: unknown): unknown {
  const node = document.createNode(value);
  if (isMap(node) || isSeq(node)) node.flow = true;
  return node;
}

function entryOf(list: YAMLSeq, line: string): YAMLMap | undefined {
  return list.items.find((item): item is YAMLMap => isMap(item) && item.get('line') === line);
}

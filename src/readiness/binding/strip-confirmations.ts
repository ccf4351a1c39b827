import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, isSeq, parseDocument, visit, type YAMLMap } from 'yaml';
import { durationMs } from '../record/valid-for.ts';
import type { Binding, Bindings } from './binding.ts';

/** What of a file of bindings counts no more: names that nobody with an account put there, and a time that nobody allowed. */
export type Stripped = {
  text: string;
  /** Confirmations that were taken out, by line and by the name that they bore. */
  confirmations: readonly { line: string; by: string }[];
  /** Whether the file's own `validFor` was taken out. */
  validFor: boolean;
};

/**
 * The file without the confirmations that `held` does not hold already for just this binding: a name in a file is nobody's act. A
 * `validFor` of the whole file that is longer than `longestMs` and not held goes as well. Comments and order stay, but where a file
 * repeats itself by anchors. The file must have been read without problems.
 */
export function stripConfirmations(source: string, read: Bindings, held: Bindings, longestMs: number): Stripped {
  const known = Map.groupBy(held.bindings, ({ line }) => line);
  const isHeld = (binding: Binding): boolean => (known.get(binding.line) ?? []).some((one) => isDeepStrictEqual(one, binding));
  const claimed = read.bindings.flatMap((binding, at) => (binding.confirmed && !isHeld(binding) ? [{ binding, at }] : []));
  const validFor = read.validFor !== undefined && read.validFor !== held.validFor && durationMs(read.validFor) > longestMs;
  if (claimed.length === 0 && !validFor) return { text: source, confirmations: [], validFor };
  const document = withoutAnchors(parseDocument(source, { version: '1.2', schema: 'core' }), read);
  if (validFor) document.delete('validFor');
  const list = document.get('bindings');
  for (const { at } of claimed) if (isSeq(list) && isMap(list.items[at])) (list.items[at] as YAMLMap).delete('confirmed');
  return {
    text: document.toString({ lineWidth: 140, flowCollectionPadding: true, singleQuote: true }),
    confirmations: claimed.map(({ binding }) => ({ line: binding.line, by: binding.confirmed!.by })),
    validFor,
  };
}

/** A name that is taken out must not take others along that only refer to it. */
function withoutAnchors(document: Document, read: Bindings): Document {
  let refers = false;
  visit(document, { Alias: () => ((refers = true), visit.BREAK) });
  if (refers) document.contents = document.createNode(read, { aliasDuplicateObjects: false });
  return document;
}

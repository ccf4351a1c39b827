import { SaxesParser } from 'saxes';
import { AppError } from '../../../base/error.ts';
import { truncated } from './csv-records.ts';

/** An element of a list's record: its own text, and its children by name. */
export type Element = { name: string; text: string; children: Element[] };

const SLICE = 1 << 16;
const DEEPEST = 20;

/**
 * The elements of these names out of an XML text, one by one, wherever they stand; the rest is passed over. A document type
 * is refused, so no entity can be defined.
 *
 * Errors: `settlement.list_malformed` with the line, `settlement.list_truncated` when the root is not closed.
 */
export function* xmlRecords(text: string, names: ReadonlySet<string>): Generator<Element> {
  const parser = new SaxesParser();
  const open: Element[] = [];
  let ready: Element[] = [];
  let [depth, closed] = [0, false];
  parser.on('doctype', () => {
    throw new AppError('invalid', 'settlement.list_malformed', 'The file has a document type, which no list needs.');
  });
  parser.on('error', (error) => {
    throw depth > 0 && parser.position >= text.length ? truncated('it ends within an element') : malformedXml(parser, error);
  });
  parser.on('opentag', ({ name: qualified }) => {
    depth++;
    const name = qualified.slice(qualified.indexOf(':') + 1);
    if (open.length === 0 && !names.has(name)) return;
    if (open.length >= DEEPEST) throw malformedXml(parser, new Error('elements are nested too deeply'));
    const element: Element = { name, text: '', children: [] };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('text', (piece) => {
    const element = open.at(-1);
    if (element) element.text += piece;
  });
  parser.on('cdata', (piece) => {
    const element = open.at(-1);
    if (element) element.text += piece;
  });
  parser.on('closetag', () => {
    closed = --depth === 0;
    const element = open.pop();
    if (element && open.length === 0) ready.push(element);
  });
  for (let at = 0; at < text.length; at += SLICE) {
    parser.write(text.slice(at, at + SLICE));
    yield* ready;
    ready = [];
  }
  if (!closed) throw truncated('the root element is not closed');
  parser.close();
}

function malformedXml(parser: SaxesParser, error: Error): AppError {
  const what = error.message.replace(/^\d+:\d+: /, '');
  return new AppError('invalid', 'settlement.list_malformed', `Line ${parser.line}: ${what}`);
}

/** Children of an element at a path of names, in order. */
export function elementsAt(element: Element, ...path: readonly string[]): Element[] {
  let found = [element];
  for (const name of path) found = found.flatMap(({ children }) => children.filter((child) => child.name === name));
  return found;
}

/** Text of the first element at a path, trimmed; empty when there is none. */
export function textAt(element: Element, ...path: readonly string[]): string {
  return elementsAt(element, ...path)[0]?.text.trim() ?? '';
}

/** Texts of all elements at a path. */
export function textsAt(element: Element, ...path: readonly string[]): string[] {
  return elementsAt(element, ...path).map(({ text }) => text.trim());
}

/** Texts of all elements of a name, however deep within another; what wraps them differs between releases of a list. */
export function textsWithin(element: Element, name: string): string[] {
  return element.children.flatMap((child) => (child.name === name ? [child.text.trim()] : textsWithin(child, name)));
}

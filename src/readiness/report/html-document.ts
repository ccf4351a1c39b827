import type { Nodes, Root, RootContent, TableRow } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { escaped, escapedLines } from './plain.ts';

/** Deeper than this, nesting is no longer drawn but told as text. */
const MOST_DEPTH = 60;

/** What to put beside a line of the source, asked for each line once; undefined when there is nothing about it. */
export type Beside = {
  /** The mark and everything below the text, as HTML. */
  take(line: number): About | undefined;
};

/** `classes` are those of the element around the line, `id` makes it reachable by a link. */
export type About = { id: string; classes: string; mark: string; below: string };

/**
 * The document as written, as HTML: its headings, lists, tables and listings, each line with what is known of it. HTML inside
 * the document is shown as text; links are shown with their address, and pictures by their description, so that the page asks nobody.
 */
export function documentHtml(source: string, beside: Beside): string {
  const root: Root = fromMarkdown(source, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  return root.children.map((node) => block(node, { beside, depth: 0, source })).join('\n');
}

type Place = { beside: Beside; depth: number; source: string };

const firstLine = (node: Nodes): number => node.position?.start.line ?? 0;
const lastLine = (node: Nodes): number => node.position?.end.line ?? 0;

function block(node: RootContent, place: Place): string {
  if (place.depth > MOST_DEPTH) return withResults(`<p>${escapedLines(textOf(node, place))}</p>`, node, place);
  const deeper = { ...place, depth: place.depth + 1 };
  switch (node.type) {
    case 'heading':
      return withResults(headingHtml(node, place), node, place);
    case 'paragraph':
      return withResults(`<p>${inlines(node.children, deeper)}</p>`, node, place);
    case 'blockquote':
      return `<blockquote>${node.children.map((child) => block(child, deeper)).join('\n')}</blockquote>`;
    case 'list':
      return listHtml(node, deeper);
    case 'code':
      return listing(node, place);
    case 'table':
      return tableHtml(node.children, deeper);
    case 'thematicBreak':
      return '<hr>';
    case 'html':
      return withResults(`<p class="raw">${escapedLines(node.value)}</p>`, node, place);
    case 'definition':
      return withResults(`<p class="raw">${escaped(`[${node.label ?? node.identifier}]: ${node.url}`)}</p>`, node, place);
    default:
      return withResults(`<p>${escapedLines(textOf(node, place))}</p>`, node, place);
  }
}

/** The words of a node as they stand in the source. */
function textOf(node: Nodes, { source }: Place): string {
  return source.slice(node.position?.start.offset ?? 0, node.position?.end.offset ?? 0);
}

/** The page has a title of its own, so the document's headings stand one level lower. */
function headingHtml(node: Extract<RootContent, { type: 'heading' }>, place: Place): string {
  const level = Math.min(6, node.depth + 1);
  return `<h${level}>${inlines(node.children, place)}</h${level}>`;
}

function listHtml(node: Extract<RootContent, { type: 'list' }>, place: Place): string {
  const tag = node.ordered ? 'ol' : 'ul';
  const start = node.ordered && node.start !== null && node.start !== undefined && node.start !== 1 ? ` start="${node.start}"` : '';
  return `<${tag}${start}>${node.children.map((item) => itemHtml(item, place)).join('\n')}</${tag}>`;
}

function itemHtml(item: Extract<RootContent, { type: 'listItem' }>, place: Place): string {
  const about = place.beside.take(firstLine(item));
  const [head, ...rest] = item.children;
  const lead = head?.type === 'paragraph' ? inlines(head.children, place) : undefined;
  const left = lead === undefined ? item.children : rest;
  const body = left.map((child) => block(child, { ...place, depth: place.depth + 1 })).join('\n');
  const late = head?.type === 'paragraph' ? resultsWithin(head, place) : '';
  if (!about) return `<li>${lead ?? ''}${late}${body}</li>`;
  return `<li id="${about.id}" class="${about.classes}"><div class="line">${about.mark}<div class="said">${lead ?? ''}${about.below}</div></div>${late}${body}</li>`;
}

/** A line that is not a point of a list: `said` is its text as HTML. */
export function lineHtml(about: About, said: string): string {
  return `<div id="${about.id}" class="line ${about.classes}">${about.mark}<div class="said">${said}${about.below}</div></div>`;
}

/** A listing line by line, since single lines of it may be conditions. */
function listing(node: Extract<RootContent, { type: 'code' }>, place: Place): string {
  const isFenced = /^\s*(`{3}|~{3})/.test(textOf(node, place));
  const first = firstLine(node) + (isFenced ? 1 : 0);
  const lines = node.value.split('\n').map((text, i) => {
    const about = place.beside.take(first + i);
    const said = `<code>${escapedLines(text) || ' '}</code>`;
    return about ? lineHtml(about, said) : `<div class="line">${said}</div>`;
  });
  return withResults(`<div class="listing">${lines.join('')}</div>`, node, place);
}

function tableHtml([head, ...rows]: readonly TableRow[], place: Place): string {
  const width = Math.max(0, ...[head, ...rows].map((row) => row?.children.length ?? 0));
  const cells = (row: TableRow, tag: 'td' | 'th'): string =>
    Array.from({ length: width }, (_, i) => `<${tag}>${row.children[i] ? inlines(row.children[i].children, place) : ''}</${tag}>`).join('');
  const body = rows.map((row) => {
    const about = place.beside.take(firstLine(row));
    const result = about ? `<tr class="result"><td colspan="${width}">${lineHtml(about, '')}</td></tr>` : '';
    return `<tr>${cells(row, 'td')}</tr>${result}`;
  });
  return `<div class="wide"><table>${head ? `<thead><tr>${cells(head, 'th')}</tr></thead>` : ''}<tbody>${body.join('\n')}</tbody></table></div>`;
}

/** A block, and below it what is known of lines inside it that had no place of their own. */
function withResults(html: string, node: Nodes, place: Place): string {
  return html + resultsWithin(node, place);
}

function resultsWithin(node: Nodes, { beside }: Place): string {
  let html = '';
  for (let line = firstLine(node); line > 0 && line <= lastLine(node); line++) {
    const about = beside.take(line);
    if (about) html += lineHtml(about, '');
  }
  return html;
}

function inlines(nodes: readonly Nodes[], place: Place): string {
  return nodes.map((node) => inline(node, { ...place, depth: place.depth + 1 })).join('');
}

function inline(node: Nodes, place: Place): string {
  if (place.depth > MOST_DEPTH) return escaped(textOf(node, place));
  switch (node.type) {
    case 'text':
      return escaped(node.value);
    case 'emphasis':
      return `<em>${inlines(node.children, place)}</em>`;
    case 'strong':
      return `<strong>${inlines(node.children, place)}</strong>`;
    case 'delete':
      return `<del>${inlines(node.children, place)}</del>`;
    case 'inlineCode':
      return `<code>${escaped(node.value)}</code>`;
    case 'break':
      return '<br>';
    case 'link':
      return linkHtml(node, place);
    case 'image':
      return `<span class="raw">${escaped(node.alt || node.url)}</span>`;
    default:
      return escaped(textOf(node, place));
  }
}

/** Only the words and the address: a report opened from a mail must not lead anywhere by a click. */
function linkHtml(node: Extract<Nodes, { type: 'link' }>, place: Place): string {
  const words = inlines(node.children, place);
  const address = escaped(node.url);
  return words === address || address.startsWith('#') ? words : `${words} <span class="address">${address}</span>`;
}

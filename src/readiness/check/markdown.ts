import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { toString } from 'mdast-util-to-string';
import { gfm } from 'micromark-extension-gfm';
import type { Nodes } from 'mdast';

/** What a check looks at in a document: headings, links, and the text outside of code. */
export type Outline = { headings: readonly string[]; links: readonly string[]; text: string };

/** Reads the outline of a Markdown document. Markup that is deeper than 100 levels is not looked into. */
export function outlineOf(markdown: string): Outline {
  const headings: string[] = [];
  const links: string[] = [];
  const texts: string[] = [];
  const walk = (node: Nodes, depth: number): void => {
    if (node.type === 'heading') headings.push(toString(node));
    if (node.type === 'link' || node.type === 'definition' || node.type === 'image') links.push(node.url);
    if (node.type === 'text') texts.push(node.value);
    if ('children' in node && depth < 100) for (const child of node.children) walk(child, depth + 1);
  };
  walk(fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }), 0);
  return { headings, links, text: texts.join('\n') };
}

/** The anchors that GitHub makes of headings, equal ones numbered. */
export function anchorsOf(headings: readonly string[]): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const heading of headings) {
    const plain = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
      .replaceAll(' ', '-');
    let anchor = plain;
    for (let number = 1; anchors.has(anchor); number += 1) anchor = `${plain}-${number}`;
    anchors.add(anchor);
  }
  return anchors;
}

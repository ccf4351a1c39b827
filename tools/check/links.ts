import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { filesBelow } from './files.ts';
import type { Check, Finding } from './finding.ts';

/** Every link of every Markdown file that stays in the checkout: the file exists, and so does the heading it points at. */
export const linksCheck: Check = {
  name: 'docs links',
  about: 'links and anchors in Markdown resolve',
  async run(root) {
    const files = filesBelow(root).filter((file) => file.endsWith('.md'));
    return files.flatMap((file) => linksIn(readFileSync(path.join(root, file), 'utf8')).flatMap((link) => refuse(root, file, link)));
  },
};

type Link = { target: string; line: number };

/** Links of a Markdown text: inline, images, reference definitions, and `href` and `src` of HTML. Code is left out. */
function linksIn(text: string): Link[] {
  return proseLines(text).flatMap((prose, i) => {
    const inline = [...prose.matchAll(/\]\(\s*(?:<([^>]+)>|([^\s)]+))[^)]*\)/g)].map((match) => match[1] ?? match[2]!);
    const html = [...prose.matchAll(/\b(?:href|src)="([^"]+)"/g)].map((match) => match[1]!);
    const definition = /^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)/.exec(prose)?.[1];
    return [...inline, ...html, ...(definition === undefined ? [] : [definition])].map((target) => ({ target, line: i + 1 }));
  });
}

/** The lines, emptied where they are code. */
function proseLines(text: string): string[] {
  let fence: string | undefined;
  return text.split('\n').map((line) => {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence === undefined && mark === undefined) return line.replace(/(`+)(?:.*?)\1/g, '');
    if (fence === undefined) fence = mark;
    else if (mark?.startsWith(fence)) fence = undefined;
    return '';
  });
}

function refuse(root: string, file: string, { target, line }: Link): Finding[] {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target) || target.startsWith('//')) return [];
  const [name, anchor] = target.split('#', 2) as [string, string | undefined];
  const bare = decodeURIComponent(name.replace(/\?.*$/, ''));
  const at = bare === '' ? file : bare.startsWith('/') ? bare.slice(1) : path.posix.join(path.posix.dirname(file), bare);
  const there = path.join(root, at);
  if (!existsSync(there)) return [{ file, line, message: `links to ${target}, but there is no ${at}` }];
  if (anchor === undefined || anchor === '' || !at.endsWith('.md') || statSync(there).isDirectory()) return [];
  const anchors = anchorsOf(readFileSync(there, 'utf8'));
  return anchors.has(decodeURIComponent(anchor))
    ? []
    : [{ file, line, message: `links to ${target}, but ${at} has no heading #${anchor}` }];
}

/** Anchors as GitHub makes them of headings, and explicit ids of HTML. */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  const lines = text.split('\n');
  proseLines(text).forEach((prose, i) => {
    for (const match of prose.matchAll(/\b(?:id|name)="([^"]+)"/g)) anchors.add(match[1]!);
    // Code inside a heading is part of its anchor, so the heading itself is read from the whole line.
    const heading = prose === '' && !/^#{1,6}\s+`/.test(lines[i]!) ? undefined : /^#{1,6}\s+(.+?)\s*#*$/.exec(lines[i]!)?.[1];
    if (heading === undefined) return;
    const slug = slugOf(heading);
    let unique = slug;
    for (let n = 1; anchors.has(unique); n++) unique = `${slug}-${n}`;
    anchors.add(unique);
  });
  return anchors;
}

function slugOf(heading: string): string {
  return heading
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
    .replaceAll(' ', '-');
}

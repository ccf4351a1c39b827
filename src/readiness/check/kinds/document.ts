import { dirname, join } from 'node:path';
import Type, { type Static } from 'typebox';
import { isLocalDate, startOf } from '../../../base/time.ts';
import { decoded } from '../allow.ts';
import type { Outcome, Probe } from '../check.ts';
import { Count, defineKind, fields, FilePath, judged, listed, Positive, Texts } from '../define.ts';
import { lookAt, placeOf, readText } from '../files.ts';
import { git } from '../git-read.ts';
import { folderOf } from '../loopback.ts';
import { firstLines } from '../notes.ts';
import { anchorsOf, outlineOf, type Outline } from '../markdown.ts';

const Params = fields({
  path: FilePath,
  /** Headings that must be there, in any order; a part of the heading in any case is enough. */
  headings: Type.Optional(Texts),
  contains: Type.Optional(Texts),
  minWords: Type.Optional(Count),
  /** By the date that it gives itself (`Last reviewed: 2026-11-22`), else of its last commit, else of the file. */
  maxAgeDays: Type.Optional(Positive),
  /** Whether its links to files and headings of the same tree must lead somewhere; true unless told. */
  links: Type.Optional(Type.Boolean()),
  /** Whether placeholders may be left in; false unless told. */
  placeholders: Type.Optional(Type.Boolean()),
});
type Params = Static<typeof Params>;

const PLACEHOLDERS =
  /\bTBD\b|\bTODO\b|\bFIXME\b|\bXXX\b|_{4,}|lorem ipsum|\[(?:host|url|name|date|insert[^\]]{0,80}|your[^\]]{0,80})\]|<(?:your|insert|generated)[^>]{0,80}>/gi;
/** At the beginning of a line or of a cell, and not in the middle of a sentence, where a date is one of something else. */
const labelled = (words: string): RegExp =>
  new RegExp(String.raw`(?:^|[|·•(;])[ \t>*_#-]{0,12}(?:${words})[ \t*_"']{0,8}(?:on|at)?[ \t*_:=|("']{0,12}(\d{4}-\d{2}-\d{2})`, 'gim');
const LOOKED_AT = labelled('(?:last[ _-]?)?(?:reviewed|updated|revised|verified|checked|modified)');
const DATED = labelled('date');

/** The day on which somebody last looked at a document, by itself: the latest of those that it tells of, else its date. */
function ownDayOf(text: string): string | undefined {
  const daysAt = (label: RegExp): string[] => [...text.matchAll(label)].map((match) => match[1]!).filter((day) => isLocalDate(day));
  return daysAt(LOOKED_AT).toSorted().at(-1) ?? daysAt(DATED)[0];
}
const DAY_MS = 86_400_000;

async function run(params: Params, probe: Probe): Promise<Outcome> {
  const { path } = params;
  const text = await readText(probe, path, 4 << 20);
  if (text === undefined) probe.note?.(`${path} is not there`);
  if (text === undefined) return { state: 'fail', summary: `${path} is not there.` };
  const outline = outlineOf(text);
  probe.note?.([`headings of ${path}:`, firstLines(outline.headings), '', 'it begins:', firstLines(text.split('\n'), 50), ''].join('\n'));
  const age = await ageOf(path, text, probe);
  const words = outline.text.split(/\s+/).filter((word) => word !== '').length;
  probe.note?.(`${words} words; ${age.days.toFixed(1)} days old by ${age.by}`);
  probe.note?.(placeholdersIn(text));
  return judged({
    problems: [
      ...contentProblems(params, text, outline, words),
      ...ageProblems(params, age),
      ...(params.links === false ? [] : await linkProblems(params, outline, probe)),
    ],
    seen: `${path} is there: ${outline.headings.length} headings, ${words} words, ${age.days.toFixed(0)} days old by ${age.by}.`,
    measurements: [
      { name: 'words', value: words, ...(params.minWords !== undefined && { demanded: `>= ${params.minWords}` }) },
      {
        name: 'age',
        value: Math.floor(age.days),
        unit: 'd',
        ...(params.maxAgeDays !== undefined && { demanded: `<= ${params.maxAgeDays}` }),
      },
    ],
  });
}

function contentProblems(params: Params, text: string, outline: Outline, words: number): string[] {
  const { headings = [], contains = [], minWords = 1, placeholders = false, path } = params;
  const there = outline.headings.map((heading) => heading.toLowerCase());
  const missing = headings.filter((heading) => !there.some((other) => other.includes(heading.toLowerCase())));
  const left = placeholders ? [] : [...new Set([...outline.text.matchAll(PLACEHOLDERS)].map(([found]) => found))];
  return [
    ...(missing.length > 0 ? [`${path} lacks the headings ${listed(missing)}`] : []),
    ...contains.filter((part) => !text.includes(part)).map((part) => `${path} does not contain ${JSON.stringify(part)}`),
    ...(words < minWords ? [`${path} has ${words} words, at least ${minWords} are demanded`] : []),
    ...(left.length > 0 ? [`${path} still has placeholders: ${listed(left)}`] : []),
  ];
}

/** The lines in which something is still to be filled in. */
function placeholdersIn(text: string): string {
  const found = text.split('\n').flatMap((line, at) => (line.search(PLACEHOLDERS) < 0 ? [] : [`line ${at + 1}: ${line}`]));
  return found.length === 0 ? 'no line with a placeholder' : `lines with a placeholder:\n${firstLines(found, 50)}`;
}

type Age = { days: number; by: string };

async function ageOf(path: string, text: string, probe: Probe): Promise<Age> {
  const own = ownDayOf(text);
  if (own !== undefined) return { days: (probe.clock.now() - startOf(own)) / DAY_MS, by: 'its own date' };
  const place = await placeOf(probe, path);
  const log = await git(probe, 'log', ['-1', '--format=%ct', '--', place ?? path]).catch(() => ({ code: 1, text: '' }));
  if (log.code === 0 && /^\d+\s*$/.test(log.text))
    return { days: (probe.clock.now() - Number(log.text) * 1_000) / DAY_MS, by: 'its last commit' };
  const seen = await lookAt(probe, path);
  return { days: (probe.clock.now() - (seen?.modifiedMs ?? 0)) / DAY_MS, by: "the file's time" };
}

function ageProblems({ path, maxAgeDays }: Params, { days, by }: Age): string[] {
  if (maxAgeDays === undefined) return [];
  // A date that lies ahead says nothing about when somebody looked.
  if (days < -1) return [`${path} is dated in the future by ${by}`];
  return days <= maxAgeDays ? [] : [`${path} is ${Math.floor(days)} days old by ${by}, at most ${maxAgeDays} are demanded`];
}

async function linkProblems({ path }: Params, outline: Outline, probe: Probe): Promise<string[]> {
  const own = outline.links.filter((link) => !/^[a-z][a-z0-9+.-]*:|^\/\//i.test(link) && link !== '');
  const dead: string[] = [];
  const known = new Map<string, Promise<ReadonlySet<string>>>();
  // A document with many links into another is read once.
  const anchorsIn = (target: string) => {
    const read = known.get(target) ?? readText(probe, target, 4 << 20).then((text) => anchorsOf(outlineOf(text ?? '').headings));
    known.set(target, read);
    return read;
  };
  const place = { path, own: anchorsOf(outline.headings), anchorsIn };
  for (const link of new Set(own)) if (!(await resolves(link, place, probe))) dead.push(link);
  probe.note?.([`links to files and headings: ${new Set(own).size}`, ...dead.map((link) => `leads nowhere: ${link}`)].join('\n'));
  return dead.length > 0 ? [`${path} has links that lead nowhere: ${listed(dead)}`] : [];
}

type Place = { path: string; own: ReadonlySet<string>; anchorsIn(target: string): Promise<ReadonlySet<string>> };

async function resolves(link: string, { path, own, anchorsIn }: Place, probe: Probe): Promise<boolean> {
  const [way, anchor] = link.split('#') as [string, string | undefined];
  const name = decoded(way.split('?')[0]!);
  if (name === '') return anchor === undefined || anchor === '' || own.has(decoded(anchor).toLowerCase());
  const target = name.startsWith('/') ? name.slice(1) : join(dirname(path), name);
  const seen = await lookAt(probe, target).catch(() => undefined);
  if (!seen) return false;
  if (anchor === undefined || anchor === '' || seen.folder || !/\.md$/i.test(name) || /^L\d+/.test(anchor)) return true;
  return (await anchorsIn(target)).has(decoded(anchor).toLowerCase());
}

export const document = defineKind({
  name: 'document',
  summary: 'A document is there, with its headings, fresh, with links that lead somewhere and no placeholders. Not that it is good.',
  params: Params,
  describe: ({ path }) => path,
  run,
  negative: [
    {
      name: 'a document that is missing',
      async arrange() {
        const { root, end } = await folderOf({});
        return { params: { path: 'docs/runbook.md' }, probe: { root }, end };
      },
    },
    {
      name: 'a document with a placeholder, a dead link and without a heading',
      async arrange() {
        const { root, end } = await folderOf({ 'runbook.md': '# Runbook\n\nCall TBD, see [restore](restore.md).\n' });
        return { params: { path: 'runbook.md', headings: ['Escalation'] }, probe: { root }, end };
      },
    },
    {
      name: 'a document that nobody has looked at for years',
      async arrange() {
        const { root, end } = await folderOf({ 'runbook.md': '# Runbook\n\nLast reviewed: 2001-01-01\n\nRestart it.\n' });
        return { params: { path: 'runbook.md', maxAgeDays: 180 }, probe: { root }, end };
      },
    },
  ],
});

import { readFile } from 'node:fs/promises';
import Type, { type Static } from 'typebox';
import type { Measurement } from '../../run/result.ts';
import type { Outcome, Probe } from '../check.ts';
import { demandsOn } from '../compare.ts';
import { Count, defineKind, fields, FilePath, judged, oneOf, Positive, Text, Texts, ValueDemand } from '../define.ts';
import { unknownAge, writtenMs, type Written } from '../file-age.ts';
import { folderSize } from '../folder-size.ts';
import { lookAt, readDocument, readText, type Seen } from '../files.ts';
import { folderOf } from '../loopback.ts';
import { firstLines } from '../notes.ts';
import { matches, matching } from '../pattern.ts';
import { redact } from '../redact.ts';

const Params = fields({
  path: FilePath,
  /** `file` unless told; `absent` passes when nothing is there. */
  is: Type.Optional(oneOf('file', 'folder', 'absent')),
  /** Rights that may be there at most, in octal: `0600`. */
  mode: Type.Optional(Type.String({ pattern: '^0?[0-7]{3}$' })),
  /** Name or number of the user that must own it. */
  owner: Type.Optional(Text),
  /** Of a folder, what the files in it have together. */
  minBytes: Type.Optional(Count),
  maxBytes: Type.Optional(Count),
  maxAgeHours: Type.Optional(Positive),
  contains: Type.Optional(Texts),
  notContains: Type.Optional(Texts),
  matches: Type.Optional(Texts),
  notMatches: Type.Optional(Texts),
  /** Demands on the document in it: YAML by its ending, JSON otherwise. */
  values: Type.Optional(Type.Array(ValueDemand, { minItems: 1, maxItems: 50 })),
});
type Params = Static<typeof Params>;

async function run(params: Params, probe: Probe): Promise<Outcome> {
  const { path, is = 'file' } = params;
  const seen = await lookAt(probe, path);
  probe.note?.(seen ? attributesOf(path, seen) : `nothing is at ${path}`);
  if (is === 'absent') return judged({ problems: seen ? [`${path} is there and must not be`] : [], seen: `${path} is not there.` });
  if (!seen) return { state: 'fail', summary: `${path} is not there.` };
  if (seen.folder !== (is === 'folder')) return { state: 'fail', summary: `${path} is a ${seen.folder ? 'folder' : 'file'}.` };
  const bytes =
    seen.folder && (params.minBytes !== undefined || params.maxBytes !== undefined)
      ? await folderSize(seen.path, probe.signal)
      : seen.bytes;
  if (bytes !== seen.bytes) probe.note?.(`the files in it have ${bytes} bytes together`);
  const written: Written = params.maxAgeHours === undefined ? { ms: seen.modifiedMs } : await writtenMs(probe, seen);
  const ageHours = (probe.clock.now() - written.ms) / 3_600_000;
  const inside = await contentFindings(params, probe);
  return judged({
    problems: [
      ...attributeProblems(params, { ...seen, bytes }, ageHours),
      ...(written.orBefore ? [unknownAge(path)] : []),
      ...(await ownerProblems(params, seen)),
      ...inside.problems,
    ],
    seen: `${path} is there with ${bytes} bytes, changed ${ageHours.toFixed(1)} h ago.`,
    measurements: [
      { name: 'size', value: bytes, unit: 'B' },
      {
        name: 'age',
        value: Math.round(ageHours * 10) / 10,
        unit: 'h',
        ...(params.maxAgeHours && { demanded: `<= ${params.maxAgeHours}` }),
      },
      ...inside.measurements,
    ],
  });
}

function attributesOf(path: string, { bytes, modifiedMs, mode, uid, gid, folder }: Seen): string {
  const rights = mode.toString(8).padStart(4, '0');
  return `${path}: a ${folder ? 'folder' : `file of ${bytes} bytes`}, rights ${rights}, user ${uid}, group ${gid}, changed at ${new Date(modifiedMs).toISOString()}`;
}

function attributeProblems({ path, mode, minBytes, maxBytes, maxAgeHours }: Params, seen: Seen, ageHours: number): string[] {
  const octal = seen.mode.toString(8).padStart(4, '0');
  return [
    ...(mode !== undefined && (seen.mode & ~Number.parseInt(mode, 8)) !== 0
      ? [`${path} has the rights ${octal}, at most ${mode} are demanded`]
      : []),
    ...(minBytes !== undefined && seen.bytes < minBytes ? [`${path} has ${seen.bytes} bytes, at least ${minBytes} are demanded`] : []),
    ...(maxBytes !== undefined && seen.bytes > maxBytes ? [`${path} has ${seen.bytes} bytes, at most ${maxBytes} are demanded`] : []),
    // A time that lies ahead is no proof of youth.
    ...(maxAgeHours !== undefined && !(ageHours <= maxAgeHours && ageHours > -1)
      ? [`${path} was changed ${ageHours.toFixed(1)} h ago, at most ${maxAgeHours} h are demanded`]
      : []),
  ];
}

async function ownerProblems({ path, owner }: Params, { uid }: Seen): Promise<string[]> {
  if (owner === undefined) return [];
  const wanted = /^\d+$/.test(owner) ? Number(owner) : await userId(owner);
  return uid === wanted ? [] : [`${path} belongs to the user ${uid}, ${owner} is demanded`];
}

/** A user's number by name, from the system's list of users. */
async function userId(name: string): Promise<number | undefined> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const found = lines.find(([user]) => user === name)?.[2];
  return found === undefined ? undefined : Number(found);
}

async function contentFindings(params: Params, probe: Probe): Promise<{ problems: string[]; measurements: Measurement[] }> {
  const { path, contains = [], notContains = [], matches: patterns = [], notMatches = [], values } = params;
  if ([contains, notContains, patterns, notMatches].every(({ length }) => length === 0) && !values)
    return { problems: [], measurements: [] };
  const text = await readText(probe, path);
  if (text === undefined) return { problems: [`${path} has just gone`], measurements: [] };
  probe.note?.(contentOf(params, text));
  const inDocument = values ? demandsOn(readDocument(path, text), values) : { problems: [], measurements: [] };
  const problems = [
    ...contains.filter((part) => !text.includes(part)).map((part) => `${path} does not contain ${JSON.stringify(part)}`),
    ...notContains.filter((part) => text.includes(part)).map((part) => `${path} contains ${JSON.stringify(part)}`),
    ...patterns.filter((pattern) => !matches(pattern, text)).map((pattern) => `${path} does not match ${pattern}`),
    ...notMatches.filter((pattern) => matches(pattern, text)).map((pattern) => `${path} matches ${pattern}`),
    // What says nothing is not known to lack something.
    ...(text.trim() === '' && notContains.length + notMatches.length > 0 ? [`${path} is empty`] : []),
    ...inDocument.problems,
  ];
  return { problems, measurements: inDocument.measurements };
}

const LOOKED_AT = 1 << 20;

/** What of a file is kept where its text is looked at: the lines that say what was looked for, and how it begins. */
function contentOf({ contains = [], notContains = [], matches: patterns = [], notMatches = [] }: Params, text: string): string {
  const read = text.slice(0, LOOKED_AT);
  const masked = redact(read);
  const lines = read.split('\n');
  // A line of what goes over many, such as a key, is not known as a credential by itself.
  const told = (line: string): string => (masked.includes(line) ? line : redact(line) === line ? '[secret]' : redact(line));
  const shapes = [...patterns, ...notMatches];
  const fitting = shapes.map((pattern) => fittingOf(pattern, lines));
  const found = lines.flatMap((line, at) => {
    const sought = [...contains, ...notContains].find((part) => line.includes(part)) ?? shapes.find((_, which) => fitting[which]![at]);
    return sought === undefined ? [] : [`line ${at + 1} has ${JSON.stringify(sought)}: ${told(line)}`];
  });
  return [
    ...(found.length > 0 ? ['lines with what is looked for:', firstLines(found, 50)] : []),
    'it begins:',
    firstLines(masked.split('\n'), 50),
  ].join('\n');
}

/** Which lines fit. What matches only over several lines, or slowly, is not pointed at; it decides nothing here. */
function fittingOf(pattern: string, lines: readonly string[]): readonly boolean[] {
  try {
    return matching(pattern, lines);
  } catch {
    return [];
  }
}

export const file = defineKind({
  name: 'file',
  summary: 'A file or folder is there, with the demanded rights, owner, size, age, text and values.',
  params: Params,
  describe: ({ path, is = 'file' }) => `${path}: ${is}`,
  run,
  unheld: [
    {
      names: ['mode', 'owner', 'minBytes', 'maxBytes', 'maxAgeHours', 'contains', 'notContains', 'matches', 'notMatches', 'values'],
      when: ({ is }) => is === 'absent',
      where: 'where nothing may be there',
    },
    {
      names: ['contains', 'notContains', 'matches', 'notMatches', 'values'],
      when: ({ is }) => is === 'folder',
      where: 'where it is a folder',
    },
  ],
  negative: [
    {
      name: 'a file that is missing',
      async arrange() {
        const { root, end } = await folderOf({});
        return { params: { path: 'deploy/app.yaml' }, probe: { root }, end };
      },
    },
    {
      name: 'a place where the system does not let anybody look, at which nothing may be',
      expects: 'error',
      async arrange() {
        const { root, end } = await folderOf({});
        return { params: { path: 'n'.repeat(300), is: 'absent' as const }, probe: { root }, end };
      },
    },
    {
      name: 'a placeholder that was left in',
      async arrange() {
        const { root, end } = await folderOf({ '.env': 'DATABASE_PASSWORD=CHANGE_ME\n' });
        return { params: { path: '.env', notContains: ['CHANGE_ME'] }, probe: { root }, end };
      },
    },
    {
      name: 'a file that everybody may read',
      async arrange() {
        const { root, end } = await folderOf({ 'server.key': 'x' });
        return { params: { path: 'server.key', mode: '0200' }, probe: { root }, end };
      },
    },
  ],
});

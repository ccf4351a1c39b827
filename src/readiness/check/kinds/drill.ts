import Type, { type Static } from 'typebox';
import type { Outcome, Probe } from '../check.ts';
import { defineKind, fields, FilePath, judged, Positive, Text } from '../define.ts';
import { readDocument, readText } from '../files.ts';
import { readJsonPath } from '../json-path.ts';
import { folderOf } from '../loopback.ts';
import { firstLines } from '../notes.ts';
import { Check } from 'typebox/value';
import type { Measurement } from '../../run/result.ts';
import { orderOfVersions } from '../versions.ts';

/** One exercise as it is recorded: what was practised, when, on which version, with what outcome. */
const Drill = Type.Object({
  drill: Type.String(),
  at: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}' }),
  outcome: Type.String(),
  version: Type.Optional(Type.String()),
  rtoSeconds: Type.Optional(Type.Number({ minimum: 0 })),
  rpoSeconds: Type.Optional(Type.Number({ minimum: 0 })),
  by: Type.Optional(Type.String()),
});
type Drill = Static<typeof Drill>;

const Params = fields({
  /** A record in YAML or JSON: one drill, a list, or `{ drills: [...] }`. */
  record: FilePath,
  /** What was practised: `restore`, `failover`, `rollback`. The newest of this kind counts. */
  drill: Text,
  maxAgeDays: Positive,
  /** A file whose `version` must have the same first number as the drill's; `package.json` unless told. */
  sameMajorAs: Type.Optional(FilePath),
  maxRtoSeconds: Type.Optional(Positive),
  maxRpoSeconds: Type.Optional(Positive),
});
type Params = Static<typeof Params>;

const DAY_MS = 86_400_000;

async function run(params: Params, probe: Probe): Promise<Outcome> {
  const text = await readText(probe, params.record, 8 << 20);
  if (text === undefined) probe.note?.(`${params.record} is not there`);
  if (text === undefined) return { state: 'fail', summary: `The record ${params.record} is not there.` };
  probe.note?.(`${params.record} begins:\n${firstLines(text.split('\n'), 50)}`);
  const { newest, unread } = newestOf(readDocument(params.record, text), params.drill);
  if (unread > 0) return { state: 'fail', summary: `${unread} entries of ${params.record} do not say what, when and how it went.` };
  if (!newest) return { state: 'fail', summary: `${params.record} tells of no drill called ${params.drill}.` };
  const days = Math.floor((probe.clock.now() - Date.parse(newest.at)) / DAY_MS);
  const figures = [figure('RTO', newest.rtoSeconds, params.maxRtoSeconds), figure('RPO', newest.rpoSeconds, params.maxRpoSeconds)];
  const major = await majorProblem(params, newest, probe);
  return judged({
    problems: [
      ...(newest.outcome === 'passed' ? [] : [`the newest ${params.drill} ended with ${newest.outcome}`]),
      ...(days >= -1 && days <= params.maxAgeDays
        ? []
        : [`the newest ${params.drill} is ${days} days old, at most ${params.maxAgeDays} are demanded`]),
      ...(major ? [major] : []),
      ...figures.flatMap(({ problems }) => problems),
    ],
    seen: `${params.drill} passed on ${newest.at.slice(0, 10)}${newest.by ? `, by ${newest.by}` : ''}.`,
    measurements: [
      { name: 'age', value: days, unit: 'd', demanded: `<= ${params.maxAgeDays}` },
      ...figures.flatMap(({ measurements }) => measurements),
    ],
    output: JSON.stringify(newest, undefined, 2),
  });
}

/** The newest drill of a name. One that cannot be read may be newer than all others, so they are counted. */
function newestOf(document: unknown, name: string): { newest: Drill | undefined; unread: number } {
  const inside = readJsonPath(document, '$.drills')[0] ?? document;
  const all: unknown[] = Array.isArray(inside) ? inside : [inside];
  const own = all.map(dated).filter((entry) => [plainName(name), undefined].includes(nameOf(entry)));
  const read = own.filter((entry): entry is Drill => Check(Drill, entry) && !Number.isNaN(Date.parse(entry.at)));
  // Of those of one time what did not pass counts.
  const ranked = read.toSorted(
    (a, b) => Date.parse(a.at) - Date.parse(b.at) || Number(b.outcome === 'passed') - Number(a.outcome === 'passed'),
  );
  return { newest: ranked.at(-1), unread: own.length - read.length };
}

/** What was practised; undefined where an entry does not say so. */
function nameOf(entry: unknown): string | undefined {
  const name = (entry as { drill?: unknown } | null)?.drill;
  return typeof name === 'string' ? plainName(name) : undefined;
}

/** `Restore` and `restore ` are one exercise: a newer one that failed must not hide behind its spelling. */
const plainName = (name: string): string => name.trim().toLowerCase();

/** YAML may have read a date as one. */
function dated(entry: unknown): unknown {
  const at = (entry as { at?: unknown } | null)?.at;
  return at instanceof Date ? { ...(entry as object), at: at.toISOString() } : entry;
}

/** A figure that is demanded and was not measured is a problem. */
function figure(name: string, measured: number | undefined, most: number | undefined): { problems: string[]; measurements: Measurement[] } {
  if (most === undefined) return { problems: [], measurements: [] };
  const problem =
    measured === undefined
      ? `${name} was not measured`
      : measured <= most
        ? undefined
        : `${name} was ${measured} s, at most ${most} s are demanded`;
  return {
    problems: problem ? [problem] : [],
    measurements: [{ name, value: measured ?? 'not measured', unit: 's', demanded: `<= ${most}` }],
  };
}

async function majorProblem({ sameMajorAs }: Params, { version }: Drill, probe: Probe): Promise<string | undefined> {
  if (sameMajorAs === undefined) return undefined;
  const text = await readText(probe, sameMajorAs, 1 << 20);
  const current = text === undefined ? undefined : readJsonPath(readDocument(sameMajorAs, text), '$.version')[0];
  if (typeof current !== 'string' || !/\d/.test(current)) return `${sameMajorAs} names no version`;
  if (version === undefined || !/\d/.test(version)) return 'the drill names no version';
  const major = (full: string): string => /\d+/.exec(full)![0];
  return orderOfVersions(major(version), major(current)) === 0 ? undefined : `the drill was on version ${version}, now it is ${current}`;
}

export const drill = defineKind({
  name: 'drill',
  summary: 'The newest recorded exercise of restore, failover or rollback is fresh, passed, and within its figures.',
  params: Params,
  describe: ({ record, drill: name, maxAgeDays }) => `${name} in ${record}, at most ${maxAgeDays} days old`,
  run,
  negative: [
    {
      name: 'a restore that took too long',
      async arrange() {
        const at = new Date().toISOString();
        const { root, end } = await folderOf({
          'drills.yaml': `drills:\n  - { drill: restore, at: "${at}", outcome: passed, rtoSeconds: 9000 }\n`,
        });
        return { params: { record: 'drills.yaml', drill: 'restore', maxAgeDays: 90, maxRtoSeconds: 7_200 }, probe: { root }, end };
      },
    },
    {
      name: 'a restore that never came back, and tells so in words',
      async arrange() {
        const { root, end } = await folderOf({
          'drills.yaml': `- { drill: restore, at: "${new Date().toISOString()}", outcome: passed, rtoSeconds: 9 }\n- { drill: restore, at: "${new Date().toISOString()}", outcome: failed, rtoSeconds: never }\n`,
        });
        return { params: { record: 'drills.yaml', drill: 'restore', maxAgeDays: 90 }, probe: { root }, end };
      },
    },
    {
      name: 'a failover that was practised years ago',
      async arrange() {
        const { root, end } = await folderOf({ 'drills.json': '[{"drill":"failover","at":"2001-01-01","outcome":"passed"}]' });
        return { params: { record: 'drills.json', drill: 'failover', maxAgeDays: 90 }, probe: { root }, end };
      },
    },
  ],
});

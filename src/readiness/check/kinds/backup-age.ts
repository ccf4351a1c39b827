import Type, { type Static } from 'typebox';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../base/error.ts';
import type { Outcome, Probe } from '../check.ts';
import { Count, defineKind, fields, LivePath, judged, Positive, Text } from '../define.ts';
import { folderSize } from '../folder-size.ts';
import { listFolder, lookAt, readDocument, readText } from '../files.ts';
import { readJsonPath } from '../json-path.ts';
import { folderOf } from '../loopback.ts';
import { firstLines } from '../notes.ts';
import { matches } from '../pattern.ts';

const Params = fields({
  /** A folder with one file or folder for each backup. */
  folder: Type.Optional(LivePath),
  /** Which of its entries are backups, as a regular expression on the name. */
  match: Type.Optional(Text),
  /** The output of `pgbackrest info --output=json`. */
  pgbackrest: Type.Optional(LivePath),
  stanza: Type.Optional(Text),
  maxAgeHours: Positive,
  /** The oldest must be at least so old: older ones are kept. */
  keepsDays: Type.Optional(Positive),
  minCount: Type.Optional(Count),
  /** The newest must have so many bytes. */
  minBytes: Type.Optional(Count),
  /** Every repository must be encrypted (pgBackRest). */
  encrypted: Type.Optional(Type.Boolean()),
  minRepositories: Type.Optional(Count),
});
type Params = Static<typeof Params>;
type Backup = { name: string; atMs: number; bytes: number };
type Found = { backups: readonly Backup[]; problems: readonly string[] };

async function run(params: Params, probe: Probe): Promise<Outcome> {
  const found = await find(params, probe);
  if (typeof found === 'string') probe.note?.(found);
  if (typeof found === 'string') return { state: 'fail', summary: `${found}.` };
  const ordered = found.backups.toSorted((a, b) => a.atMs - b.atMs);
  probe.note?.(firstLines([`${ordered.length} backups, the newest first`, ...ordered.toReversed().map(toldOf)]));
  const [oldest, newest] = [ordered[0], ordered.at(-1)];
  if (!oldest || !newest) return { state: 'fail', summary: 'There is no backup.' };
  const hours = (probe.clock.now() - newest.atMs) / 3_600_000;
  const days = (probe.clock.now() - oldest.atMs) / 86_400_000;
  const { maxAgeHours, keepsDays, minCount = 1, minBytes = 1 } = params;
  return judged({
    problems: [
      ...(hours <= maxAgeHours && hours > -1
        ? []
        : [`the newest backup (${newest.name}) is ${hours.toFixed(1)} h old, at most ${maxAgeHours} h are demanded`]),
      ...(keepsDays !== undefined && days < keepsDays
        ? [`the oldest backup is ${days.toFixed(1)} days old, ${keepsDays} days are to be kept`]
        : []),
      ...(ordered.length < minCount ? [`there are ${ordered.length} backups, at least ${minCount} are demanded`] : []),
      ...(newest.bytes < Math.max(1, minBytes)
        ? [`the newest backup has ${newest.bytes} bytes, at least ${Math.max(1, minBytes)} are demanded`]
        : []),
      ...found.problems,
    ],
    seen: `${ordered.length} backups, the newest ${hours.toFixed(1)} h and the oldest ${days.toFixed(1)} days old.`,
    measurements: [
      { name: 'newest', value: Math.round(hours * 100) / 100, unit: 'h', demanded: `<= ${maxAgeHours}` },
      { name: 'oldest', value: Math.round(days * 10) / 10, unit: 'd', ...(keepsDays !== undefined && { demanded: `>= ${keepsDays}` }) },
      { name: 'backups', value: ordered.length },
      { name: 'size', value: newest.bytes, unit: 'B' },
    ],
  });
}

const toldOf = ({ name, atMs, bytes }: Backup): string => `${name}: ${new Date(atMs).toISOString()}, ${bytes} bytes`;

function find(params: Params, probe: Probe): Promise<Found | string> {
  if (params.folder !== undefined) return inFolder(params.folder, params.match, probe);
  if (params.pgbackrest !== undefined) return inReport(params.pgbackrest, params, probe);
  throw new AppError('invalid', 'readiness.params_invalid', 'The check names neither a folder nor a report of pgBackRest.');
}

async function inFolder(folder: string, match: string | undefined, probe: Probe): Promise<Found | string> {
  const names = await listFolder(probe, folder);
  if (!names) return `the folder ${folder} is not there`;
  const backups: Backup[] = [];
  for (const name of names.filter((each) => match === undefined || matches(match, each))) {
    const seen = await lookAt(probe, join(folder, name));
    // What a folder itself takes says nothing of what is in it.
    const bytes = seen?.folder ? await folderSize(seen.path, probe.signal) : seen?.bytes;
    if (seen) backups.push({ name, atMs: seen.modifiedMs, bytes: bytes! });
  }
  return { backups, problems: [] };
}

async function inReport(path: string, { stanza, encrypted, minRepositories }: Params, probe: Probe): Promise<Found | string> {
  const text = await readText(probe, path, 16 << 20);
  if (text === undefined) return `the report ${path} is not there`;
  const stanzas = readJsonPath(readDocument(path, text), '$[*]').filter(
    (one) => stanza === undefined || readJsonPath(one, '$.name')[0] === stanza,
  );
  if (stanzas.length === 0) return `${path} tells of no stanza${stanza ? ` called ${stanza}` : ''}`;
  const status = stanzas.flatMap((one) =>
    readJsonPath(one, '$.status.code')[0] === 0 ? [] : [`pgBackRest says: ${String(readJsonPath(one, '$.status.message')[0])}`],
  );
  const repositories = stanzas.flatMap((one) => readJsonPath(one, '$.repo[*]'));
  const plain = repositories.filter((one) => ['none', undefined].includes(readJsonPath(one, '$.cipher')[0] as string | undefined));
  const ciphers = repositories.map((one) => JSON.stringify(readJsonPath(one, '$.cipher')[0] ?? 'not told'));
  probe.note?.(
    `${path}: ${repositories.length} repositories, ciphers: ${ciphers.join(', ') || 'none'}; ${status.join('; ') || 'status ok'}`,
  );
  const entries = stanzas.flatMap((one) => readJsonPath(one, '$.backup[*]'));
  const whole = entries.filter((one) => readJsonPath(one, '$.error')[0] !== true);
  const backups = whole.flatMap((one) => backupOf(one));
  const unread = whole.length - backups.length;
  return {
    backups,
    problems: [
      ...status,
      ...(unread > 0 ? [`${unread} backups of ${path} do not say when they ended`] : []),
      ...(encrypted && (plain.length > 0 || repositories.length === 0)
        ? [`${plain.length} of ${repositories.length} repositories are not encrypted`]
        : []),
      ...(repositories.length < (minRepositories ?? 0)
        ? [`there are ${repositories.length} repositories, at least ${minRepositories} are demanded`]
        : []),
    ],
  };
}

function backupOf(entry: unknown): Backup[] {
  const [stop, label, size] = ['$.timestamp.stop', '$.label', '$.info.size'].map((at) => readJsonPath(entry, at)[0]);
  return typeof stop === 'number' && Number.isFinite(stop)
    ? [{ name: String(label), atMs: stop * 1_000, bytes: typeof size === 'number' ? size : 0 }]
    : [];
}

export const backupAge = defineKind({
  name: 'backup_age',
  summary: 'The newest backup is fresh and not empty, old ones are kept, repositories are encrypted.',
  params: Params,
  describe: ({ folder, pgbackrest, maxAgeHours }) => `${folder ?? pgbackrest ?? 'nothing'}: at most ${maxAgeHours} h old`,
  run,
  unheld: [
    {
      names: ['pgbackrest', 'stanza', 'encrypted', 'minRepositories'],
      when: ({ folder }) => folder !== undefined,
      where: 'in a folder; it takes a report of pgBackRest',
    },
    { names: ['match'], when: ({ folder }) => folder === undefined, where: 'in a report; it is for a folder' },
  ],
  negative: [
    {
      name: 'a backup of the day before yesterday',
      async arrange() {
        const { root, end } = await folderOf({ 'backups/app.dump': 'data' }, { 'backups/app.dump': 48 * 3_600_000 });
        return { params: { folder: 'backups', maxAgeHours: 24 }, probe: { root }, end };
      },
    },
    {
      name: 'a folder of today with nothing in it',
      async arrange() {
        const { root, end } = await folderOf({});
        await mkdir(join(root, 'backups', 'today', 'files'), { recursive: true });
        return { params: { folder: 'backups', maxAgeHours: 24 }, probe: { root }, end };
      },
    },
    {
      name: 'a fresh backup with nothing in it',
      async arrange() {
        const { root, end } = await folderOf({ 'backups/app.dump': '' });
        return { params: { folder: 'backups', maxAgeHours: 24 }, probe: { root }, end };
      },
    },
    {
      name: 'a repository that is not encrypted',
      async arrange() {
        const report = [
          {
            name: 'main',
            status: { code: 0 },
            repo: [{ cipher: 'none' }],
            backup: [{ label: 'a', timestamp: { stop: Math.floor(Date.now() / 1_000) }, info: { size: 9 } }],
          },
        ];
        const { root, end } = await folderOf({ 'info.json': JSON.stringify(report) });
        return { params: { pgbackrest: 'info.json', maxAgeHours: 24, encrypted: true }, probe: { root }, end };
      },
    },
  ],
});

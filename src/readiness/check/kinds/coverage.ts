import Type, { type Static } from 'typebox';
import type { Outcome, Probe } from '../check.ts';
import { defineKind, fields, ReportPath, judged } from '../define.ts';
import { readDocument } from '../files.ts';
import { folderOf } from '../loopback.ts';
import { isUnfit, readReport, ReportOf } from '../report-file.ts';

const PARTS = ['lines', 'statements', 'branches', 'functions'] as const;
type Part = (typeof PARTS)[number];
const Percent = Type.Optional(Type.Number({ minimum: 0, maximum: 100 }));

const Params = fields({
  /** `coverage-summary.json` of Istanbul (also written by vitest, jest, c8), or `lcov.info`. */
  report: ReportPath,
  of: ReportOf,
  /** Least shares in percent. */
  min: fields({ lines: Percent, statements: Percent, branches: Percent, functions: Percent }),
});
type Params = Static<typeof Params>;

async function run({ report: path, of, min }: Params, probe: Probe): Promise<Outcome> {
  const report = await readReport(probe, path, of);
  if (isUnfit(report)) return report;
  const shares = /^(TN|SF):/m.test(report.text) ? lcovShares(report.text) : summaryShares(readDocument(path, report.text));
  probe.note?.(PARTS.map((part) => `${part}: ${shares[part] === undefined ? 'not told' : `${shares[part].toFixed(2)} %`}`).join('\n'));
  const demanded = PARTS.filter((part) => min[part] !== undefined);
  if (demanded.length === 0) return { state: 'error', summary: 'The check demands no share.' };
  const short = demanded.filter((part) => !((shares[part] ?? -1) >= min[part]!));
  return judged({
    problems: short.map(
      (part) =>
        `${part} are covered by ${shares[part] === undefined ? 'nothing that the report tells' : `${shares[part].toFixed(2)} %`}, at least ${min[part]} % are demanded`,
    ),
    seen: demanded
      .map((part) => `${part} ${(shares[part] ?? 0).toFixed(2)} %`)
      .join(', ')
      .concat('.'),
    measurements: demanded.map((part) => ({ name: part, value: shares[part] ?? 'not told', unit: '%', demanded: `>= ${min[part]}` })),
  });
}

type Shares = Partial<Record<Part, number>>;

/** By counts, since a percentage of nothing is told as 100 or Unknown. */
function summaryShares(document: unknown): Shares {
  const total = (document as { total?: Partial<Record<Part, { total?: unknown; covered?: unknown }>> } | null)?.total ?? {};
  return Object.fromEntries(PARTS.flatMap((part) => shareOf(part, total[part]?.covered, total[part]?.total)));
}

function lcovShares(text: string): Shares {
  const sum = (tag: string): number =>
    [...text.matchAll(new RegExp(`^${tag}:(\\d+)`, 'gm'))].reduce((all, [, count]) => all + Number(count), 0);
  const lines = (tag: string): number => text.match(new RegExp(`^${tag}`, 'gm'))?.length ?? 0;
  // A file whose record is cut off, or tells no sums, would count as covered.
  const whole = lines('SF:') === lines('end_of_record') && lines('SF:') === lines('LF:\\d') && lines('SF:') === lines('LH:\\d');
  if (!whole) return {};
  return Object.fromEntries([
    ...shareOf('lines', sum('LH'), sum('LF')),
    ...shareOf('branches', sum('BRH'), sum('BRF')),
    ...shareOf('functions', sum('FNH'), sum('FNF')),
  ]);
}

function shareOf(part: Part, covered: unknown, total: unknown): [Part, number][] {
  return typeof covered === 'number' && typeof total === 'number' && total > 0 && covered <= total ? [[part, (100 * covered) / total]] : [];
}

export const coverage = defineKind({
  name: 'coverage',
  summary: 'The coverage report of the same commit reaches the demanded shares.',
  params: Params,
  describe: ({ report, min }) =>
    `${report}: ${PARTS.flatMap((part) => (min[part] === undefined ? [] : [`${part} >= ${min[part]} %`])).join(', ')}`,
  run,
  negative: [
    {
      name: 'too few lines',
      async arrange() {
        const total = { lines: { total: 200, covered: 150, pct: 75 } };
        const { root, end } = await folderOf({ 'coverage-summary.json': JSON.stringify({ total }) });
        return { params: { report: 'coverage-summary.json', of: { maxAgeHours: 1 }, min: { lines: 90 } }, probe: { root }, end };
      },
    },
    {
      name: 'a report of lcov that is cut off before the worst file',
      async arrange() {
        const { root, end } = await folderOf({ 'lcov.info': 'SF:a.ts\nLF:9\nLH:9\nend_of_record\nSF:b.ts\n' });
        return { params: { report: 'lcov.info', of: { maxAgeHours: 1 }, min: { lines: 90 } }, probe: { root }, end };
      },
    },
    {
      name: 'a report that is missing',
      async arrange() {
        const { root, end } = await folderOf({});
        return { params: { report: 'coverage-summary.json', of: { maxAgeHours: 1 }, min: { lines: 1 } }, probe: { root }, end };
      },
    },
    {
      name: 'a good report of another commit',
      expects: 'stale',
      async arrange() {
        const { root, end } = await folderOf({
          'coverage-summary.json': JSON.stringify({ total: { lines: { total: 10, covered: 10 } }, commit: 'aaaaaaa' }),
        });
        return {
          params: { report: 'coverage-summary.json', of: { commitAt: '$.commit' }, min: { lines: 90 } },
          probe: { root, commit: 'bbbbbbb' },
          end,
        };
      },
    },
  ],
});

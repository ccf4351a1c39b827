import Type, { type Static } from 'typebox';
import type { Outcome, Probe } from '../check.ts';
import { Count, defineKind, fields, FilePath, judged } from '../define.ts';
import { readDocument } from '../files.ts';
import { readJsonPath } from '../json-path.ts';
import { folderOf } from '../loopback.ts';
import { isUnfit, readReport, ReportOf } from '../report-file.ts';

const Params = fields({
  /** A report in the schema of mutation testing elements, as Stryker writes it (`mutation.json`). */
  report: FilePath,
  of: ReportOf,
  /** Least share of mutants that a test found, in percent. */
  minScore: Type.Number({ minimum: 0, maximum: 100 }),
  minMutants: Type.Optional(Count),
});
type Params = Static<typeof Params>;

const FOUND = new Set(['Killed', 'Timeout']);
const MISSED = new Set(['Survived', 'NoCoverage']);

async function run({ report: path, of, minScore, minMutants = 1 }: Params, probe: Probe): Promise<Outcome> {
  const report = await readReport(probe, path, of);
  if (isUnfit(report)) return report;
  const states = readJsonPath(readDocument(path, report.text), '$.files.*.mutants[*].status').map(String);
  const found = states.filter((state) => FOUND.has(state)).length;
  const valid = found + states.filter((state) => MISSED.has(state)).length;
  const score = valid === 0 ? 0 : Math.round((10_000 * found) / valid) / 100;
  return judged({
    problems: [
      ...(valid < Math.max(1, minMutants) ? [`there are ${valid} mutants, at least ${Math.max(1, minMutants)} are demanded`] : []),
      ...(score >= minScore ? [] : [`${score} % of the mutants were found, at least ${minScore} % are demanded`]),
    ],
    seen: `${score} % of ${valid} mutants were found.`,
    measurements: [{ name: 'score', value: score, unit: '%', demanded: `>= ${minScore}`, samples: valid }],
  });
}

export const mutation = defineKind({
  name: 'mutation',
  summary: 'The mutation report of the same commit reaches the demanded score.',
  params: Params,
  describe: ({ report, minScore }) => `${report}: score >= ${minScore} %`,
  run,
  negative: [
    {
      name: 'half of the mutants survived',
      async arrange() {
        const mutants = ['Killed', 'Survived'].map((status) => ({ status }));
        const { root, end } = await folderOf({ 'mutation.json': JSON.stringify({ files: { 'a.ts': { mutants } } }) });
        return { params: { report: 'mutation.json', of: { maxAgeHours: 1 }, minScore: 75 }, probe: { root }, end };
      },
    },
  ],
});

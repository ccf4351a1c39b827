import Type, { type Static } from 'typebox';
import { AppError } from '../../../base/error.ts';
import type { Outcome, Probe } from '../check.ts';
import { Count, defineKind, fields, ReportPath, judged, listed } from '../define.ts';
import { readDocument } from '../files.ts';
import { readJsonPath } from '../json-path.ts';
import { folderOf } from '../loopback.ts';
import { isUnfit, readReport, ReportOf } from '../report-file.ts';

const Params = fields({
  /** A report in the schema of mutation testing elements, as Stryker writes it (`mutation.json`). */
  report: ReportPath,
  of: ReportOf,
  /** Least share of mutants that a test found, in percent. */
  minScore: Type.Number({ minimum: 0, maximum: 100 }),
  minMutants: Type.Optional(Count),
});
type Params = Static<typeof Params>;

const FOUND = new Set(['Killed', 'Timeout']);
/** What ended in an error of the run itself was found by no test. */
const MISSED = new Set(['Survived', 'NoCoverage', 'RuntimeError']);
/** Left out on purpose, or no program at all. */
const UNCOUNTED = new Set(['Ignored', 'CompileError']);

async function run({ report: path, of, minScore, minMutants = 1 }: Params, probe: Probe): Promise<Outcome> {
  const report = await readReport(probe, path, of);
  if (isUnfit(report)) return report;
  const states = statesIn(path, readDocument(path, report.text));
  const kinds = [...new Set(states)].toSorted().map((state) => `${state}: ${states.filter((each) => each === state).length}`);
  probe.note?.([`${states.length} mutants`, ...kinds].join('\n'));
  const found = states.filter((state) => FOUND.has(state)).length;
  const valid = found + states.filter((state) => MISSED.has(state)).length;
  const open = states.filter((state) => ![FOUND, MISSED, UNCOUNTED].some((known) => known.has(state)));
  const share = valid === 0 ? 0 : (100 * found) / valid;
  // Never rounded up to what is demanded.
  const score = Math.floor(share * 100) / 100;
  return judged({
    problems: [
      ...(open.length > 0 ? [`${open.length} mutants have no result (${listed([...new Set(open)])})`] : []),
      ...(valid < Math.max(1, minMutants) ? [`there are ${valid} mutants, at least ${Math.max(1, minMutants)} are demanded`] : []),
      ...(share >= minScore ? [] : [`${score} % of the mutants were found, at least ${minScore} % are demanded`]),
    ],
    seen: `${score} % of ${valid} mutants were found.`,
    measurements: [{ name: 'score', value: score, unit: '%', demanded: `>= ${minScore}`, samples: valid }],
  });
}

/** The state of every mutant of every file. Errors: `readiness.file_unreadable` for a file without a list of them. */
function statesIn(path: string, document: unknown): string[] {
  return readJsonPath(document, '$.files.*').flatMap((file) => {
    const mutants = readJsonPath(file, '$.mutants')[0];
    if (!Array.isArray(mutants))
      throw new AppError('unprocessable', 'readiness.file_unreadable', `${path} has a file without a list of mutants.`);
    return mutants.map((mutant: unknown) => {
      const [state] = readJsonPath(mutant, '$.status');
      return typeof state === 'string' ? state : 'none';
    });
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
    {
      name: 'a run that was broken off: most mutants were never tried',
      async arrange() {
        const mutants = [{ status: 'Killed' }, ...Array.from({ length: 9 }, () => ({ status: 'Pending' }))];
        const { root, end } = await folderOf({ 'mutation.json': JSON.stringify({ files: { 'a.ts': { mutants } } }) });
        return { params: { report: 'mutation.json', of: { maxAgeHours: 1 }, minScore: 75 }, probe: { root }, end };
      },
    },
  ],
});

import { SaxesParser } from 'saxes';
import Type, { type Static } from 'typebox';
import { join } from 'node:path';
import { AppError } from '../../../base/error.ts';
import type { Outcome, Probe } from '../check.ts';
import { Count, defineKind, fields, FilePath, judged, listed, Text } from '../define.ts';
import { listFolder } from '../files.ts';
import { folderOf } from '../loopback.ts';
import { matches } from '../pattern.ts';
import { isUnfit, readReport, ReportOf } from '../report-file.ts';

const Params = fields({
  /** A report in JUnit's XML, or a folder whose `.xml` files all are. */
  report: FilePath,
  of: ReportOf,
  /** So many tests must have run; 1 unless told. */
  minTests: Type.Optional(Count),
  maxSkipped: Type.Optional(Count),
  /** Only tests whose class and name match, such as those of one suite. */
  only: Type.Optional(Text),
});
type Params = Static<typeof Params>;
type Case = { name: string; state: 'passed' | 'failed' | 'skipped' };

async function run(params: Params, probe: Probe): Promise<Outcome> {
  const { report: path, of, minTests = 1, maxSkipped } = params;
  const inside = await listFolder(probe, path);
  const files = inside ? inside.filter((name) => name.endsWith('.xml')).map((name) => join(path, name)) : [path];
  if (files.length === 0) return { state: 'fail', summary: `${path} holds no report.` };
  const cases: Case[] = [];
  for (const name of files) {
    const report = await readReport(probe, name, of);
    if (isUnfit(report)) return report;
    cases.push(...casesOf(name, report.text));
  }
  const looked = params.only === undefined ? cases : cases.filter(({ name }) => matches(params.only!, name));
  const those = (state: Case['state']): Case[] => looked.filter((one) => one.state === state);
  const [passed, failed, skipped] = [those('passed'), those('failed'), those('skipped')];
  return judged({
    problems: [
      ...(failed.length > 0 ? [`${failed.length} tests failed: ${listed(failed.map(({ name }) => name))}`] : []),
      ...(passed.length < Math.max(1, minTests) ? [`${passed.length} tests passed, at least ${Math.max(1, minTests)} are demanded`] : []),
      ...(maxSkipped !== undefined && skipped.length > maxSkipped
        ? [`${skipped.length} tests were skipped, at most ${maxSkipped} are allowed`]
        : []),
    ],
    seen: `${passed.length} tests passed, ${skipped.length} were skipped.`,
    measurements: [
      { name: 'passed', value: passed.length, demanded: `>= ${Math.max(1, minTests)}` },
      { name: 'failed', value: failed.length, demanded: '= 0' },
      { name: 'skipped', value: skipped.length, ...(maxSkipped !== undefined && { demanded: `<= ${maxSkipped}` }) },
    ],
  });
}

/** Counts the cases themselves, as the sums that a report states can be wrong. Errors: `readiness.file_unreadable`. */
function casesOf(path: string, xml: string): Case[] {
  const cases: Case[] = [];
  let current: Case | undefined;
  let stated = 0;
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw new AppError('unprocessable', 'readiness.file_unreadable', `${path} is no XML: ${error.message}.`);
  });
  parser.on('opentag', ({ name, attributes }) => {
    const { classname = '', name: title = '' } = attributes as Record<string, string>;
    if (name === 'testcase') current = { name: `${classname} ${title}`.trim(), state: 'passed' };
    if (current && (name === 'failure' || name === 'error')) current.state = 'failed';
    if (current && name === 'skipped' && current.state === 'passed') current.state = 'skipped';
    // An error outside of any case, such as a file that could not be loaded, is told only in the sums.
    if (name === 'testsuite')
      stated +=
        Number((attributes as Record<string, string>)['failures'] ?? 0) + Number((attributes as Record<string, string>)['errors'] ?? 0);
  });
  parser.on('closetag', ({ name }) => {
    if (name !== 'testcase' || !current) return;
    cases.push(current);
    current = undefined;
  });
  parser.write(xml).close();
  const failed = cases.filter(({ state }) => state === 'failed').length;
  return stated > failed ? [...cases, { name: `${path}: ${stated - failed} failures outside of any test`, state: 'failed' }] : cases;
}

const reportOf = (...cases: readonly string[]): string => `<testsuite name="unit" tests="${cases.length}">${cases.join('')}</testsuite>`;

export const junit = defineKind({
  name: 'junit',
  summary: 'The test report of the same commit has enough tests and no failure.',
  params: Params,
  describe: ({ report, minTests, only }) =>
    `${report}${only ? ` (${only})` : ''}${minTests === undefined ? '' : `, at least ${minTests} tests`}`,
  run,
  negative: [
    {
      name: 'a test that failed',
      async arrange() {
        const { root, end } = await folderOf({
          'junit.xml': reportOf('<testcase name="adds"/>', '<testcase name="pays"><failure message="no"/></testcase>'),
        });
        return { params: { report: 'junit.xml', of: { maxAgeHours: 1 } }, probe: { root }, end };
      },
    },
    {
      name: 'a report in which nothing ran',
      async arrange() {
        const { root, end } = await folderOf({ 'junit.xml': reportOf('<testcase name="pays"><skipped/></testcase>') });
        return { params: { report: 'junit.xml', of: { maxAgeHours: 1 } }, probe: { root }, end };
      },
    },
  ],
});

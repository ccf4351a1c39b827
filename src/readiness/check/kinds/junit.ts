import { SaxesParser } from 'saxes';
import Type, { type Static } from 'typebox';
import { join } from 'node:path';
import { AppError } from '../../../base/error.ts';
import type { Outcome, Probe } from '../check.ts';
import { Count, defineKind, fields, ReportPath, judged, listed, Text } from '../define.ts';
import { listFolder } from '../files.ts';
import { folderOf } from '../loopback.ts';
import { firstLines } from '../notes.ts';
import { matching } from '../pattern.ts';
import { isUnfit, readReport, ReportOf } from '../report-file.ts';

const Params = fields({
  /** A report in JUnit's XML, or a folder whose `.xml` files all are. */
  report: ReportPath,
  of: ReportOf,
  /** So many tests must have run; 1 unless told. */
  minTests: Type.Optional(Count),
  maxSkipped: Type.Optional(Count),
  /** Only tests whose class and name match, such as those of one suite. */
  only: Type.Optional(Text),
});
type Params = Static<typeof Params>;
type State = 'passed' | 'failed' | 'skipped';
type Case = { name: string; state: State; outside?: boolean };

const nameOf = ({ name }: Case): string => name;

async function run(params: Params, probe: Probe): Promise<Outcome> {
  const { report: path, of, minTests = 1, maxSkipped } = params;
  const inside = await listFolder(probe, path);
  const files = inside ? inside.filter((name) => name.endsWith('.xml')).map((name) => join(path, name)) : [path];
  if (files.length === 0) return { state: 'fail', summary: `${path} holds no report.` };
  const cases: Case[] = [];
  const untold: string[] = [];
  for (const name of files) {
    const report = await readReport(probe, name, of);
    if (isUnfit(report)) return report;
    const told = casesOf(name, report.text);
    for (const one of told.cases) cases.push(one);
    untold.push(...told.untold);
  }
  const fits = params.only === undefined ? undefined : matching(params.only, cases.map(nameOf));
  // What failed outside of any test may have kept the looked for ones from running.
  const looked = fits ? cases.filter(({ outside }, index) => outside === true || fits[index]) : cases;
  const those = (state: Case['state']): Case[] => looked.filter((one) => one.state === state);
  const [passed, failed, skipped] = [those('passed'), those('failed'), those('skipped')];
  const told = (title: string, some: readonly Case[]): string => firstLines([`${title}: ${some.length}`, ...some.map(nameOf)], 100);
  probe.note?.([told('failed', failed), told('skipped', skipped), told('passed', passed)].join('\n'));
  return judged({
    problems: [
      ...untold.slice(0, 5),
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

/** How a case itself says that it did not pass, where the report has no element for it (GoogleTest, CTest). */
const SAID: readonly (readonly [RegExp, State])[] = [
  [/^(?:fail(?:ed|ure)?|error(?:ed)?|broken|aborted|timeout)$/i, 'failed'],
  [/^(?:not ?run|skip(?:ped)?|suppressed|disabled|pending|ignored|inconclusive)$/i, 'skipped'],
];

/** What a suite states of itself, and how many cases and skipped ones it holds, those of suites in it included. */
type Suite = { name: string; tests: number; skipped: number; told: number; left: number };

/**
 * Counts the cases themselves, as the sums that a report states can be wrong; `untold` are suites of which it tells fewer tests
 * than it states. Errors: `readiness.file_unreadable`.
 */
function casesOf(path: string, xml: string): { cases: Case[]; untold: string[] } {
  const cases: Case[] = [];
  const suites: Suite[] = [];
  const untold: string[] = [];
  // One may stand within another one, and what is told behind it is of the outer one again.
  const open: Case[] = [];
  let outside = 0;
  const stated = { testsuites: 0, testsuite: 0 };
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw unreadable(path, `is no XML: ${error.message}`);
  });
  parser.on('opentag', ({ name, attributes }) => {
    const given = attributes as Record<string, string>;
    if (name === 'testcase') open.push({ name: `${given['classname'] ?? ''} ${given['name'] ?? ''}`.trim(), state: saidBy(given) });
    const current = open.at(-1);
    if (name === 'failure' || name === 'error') {
      if (current) current.state = 'failed';
      else outside += 1;
    }
    if (current && name === 'skipped' && current.state === 'passed') current.state = 'skipped';
    if (name === 'testsuite' || name === 'testsuites') suites.push(suiteOf(path, given));
    if (name === 'testsuite' || name === 'testsuites')
      stated[name] += sumOf(path, 'failures', given['failures']) + sumOf(path, 'errors', given['errors']);
  });
  parser.on('closetag', ({ name }) => {
    if (name === 'testsuite' || name === 'testsuites') untold.push(...untoldIn(suites.pop()!));
    const current = name === 'testcase' ? open.pop() : undefined;
    if (!current) return;
    for (const suite of suites) {
      suite.told += 1;
      suite.left += current.state === 'skipped' ? 1 : 0;
    }
    cases.push(current);
  });
  parser.write(xml).close();
  // An error outside of any case, such as a file that could not be loaded, is told only in the sums, of suites or of all.
  const failed = cases.filter(({ state }) => state === 'failed').length;
  const more = Math.max(outside, stated.testsuite - failed, stated.testsuites - failed);
  if (more > 0) cases.push({ name: `${path}: ${more} failures outside of any test`, state: 'failed', outside: true });
  return { cases, untold };
}

function suiteOf(path: string, { name = path, tests, skipped }: Record<string, string>): Suite {
  return { name, tests: sumOf(path, 'tests', tests), skipped: sumOf(path, 'skipped', skipped), told: 0, left: 0 };
}

/** A report that was cut, or that leaves out what was skipped, tells of fewer tests than ran. */
function untoldIn({ name, tests, skipped, told, left }: Suite): string[] {
  return [
    ...(tests > told ? [`${name} states ${tests} tests and tells of ${told}`] : []),
    ...(skipped > left ? [`${name} states ${skipped} skipped tests and tells of ${left}`] : []),
  ];
}

function saidBy({ status = '', result = '' }: Record<string, string>): State {
  return SAID.find(([words]) => words.test(status) || words.test(result))?.[1] ?? 'passed';
}

function sumOf(path: string, name: string, stated = '0'): number {
  if (!/^\d+$/.test(stated)) throw unreadable(path, `states ${JSON.stringify(stated.slice(0, 40))} ${name}, which is no number`);
  return Number(stated);
}

function unreadable(path: string, why: string): AppError {
  return new AppError('unprocessable', 'readiness.file_unreadable', `${path} ${why}.`);
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
      name: 'failures that only the sum of all suites tells, with those of one suite asked for',
      async arrange() {
        const xml = `<testsuites failures="1" errors="0">${reportOf('<testcase classname="pay" name="pays"/>')}</testsuites>`;
        const { root, end } = await folderOf({ 'junit.xml': xml });
        return { params: { report: 'junit.xml', of: { maxAgeHours: 1 }, only: '^pay' }, probe: { root }, end };
      },
    },
    {
      name: 'a sum of failures that is no number',
      expects: 'error',
      async arrange() {
        const { root, end } = await folderOf({ 'junit.xml': '<testsuite failures="three"><testcase name="pays"/></testsuite>' });
        return { params: { report: 'junit.xml', of: { maxAgeHours: 1 } }, probe: { root }, end };
      },
    },
    {
      name: 'a report that states more tests than it tells of',
      async arrange() {
        const { root, end } = await folderOf({ 'junit.xml': '<testsuite name="unit" tests="3000"><testcase name="adds"/></testsuite>' });
        return { params: { report: 'junit.xml', of: { maxAgeHours: 1 } }, probe: { root }, end };
      },
    },
    {
      name: 'a test that failed, with another one within it that passed',
      async arrange() {
        const { root, end } = await folderOf({
          'junit.xml': '<testsuite><testcase name="pays"><failure/><testcase name="adds"/></testcase></testsuite>',
        });
        return { params: { report: 'junit.xml', of: { maxAgeHours: 1 } }, probe: { root }, end };
      },
    },
    {
      name: 'a test that was skipped, with another one within it that passed',
      async arrange() {
        const { root, end } = await folderOf({
          'junit.xml': '<testsuite><testcase name="pays"><testcase name="adds"/><skipped/></testcase></testsuite>',
        });
        return { params: { report: 'junit.xml', of: { maxAgeHours: 1 }, maxSkipped: 0 }, probe: { root }, end };
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

import type { ResultState } from '../run/result.ts';
import { escaped, escapedLines } from './plain.ts';
import {
  isExcused,
  isPutOff,
  notUnderstoodWords,
  OBSTACLE_WORDS,
  shownSection,
  STATE_WORDS,
  wordsOf,
  type Report,
  type ReportLine,
} from './report.ts';

/** What could not be found out is an error, what was found out and is not good a failure; each says so by its state. */
const ELEMENT: Readonly<Record<ResultState, 'failure' | 'error' | 'skipped' | undefined>> = {
  pass: undefined,
  warn: 'failure',
  fail: 'failure',
  error: 'error',
  unreachable: 'error',
  stale: 'error',
  awaiting_sign_off: 'failure',
  not_applicable: 'skipped',
  waived: 'skipped',
};

/**
 * The report as JUnit XML, the form that build servers read: one suite per heading, one test case per line. Skipped is only what
 * somebody decided to do without, with their reason.
 */
export function junitReport(report: Report): string {
  const suites = suitesOf(report);
  const totals = countsOf(report.lines, report.notUnderstood, report.reasons);
  const attributes = `name="${escaped(report.checklist.title)}" ${totals} time="${seconds(report.run?.ms ?? 0)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${attributes}>`,
    ...suites.flatMap(([name, lines]) => suite(name, lines, report)),
    ...unreadSuite(report),
    ...undecidedSuite(report),
    '</testsuites>',
    '',
  ].join('\n');
}

/** A heading that comes again goes on with its suite: readers of this form keep only one suite of a name. */
function suitesOf({ lines, checklist }: Report): [string, ReportLine[]][] {
  const suites = new Map<string, ReportLine[]>();
  for (const line of lines) {
    const name = shownSection(line.section, checklist.title);
    const suite = suites.get(name);
    if (suite) suite.push(line);
    else suites.set(name, [line]);
  }
  return [...suites];
}

function countsOf(lines: readonly ReportLine[], unread: Report['notUnderstood'] = [], reasons: Report['reasons'] = []): string {
  const count = (element: string): number => lines.filter(({ state }) => ELEMENT[state] === element).length;
  const errors = count('error') + unread.filter((finding) => finding.lost).length + reasons.length;
  const tests = lines.length + unread.length + reasons.length;
  return `tests="${tests}" failures="${count('failure')}" errors="${errors}" skipped="${count('skipped')}"`;
}

/** Why nothing could be decided: an error each, since a build that has no other is green. */
function undecidedSuite({ reasons, checklist }: Report): string[] {
  if (reasons.length === 0) return [];
  const cases = reasons.map((reason, i) => {
    const head = `<testcase classname="Decision" name="reason ${i + 1}" file="${escaped(checklist.name)}" time="0.000">`;
    return `    ${head}<error message="${escaped(reason)}" type="undecided"/></testcase>`;
  });
  return [`  <testsuite name="Decision" ${countsOf([], [], reasons)} time="0.000">`, ...cases, '  </testsuite>'];
}

/** What the reader made nothing of: an error where a line may be lost, and otherwise told. */
function unreadSuite({ notUnderstood, checklist }: Report): string[] {
  if (notUnderstood.length === 0) return [];
  const cases = notUnderstood.flatMap((finding) => {
    const { line, lost } = finding;
    const words = escaped(notUnderstoodWords(finding));
    const told = lost ? `<error message="${words}" type="not_understood"/>` : `<system-out>${words}</system-out>`;
    const head = `<testcase classname="Not understood" name="line ${line}" file="${escaped(checklist.name)}" line="${line}" time="0.000">`;
    return [`    ${head}${told}</testcase>`];
  });
  return [`  <testsuite name="Not understood" ${countsOf([], notUnderstood)} time="0.000">`, ...cases, '  </testsuite>'];
}

function suite(name: string, lines: readonly ReportLine[], { checklist, subject, run, madeAt, decision }: Report): string[] {
  const ms = lines.reduce((sum, line) => sum + durationOf(line), 0);
  const properties = Object.entries({ decision, run: run?.id ?? 'none', checklist: checklist.sha256, ...subject });
  return [
    `  <testsuite name="${escaped(name)}" ${countsOf(lines)} timestamp="${escaped((run?.startedAt ?? madeAt).slice(0, 19))}" time="${seconds(ms)}">`,
    '    <properties>',
    ...properties.map(([key, value]) => `      <property name="${escaped(key)}" value="${escaped(value)}"/>`),
    '    </properties>',
    ...lines.flatMap((line) => testCase(name, line, checklist.name)),
    '  </testsuite>',
  ];
}

function testCase(suite: string, line: ReportLine, file: string): string[] {
  const name = `${escaped(wordsOf(line))} (line ${line.line})`;
  const head = `<testcase classname="${escaped(suite)}" name="${name}" file="${escaped(file)}" line="${line.line}" time="${seconds(durationOf(line))}"`;
  const element = ELEMENT[line.state];
  if (!element) return [`    ${head}/>`];
  const message = `${STATE_WORDS[line.state]}: ${line.summary}`;
  const type = isExcused(line.state) ? '' : ` type="${line.state}"`;
  return [
    `    ${head}>`,
    `      <${element} message="${escaped(message)}"${type}>${escapedLines(bodyOf(line))}</${element}>`,
    '    </testcase>',
  ];
}

/** The reason in full: what was asked, found and demanded, and where the evidence is. */
function bodyOf(line: ReportLine): string {
  const checks = line.checks.map(({ kind, asked, state, summary, evidence }) => {
    return `${kind} ${asked}: ${STATE_WORDS[state]}, ${summary}${evidence ? ` (evidence ${evidence})` : ''}`;
  });
  const effect = line.blocks ? `In the way (${OBSTACLE_WORDS[line.blocks]}): ${line.because}` : '';
  return [effect, isPutOff(line) ? `Put off: ${line.because}` : '', line.summary, ...checks].filter(Boolean).join('\n');
}

const durationOf = ({ checks }: ReportLine): number => checks.reduce((sum, { ms }) => sum + ms, 0);
const seconds = (ms: number): string => (ms / 1_000).toFixed(3);

import Type, { type Static } from 'typebox';
import { AppError } from '../../../base/error.ts';
import type { Outcome, Probe } from '../check.ts';
import { Count, defineKind, fields, ReportPath, judged } from '../define.ts';
import { readDocument } from '../files.ts';
import { readJsonPath } from '../json-path.ts';
import { folderOf } from '../loopback.ts';
import { firstLines } from '../notes.ts';
import { isUnfit, readReport, ReportOf } from '../report-file.ts';

const SEVERITIES = ['critical', 'high', 'moderate', 'low'] as const;
type Severity = (typeof SEVERITIES)[number];

const Params = fields({
  /** The output of `npm audit --json`, or a report in SARIF. */
  report: ReportPath,
  of: ReportOf,
  /** Most findings of each severity; no critical and no high ones unless told. */
  max: Type.Optional(
    fields({ critical: Type.Optional(Count), high: Type.Optional(Count), moderate: Type.Optional(Count), low: Type.Optional(Count) }),
  ),
});
type Params = Static<typeof Params>;

async function run({ report: path, of, max = {} }: Params, probe: Probe): Promise<Outcome> {
  const report = await readReport(probe, path, of);
  if (isUnfit(report)) return report;
  const document = readDocument(path, report.text);
  const counts = countsOf(path, document);
  probe.note?.([...SEVERITIES.map((severity) => `${severity}: ${counts[severity]}`), firstLines(namesIn(document))].join('\n'));
  const troubles = readJsonPath(document, '$.runs[*].invocations[*].toolExecutionNotifications[*].level').filter(
    (level) => level === 'error',
  );
  const allowed: Partial<Record<Severity, number>> = { critical: 0, high: 0, ...max };
  const problems = SEVERITIES.filter((severity) => allowed[severity] !== undefined && counts[severity] > allowed[severity]).map(
    (severity) => `${counts[severity]} ${severity}, at most ${allowed[severity]} are allowed`,
  );
  if (problems.length === 0) demandLooked(path, document);
  return judged({
    problems,
    warnings: troubles.length > 0 ? [`the scanner itself tells of ${troubles.length} errors`] : [],
    seen: SEVERITIES.map((severity) => `${counts[severity]} ${severity}`)
      .join(', ')
      .concat('.'),
    measurements: SEVERITIES.map((severity) => ({
      name: severity,
      value: counts[severity],
      ...(allowed[severity] !== undefined && { demanded: `<= ${allowed[severity]}` }),
    })),
  });
}

/** Errors: `readiness.file_unreadable` for a document that is no audit, an error message of npm above all. */
function countsOf(path: string, document: unknown): Record<Severity, number> {
  const counts = readJsonPath(document, '$.metadata.vulnerabilities')[0] as Partial<Record<Severity, unknown>> | undefined;
  if (counts && SEVERITIES.every((severity) => typeof counts[severity] === 'number'))
    return npmCounts(path, document, counts as Record<Severity, number>);
  const runs = readJsonPath(document, '$.runs')[0];
  if (!Array.isArray(runs) || runs.length === 0) throw unreadable(path, 'is neither an audit of npm nor SARIF');
  if (readJsonPath(document, '$.runs[*].invocations[*].executionSuccessful').includes(false))
    throw unreadable(path, 'is of a scan that did not go to its end');
  // A run without a list of results is one that looked for none (SARIF 2.1.0, 3.14.23).
  if (!runs.every((run: unknown) => Array.isArray(readJsonPath(run, '$.results')[0]))) throw unreadable(path, 'has a run without results');
  return sarifCounts(runs);
}

/** The sums of an audit by npm, and what it lists beside them: the higher counts. Without any package nothing was looked at. */
function npmCounts(path: string, document: unknown, sums: Record<Severity, number>): Record<Severity, number> {
  if (lookedAt(document) === 0) throw unreadable(path, 'is of an audit that looked at no package');
  const listed = [...readJsonPath(document, '$.vulnerabilities[*].severity'), ...readJsonPath(document, '$.advisories[*].severity')];
  const count = (severity: Severity): number => Math.max(sums[severity], listed.filter((one) => one === severity).length);
  return { critical: count('critical'), high: count('high'), moderate: count('moderate'), low: count('low') };
}

/** How many packages npm, or who writes as it does, says that it looked at. */
const lookedAt = (document: unknown): unknown =>
  readJsonPath(document, '$.metadata.dependencies.total')[0] ?? readJsonPath(document, '$.metadata.totalDependencies')[0];

/** Errors: `readiness.file_unreadable` for an audit like npm's that does not say that it looked at any package: that is no pass. */
function demandLooked(path: string, document: unknown): void {
  if (readJsonPath(document, '$.metadata.vulnerabilities')[0] === undefined || typeof lookedAt(document) === 'number') return;
  throw unreadable(path, 'does not say how many packages were looked at (metadata.dependencies.total)');
}

/** What the report names: packages by their severity, or results by their rule. */
function namesIn(document: unknown): string[] {
  const packages = readJsonPath(document, '$.vulnerabilities')[0];
  const named = typeof packages === 'object' && packages !== null ? Object.entries(packages) : [];
  const wordAt = (one: unknown, at: string): string => {
    const [word] = readJsonPath(one, at);
    return typeof word === 'string' ? word.slice(0, 200) : 'not told';
  };
  return [
    ...named.map(([name, one]) => `${name}: ${wordAt(one, '$.severity')}`),
    ...readJsonPath(document, '$.runs[*].results[*]').map((one) => `${wordAt(one, '$.ruleId')}: ${wordAt(one, '$.message.text')}`),
  ];
}

function unreadable(path: string, why: string): AppError {
  return new AppError('unprocessable', 'readiness.file_unreadable', `${path} ${why}.`);
}

/** SARIF knows levels; the score of a rule (CVSS, 0 to 10) says more where it is given. */
function sarifCounts(runs: readonly unknown[]): Record<Severity, number> {
  const counts = { critical: 0, high: 0, moderate: 0, low: 0 };
  for (const run of runs) {
    const own = readJsonPath(run, '$.tool.driver.rules[*]');
    const rules = [...own, ...readJsonPath(run, '$.tool.extensions[*].rules[*]')];
    const byId = new Map(rules.map((rule) => [readJsonPath(rule, '$.id')[0], rule]));
    for (const result of readJsonPath(run, '$.results[*]')) {
      const id = readJsonPath(result, '$.ruleId')[0] ?? readJsonPath(result, '$.rule.id')[0];
      const rule = id === undefined ? own[Number(readJsonPath(result, '$.ruleIndex')[0] ?? -1)] : byId.get(id);
      counts[severityOf(result, rule)] += 1;
    }
  }
  return counts;
}

function severityOf(result: unknown, rule: unknown): Severity {
  const score = Number.parseFloat(String(readJsonPath(rule, '$.properties["security-severity"]')[0]));
  if (!Number.isNaN(score)) return severityOfScore(score);
  return severityOfLevel(readJsonPath(result, '$.level')[0] ?? readJsonPath(rule, '$.defaultConfiguration.level')[0] ?? 'warning');
}

const severityOfLevel = (level: unknown): Severity => (level === 'error' ? 'high' : level === 'warning' ? 'moderate' : 'low');
const severityOfScore = (score: number): Severity => (score >= 9 ? 'critical' : score >= 7 ? 'high' : score >= 4 ? 'moderate' : 'low');

/** As npm tells of how many packages it looked at. */
const LOOKED = { dependencies: { total: 120 } };

export const packageAudit = defineKind({
  name: 'package_audit',
  summary: 'The audit of packages or code of the same commit has no more findings than allowed.',
  params: Params,
  describe: ({ report, max = {} }) =>
    `${report}: ${Object.entries({ critical: 0, high: 0, ...max })
      .map(([severity, most]) => `${severity} <= ${most}`)
      .join(', ')}`,
  run,
  negative: [
    {
      name: 'a package with a high vulnerability',
      async arrange() {
        const vulnerabilities = { info: 0, low: 2, moderate: 0, high: 1, critical: 0, total: 3 };
        const { root, end } = await folderOf({
          'audit.json': JSON.stringify({ auditReportVersion: 2, metadata: { vulnerabilities, ...LOOKED } }),
        });
        return { params: { report: 'audit.json', of: { maxAgeHours: 1 } }, probe: { root }, end };
      },
    },
    {
      name: 'an audit whose sums leave out what it lists',
      async arrange() {
        const vulnerabilities = { info: 0, low: 0, moderate: 0, high: 0, critical: 0, total: 0 };
        const audit = {
          auditReportVersion: 2,
          vulnerabilities: { tides: { severity: 'critical' } },
          metadata: { vulnerabilities, ...LOOKED },
        };
        const { root, end } = await folderOf({ 'audit.json': JSON.stringify(audit) });
        return { params: { report: 'audit.json', of: { maxAgeHours: 1 } }, probe: { root }, end };
      },
    },
    {
      name: 'an audit that does not say that it looked at any package',
      expects: 'error' as const,
      async arrange() {
        const vulnerabilities = { info: 0, low: 0, moderate: 0, high: 0, critical: 0, total: 0 };
        const { root, end } = await folderOf({ 'audit.json': JSON.stringify({ auditReportVersion: 2, metadata: { vulnerabilities } }) });
        return { params: { report: 'audit.json', of: { maxAgeHours: 1 } }, probe: { root }, end };
      },
    },
    ...[
      ['a scan that broke off', { results: [], invocations: [{ executionSuccessful: false }] }] as const,
      ['a scan that gives no results', {}] as const,
    ].map(([name, run]) => ({
      name,
      expects: 'error' as const,
      async arrange() {
        const { root, end } = await folderOf({ 'scan.sarif': JSON.stringify({ version: '2.1.0', runs: [run] }) });
        return { params: { report: 'scan.sarif', of: { maxAgeHours: 1 } }, probe: { root }, end };
      },
    })),
  ],
});

import Type, { type Static } from 'typebox';
import { AppError } from '../../../base/error.ts';
import type { Outcome, Probe } from '../check.ts';
import { Count, defineKind, fields, FilePath, judged } from '../define.ts';
import { readDocument } from '../files.ts';
import { readJsonPath } from '../json-path.ts';
import { folderOf } from '../loopback.ts';
import { isUnfit, readReport, ReportOf } from '../report-file.ts';

const SEVERITIES = ['critical', 'high', 'moderate', 'low'] as const;
type Severity = (typeof SEVERITIES)[number];

const Params = fields({
  /** The output of `npm audit --json`, or a report in SARIF. */
  report: FilePath,
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
  const counts = countsOf(path, readDocument(path, report.text));
  const allowed: Partial<Record<Severity, number>> = { critical: 0, high: 0, ...max };
  const looked = SEVERITIES.filter((severity) => allowed[severity] !== undefined);
  return judged({
    problems: looked
      .filter((severity) => counts[severity] > allowed[severity]!)
      .map((severity) => `${counts[severity]} ${severity}, at most ${allowed[severity]} are allowed`),
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
  if (counts && SEVERITIES.every((severity) => typeof counts[severity] === 'number')) return counts as Record<Severity, number>;
  const runs = readJsonPath(document, '$.runs')[0];
  if (Array.isArray(runs) && runs.length > 0) return sarifCounts(document);
  throw new AppError('unprocessable', 'readiness.file_unreadable', `${path} is neither an audit of npm nor SARIF.`);
}

/** SARIF knows levels; the score of a rule (CVSS, 0 to 10) says more where it is given. */
function sarifCounts(document: unknown): Record<Severity, number> {
  const counts = { critical: 0, high: 0, moderate: 0, low: 0 };
  for (const run of readJsonPath(document, '$.runs[*]')) {
    const rules = new Map(readJsonPath(run, '$.tool.driver.rules[*]').map((rule) => [readJsonPath(rule, '$.id')[0], rule]));
    for (const result of readJsonPath(run, '$.results[*]')) {
      const rule = rules.get(readJsonPath(result, '$.ruleId')[0]);
      const score = Number(readJsonPath(rule, '$.properties["security-severity"]')[0]);
      const level = readJsonPath(result, '$.level')[0] ?? readJsonPath(rule, '$.defaultConfiguration.level')[0] ?? 'warning';
      counts[Number.isNaN(score) ? severityOfLevel(level) : severityOfScore(score)] += 1;
    }
  }
  return counts;
}

const severityOfLevel = (level: unknown): Severity => (level === 'error' ? 'high' : level === 'warning' ? 'moderate' : 'low');
const severityOfScore = (score: number): Severity => (score >= 9 ? 'critical' : score >= 7 ? 'high' : score >= 4 ? 'moderate' : 'low');

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
        const { root, end } = await folderOf({ 'audit.json': JSON.stringify({ auditReportVersion: 2, metadata: { vulnerabilities } }) });
        return { params: { report: 'audit.json', of: { maxAgeHours: 1 } }, probe: { root }, end };
      },
    },
  ],
});

import Type, { type Static } from 'typebox';
import type { Outcome, Probe } from '../check.ts';
import { demandsOn } from '../compare.ts';
import { defineKind, fields, ReportPath, judged, ValueDemand } from '../define.ts';
import { readDocument } from '../files.ts';
import { folderOf } from '../loopback.ts';
import { isUnfit, readReport, ReportOf } from '../report-file.ts';

const Params = fields({
  /** A report in JSON or YAML of any load generator. */
  report: ReportPath,
  of: ReportOf,
  /** Thresholds on its figures, by their place. */
  demands: Type.Array(ValueDemand, { minItems: 1, maxItems: 50 }),
});
type Params = Static<typeof Params>;

async function run({ report: path, of, demands }: Params, probe: Probe): Promise<Outcome> {
  const report = await readReport(probe, path, of);
  if (isUnfit(report)) return report;
  const { problems, measurements } = demandsOn(readDocument(path, report.text), demands);
  probe.note?.(measurements.map(({ name, value, demanded }) => `${name}: ${value}, demanded ${demanded}`).join('\n'));
  return judged({ problems, seen: `${path} holds ${demands.length} demands.`, measurements });
}

export const loadReport = defineKind({
  name: 'load_report',
  summary: 'The report of a load test of the same commit holds its thresholds.',
  params: Params,
  describe: ({ report, demands }) =>
    `${report}: ${demands.map(({ at, op, value }) => `${at} ${op} ${JSON.stringify(value ?? '')}`).join(', ')}`,
  run,
  negative: [
    {
      name: 'a percentile above the limit',
      async arrange() {
        const { root, end } = await folderOf({ 'load.json': JSON.stringify({ latency: { p95: 340 } }) });
        return {
          params: {
            report: 'load.json',
            of: { maxAgeHours: 1 },
            demands: [{ at: '$.latency.p95', op: '<' as const, value: 200, unit: 'ms' }],
          },
          probe: { root },
          end,
        };
      },
    },
    {
      name: 'a figure that the report does not have',
      async arrange() {
        const { root, end } = await folderOf({ 'load.json': '{}' });
        return {
          params: { report: 'load.json', of: { maxAgeHours: 1 }, demands: [{ at: '$.latency.p95', op: '<' as const, value: 200 }] },
          probe: { root },
          end,
        };
      },
    },
  ],
});

import type { ResultState } from '../run/result.ts';
import { isOpen, isPutOff, type Obstacle, type Report, type ReportLine } from './report.ts';

/** What `--format json` prints. Fields are only ever added within a version. */
export type JsonReport = Pick<
  Report,
  | 'checklist'
  | 'madeAt'
  | 'subject'
  | 'run'
  | 'decision'
  | 'holdsUntil'
  | 'reasons'
  | 'score'
  | 'counts'
  | 'contradictions'
  | 'signOffs'
  | 'voided'
  | 'log'
  | 'findings'
  | 'notUnderstood'
> & {
  version: 1;
  /** Lines that must hold and are not shown to. */
  open: number;
  blocks: readonly { id: string; line: number; title: string; state: ResultState; obstacle: Obstacle; why: string }[];
  /** Lines that are put off without having been shown. */
  later: readonly { id: string; line: number; title: string; state: ResultState; why: string }[];
  /** Items and criteria in the order of the document. */
  lines: readonly Omit<ReportLine, 'box' | 'boxKind'>[];
};

/** Everything that acts on a terminal or in a page when somebody looks at the file; JSON can spell each of them. */
const ACTING =
  /[<>&\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]|\udb40[\udc00-\udc7f]/g;

/** The report as one JSON document. The values are exact: what acts is only spelled as an escape. */
export function jsonReport(report: Report): string {
  const spelled = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const text = JSON.stringify(asJson(report), undefined, 2);
  return `${text.replace(ACTING, (acting) => acting.split('').map(spelled).join(''))}\n`;
}

function asJson({ lines, ...report }: Report): JsonReport {
  const { checklist, madeAt, subject, run, decision, reasons, score, counts, contradictions, signOffs, voided, log, holdsUntil } = report;
  const blocks = lines.flatMap(({ id, line, title, state, blocks, because }) =>
    blocks === undefined ? [] : [{ id, line, title, state, obstacle: blocks, why: because }],
  );
  return {
    version: 1,
    checklist,
    madeAt,
    subject,
    ...(run && { run }),
    decision,
    ...(holdsUntil !== undefined && { holdsUntil }),
    reasons,
    score,
    open: lines.filter(isOpen).length,
    counts,
    blocks,
    later: lines.filter(isPutOff).map(({ id, line, title, state, because }) => ({ id, line, title, state, why: because })),
    contradictions,
    signOffs,
    voided,
    ...(log && { log }),
    findings: report.findings,
    notUnderstood: report.notUnderstood,
    lines: lines.map(({ box: _, boxKind: _kind, ...line }) => line),
  };
}

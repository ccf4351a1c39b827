import { createHash } from 'node:crypto';
import { RESULT_STATES, type CheckResult, type ResultState } from '../run/result.ts';
import type { Report, ReportLine } from './report.ts';

/** A checklist of the tests of this folder, with one line of each kind that a report treats in its own way. */
export const SAMPLE = `# Release of the parcel service

Before we let anyone in.

## Critical (Must Pass)

- [x] **Orders survive a restart**: stop the node, start it, count again
- [ ] Backups are younger than one hour
  - [x] of the database
  - [ ] of the label store (optional)
- [X] No secret in the repository

## Load

| Service | State |
|---|---|
| gate | ✅ |

\`\`\`
Latency P95:   < 250ms
Throughput:    > 40/s
\`\`\`

1. [ ] Error rate < 1 % for a day
2. [ ] Support desk told

**Roll back at once when:**

- [ ] Error rate > 5 % for more than 10 minutes
`;

/** A report over the boxes of a text, with the given states in their order; the last state goes on. */
export function sampleReport(source: string = SAMPLE, states: readonly ResultState[] = RESULT_STATES): Report {
  const lines = linesOf(source, states);
  const count = (state: ResultState): number => lines.filter((line) => line.state === state).length;
  return {
    checklist: { name: 'release.md', title: 'Release of the parcel service', sha256: createHash('sha256').update(source).digest('hex') },
    madeAt: '2026-11-22T14:02:07.123Z',
    subject: {
      checklistSha256: createHash('sha256').update(source).digest('hex'),
      bindingsSha256: 'b'.repeat(64),
      commit: '1f3a9c2d4e5b60718293a4b5c6d7e8f901234567',
      configHash: 'c'.repeat(64),
      environment: 'production',
    },
    run: { id: '019aab3c-0000-7000-8000-000000000001', startedAt: '2026-11-22T14:00:00.000Z', ms: 4_210 },
    decision: lines.some(({ blocks }) => blocks) ? 'no_go' : 'go',
    reasons: [],
    score: lines.length === 0 ? 0 : (100 * count('pass')) / lines.length,
    counts: Object.fromEntries(RESULT_STATES.map((state) => [state, count(state)])) as Report['counts'],
    lines,
    contradictions: lines
      .filter(({ ticked, state }) => ticked && state !== 'pass')
      .map(({ id, summary }) => ({ lineId: id, claimed: 'ticked as done', found: summary })),
    signOffs: [{ role: 'Operations', by: 'Ada Lind', at: '2026-11-22T13:40:00.000Z' }, { role: 'Security' }],
    log: { size: 12, root: 'd'.repeat(64) },
    voided: [{ record: 3, kind: 'signed', by: 'Ada Lind', at: '2026-11-20T09:00:00.000Z', line: 25, why: ['checklist_changed'] }],
    findings: [],
    notUnderstood: [],
  };
}

function linesOf(source: string, states: readonly ResultState[]): ReportLine[] {
  let section: string[] = [];
  let from = 0;
  const found: ReportLine[] = [];
  for (const [i, text] of source.split('\n').entries()) {
    const heading = /^\ufeff?(#+) +(.*?)\r?$/.exec(text);
    if (heading) section = [...section.slice(0, heading[1]!.length - 1), heading[2]!];
    const box = /^(\s*)(?:[-*+]|\d+[.)]) \[([ xX])\] (.*?)\r?$/.exec(text);
    if (box) {
      const at = from + Buffer.byteLength(text.slice(0, text.indexOf('[') + 1));
      const state = states[found.length] ?? states.at(-1) ?? 'pass';
      found.push(lineOf({ i, text: box[3]!, section, depth: box[1]!.length / 2, ticked: box[2] !== ' ', at, state }));
    }
    from += Buffer.byteLength(text) + 1;
  }
  return found;
}

type Found = { i: number; text: string; section: readonly string[]; depth: number; ticked: boolean; at: number; state: ResultState };

function lineOf({ i, text, section, depth, ticked, at, state }: Found): ReportLine {
  const bold = /^\*\*(.*?)\*\*:? ?(.*)$/.exec(text);
  const summary = state === 'pass' ? 'as demanded' : `found otherwise in line ${i + 1}`;
  return {
    id: createHash('sha256')
      .update(`${section.join('/')}|${text}|${i}`)
      .digest('hex')
      .slice(0, 32),
    line: i + 1,
    kind: 'item',
    title: bold ? bold[1]! : text,
    ...(bold?.[2] && { detail: bold[2] }),
    section,
    depth,
    tier: 'critical',
    polarity: text.includes('> 5 %') ? 'bad_when_true' : 'good_when_true',
    ticked,
    box: { from: at, to: at + 1 },
    state,
    summary,
    checks: [checkOf(state, summary)],
    because: summary,
    notes:
      state === 'waived'
        ? [{ kind: 'waived', by: 'Ada Lind', at: '2026-11-21T09:00:00.000Z', text: 'until 2026-12-01: supplier is late' }]
        : [],
    ...((state === 'fail' || state === 'error') && { blocks: 'blocks' as const }),
  };
}

function checkOf(state: ResultState, summary: string): CheckResult {
  return {
    kind: 'http',
    asked: 'GET https://parcels.example/health',
    state: state === 'awaiting_sign_off' || state === 'not_applicable' || state === 'waived' ? 'error' : state,
    summary,
    measurements: [
      { name: 'status', value: 200, demanded: '200' },
      { name: 'time', value: 38, unit: 'ms', demanded: '< 250 ms', samples: 5 },
    ],
    startedAt: '2026-11-22T14:00:01.000Z',
    ms: 41,
    evidence: 'e'.repeat(64),
  };
}

import { audit, commit, coverage, drill, file, junit, load, mutation, runs, type Proposals } from '../checks.ts';

/** What is asked of the evidence that tests of the same commit left, and of records of drills. */
export const EVIDENCE_PROPOSALS: Proposals = {
  Q1: ({ limit, text }) => {
    const wanted = limit('%');
    if (!wanted && !/cover/.test(text)) return [junit()];
    const share = wanted?.value ?? 90;
    const suite = /integration/.test(text)
      ? 'integration'
      : /e2e|end-to-end/.test(text)
        ? 'e2e'
        : /security/.test(text)
          ? 'security'
          : undefined;
    return [...(/test/.test(text) && !suite ? [junit()] : []), coverage(share, suite)];
  },
  Q2: ({ limit }) => [mutation(limit('%')?.value ?? 75)],
  Q3: ({ text }) => [runs(/format/.test(text) ? 'format' : /typ/.test(text) ? 'types' : 'lint')],
  Q4: ({ text }) => (/depend|vulnerab|scan/.test(text) ? [audit()] : [junit('security'), audit()]),
  Q5: ({ text }) => [junit(/e2e|end|flow|journey|workflow/.test(text) ? 'e2e' : 'integration')],
  Q6: ({ limit, text }) => {
    const rate = limit('1/s', 'tps', 'ops/s')?.value;
    if (/user/.test(text)) return [load({ name: 'users', users: limit('count', 'users')?.value ?? 10_000 })];
    return [load({ name: /stress/.test(text) ? 'stress' : 'payments', rate: rate ?? (/stress/.test(text) ? 500 : 100) })];
  },
  L1: ({ limit, text }) => {
    const at = limit('ms', 's');
    const ms = at ? at.value * (at.unit === 's' ? 1_000 : 1) : 100;
    const percentile = typeof at?.percentile === 'number' ? at.percentile : 95;
    return [load({ name: 'api', latencyMs: ms, percentile: /average|mean/.test(text) ? 'mean' : percentile })];
  },
  L2: ({ limit, text }) => [
    load(
      /user/.test(text)
        ? { name: 'users', users: limit('count', 'users')?.value ?? 1_000 }
        : { name: 'api', rate: limit('1/s', 'ops/s')?.value ?? 1_000 },
    ),
  ],
  L3: ({ limit, text }) => [
    load(
      /latency|ms\b/.test(text)
        ? { name: 'sockets', latencyMs: limit('ms')?.value ?? 10, percentile: 95 }
        : { name: 'sockets', users: limit('count', 'connections')?.value ?? 1_000 },
    ),
  ],
  L5: ({ limit }) => [load({ name: 'pages', latencyMs: (limit('s')?.value ?? 2) * 1_000, percentile: 50 })],
  Y3: ({ text }) => [
    commit(/tag|version|branch/.test(text)),
    ...(/build|artefact|artifact/.test(text) ? [file('reports/artefact.json', { minBytes: 1 })] : []),
  ],
  Y4: ({ text }) => [drill('rollback', 90), ...(/script/.test(text) ? [file('deploy/rollback.sh', { minBytes: 1 })] : [])],
};

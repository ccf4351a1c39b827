import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../base/error.ts';
import { manualClock } from '../../base/time.ts';
import { builtInChecks } from './built-in.ts';
import type { CheckKind, Outcome, Probe } from './check.ts';
import { fields, Text } from './define.ts';
import { createKinds } from './kinds.ts';
import { bareProbe } from './loopback.ts';
import { paramsProblem, runCheck } from './run-check.ts';
import { runChecks } from './run-checks.ts';

function kindOf(run: (probe: Probe, params: unknown) => Promise<Outcome>, name = 'made_up'): CheckKind {
  return {
    name,
    summary: 'For this test.',
    params: fields({ target: Text }),
    describe: (params) => `asks ${(params as { target: string }).target}`,
    run: (params, probe) => run(probe, params),
    negative: [],
  };
}
const params = { target: 'api' };
const probe = bareProbe();
const state = async (run: (probe: Probe) => Promise<Outcome>, given: Partial<Probe> = {}) =>
  (await runCheck(kindOf(run), params, bareProbe(given))).result;

describe('what a check finds', () => {
  test('is told as it is, with what was asked, when and how long', async () => {
    const clock = manualClock();
    const outcome: Outcome = {
      state: 'warn',
      summary: 'Nearly.',
      measurements: [{ name: 'time', value: 3, unit: 'ms', demanded: '< 4' }],
      output: 'seen',
    };
    const { result, output } = await runCheck(
      kindOf(async () => outcome),
      params,
      bareProbe({ clock }),
    );
    expect(result).toMatchObject({
      kind: 'made_up',
      asked: 'asks api',
      state: 'warn',
      summary: 'Nearly.',
      measurements: outcome.measurements,
      startedAt: '2026-01-05T09:00:00.000Z',
    });
    expect(output).toBe('seen');
  });

  test('is a pass only when the kind says pass in the right shape, whatever it answers or throws', async () => {
    const pieces = fc.record(
      {
        state: fc.oneof(fc.constantFrom('pass', 'warn', 'fail', 'error', 'unreachable', 'stale', 'PASS', true, 1, null), fc.anything()),
        summary: fc.oneof(fc.string(), fc.anything()),
        measurements: fc.oneof(
          fc.array(fc.record({ name: fc.string(), value: fc.oneof(fc.double(), fc.string(), fc.anything()) })),
          fc.anything(),
        ),
        output: fc.oneof(fc.string(), fc.anything()),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(pieces, fc.anything()), fc.boolean(), async (answer, throws) => {
        const run = () => (throws ? Promise.reject(answer as Error) : Promise.resolve(answer as Outcome));
        const { result } = await runCheck(kindOf(run), params, probe);
        const said = answer as Outcome | null;
        const wellShaped =
          !throws &&
          typeof said === 'object' &&
          said?.state === 'pass' &&
          typeof said.summary === 'string' &&
          ['undefined', 'string'].includes(typeof said.output) &&
          (said.measurements === undefined || Array.isArray(said.measurements));
        expect(['pass', 'warn', 'fail', 'error', 'unreachable', 'stale']).toContain(result.state);
        expect(result.state !== 'pass' || wellShaped).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('is an error when the kind throws, also at once or something that cannot be read', async () => {
    const hostile = new Proxy(new Error('x'), {
      get: () => {
        throw new Error('no');
      },
    });
    expect(await state(() => Promise.reject(new Error('a bug')))).toMatchObject({
      state: 'error',
      summary: 'The check itself failed: a bug.',
    });
    expect(
      (
        await state(() => {
          throw new TypeError('at once');
        })
      ).state,
    ).toBe('error');
    expect((await state(() => Promise.reject(hostile))).state).toBe('error');
  });

  test.each(['CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'])(
    'is an error that tells of the certificate when TLS says %s',
    async (code) => {
      const refused = new TypeError('fetch failed', { cause: Object.assign(new Error('not trusted'), { code }) });
      expect(await state(() => Promise.reject(refused))).toMatchObject({
        state: 'error',
        summary: expect.stringMatching(/^The server's certificate is not accepted, and nothing was asked: /),
      });
    },
  );

  test.each(['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'EHOSTUNREACH', 'EAI_AGAIN', 'UND_ERR_HEADERS_TIMEOUT'])(
    'is unreachable when the network says %s, also as a cause',
    async (code) => {
      const refused = Object.assign(new Error('no'), { code });
      expect((await state(() => Promise.reject(refused))).state).toBe('unreachable');
      expect((await state(() => Promise.reject(new Error('wrapped', { cause: new AggregateError([refused]) })))).state).toBe('unreachable');
    },
  );

  test('is an error with its own text when a target is refused, even behind a failure of the network', async () => {
    const refusal = new AppError('forbidden', 'readiness.target_refused', 'Not asked: it is not yours.');
    expect(await state(() => Promise.reject(refusal))).toMatchObject({ state: 'error', summary: 'Not asked: it is not yours.' });
    const wrapped = Object.assign(new Error('connect', { cause: refusal }), { code: 'ECONNREFUSED' });
    expect(await state(() => Promise.reject(wrapped))).toMatchObject({ state: 'error', summary: 'Not asked: it is not yours.' });
  });
});

describe('time', () => {
  test('that runs out is told to the check, and means that nobody answered', async () => {
    const waits = kindOf(
      ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    );
    const { result } = await runCheck(waits, params, probe, { timeoutMs: 5 });
    expect(result).toMatchObject({ state: 'unreachable', summary: 'No answer within 0.005 s.' });
  });

  test('that a check ignores ends it as an error, and it is left behind', async () => {
    const { result } = await runCheck(
      kindOf(() => new Promise(() => {})),
      params,
      probe,
      { timeoutMs: 5, graceMs: 5 },
    );
    expect(result).toMatchObject({ state: 'error', summary: 'No answer within 0.005 s. It did not stop when told and was left behind.' });
  });

  test('that is over cannot be made good by a late pass', async () => {
    const late = kindOf(
      ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve({ state: 'pass', summary: 'Late.' }))),
    );
    expect((await runCheck(late, params, probe, { timeoutMs: 5 })).result.state).toBe('unreachable');
  });

  test('is not taken by a run that was stopped', async () => {
    const stopped = bareProbe({ signal: AbortSignal.abort() });
    const { result } = await runCheck(
      kindOf(() => new Promise(() => {})),
      params,
      stopped,
      { graceMs: 1 },
    );
    expect(result.state).toBe('error');
    expect(result.summary).toContain('The run was stopped');
  });
});

describe('parameters', () => {
  test('that do not fit are an error and reach no check; what they hold is not told', async () => {
    const asked: unknown[] = [];
    const { result } = await runCheck(
      kindOf(async (_, given) => (asked.push(given), { state: 'pass', summary: '' })),
      { target: 'api', secret: 'hunter2' },
      probe,
    );
    expect(result).toMatchObject({
      state: 'error',
      asked: 'made_up',
      summary: 'The parameters of made_up do not fit: there is no parameter "secret".',
    });
    expect(asked).toEqual([]);
  });

  test.each(builtInChecks().kinds.map((kind) => [kind.name, kind] as const))(
    'of %s refuse what is unknown, in every fixture of it',
    async (_, kind) => {
      for (const fixture of kind.negative) {
        const arranged = await fixture.arrange();
        await arranged.end();
        expect(paramsProblem(kind, arranged.params)).toBeUndefined();
        expect(paramsProblem(kind, { ...(arranged.params as object), surprise: 1 })).toContain('"surprise"');
      }
    },
  );

  test('of any kind survive anything', () => {
    const kinds = builtInChecks().kinds;
    fc.assert(
      fc.property(fc.anything(), fc.nat(kinds.length - 1), (anything, index) => {
        expect(() => paramsProblem(kinds[index]!, anything)).not.toThrow();
      }),
    );
  });
});

describe('secrets', () => {
  test('are kept out of everything that a check tells', async () => {
    const secret = 'Zq8-canary-77';
    const told: Outcome = {
      state: 'fail',
      summary: `password=${secret}`,
      measurements: [{ name: 'url', value: `https://me:${secret}@host/`, demanded: `Bearer ${secret}` }],
      output: `token: ${secret}\nplain ${secret}`,
    };
    const checked = await runCheck(
      kindOf(async () => told),
      { target: `https://u:${secret}@host` },
      bareProbe({ hide: (text) => text.replaceAll(secret, '[secret]') }),
    );
    expect(JSON.stringify(checked)).not.toContain(secret);
  });

  test('are kept out by the name of what was measured', async () => {
    const measurements = [
      { name: '$.user.password', value: 'correct horse', demanded: 'battery staple' },
      { name: '$.tokens', value: 512 },
    ];
    const { result } = await runCheck(
      kindOf(async () => ({ state: 'pass', summary: '$.user.password is "correct horse".', measurements })),
      params,
      bareProbe(),
    );
    expect(JSON.stringify(result)).not.toMatch(/horse|staple/);
    expect(result.measurements[1]).toEqual({ name: '$.tokens', value: 512 });
  });

  test('are kept out although hiding them fails', async () => {
    const hide = (): string => {
      throw new Error('no');
    };
    const { result } = await runCheck(
      kindOf(async () => ({ state: 'pass', summary: 'password=hunter22' })),
      params,
      bareProbe({ hide }),
    );
    expect(result.summary).toBe('[not shown]');
  });
});

describe('many checks', () => {
  test('run side by side within both limits, and answer in their order', async () => {
    let [now, most] = [0, 0];
    const perTarget = new Map<string, number>();
    let mostPerTarget = 0;
    const counting = kindOf(async (_, given) => {
      const { target } = given as { target: string };
      perTarget.set(target, (perTarget.get(target) ?? 0) + 1);
      most = Math.max(most, (now += 1));
      mostPerTarget = Math.max(mostPerTarget, perTarget.get(target)!);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      perTarget.set(target, perTarget.get(target)! - 1);
      return { state: 'pass', summary: target };
    });
    const kinds = createKinds([{ name: 'here', kinds: [counting] }]);
    const checks = Array.from({ length: 100 }, (_, index) => ({ kind: 'made_up', params: { target: `t${index % 5}` } }));
    const results = await runChecks(checks, { kinds, probe }, { concurrency: 8, perTarget: 3 });
    expect(results.map(({ result }) => result.summary)).toEqual(checks.map((check) => check.params.target));
    expect(most).toBe(8);
    expect(mostPerTarget).toBeLessThanOrEqual(3);
  });

  test('of an unknown kind are errors, and do not disturb the others', async () => {
    const kinds = createKinds([{ name: 'here', kinds: [kindOf(async () => ({ state: 'pass', summary: 'Fine.' }))] }]);
    const results = await runChecks(
      [
        { kind: 'nobody', params: {} },
        { kind: 'made_up', params },
      ],
      { kinds, probe },
    );
    expect(results.map(({ result }) => result.state)).toEqual(['error', 'pass']);
    expect(await runChecks([], { kinds, probe })).toEqual([]);
  });

  test('do not ask a target again that stays silent, and call what was to ask it unreachable', async () => {
    let asked = 0;
    const silent = kindOf(({ signal }) => {
      asked += 1;
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    });
    const kinds = createKinds([{ name: 'here', kinds: [silent] }]);
    const checks = Array.from({ length: 6 }, () => ({ kind: 'made_up', params }));
    const results = await runChecks(checks, { kinds, probe }, { timeoutMs: 1_001, perTarget: 2, giveUpAfter: 2 });
    expect(results.map(({ result }) => result.state)).toEqual(Array.from({ length: 6 }, () => 'unreachable'));
    expect(asked).toBeLessThanOrEqual(3);
    expect(results[5]!.result.summary).toContain('Not asked');
  });
});

import Type, { type Static } from 'typebox';
import { AppError } from '../../../base/error.ts';
import type { Measurement } from '../../run/result.ts';
import { jsonOf, MOST_JSON_BYTES, openHttp, transcript, type Answer, type HttpClient } from '../ask-http.ts';
import type { Outcome, Probe, Target } from '../check.ts';
import { demandsOn } from '../compare.ts';
import { defineKind, fields, judged, oneOf, Positive, TargetName, Text, Texts, UrlPath, ValueDemand, Headers, named } from '../define.ts';
import { readJsonPath } from '../json-path.ts';
import { httpOnLoopback } from '../loopback.ts';

const Step = fields({
  name: Text,
  method: Type.Optional(oneOf('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE')),
  path: UrlPath,
  headers: Type.Optional(Headers),
  json: Type.Optional(Type.Unknown()),
  /** Demanded status, 200 to 299 unless told. */
  status: Type.Optional(Type.Array(Type.Integer({ minimum: 100, maximum: 599 }), { minItems: 1, maxItems: 20 })),
  contains: Type.Optional(Texts),
  values: Type.Optional(Type.Array(ValueDemand, { maxItems: 20 })),
  /** Names for values of the answer; later steps write them as `{{name}}`. */
  capture: Type.Optional(named('^\\w+$', Text)),
  maxMs: Type.Optional(Positive),
  /** Asks so many times until the demands hold, half a second apart; once unless told. */
  tries: Type.Optional(Type.Integer({ minimum: 1, maximum: 60 })),
});
type Step = Static<typeof Step>;

const Params = fields({
  target: TargetName,
  /** Settings that steps may write as `{{NAME}}`, such as a login made for this. */
  settings: Type.Optional(Texts),
  steps: Type.Array(Step, { minItems: 1, maxItems: 20 }),
});
type Params = Static<typeof Params>;
type Known = Map<string, string>;

async function run(params: Params, probe: Probe): Promise<Outcome> {
  const target = probe.target(params.target);
  refuseWriting(params, target);
  const known: Known = new Map((params.settings ?? []).map((name) => [name, settingOf(name, probe)]));
  // What answers hold is kept only without what was captured of it.
  const client = await openHttp({ ...probe, note: () => {} }, target);
  const measurements: Measurement[] = [];
  const output: string[] = [];
  try {
    for (const step of params.steps) {
      const { answer, problems } = await tried(step, client, known, probe);
      measurements.push({
        name: step.name,
        value: answer.ms,
        unit: 'ms',
        ...(step.maxMs !== undefined && { demanded: `<= ${step.maxMs}` }),
      });
      probe.note?.(`${step.name}: ${answer.status} in ${answer.ms} ms`);
      output.push(`${step.name}: ${answer.status} in ${answer.ms} ms`, transcript({ ...answer, body: answer.body.slice(0, 4_000) }), '');
      // What follows builds on this step.
      if (problems.length > 0)
        return judged({
          problems: problems.map((problem) => `${step.name}: ${problem}`),
          seen: '',
          measurements,
          output: concealed(output, known, params),
        });
    }
    return judged({
      problems: [],
      seen: `All ${params.steps.length} steps went as demanded.`,
      measurements,
      output: concealed(output, known, params),
    });
  } finally {
    await client.close();
  }
}

function refuseWriting({ steps }: Params, target: Target): void {
  const writing = steps.find(({ method = 'GET' }) => method !== 'GET' && method !== 'HEAD');
  if (writing && !target.journeys)
    throw new AppError(
      'forbidden',
      'readiness.target_refused',
      `${writing.name} sends ${writing.method}, which ${target.name} does not permit (journeys: true in the settings). Nothing was sent.`,
    );
}

function settingOf(name: string, probe: Probe): string {
  const value = probe.setting(name);
  if (value === undefined) throw new AppError('unprocessable', 'readiness.setting_unset', `The setting ${name} is not set.`);
  return value;
}

async function tried(step: Step, client: HttpClient, known: Known, probe: Probe): Promise<{ answer: Answer; problems: string[] }> {
  for (let left = step.tries ?? 1; ; left -= 1) {
    const answer = await client.ask(askOf(step, known));
    const problems = problemsOf(step, answer, known);
    if (problems.length === 0 || left <= 1) return { answer, problems };
    await new Promise((resolve) => setTimeout(resolve, 500));
    probe.signal.throwIfAborted();
  }
}

function askOf({ method = 'GET', path, headers = {}, json, values, capture }: Step, known: Known) {
  const filledHeaders = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, filled(value, known)]));
  const body =
    json === undefined
      ? {}
      : { body: JSON.stringify(json, (_, value: unknown) => (typeof value === 'string' ? filled(value, known) : value)) };
  return {
    method,
    path: filled(path, known, encodeURIComponent),
    headers: { ...(json !== undefined && { 'content-type': 'application/json' }), ...filledHeaders },
    ...body,
    ...((values ?? capture) && { mostBytes: MOST_JSON_BYTES }),
  };
}

/** Errors: `readiness.params_invalid` for a name that no earlier step captured. */
function filled(text: string, known: Known, encode: (value: string) => string = (value) => value): string {
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = known.get(name);
    if (value === undefined)
      throw new AppError(
        'invalid',
        'readiness.params_invalid',
        `{{${name}}} is neither captured by an earlier step nor among the settings.`,
      );
    return encode(value);
  });
}

function problemsOf({ status, contains = [], values = [], capture = {}, maxMs }: Step, answer: Answer, known: Known): string[] {
  const right = status ? status.includes(answer.status) : answer.status >= 200 && answer.status < 300;
  const problems = [
    ...(right ? [] : [`it answered ${answer.status}, demanded ${status?.join(' or ') ?? '200 to 299'}`]),
    ...contains.filter((part) => !answer.body.includes(part)).map((part) => `the body does not contain ${JSON.stringify(part)}`),
    ...(maxMs !== undefined && answer.cut ? ['the body is too long to be timed whole'] : []),
    ...(maxMs !== undefined && answer.ms > maxMs ? [`it took ${answer.ms} ms, demanded at most ${maxMs} ms`] : []),
  ];
  if (values.length === 0 && Object.keys(capture).length === 0) return problems;
  const parsed = jsonOf(answer);
  if ('problem' in parsed) return [...problems, parsed.problem];
  for (const [name, at] of Object.entries(capture)) {
    const [value] = readJsonPath(parsed.value, at);
    if (typeof value === 'string' || typeof value === 'number') known.set(name, String(value));
    else problems.push(`${at} cannot be captured`);
  }
  return [...problems, ...demandsOn(parsed.value, values).problems];
}

/** What was captured may be a token; it is not kept, wherever it stands. */
function concealed(output: readonly string[], known: Known, { settings = [] }: Params): string {
  const values = [...known].filter(([name, value]) => value.length >= 16 || settings.includes(name)).map(([, value]) => value);
  return values.reduce((text, value) => text.replaceAll(value, '[secret]'), output.join('\n'));
}

export const scenario = defineKind({
  name: 'scenario',
  summary: 'A journey of a few requests, each with its demands; what one answers, later ones may send.',
  params: Params,
  describe: ({ target, steps }) => `${target}: ${steps.map(({ name }) => name).join(', ')}`,
  run,
  timeoutMs: ({ steps }) => steps.reduce((ms, { tries = 1 }) => ms + 2_000 + 1_000 * tries, 5_000),
  negative: [
    {
      name: 'a login whose token is not accepted',
      async arrange() {
        const { url, end } = await httpOnLoopback(
          (request, reply) => void (request.url === '/login' ? reply.end('{"token":"abc"}') : reply.writeHead(401).end('{}')),
        );
        const steps = [
          { name: 'log in', method: 'POST' as const, path: '/login', json: { user: 'check' }, capture: { token: '$.token' } },
          { name: 'read the profile', path: '/me', headers: { authorization: 'Bearer {{token}}' } },
        ];
        return { params: { target: url, steps }, end };
      },
    },
  ],
});

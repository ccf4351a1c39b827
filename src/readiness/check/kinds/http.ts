import Type, { type Static } from 'typebox';
import { AppError } from '../../../base/error.ts';
import type { Measurement } from '../../run/result.ts';
import { bearerOf, below, jsonOf, MOST_JSON_BYTES, openHttp, roundMs, transcript, type Answer, type HttpClient } from '../ask-http.ts';
import type { Probe, Target } from '../check.ts';
import { demandsOn } from '../compare.ts';
import { Count, defineKind, fields, judged, oneOf, Positive, TargetName, Text, Texts, UrlPath, ValueDemand, Headers } from '../define.ts';
import { httpOnLoopback } from '../loopback.ts';
import { matches } from '../pattern.ts';

/** What is demanded of one header of an answer. */
export const HeaderDemand = fields({
  name: Text,
  equals: Type.Optional(Type.String()),
  contains: Type.Optional(Text),
  matches: Type.Optional(Text),
  absent: Type.Optional(Type.Boolean()),
});

const Params = fields({
  target: TargetName,
  path: Type.Optional(UrlPath),
  method: Type.Optional(oneOf('GET', 'HEAD')),
  headers: Type.Optional(Headers),
  /** Name of a setting whose value is sent as bearer token. */
  bearerFrom: Type.Optional(Text),
  /** Demanded status, 200 to 299 unless told. */
  status: Type.Optional(Type.Array(Type.Integer({ minimum: 100, maximum: 599 }), { minItems: 1, maxItems: 20 })),
  contains: Type.Optional(Texts),
  notContains: Type.Optional(Texts),
  matches: Type.Optional(Texts),
  json: Type.Optional(Type.Array(ValueDemand, { maxItems: 50 })),
  answerHeaders: Type.Optional(Type.Array(HeaderDemand, { maxItems: 50 })),
  /** Longest time, of the slowest of `samples` requests or of the given percentile. Every answer must be as demanded. */
  maxMs: Type.Optional(Positive),
  samples: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
  percentile: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 100 })),
  /**
   * The answer must be a redirect to this origin, and to this path or below it. `https://` alone is the target's own host over
   * https, at any port. It is not followed.
   */
  redirectsTo: Type.Optional(Text),
  follow: Type.Optional(Type.Integer({ minimum: 0, maximum: 5 })),
  minBytes: Type.Optional(Count),
});
type Params = Static<typeof Params>;

async function run(params: Params, probe: Probe) {
  const client = await openHttp(probe, probe.target(params.target));
  try {
    const { answers, found, failed } = await answersOf(params, probe, client);
    const slow = timing(
      params,
      answers.map(({ ms }) => ms),
    );
    const { answer, ...first } = found;
    const problems = [
      ...first.problems,
      ...(failed > 0 && answers.length > 1 ? [`${failed} of ${answers.length} answers are not as demanded`] : []),
      ...slow.problems,
    ];
    return judged({
      problems,
      seen: `${answer.shown} answered ${answer.status} in ${answer.ms} ms${answer.cut ? '; its body was not read to the end' : ''}.`,
      measurements: [
        { name: 'status', value: answer.status, ...(params.status && { demanded: params.status.join(' or ') }) },
        ...slow.measurements,
        ...first.measurements,
        ...(answers.length > 1 ? [{ name: 'bad answers', value: failed, demanded: '= 0', samples: answers.length }] : []),
      ],
      output: [transcript(answer), ...(answers.length > 1 ? ['', `times in ms: ${answers.map(({ ms }) => ms).join(', ')}`] : [])].join(
        '\n',
      ),
    });
  } finally {
    await client.close();
  }
}

type Found = { answer: Answer; problems: string[]; measurements: Measurement[] };

/**
 * All answers, what the first one shows that is not as demanded (else the very first), and how many are not. Requests come
 * one after the other, so that they do not slow each other.
 */
async function answersOf(
  params: Params,
  probe: Probe,
  client: HttpClient,
): Promise<{ answers: { ms: number }[]; found: Found; failed: number }> {
  const ask = {
    method: params.method ?? 'GET',
    path: params.path ?? '',
    headers: { ...params.headers, ...bearerOf(probe, params.bearerFrom) },
    follow: params.redirectsTo === undefined ? (params.follow ?? 0) : 0,
    ...(params.json && { mostBytes: MOST_JSON_BYTES }),
  } as const;
  const target = probe.target(params.target);
  let found = findingsOf(params, await client.ask(ask), target);
  let failed = Math.min(1, found.problems.length);
  const answers = [{ ms: found.answer.ms }];
  while (answers.length < (params.samples ?? 1)) {
    probe.signal.throwIfAborted();
    const next = findingsOf(params, await client.ask(ask), target);
    answers.push({ ms: next.answer.ms });
    if (next.problems.length === 0) continue;
    failed += 1;
    if (failed === 1) found = next;
  }
  return { answers, found, failed };
}

/**
 * One answer held against everything but the time. Where nothing of the body is demanded, an answer of which the end was not seen
 * holds by its status and its headers.
 */
function findingsOf(params: Params, answer: Answer, target: Target): Found {
  const fromJson = params.json ? jsonFindings(answer, params.json) : { problems: [], measurements: [] };
  const problems = [
    ...statusProblems(params, answer),
    ...redirectProblems(params, answer, target),
    ...bodyProblems(params, answer),
    ...(params.answerHeaders ?? []).flatMap((demand) => headerProblems(answer, demand)),
    // When the last byte would have come nobody knows.
    ...(answer.cut && params.maxMs !== undefined ? ['the body is too long to be timed whole'] : []),
    ...fromJson.problems,
  ];
  return { answer, problems, measurements: fromJson.measurements };
}

function statusProblems({ status, redirectsTo }: Params, answer: Answer): string[] {
  if (status ? status.includes(answer.status) : redirectsTo !== undefined || (answer.status >= 200 && answer.status < 300)) return [];
  return [`${answer.shown} answered ${answer.status}, demanded ${status?.join(' or ') ?? '200 to 299'}`];
}

function redirectProblems({ redirectsTo, path = '' }: Params, { status, headers, shown }: Answer, target: Target): string[] {
  if (redirectsTo === undefined) return [];
  const location = headers['location'];
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return [`${shown} answered ${status} and does not redirect`];
  const led = URL.parse(location, below(target, path).href);
  const fits = led !== null && led.username === '' && leadsTo(led, redirectsTo, target);
  return fits ? [] : [`${shown} redirects to ${location.slice(0, 200)}, demanded ${redirectsTo}`];
}

/** Errors: `readiness.params_invalid` where what is demanded is no address. */
function leadsTo(led: URL, demanded: string, { url }: Target): boolean {
  const alone = /^(https?:)\/\/$/.exec(demanded)?.[1];
  if (alone !== undefined) return led.protocol === alone && led.hostname === url.hostname;
  const wanted = URL.parse(demanded);
  if (!wanted || !/^https?:$/.test(wanted.protocol))
    throw new AppError('invalid', 'readiness.params_invalid', `${demanded} is no address of http or https that a redirect can lead to.`);
  const folder = wanted.pathname.replace(/\/?$/, '/');
  return (
    led.origin === wanted.origin &&
    (led.pathname === wanted.pathname || led.pathname.startsWith(folder)) &&
    (wanted.search === '' || led.search === wanted.search)
  );
}

function bodyProblems({ contains = [], notContains = [], matches: patterns = [], minBytes = 0 }: Params, { body, cut }: Answer): string[] {
  return [
    ...contains.filter((text) => !body.includes(text)).map((text) => `the body does not contain ${JSON.stringify(text)}`),
    ...notContains.filter((text) => body.includes(text)).map((text) => `the body contains ${JSON.stringify(text)}`),
    ...patterns.filter((pattern) => !matches(pattern, body)).map((pattern) => `the body does not match ${pattern}`),
    ...(Buffer.byteLength(body) < minBytes ? [`the body has ${Buffer.byteLength(body)} bytes, demanded ${minBytes}`] : []),
    // What says nothing, and what was not read, cannot be known to lack something.
    ...(body === '' && notContains.length > 0 ? ['the body is empty'] : []),
    ...(cut && notContains.length > 0 ? ['the body is too long to be searched whole'] : []),
  ];
}

/** What is wrong with one header of an answer. */
export function headerProblems(
  { headers }: Answer,
  { name, equals, contains, matches: pattern, absent }: Static<typeof HeaderDemand>,
): string[] {
  if (absent && [equals, contains, pattern].some((text) => text !== undefined))
    throw new AppError(
      'invalid',
      'readiness.params_invalid',
      `The demand on the header ${name} is both that it is absent and what it says.`,
    );
  const value = headers[name.toLowerCase()];
  if (absent) return value === undefined ? [] : [`the header ${name} is there`];
  if (value === undefined) return [`the header ${name} is missing`];
  const holds =
    (equals === undefined || value === equals) &&
    (contains === undefined || value.toLowerCase().includes(contains.toLowerCase())) &&
    (pattern === undefined || matches(pattern, value, 'im'));
  return holds ? [] : [`the header ${name} is ${JSON.stringify(value.slice(0, 100))}, demanded ${equals ?? contains ?? pattern}`];
}

function jsonFindings(answer: Answer, demands: readonly ValueDemand[]): { problems: string[]; measurements: Measurement[] } {
  const parsed = jsonOf(answer);
  return 'problem' in parsed ? { problems: [parsed.problem], measurements: [] } : demandsOn(parsed.value, demands);
}

function timing({ maxMs, percentile = 100 }: Params, times: readonly number[]): { problems: string[]; measurements: Measurement[] } {
  const sorted = times.toSorted((a, b) => a - b);
  const taken = roundMs(sorted[Math.max(0, Math.ceil((percentile / 100) * sorted.length) - 1)]!);
  const name = times.length === 1 ? 'time' : percentile === 100 ? 'slowest' : `p${percentile}`;
  const demanded = maxMs === undefined ? {} : { demanded: `<= ${maxMs} ms` };
  return {
    problems: maxMs !== undefined && taken > maxMs ? [`${name} is ${taken} ms, demanded at most ${maxMs} ms`] : [],
    measurements: [{ name, value: taken, unit: 'ms', samples: times.length, ...demanded }],
  };
}

export const http = defineKind({
  name: 'http',
  summary: 'An HTTP address answers with the demanded status, body, JSON values, headers, redirect and speed.',
  params: Params,
  describe: ({ method = 'GET', target, path = '' }) => `${method} ${target}${path}`,
  run,
  timeoutMs: ({ samples = 1, maxMs = 0 }) => (samples === 1 ? 0 : 10_000 + samples * Math.max(250, 2 * maxMs)),
  unheld: [
    { names: ['follow'], when: ({ redirectsTo }) => redirectsTo !== undefined, where: 'where a redirect itself is demanded' },
    { names: ['percentile'], when: ({ samples = 1 }) => samples === 1, where: 'with one sample' },
    { names: ['percentile'], when: ({ maxMs }) => maxMs === undefined, where: 'without maxMs' },
    { names: ['notContains'], when: ({ method }) => method === 'HEAD', where: 'where only the head is asked for' },
  ],
  negative: [
    {
      name: 'a service that answers 500',
      async arrange() {
        const { url, end } = await httpOnLoopback((_, reply) => void reply.writeHead(500).end('{"status":"down"}'));
        return { params: { target: url, path: '/health' }, end };
      },
    },
    {
      name: 'a service that answers 200 and says that it is not well',
      async arrange() {
        const { url, end } = await httpOnLoopback((_, reply) => void reply.end('{"status":"down"}'));
        return { params: { target: url, json: [{ at: '$.status', op: '=' as const, value: 'ok' }] }, end };
      },
    },
    {
      name: 'a service that answers well once and then 500, fast',
      async arrange() {
        let asked = 0;
        const { url, end } = await httpOnLoopback((_, reply) => void reply.writeHead((asked += 1) === 1 ? 200 : 500).end('{}'));
        return { params: { target: url, samples: 20, percentile: 95, maxMs: 5_000 }, end };
      },
    },
    {
      name: 'plain HTTP that answers instead of leading to https',
      async arrange() {
        const { url, end } = await httpOnLoopback((_, reply) => void reply.end('welcome'));
        return { params: { target: url, redirectsTo: 'https://' }, end };
      },
    },
    {
      name: 'a redirect to another host whose name begins the same',
      async arrange() {
        const headers = { location: 'https://web.example.stranger.invalid/' };
        const { url, end } = await httpOnLoopback((_, reply) => void reply.writeHead(301, headers).end());
        return { params: { target: url, redirectsTo: 'https://web.example' }, end };
      },
    },
  ],
});

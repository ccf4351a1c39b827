import Type, { type Static } from 'typebox';
import { openHttp, transcript, type Answer } from '../ask-http.ts';
import type { Outcome, Probe } from '../check.ts';
import { defineKind, fields, judged, Positive, TargetName, Text, UrlPath } from '../define.ts';
import { httpOnLoopback } from '../loopback.ts';
import { HeaderDemand, headerProblems } from './http.ts';

const Params = fields({
  target: TargetName,
  path: Type.Optional(UrlPath),
  /** Demanded status, 200 to 399 unless told: the page of a proxy whose service is down is another one. */
  status: Type.Optional(Type.Array(Type.Integer({ minimum: 100, maximum: 599 }), { minItems: 1, maxItems: 20 })),
  /** The set that every page should have: CSP, nosniff, framing, referrer; HSTS over https. True unless told. */
  baseline: Type.Optional(Type.Boolean()),
  demands: Type.Optional(Type.Array(HeaderDemand, { maxItems: 50 })),
  hstsDays: Type.Optional(Positive),
  /** A strange origin must not be let in: neither named nor `*`. With the origins that may be. */
  cors: Type.Optional(fields({ allowed: Type.Optional(Type.Array(Text, { maxItems: 50 })) })),
});
type Params = Static<typeof Params>;

const STRANGER = 'https://stranger.invalid';

async function run(params: Params, probe: Probe): Promise<Outcome> {
  const target = probe.target(params.target);
  const path = params.path ?? '';
  const client = await openHttp(probe, target);
  try {
    const answer = await client.ask({ path });
    const origins: string[] = [];
    const askFrom = async (headers: { origin: string }): Promise<Answer> => {
      const reply = await client.ask({ path, headers });
      origins.push(
        `origin ${headers.origin}: ${reply.status}, access-control-allow-origin: ${reply.headers['access-control-allow-origin'] ?? 'none'}`,
      );
      return reply;
    };
    const cors = params.cors ? await corsProblems(params, askFrom) : [];
    const days = hstsDays(answer);
    return judged({
      problems: [
        ...statusProblems(params, answer),
        ...(params.baseline === false ? [] : baselineProblems(answer, target.url.protocol === 'https:')),
        ...(params.hstsDays !== undefined && !(days >= params.hstsDays)
          ? [`HSTS holds for ${days} days, at least ${params.hstsDays} are demanded`]
          : []),
        ...(params.demands ?? []).flatMap((demand) => headerProblems(answer, demand)),
        ...cors,
      ],
      seen: `${answer.shown} sends the demanded headers.`,
      measurements: [
        { name: 'status', value: answer.status },
        { name: 'HSTS', value: days, unit: 'd', ...(params.hstsDays !== undefined && { demanded: `>= ${params.hstsDays}` }) },
      ],
      output: [transcript({ ...answer, body: '' }), ...origins].join('\n'),
    });
  } finally {
    await client.close();
  }
}

function statusProblems({ status }: Params, answer: Answer): string[] {
  if (status ? status.includes(answer.status) : answer.status >= 200 && answer.status < 300) return [];
  return [`${answer.shown} answered ${answer.status}, demanded ${status?.join(' or ') ?? '200 to 299'}`];
}

function baselineProblems({ headers }: Answer, secure: boolean): string[] {
  const csp = headers['content-security-policy'] ?? '';
  const framed = headers['x-frame-options'] !== undefined || csp.includes('frame-ancestors');
  return [
    ...(csp === '' ? ['Content-Security-Policy is missing'] : []),
    ...(headers['x-content-type-options']?.toLowerCase() === 'nosniff' ? [] : ['X-Content-Type-Options is not nosniff']),
    ...(framed ? [] : ['neither X-Frame-Options nor frame-ancestors is there']),
    ...(headers['referrer-policy'] ? [] : ['Referrer-Policy is missing']),
    ...(secure && headers['strict-transport-security'] === undefined ? ['Strict-Transport-Security is missing'] : []),
  ];
}

function hstsDays({ headers }: Answer): number {
  const seconds = Number(/max-age\s*=\s*"?(\d+)/i.exec(headers['strict-transport-security'] ?? '')?.[1] ?? 0);
  return Math.floor(seconds / 86_400);
}

/** A stranger must get no leave, and nobody must get it by `*`; those named must get it for themselves. */
async function corsProblems({ cors }: Params, ask: (headers: { origin: string }) => Promise<Answer>): Promise<string[]> {
  const given = async (origin: string): Promise<string | undefined> => (await ask({ origin })).headers['access-control-allow-origin'];
  const answer = await ask({ origin: STRANGER });
  const stranger = answer.headers['access-control-allow-origin'];
  const problems =
    stranger === undefined || stranger === 'null' ? [] : [`a strange origin is answered with ${stranger === '*' ? '*' : 'leave'}`];
  // A service that is down lets nobody in either.
  if (answer.status >= 500) problems.push(`a strange origin is answered with ${answer.status}`);
  if (stranger === 'null') problems.push('every sandboxed page is let in (null)');
  for (const origin of cors?.allowed ?? []) {
    const leave = await given(origin);
    if (leave !== origin) problems.push(`${origin} gets ${leave === undefined ? 'no leave' : leave}`);
  }
  return problems;
}

export const headers = defineKind({
  name: 'headers',
  summary: 'A web address sends the security headers, and lets no strange origin in.',
  params: Params,
  describe: ({ target, path = '' }) => `headers of ${target}${path}`,
  run,
  negative: [
    {
      name: 'a page without any of the headers',
      async arrange() {
        const { url, end } = await httpOnLoopback((_, reply) => void reply.end('page'));
        return { params: { target: url }, end };
      },
    },
    {
      name: 'a proxy that sends all of the headers with its own page, as the service is down',
      async arrange() {
        const sent = {
          'content-security-policy': "default-src 'self'; frame-ancestors 'none'",
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
        };
        const { url, end } = await httpOnLoopback((_, reply) => void reply.writeHead(503, sent).end('upstream is down'));
        return { params: { target: url }, end };
      },
    },
    {
      name: 'an API that lets every origin in',
      async arrange() {
        const { url, end } = await httpOnLoopback((_, reply) => void reply.setHeader('access-control-allow-origin', '*').end('{}'));
        return { params: { target: url, baseline: false, cors: {} }, end };
      },
    },
  ],
});

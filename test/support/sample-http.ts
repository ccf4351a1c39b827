import Type from 'typebox';
import type { Actor } from '../../src/base/context.ts';
import { AppError } from '../../src/base/error.ts';
import { idOf, newId } from '../../src/base/id.ts';
import { Asset, PositiveUnits, Units } from '../../src/base/money.ts';
import { operation } from '../../src/base/operation.ts';
import { pageOf, pageQuery } from '../../src/base/page.ts';
import { Instant } from '../../src/base/time.ts';
import { createHealth } from '../../src/infra/health/health.ts';
import { createHttp, type HttpOptions, type HttpServer } from '../../src/infra/http/server.ts';
import { Reply, type Route, route } from '../../src/infra/http/route.ts';
import { createLog } from '../../src/infra/log/log.ts';
import { createMetrics, type MetricsRegistry } from '../../src/infra/metrics/metrics.ts';
import { noTrace } from '../../src/infra/trace/trace.ts';

const Note = Type.Object(
  { id: idOf('note'), asset: Asset, units: Units, at: Instant, text: Type.Optional(Type.String({ maxLength: 20 })) },
  { additionalProperties: false },
);

/** Contracts of every kind that the HTTP server knows, for its tests. */
export const createNote = operation({
  name: 'sample.create_note',
  method: 'POST',
  path: '/v1/sample/notes',
  summary: 'Writes a note',
  scope: 'sample:write',
  cost: 'normal',
  idempotencyKey: 'required',
  status: 201,
  bodyLimit: 4_096,
  body: Type.Object(
    {
      asset: Asset,
      units: PositiveUnits,
      text: Type.Optional(Type.String({ maxLength: 20 })),
      kind: Type.Optional(Type.Union([Type.Literal('plain'), Type.Literal('fancy')])),
      tags: Type.Optional(Type.Array(Type.Object({ at: Instant }, { additionalProperties: false }), { maxItems: 3 })),
      extra: Type.Optional(Type.Unknown()),
    },
    { additionalProperties: false },
  ),
  output: Note,
  errors: ['sample.no_such_asset'],
  example: { body: { asset: 'USD/2', units: '125000' } },
});

export const getNote = operation({
  name: 'sample.get_note',
  method: 'GET',
  path: '/v1/sample/notes/{id}',
  summary: 'One note',
  scope: 'sample:read',
  cost: 'light',
  params: Type.Object({ id: idOf('note') }, { additionalProperties: false }),
  output: Note,
  errors: ['sample.note_not_found'],
});

export const listNotes = operation({
  name: 'sample.list_notes',
  method: 'GET',
  path: '/v1/sample/notes',
  summary: 'All notes',
  scope: 'authenticated',
  cost: 'light',
  query: Type.Object(pageQuery, { additionalProperties: false }),
  output: pageOf(Note),
  errors: [],
});

export const uploadFile = operation({
  name: 'sample.upload_file',
  method: 'POST',
  path: '/v1/sample/files',
  summary: 'Takes XML, answers XML',
  scope: 'sample:write',
  cost: 'heavy',
  consumes: 'application/xml',
  produces: 'application/xml',
  output: Type.String(),
  errors: [],
});

export const logIn = operation({
  name: 'sample.log_in',
  method: 'POST',
  path: '/v1/sample/login',
  summary: 'Sets a cookie',
  scope: 'public',
  cost: 'light',
  idempotencyKey: 'none',
  body: Type.Object({ password: Type.String({ maxLength: 100 }) }, { additionalProperties: false }),
  output: Type.Object({ cookie: Type.Optional(Type.String()) }, { additionalProperties: false }),
  errors: ['sample.wrong_password'],
});

export const misbehave = operation({
  name: 'sample.misbehave',
  method: 'DELETE',
  path: '/v1/sample/trouble/{how}',
  summary: 'Fails in the asked way',
  scope: 'sample:write',
  cost: 'light',
  params: Type.Object({ how: Type.String({ maxLength: 40 }) }, { additionalProperties: false }),
  output: Type.Object(
    { requestId: Type.String(), bodyHash: Type.Optional(Type.String()), key: Type.Optional(Type.String()) },
    { additionalProperties: false },
  ),
  errors: ['sample.rail_down'],
});

export const SAMPLE_ACTOR: Actor = {
  kind: 'user',
  id: '018f0000-0000-7000-8000-000000000001',
  name: 'anna@example.com',
  tenantId: '018f0000-0000-7000-8000-0000000000aa',
  scopes: new Set(['sample:read', 'sample:write']),
};

const SAMPLE_NOTE = { id: '01928374-65ab-7def-8192-837465abcdef', asset: 'USD/2', units: -5n, at: 0 };

/** Text that stands in causes of failures and must never be seen outside. */
export const INSIDE = 'inside-4711';

const TROUBLE: Readonly<Record<string, () => unknown>> = {
  crash: () => {
    throw new Error(`boom ${INSIDE}`);
  },
  text: () => {
    // oxlint-disable-next-line only-throw-error -- what a careless library does
    throw `a bare ${INSIDE}`;
  },
  down: () => {
    throw new AppError('unavailable', 'sample.rail_down', 'The rail is down.', { note: INSIDE });
  },
  forbidden: () => {
    throw new AppError('forbidden', 'sample.not_yours', 'This is not yours.');
  },
  leak: () => ({ requestId: 'r', passwordHash: INSIDE }),
  status: () => {
    throw Object.assign(new Error(`looks like HTTP ${INSIDE}`), { statusCode: 404 });
  },
};

/** Handlers of the sample contracts; `acts` counts what the writing ones did. */
function sampleRoutes(acts: { count: number } = { count: 0 }): Route[] {
  return [
    route(createNote, async (_ctx, { asset, units, text }) => {
      acts.count++;
      return { id: newId(), asset, units, at: 1_000, ...(text !== undefined && { text }) };
    }),
    route(getNote, async (_ctx, { id }) => {
      if (id !== SAMPLE_NOTE.id) throw new AppError('not_found', 'sample.note_not_found', 'There is no such note.');
      return SAMPLE_NOTE;
    }),
    route(listNotes, async (_ctx, { limit = 50 }) => ({ items: Array.from({ length: limit }, () => SAMPLE_NOTE) })),
    route(uploadFile, async (_ctx, _input, { document }) => `<size>${document.length}</size>`),
    route(logIn, async (_ctx, { password }, { cookies }) => {
      if (password !== 'right') throw new AppError('unauthenticated', 'sample.wrong_password', 'Wrong.');
      const output = cookies['session'] === undefined ? {} : { cookie: cookies['session'] };
      return new Reply(output, {
        status: 202,
        headers: { location: '/v1/me' },
        cookies: [{ name: 'session', value: 'a b', path: '/v1', maxAgeSeconds: 60 }],
      });
    }),
    route(misbehave, async (ctx, { how }) => {
      const made = TROUBLE[how]?.();
      if (made) return made as { requestId: string };
      return { requestId: ctx.requestId, ...(ctx.idempotency && { bodyHash: ctx.idempotency.bodyHash, key: ctx.idempotency.key }) };
    }),
  ];
}

/** `good` is Anna, `reader` may only read, anything else is refused. */
async function sampleAuthenticate(token: string): Promise<Actor> {
  if (token === 'good') return SAMPLE_ACTOR;
  if (token === 'reader') return { ...SAMPLE_ACTOR, id: '018f0000-0000-7000-8000-000000000002', scopes: new Set(['sample:read']) };
  if (token === 'scraper') return { ...SAMPLE_ACTOR, scopes: new Set(['metrics:read']) };
  if (token === 'broken') throw new Error(`key store ${INSIDE}`);
  throw new AppError('unauthenticated', 'access.token_invalid', 'This credential is not valid.');
}

export type SampleServer = HttpServer & { logged: string[]; metrics: MetricsRegistry; acts: { count: number } };

/** A server of the sample contracts with everything else as usual. */
export async function sampleServer(options: Partial<HttpOptions> = {}): Promise<SampleServer> {
  const logged: string[] = [];
  const acts = { count: 0 };
  const metrics = createMetrics({ processMetrics: false });
  const http = await createHttp({
    routes: sampleRoutes(acts),
    authenticate: sampleAuthenticate,
    log: createLog({ level: 'info', stream: { write: (line: string) => void logged.push(line) } }),
    metrics,
    trace: noTrace,
    health: createHealth({ checks: [] }),
    version: '1.2.3',
    ...options,
  });
  return { ...http, logged, metrics, acts };
}

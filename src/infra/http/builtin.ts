import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import type { Health } from '../health/health.ts';
import type { MetricsRegistry } from '../metrics/metrics.ts';
import { type Assets, type Asset, chooseEncoding } from './assets.ts';
import { addressOf, callerOf } from './call.ts';
import { DOCS_CSS, docsPage } from './docs.ts';
import { admitCaller, type Doorkeeper, type Entrance } from './door.ts';
import { isLocal } from './headers.ts';
import type { OpenApi } from './openapi.ts';
import { HttpError } from './problem.ts';

export type BuiltinDeps = {
  health: Health;
  metrics: MetricsRegistry;
  keeper: Doorkeeper;
  version: string;
  /** Asked once, when the first visitor wants it. */
  document: () => OpenApi;
  /** Headers of pages, see `securityHeaders`. */
  page: Headers;
};

type Headers = Readonly<Record<string, string>>;

/** The addresses that every deployment has beside its contracts: health, metrics, the API document and its page. */
export function addBuiltinRoutes(app: FastifyInstance, deps: BuiltinDeps): void {
  addHealth(app, deps);
  addMetrics(app, deps);
  addDocuments(app, deps);
}

function addHealth(app: FastifyInstance, { health, version }: BuiltinDeps): void {
  const startedAt = performance.now();
  for (const prefix of ['/health', '/api/health', '/api/v1/health']) {
    app.get(prefix, { config: { name: 'http.health', visit: 'none' } }, async () => ({
      status: 'ok',
      version,
      uptimeSeconds: Math.floor((performance.now() - startedAt) / 1000),
    }));
    app.get(`${prefix}/ready`, { config: { name: 'http.ready', visit: 'none' } }, async (request, reply) => {
      const { status, checks, because } = await health.ready();
      if (status === 'ready') return { status, checks };
      const code = status === 'stopping' ? 'health.stopping' : 'health.not_ready';
      const detail = status === 'stopping' ? 'The process is stopping.' : `Not ready: ${because.join(', ')}.`;
      reply.code(503).type('application/problem+json');
      return {
        type: `/docs#${code}`,
        title: 'Not available at the moment',
        status: 503,
        code,
        detail,
        requestId: request.id,
        checks,
      };
    });
  }
}

const SCRAPE: Entrance = { name: 'http.metrics', method: 'GET', scope: 'metrics:read', cost: 'normal' };

/** Served to Prometheus on this machine, and to anyone else with a credential of scope `metrics:read`. */
function addMetrics(app: FastifyInstance, { metrics, keeper }: BuiltinDeps): void {
  async function mayScrape(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (isLocal(request.headers, addressOf(request))) return;
    await admitCaller(keeper, SCRAPE, callerOf(request, reply), (actor) => (request.actor = actor));
  }
  app.get('/metrics', { config: { name: SCRAPE.name, visit: 'none' }, onRequest: mayScrape }, async (_request, reply) => {
    reply.type(metrics.contentType);
    return metrics.text();
  });
}

function addDocuments(app: FastifyInstance, { document, page }: BuiltinDeps): void {
  const once = (make: () => Asset) => {
    let made: Asset | undefined;
    return async (request: FastifyRequest, reply: FastifyReply) => sendAsset(request, reply.headers(page), (made ??= make()));
  };
  const asset = (text: string, type: string): Asset => ({
    bytes: Buffer.from(text),
    type,
    etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`,
    immutable: false,
  });
  // Megabytes each, unless the caller has them already.
  const config = { name: 'http.docs', visit: 'heavy' as const };
  app.get(
    '/openapi.json',
    { config },
    once(() => asset(JSON.stringify(document()), 'application/json; charset=utf-8')),
  );
  app.get(
    '/docs',
    { config },
    once(() => asset(docsPage(document()), 'text/html; charset=utf-8')),
  );
  app.get(
    '/docs.css',
    { config },
    once(() => asset(DOCS_CSS, 'text/css; charset=utf-8')),
  );
}

/** Sends a file: 304 when the caller has it, compressed when it may be; only files with a hash in their name are kept for good. */
function sendAsset(request: FastifyRequest, reply: FastifyReply, asset: Asset): FastifyReply {
  const { bytes, encoding } = chooseEncoding(asset, request.headers['accept-encoding'] as string | undefined);
  reply.headers({
    etag: asset.etag,
    'cache-control': asset.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    ...((asset.br || asset.gz) && { vary: 'Accept-Encoding' }),
  });
  const has = (request.headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (has.includes(asset.etag)) return reply.code(304).send();
  if (encoding) reply.header('content-encoding', encoding);
  return reply.type(asset.type).send(bytes);
}

/**
 * The console: its files, and its index for every page that it makes itself (`/payments/…`), when a browser asks for
 * a page and the address is not one of the API's.
 */
export function addConsole(
  app: FastifyInstance,
  assets: Assets,
  { page, isReserved }: { page: Headers; isReserved: (path: string) => boolean },
): void {
  app.get('/*', { config: { name: 'http.console' } }, async (request, reply) => {
    const path = request.url.split('?', 1)[0]!;
    const asset = assets.find(path === '/' ? '/index.html' : path);
    if (asset) return sendAsset(request, reply.headers(page), asset);
    const wantsPage = (request.headers.accept ?? '').includes('text/html');
    if (assets.index && wantsPage && !isReserved(path)) return sendAsset(request, reply.headers(page), assets.index);
    return reply.callNotFound();
  });
}

/** Where sockets are opened; whoever asks in plain HTTP is told so. */
export function addStreamRoute(app: FastifyInstance, path: string): void {
  app.get(path, { config: { name: 'http.stream' } }, async (_request, reply) => {
    reply.headers({ upgrade: 'websocket', connection: 'upgrade' });
    throw new HttpError(426, 'request.upgrade_required', 'This address speaks WebSocket.');
  });
}

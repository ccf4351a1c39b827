import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../base/error.ts';

/** Which addresses there are, for answering those that are not. */
export type PathMap = {
  /** Why nothing answers here: another method would (405, told in `Allow`), or nothing does (404). */
  missing(request: FastifyRequest, reply: FastifyReply): AppError;
  /** Whether the address belongs to the API or its helpers, so that no page of the console can be there. */
  isReserved(path: string): boolean;
};

/** Learns the addresses from the routes as they are added; made before the first one. */
export function createMap(app: FastifyInstance): PathMap {
  const patterns = new Map<string, { pattern: RegExp; methods: Set<string> }>();
  const firstSegments = new Set<string>(['v1', 'api']);

  app.addHook('onRoute', ({ url, method }) => {
    if (url.includes('*')) return;
    const known = patterns.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
    for (const name of [method].flat()) known.methods.add(name);
    patterns.set(url, known);
    firstSegments.add(firstSegment(url));
  });

  return {
    missing(request, reply) {
      const path = request.url.split('?', 1)[0]!;
      const methods = new Set([...patterns.values()].filter(({ pattern }) => pattern.test(path)).flatMap((entry) => [...entry.methods]));
      if (methods.size === 0 || methods.has(request.method))
        return new AppError('not_found', 'request.no_such_path', 'There is nothing at this address.');
      const allow = [...methods].toSorted().join(', ');
      reply.header('allow', allow);
      return new AppError('method', 'request.method', `This address takes ${allow}.`);
    },
    isReserved: (path) => firstSegments.has(firstSegment(path)),
  };
}

function firstSegment(path: string): string {
  return path.split('/', 2)[1]!;
}

/** `/v1/accounts/:id` → an expression for that one address; `::` is a colon. */
function patternOf(url: string): RegExp {
  const source = url
    .split(/(::|:\w+)/)
    .map((part) => (part === '::' ? ':' : part.startsWith(':') ? '[^/]+' : RegExp.escape(part)))
    .join('');
  return new RegExp(`^${source}$`);
}

import { expect, onTestFinished, test } from 'vitest';
import { builtInChecks } from '../check/built-in.ts';
import { createKinds } from '../check/kinds.ts';
import { bareProbe, httpOnLoopback, loopbackTarget } from '../check/loopback.ts';
import { runCheck } from '../check/run-check.ts';
import { offers } from './checks.ts';

const described = JSON.stringify({ openapi: '3.1.0', paths: { '/v1/cases': { get: {} } } });
const mentioned = JSON.stringify({ openapi: '3.1.0', info: { description: 'See "/v1/cases"' }, paths: {} });

test.each([
  ['pass', 'is described in a contract of 3 MB', described.replace('}}}', `}},"x":"${'x'.repeat(3_000_000)}"}`), 401],
  ['pass', 'is described and asks for a login', described, 401],
  ['pass', 'is described and takes no GET', described, 405],
  ['fail', 'is described, and nobody serves it', described, 404],
  ['fail', 'is described, and served to everybody', described, 200],
  ['fail', 'is served, and only mentioned in the description', mentioned, 401],
  ['fail', 'is served by a server that is broken', described, 500],
])('%s where an operation %s', async (wanted, _, document, status) => {
  const { url, end } = await httpOnLoopback((request, reply) =>
    request.url === '/openapi.json' ? void reply.end(document) : void reply.writeHead(status).end('{}'),
  );
  onTestFinished(end);
  const { kind, params } = offers('/v1/cases');
  const probe = bareProbe({ target: () => loopbackTarget(url) });
  const { result } = await runCheck(createKinds([builtInChecks()]).find(kind)!, params, probe);
  expect(result.state).toBe(wanted);
});

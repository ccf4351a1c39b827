import Type, { type Static } from 'typebox';
import { AppError } from '../../../base/error.ts';
import { askHttp, jsonOf, openHttp, type HttpClient } from '../ask-http.ts';
import type { Outcome, Probe } from '../check.ts';
import { Count, defineKind, fields, FilePath, judged, listed, TargetName, Texts, UrlPath } from '../define.ts';
import { readDocument, readText } from '../files.ts';
import { readJsonPath } from '../json-path.ts';
import { httpOnLoopback } from '../loopback.ts';

const Params = fields({
  target: TargetName,
  /** Where the target shows its OpenAPI document; `/openapi.json` unless told. */
  documentPath: Type.Optional(UrlPath),
  /** Or a file with it. */
  documentFile: Type.Optional(FilePath),
  /** Paths that everybody may read, besides those that the document itself says so of. */
  public: Type.Optional(Texts),
  /** So many operations must be found that need a login; 1 unless told. */
  minOperations: Type.Optional(Count),
  /** Good answers to whoever does not log in; 401 unless told. */
  status: Type.Optional(Type.Array(Type.Integer({ minimum: 400, maximum: 499 }), { minItems: 1 })),
});
type Params = Static<typeof Params>;
type Operation = { path: string; asked: string };

const MOST_OPERATIONS = 500;
const AT_ONCE = 4;

async function run(params: Params, probe: Probe): Promise<Outcome> {
  const target = probe.target(params.target);
  const document = await documentOf(params, probe);
  const operations = operationsOf(document, params.public ?? []);
  const elsewhere = readJsonPath(document, '$.paths.*').filter((item) => typeof readJsonPath(item, '$["$ref"]')[0] === 'string').length;
  const { minOperations = 1, status = [401] } = params;
  // A login in the target's address would make every answer a wrong one.
  const client = await openHttp(probe, { ...target, url: withoutLogin(target.url) });
  try {
    const answered = await askAll(operations.slice(0, MOST_OPERATIONS), client);
    const open = answered.filter(({ found }) => !status.includes(found));
    return judged({
      problems: [
        ...(operations.length < Math.max(1, minOperations)
          ? [`${operations.length} operations need a login, at least ${Math.max(1, minOperations)} are demanded`]
          : []),
        ...(operations.length > MOST_OPERATIONS ? [`${operations.length} operations are more than are asked`] : []),
        ...(elsewhere > 0 ? [`${elsewhere} paths are written in another document and were not asked`] : []),
        ...(open.length > 0
          ? [`${open.length} operations do not ask for a login: ${listed(open.map(({ path, found }) => `${path} (${found})`))}`]
          : []),
      ],
      seen: `All ${answered.length} operations that need a login ask for it.`,
      measurements: [
        { name: 'operations', value: answered.length },
        { name: 'open', value: open.length, demanded: '= 0' },
      ],
      output: [
        `${operations.length} readable operations need a login by the document, ${elsewhere} paths are written elsewhere`,
        ...answered.map(({ asked, found }) => `GET ${asked}: ${found}`),
      ].join('\n'),
    });
  } finally {
    await client.close();
  }
}

function withoutLogin(url: URL): URL {
  const plain = new URL(url);
  plain.username = '';
  plain.password = '';
  return plain;
}

async function documentOf({ target, documentPath = '/openapi.json', documentFile }: Params, probe: Probe): Promise<unknown> {
  if (documentFile !== undefined) {
    const text = await readText(probe, documentFile, 16 << 20);
    if (text === undefined) throw unreadable(`${documentFile} is not there`);
    return readDocument(documentFile, text);
  }
  const answer = await askHttp(probe, probe.target(target), { path: documentPath, mostBytes: 16 << 20 });
  const parsed = jsonOf(answer);
  if (answer.status !== 200 || 'problem' in parsed) throw unreadable(`${answer.shown} answered ${answer.status}`);
  return parsed.value;
}

const unreadable = (why: string): AppError =>
  new AppError('unprocessable', 'readiness.openapi_unreadable', `There is no OpenAPI document: ${why}.`);

/** GET operations that need a login: by their own `security`, or by that of the whole document. */
function operationsOf(document: unknown, open: readonly string[]): Operation[] {
  const paths = readJsonPath(document, '$.paths')[0];
  if (typeof paths !== 'object' || paths === null) throw unreadable('it has no paths');
  const common = readJsonPath(document, '$.security')[0];
  return Object.entries(paths as Record<string, { get?: { security?: unknown } }>).flatMap(([path, item]) => {
    const security = item?.get?.security ?? common;
    // An empty list, or an empty way among them, means that everybody may.
    const isPublic = Array.isArray(security) && (security.length === 0 || security.some((way) => Object.keys(way as object).length === 0));
    return !item?.get || isPublic || open.includes(path) ? [] : [{ path, asked: askedOf(path, item) }];
  });
}

/** The path with something in the place of each parameter: an id that nothing has. */
function askedOf(path: string, item: unknown): string {
  const parameters = [...readJsonPath(item, '$.parameters[*]'), ...readJsonPath(item, '$.get.parameters[*]')];
  return path.replaceAll(/\{([^{}]+)\}/g, (_, name: string) => {
    const parameter = parameters.find((one) => readJsonPath(one, '$.name')[0] === name);
    const example =
      readJsonPath(parameter, '$.example')[0] ??
      readJsonPath(parameter, '$.schema.examples[0]')[0] ??
      readJsonPath(parameter, '$.schema.example')[0];
    return encodeURIComponent(
      typeof example === 'string' || typeof example === 'number' ? String(example) : '00000000-0000-0000-0000-000000000000',
    );
  });
}

async function askAll(operations: readonly Operation[], client: HttpClient): Promise<(Operation & { found: number })[]> {
  const left = [...operations];
  const answered: (Operation & { found: number })[] = [];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) {
      const { status } = await client.ask({ path: next.asked, mostBytes: 64 << 10 });
      answered.push({ ...next, found: status });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return answered.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

const DOCUMENT = JSON.stringify({
  openapi: '3.1.0',
  security: [{ bearer: [] }],
  paths: { '/accounts/{id}': { get: {} }, '/health': { get: { security: [] } } },
});

export const openapiAuth = defineKind({
  name: 'openapi_auth',
  summary: 'Every readable operation of an OpenAPI document that is not public refuses whoever does not log in.',
  params: Params,
  describe: ({ target, documentFile, documentPath = '/openapi.json' }) => `${target} by ${documentFile ?? documentPath}`,
  run,
  timeoutMs: () => 60_000,
  unheld: [{ names: ['documentPath'], when: ({ documentFile }) => documentFile !== undefined, where: 'beside documentFile' }],
  negative: [
    {
      name: 'an operation that answers everybody',
      async arrange() {
        const { url, end } = await httpOnLoopback((request, reply) => void reply.end(request.url === '/openapi.json' ? DOCUMENT : '{}'));
        return { params: { target: url }, end };
      },
    },
    {
      name: 'a path that is written elsewhere',
      async arrange() {
        const paths = { '/a': { get: {} }, '/b': { $ref: 'other.json' } };
        const { url, end } = await httpOnLoopback((request, reply) =>
          request.url === '/openapi.json'
            ? void reply.end(JSON.stringify({ openapi: '3.1.0', security: [{ bearer: [] }], paths }))
            : void reply.writeHead(401).end(),
        );
        return { params: { target: url }, end };
      },
    },
    {
      name: 'a document in which nothing needs a login',
      async arrange() {
        const { url, end } = await httpOnLoopback(
          (_, reply) => void reply.end('{"openapi":"3.1.0","paths":{"/a":{"get":{"security":[]}}}}'),
        );
        return { params: { target: url }, end };
      },
    },
  ],
});

import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import Type, { type Static } from 'typebox';
import { AppError } from '../../../base/error.ts';
import { plainHost } from '../allow.ts';
import { addressOf } from '../connect.ts';
import { hostAndPort } from '../ask-http.ts';
import type { Outcome, Probe } from '../check.ts';
import { defineKind, fields, judged, listed, oneOf, TargetName, Text } from '../define.ts';
import { dnsOnLoopback } from '../loopback-dns.ts';

const Params = fields({
  /** The name is the host of a target, or of an allowed address such as `dns://api.example`. For PTR an IP address. */
  target: TargetName,
  type: oneOf('A', 'AAAA', 'CNAME', 'MX', 'TXT', 'NS', 'PTR'),
  /** Records that must be there; others may be. An MX is its exchange, a TXT its whole text. */
  includes: Type.Optional(Type.Array(Text, { maxItems: 50 })),
  /** Exactly these records. */
  equals: Type.Optional(Type.Array(Text, { maxItems: 50 })),
  /** A part of any record, for TXT. */
  contains: Type.Optional(Text),
  /** Name servers that must all agree, such as `dns://192.0.2.53`; those of the system unless told. */
  resolvers: Type.Optional(Type.Array(TargetName, { minItems: 1, maxItems: 10 })),
});
type Params = Static<typeof Params>;

/** What a name server says when it was asked and there is nothing. */
const NOTHING = new Set(['ENOTFOUND', 'ENODATA']);

async function run(params: Params, probe: Probe): Promise<Outcome> {
  const name = plainHost(probe.target(params.target).url.hostname);
  if (params.type === 'PTR' && isIP(name) === 0) throw new AppError('invalid', 'readiness.params_invalid', 'PTR needs an IP address.');
  const asked = params.resolvers ?? ['the system'];
  const answers: { resolver: string; records: string[] }[] = [];
  for (const resolver of asked)
    answers.push({ resolver, records: await ask(probe, name, params, params.resolvers ? resolver : undefined) });
  return judged({
    problems: answers.flatMap(({ resolver, records }) => problemsOf(name, params, records).map((problem) => `${resolver}: ${problem}`)),
    seen: `${name} ${params.type} is ${listed(answers[0]!.records)} by ${listed(asked)}.`,
    measurements: answers.map(({ resolver, records }) => ({
      name: `${params.type} by ${resolver}`,
      value: records.join(', ') || 'nothing',
    })),
  });
}

async function ask(probe: Probe, name: string, { type }: Params, resolver: string | undefined): Promise<string[]> {
  const client = new Resolver({ timeout: 2_000, tries: 2 });
  if (resolver !== undefined) {
    const { host, port } = hostAndPort(probe.target(resolver));
    const address = await addressOf(probe, host);
    client.setServers([isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`]);
  }
  const stop = (): void => client.cancel();
  probe.signal.addEventListener('abort', stop, { once: true });
  try {
    const found = (await records(client, name, type)).toSorted();
    probe.note?.([`${type} of ${name} by ${resolver ?? 'the system'}:`, ...found].join('\n'));
    return found;
  } catch (error) {
    probe.note?.(`${type} of ${name} by ${resolver ?? 'the system'}: ${(error as NodeJS.ErrnoException).code ?? 'no answer'}`);
    if (NOTHING.has((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  } finally {
    probe.signal.removeEventListener('abort', stop);
  }
}

async function records(client: Resolver, name: string, type: Params['type']): Promise<string[]> {
  switch (type) {
    case 'A':
      return client.resolve4(name);
    case 'AAAA':
      return client.resolve6(name);
    case 'CNAME':
      return client.resolveCname(name);
    case 'NS':
      return client.resolveNs(name);
    case 'PTR':
      return client.reverse(name);
    case 'MX':
      return (await client.resolveMx(name)).map(({ exchange }) => exchange);
    case 'TXT':
      return (await client.resolveTxt(name)).map((parts) => parts.join(''));
  }
}

function problemsOf(name: string, { type, includes = [], equals, contains }: Params, found: readonly string[]): string[] {
  if (found.length === 0) return [`${name} has no ${type}`];
  const missing = includes.filter((record) => !found.includes(record));
  const wanted = equals?.toSorted();
  return [
    ...(missing.length > 0 ? [`${name} ${type} lacks ${listed(missing)}`] : []),
    ...(wanted && wanted.join('\n') !== found.join('\n') ? [`${name} ${type} is ${listed(found)}, demanded ${listed(wanted)}`] : []),
    ...(contains !== undefined && !found.some((record) => record.includes(contains))
      ? [`no ${type} of ${name} contains ${JSON.stringify(contains)}`]
      : []),
  ];
}

const AT = '127.0.0.1';

export const dns = defineKind({
  name: 'dns',
  summary: 'Name servers agree on the demanded records of a name, or on the name of an address.',
  params: Params,
  describe: ({ target, type, resolvers }) => `${type} of ${target}${resolvers ? ` by ${resolvers.join(', ')}` : ''}`,
  run,
  negative: [
    {
      name: 'a name that does not exist',
      async arrange() {
        const { url, end } = await dnsOnLoopback({});
        return { params: { target: 'dns://localhost', type: 'A' as const, resolvers: [url] }, end };
      },
    },
    {
      name: 'two name servers that do not agree',
      async arrange() {
        const [one, other] = [await dnsOnLoopback({ localhost: { a: [AT] } }), await dnsOnLoopback({ localhost: { a: ['192.0.2.7'] } })];
        const end = async (): Promise<void> => void (await Promise.all([one.end(), other.end()]));
        return { params: { target: 'dns://localhost', type: 'A' as const, equals: [AT], resolvers: [one.url, other.url] }, end };
      },
    },
  ],
});

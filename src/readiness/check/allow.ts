import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { AppError } from '../../base/error.ts';

/** A host that may be asked: exact, or all names below it (`*.example.com`), on all ports or some. */
export type HostRule = { host: string; below: boolean; ports?: readonly [number, number] };

const RULE = /^(\*\.)?(\[[0-9a-f:.]+\]|[\w.-]+)(?::(\d{1,5})(?:-(\d{1,5}))?)?$/i;

/** Reads `api.example`, `api.example:443`, `10.0.0.7:8080-8089`, `*.example:443`, `[::1]:80`; undefined when it is none. */
export function readHostRule(text: string): HostRule | undefined {
  const found = RULE.exec(text);
  if (!found) return undefined;
  const [, below, host, first, last] = found;
  const ports = first === undefined ? undefined : ([Number(first), Number(last ?? first)] as const);
  if (ports && (ports[0] < 1 || ports[1] > 65_535 || ports[0] > ports[1])) return undefined;
  return { host: plainHost(host!), below: below !== undefined, ...(ports && { ports }) };
}

/** A host as names are compared and looked up: lower case, without brackets and final dot. */
export function plainHost(host: string): string {
  return host
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
}

/** Whether one of the rules permits this host and port. */
export function isAllowed(rules: readonly HostRule[], host: string, port: number): boolean {
  return rules.some(
    (rule) =>
      (rule.below ? host.endsWith(`.${rule.host}`) : host === rule.host) &&
      (!rule.ports || (port >= rule.ports[0] && port <= rule.ports[1])),
  );
}

const PORTS: Readonly<Record<string, number>> = {
  'http:': 80,
  'https:': 443,
  'ws:': 80,
  'wss:': 443,
  'postgres:': 5432,
  'postgresql:': 5432,
  'redis:': 6379,
  'rediss:': 6379,
  'nats:': 4222,
  'tls:': 443,
  'grpc:': 50_051,
  'grpcs:': 443,
  'dns:': 53,
};

/** The port that an address means; undefined when neither it nor its scheme says. */
export function portOf(url: URL): number | undefined {
  return url.port === '' ? PORTS[url.protocol] : Number(url.port);
}

/** What is never asked unless a network is named that holds it: addresses of the machine's own link, and of no machine. */
const NEVER: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['224.0.0.0', 4, 'ipv4'],
  ['240.0.0.0', 4, 'ipv4'],
  ['::', 128, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
];

/** Networks that connections may go to; undefined permits all but the machine's own link (where clouds keep credentials). */
export type Networks = BlockList | undefined;

/** Reads `10.0.0.0/8`, `::1/128` or one address into the list; false when it is none. */
export function addNetwork(list: BlockList, text: string): boolean {
  const [address = '', bits] = text.split('/');
  const family = isIP(address);
  const most = family === 4 ? 32 : 128;
  if (family === 0 || (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= most))) return false;
  list.addSubnet(address, bits === undefined ? most : Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  return true;
}

const never = new BlockList();
for (const [address, bits, family] of NEVER) never.addSubnet(address, bits, family);

/** Whether a connection may go to an address. An IPv4 address written as IPv6 is looked at as what it is. */
export function isAllowedAddress(networks: Networks, address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  const family = isIP(mapped);
  if (family === 0) return false;
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  return networks ? networks.check(mapped, kind) : !never.check(mapped, kind);
}

/**
 * Looks a name up for a connection and refuses it when any of its addresses lies outside the allowed networks. The
 * connection goes to what was looked at here, so a name cannot point elsewhere a moment later.
 */
export function guardedLookup(networks: Networks, resolve: typeof systemLookup = systemLookup): LookupFunction {
  return (host, options: LookupOptions, done) => {
    resolve(host, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error) return done(error, '', 0);
      const outside = addresses.find(({ address }) => !isAllowedAddress(networks, address));
      if (outside) return done(addressRefused(host, outside.address), '', 0);
      if (options.all) return (done as unknown as (none: null, all: LookupAddress[]) => void)(null, addresses);
      done(null, addresses[0]?.address ?? '', addresses[0]?.family ?? 0);
    });
  };
}

/** The refusal of an address, as connections pass it on. */
export function addressRefused(host: string, address: string): AppError {
  return targetRefused(`${host} is at ${address}, which is in none of the networks that the settings allow`);
}

/** The refusal of a target: nothing was asked. */
export function targetRefused(why: string): AppError {
  return new AppError('forbidden', 'readiness.target_refused', `Not asked: ${why}. Add it to readiness.yaml if it is yours to check.`);
}

/** Text of an address with its escapes resolved; as it stands where they are none. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

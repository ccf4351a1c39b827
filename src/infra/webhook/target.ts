import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { AppError } from '../../base/error.ts';

/** Host names and addresses, or `*`, that may also be reached over http and at addresses that are not public. */
export type Allowed = readonly string[];

/** IPv4 that is not the public internet (IANA special-purpose registry), as first address and prefix length. */
const SPECIAL_V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/** Within 2000::/3, all that is public in IPv6: parts that carry other addresses inside, or are for documents. */
const SPECIAL_V6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const special = new BlockList();
for (const [from, bits] of SPECIAL_V4) special.addSubnet(from, bits, 'ipv4');
for (const [from, bits] of SPECIAL_V6) special.addSubnet(from, bits, 'ipv6');
const global = new BlockList();
global.addSubnet('2000::', 3, 'ipv6');

/** Whether an IP address belongs to the public internet. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !special.check(address, 'ipv4');
  return family === 6 && global.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

/** The host of a URL as it is resolved: without the brackets of IPv6 and a final dot. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

const isAllowed = (host: string, allowed: Allowed): boolean => allowed.includes('*') || allowed.includes(host);

/**
 * Whether a message may be sent there as far as the address alone tells; names are looked at again when they are resolved.
 * Errors: `webhook.url_invalid`, `webhook.url_not_https`, `webhook.target_private`.
 */
export function checkTarget(text: string, allowed: Allowed): URL {
  const url = URL.parse(text);
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '' || url.password !== '' || url.hash !== '')
    throw new AppError(
      'unprocessable',
      'webhook.url_invalid',
      'Give an address like https://bank.example/hooks, without a login or a #part.',
    );
  const host = hostOf(url);
  if (isAllowed(host, allowed)) return url;
  if (url.protocol !== 'https:') throw new AppError('unprocessable', 'webhook.url_not_https', 'Messages are sent over https only.');
  if (isIP(host) !== 0 ? !isPublicAddress(host) : /(^|\.)localhost$/.test(host)) throw isPrivate();
  return url;
}

function isPrivate(): AppError {
  return new AppError('unprocessable', 'webhook.target_private', 'This address is not on the public internet.');
}

/**
 * Resolves a name for a connection and refuses it when any of its addresses is not public. The connection is made to what
 * was looked at here and nothing is resolved in between, so a name cannot point elsewhere a moment later.
 */
export function guardedLookup(allowed: Allowed, resolve: typeof systemLookup = systemLookup): LookupFunction {
  return (host, options: LookupOptions, done) => {
    resolve(host, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error) return done(error, '', 0);
      if (!isAllowed(host.replace(/\.$/, ''), allowed) && !addresses.every(({ address }) => isPublicAddress(address)))
        return done(
          Object.assign(new Error('the name resolves to an address that is not public'), { code: 'WEBHOOK_TARGET_PRIVATE' }),
          '',
          0,
        );
      if (options.all) return (done as unknown as (none: null, all: LookupAddress[]) => void)(null, addresses);
      done(null, addresses[0]?.address ?? '', addresses[0]?.family ?? 0);
    });
  };
}

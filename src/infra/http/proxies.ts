import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Whether the word of this address is taken about whom it speaks for. */
export type Trusts = (address: string) => boolean;

/** An address or a network (`10.0.0.0/8`) of proxies; undefined when the text is neither, or would name everybody. */
export function proxyNetwork(text: string): { address: string; prefix: number; family: 'ipv4' | 'ipv6' } | undefined {
  const [, address = '', length] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0) return undefined;
  const bits = version === 4 ? 32 : 128;
  const prefix = length === undefined ? bits : Number(length);
  return prefix < 1 || prefix > bits ? undefined : { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
}

/** Nobody's word is taken unless its address is named here. */
export function trustsOf(proxies: readonly string[] = []): Trusts {
  const named = new BlockList();
  for (const text of proxies) {
    const found = proxyNetwork(text);
    if (!found) throw new TypeError(`${text} is neither an address nor a network`);
    named.addSubnet(found.address, found.prefix, found.family);
  }
  return (text) => {
    const address = plainAddress(text);
    const version = isIP(address);
    return version !== 0 && named.check(address, version === 4 ? 'ipv4' : 'ipv6');
  };
}

/** Some proxies write the caller's port behind its address; with it every connection would be a caller of its own. */
export function plainAddress(text: string): string {
  const [, inBrackets, ipv4] = /^(?:\[([0-9a-f:.]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+)$/i.exec(text) ?? [];
  const address = inBrackets ?? ipv4 ?? text.slice(0, MAX_ADDRESS);
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

/** The longest an IPv6 address can be; a proxy may write words instead of one. */
const MAX_ADDRESS = 45;

/**
 * Who calls: the nearest address that is not a trusted proxy's, read from the connection and then from X-Forwarded-For
 * from its end, since everything before the last trusted word may be made up by the caller.
 */
export function callerAddress(connected: string | undefined, headers: IncomingMessage['headers'], trusts: Trusts): string {
  const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',');
  const told = forwarded.split(',').map((part) => part.trim());
  let address = connected ?? '';
  for (const next of told.filter((part) => part !== '').toReversed()) {
    if (!trusts(address)) break;
    address = next;
  }
  return plainAddress(address);
}

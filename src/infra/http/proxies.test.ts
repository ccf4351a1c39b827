import { expect, test } from 'vitest';
import { callerAddress, plainAddress, proxyNetwork, trustsOf } from './proxies.ts';

const trusts = trustsOf(['10.0.0.0/8', '192.0.2.1', '2001:db8::/32']);
const seen = (connected: string, forwarded?: string) =>
  callerAddress(connected, forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }, trusts);

test('a caller that comes by itself is known by its connection, whatever it writes', () => {
  expect(seen('203.0.113.9', '198.51.100.7')).toBe('203.0.113.9');
  expect(callerAddress('10.0.0.1', { 'x-forwarded-for': '198.51.100.7' }, trustsOf())).toBe('10.0.0.1');
});

test.each([
  ['10.1.2.3', '198.51.100.7', '198.51.100.7'],
  ['::ffff:10.1.2.3', '198.51.100.7', '198.51.100.7'],
  ['2001:db8::1', '2001:db9::7', '2001:db9::7'],
  ['10.1.2.3', '198.51.100.7, 192.0.2.1', '198.51.100.7'],
  // What stands before the last word of a trusted proxy may be the caller's own.
  ['10.1.2.3', '10.9.9.9, 198.51.100.7, 192.0.2.1', '198.51.100.7'],
  ['10.1.2.3', '198.51.100.7:52011', '198.51.100.7'],
  ['10.1.2.3', '[2001:db9::7]:52011', '2001:db9::7'],
  ['10.1.2.3', undefined, '10.1.2.3'],
  ['10.1.2.3', ' , ', '10.1.2.3'],
  ['10.1.2.3', '10.4.4.4', '10.4.4.4'],
])('behind the proxy %s with %j the caller is %s', (connected, forwarded, expected) => {
  expect(seen(connected, forwarded)).toBe(expected);
});

test.each(['proxy', '10.0.0.0/33', '0.0.0.0/0', '::/0', '10.0.0.0/8/8', '', '2001:db8::/129', '10.0.0.1/'])(
  '%j names no proxies',
  (text) => {
    expect(proxyNetwork(text)).toBeUndefined();
    expect(() => trustsOf([text])).toThrow(TypeError);
  },
);

test('words in place of an address stay short', () => {
  expect(plainAddress('x'.repeat(10_000))).toHaveLength(45);
});

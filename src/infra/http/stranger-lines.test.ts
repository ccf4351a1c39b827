import { expect, test } from 'vitest';
import { createStrangerLines } from './stranger-lines.ts';

function started() {
  const lines: { msg: string; route?: string; count?: number; remoteAddress?: string }[] = [];
  const info = (msg: string, line?: object) => void lines.push({ msg, ...line });
  return { lines, strangers: createStrangerLines({ info }) };
}

test('a thousand refusals of one address leave one line and their number', () => {
  const { lines, strangers } = started();
  for (let i = 0; i < 1_000; i++) strangers.write({ route: '/v1/payments', status: 401, remoteAddress: '203.0.113.66' });
  strangers.write({ route: '/v1/payments', status: 429, remoteAddress: '203.0.113.66' });
  strangers.close();
  expect(lines).toEqual([
    { msg: 'request', route: '/v1/payments', status: 401, remoteAddress: '203.0.113.66' },
    { msg: 'request', route: '/v1/payments', status: 429, remoteAddress: '203.0.113.66' },
    { msg: 'more such requests', route: '/v1/payments', status: 401, remoteAddress: '203.0.113.66', count: 999 },
  ]);
});

test('many addresses leave a bounded number of lines, and every request is counted', () => {
  const { lines, strangers } = started();
  for (let i = 0; i < 5_000; i++) strangers.write({ route: 'none', status: 404, remoteAddress: `10.0.${i >> 8}.${i & 255}` });
  strangers.close();
  expect(lines).toHaveLength(201);
  expect(lines.at(-1)).toEqual({ msg: 'more such requests', remoteAddress: 'other addresses', count: 4_800 });
});

test('what was told is not told again, and the next minute begins anew', () => {
  const { lines, strangers } = started();
  const line = { route: 'none', status: 404, remoteAddress: '2001:db8::1' };
  strangers.write(line);
  strangers.write({ ...line, remoteAddress: '2001:db8::2' });
  strangers.tell();
  strangers.tell();
  strangers.write(line);
  strangers.close();
  expect(lines.map(({ msg, count }) => [msg, count])).toEqual([
    ['request', undefined],
    ['more such requests', 1],
    ['request', undefined],
  ]);
});

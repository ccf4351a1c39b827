import { expect, test } from 'vitest';
import { identifier, normalHeading, normalTitle, type Place } from './identity.ts';

const place: Place = { kind: 'item', headings: ['## Release gate', '### 2.1 Storage'], text: '**Snapshots**: taken nightly' };
const idOf = (change: Partial<Place> = {}): string => identifier()({ ...place, ...change });

test('identities never change: bindings, signatures and evidence name lines by these very values', () => {
  expect(idOf()).toBe('e54bcc99d5dfff8d');
  expect(idOf({ kind: 'criterion' })).toBe('34b4ab50a0f81510');
  expect(idOf({ parent: '**Cluster** of three' })).toBe('db0a1b48ca7660dc');
  expect(idOf({ text: 'Latency p95 ≤ 1,500 ms (current: 1,420 ms)' })).toBe('dafba32ed2482177');
  expect(idOf({ headings: [], text: '' })).toBe('69e4d2c567be705c');
});

test('an identity is the same whatever is only decoration, claim, tick, count or placeholder', () => {
  const same = idOf();
  expect(idOf({ text: '✅ **Snapshots:** twice a day' })).toBe(same);
  expect(idOf({ text: '__snapshots__ (optional)' })).toBe(same);
  expect(idOf({ headings: ['## 🚦 **RELEASE GATE** (12 items)', '### 3) Storage:'] })).toBe(same);
  expect(idOf({ headings: ['## 🚦 **RELEASE GATE**:', '### 3) Storage:'] })).toBe(same);
  expect(normalTitle('Nodes joined (4/5 nodes up)')).toBe(normalTitle('Nodes joined (5/5 nodes up)'));
  expect(normalTitle('Branch coverage ≥ 80% (achieved: 83%)')).toBe(normalTitle('Branch coverage ≥ 80%'));
  expect(normalTitle('Chaos drill: Pending booking')).toBe(normalTitle('Chaos drill: PASSED'));
  expect(normalTitle('Release Captain: ______ Date: ____')).toBe(normalTitle('Release Captain: Ada Byron Date: 2031-02-03'));
  expect(normalTitle('Page at [URL] `____`')).toBe(normalTitle('Page at'));
  expect(normalTitle('âœ… Warm caches')).toBe(normalTitle('Warm caches'));
  expect(normalTitle('Serve 12,000 clients')).toBe(normalTitle('Serve 12000 clients.'));
});

test('an identity differs where the demand, the place or the number of equal lines before differs', () => {
  const ids = [idOf(), idOf({ headings: ['## Release gate'] }), idOf({ parent: 'Tapes' }), idOf({ text: 'Snapshots kept' })];
  expect(new Set(ids).size).toBe(ids.length);
  expect(normalTitle('Error rate < 1%')).not.toBe(normalTitle('Error rate > 1%'));
  expect(normalTitle('Reads < 20 ms (warm)')).not.toBe(normalTitle('Reads < 20 ms (cold)'));
  const identify = identifier();
  expect(identify(place)).not.toBe(identify(place));
});

test('headings are the same with and without their numbers', () => {
  for (const heading of ['4. Network', '4.2 Network', '4) network', '🌐 4.2. **Network**', '10.1.3 Network'])
    expect(normalHeading(heading)).toBe('network');
  expect(normalHeading('24 hours after')).toBe('24 hours after');
  expect(normalHeading('Progress: ⏳ 40%')).toBe('progress');
});

test('a title of nothing but marks is still told apart from others', () => {
  expect(normalTitle('🚀')).toBe('🚀');
  expect(normalTitle('(1/2)')).toBe('(1/2)');
  expect(normalTitle('数据库备份')).toBe('数据库备份');
});

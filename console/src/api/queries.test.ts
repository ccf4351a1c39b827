import { expect, test } from 'vitest';
import { Problem } from '../../../src/base/client.ts';
import { waitMs } from './queries.ts';

const problem = (status: number, retryAfterMs?: number) => new Problem({ status, code: 'x', message: 'x', retryAfterMs });

test('what was asked too often is asked again when the server says, and nothing else is by itself', () => {
  expect(waitMs(problem(429, 7_000))).toBe(7_000);
  expect(waitMs(problem(429))).toBe(5_000);
  for (const status of [0, 403, 404, 503]) expect(waitMs(problem(status, 7_000))).toBeUndefined();
  expect(waitMs(null)).toBeUndefined();
});

import Type from 'typebox';
import Value from 'typebox/value';
import { expect, test } from 'vitest';
import { AppError, kindOf } from './error.ts';
import { operation } from './operation.ts';
import { DEFAULT_PAGE, pageOf, pageQuery } from './page.ts';

const base = { name: 'x.y', path: '/v1/x', summary: 's', scope: 'x:read', cost: 'light', output: Type.Object({}), errors: [] } as const;

test('a contract that says nothing of a part accepts nothing there', () => {
  const { input } = operation({ ...base, method: 'GET' });
  for (const part of [input.params, input.query, input.body]) {
    expect(Value.Check(part, {})).toBe(true);
    expect(Value.Check(part, { surprise: 1 })).toBe(false);
  }
});

test('reads take no idempotency key, writes may, and a contract can say otherwise', () => {
  expect(operation({ ...base, method: 'GET' }).idempotencyKey).toBe('none');
  expect(operation({ ...base, method: 'POST' }).idempotencyKey).toBe('optional');
  expect(operation({ ...base, method: 'POST', idempotencyKey: 'required', status: 201 })).toMatchObject({
    idempotencyKey: 'required',
    status: 201,
  });
});

test('a page has 1 to 500 rows', () => {
  const query = Type.Object(pageQuery);
  expect(Value.Decode(query, { limit: '500' }).limit).toBe(500);
  expect(Value.Decode(query, {}).limit ?? DEFAULT_PAGE).toBe(50);
  for (const limit of ['0', '501', '-1', '1.5', '05', '', 'all']) expect(Value.Check(query, { limit })).toBe(false);
});

test('the last page has no next, and no page has anything else', () => {
  const page = pageOf(Type.String());
  expect(Value.Check(page, { items: [] })).toBe(true);
  expect(Value.Check(page, { items: ['a'], next: 'b' })).toBe(true);
  expect(Value.Check(page, { items: [], total: 3 })).toBe(false);
});

test('the kind of an error decides its status, and a status its kind', () => {
  const error = new AppError('not_found', 'x.not_found', 'There is no x.', { sql: 'select' });
  expect([error.status, kindOf(error.status), error instanceof Error]).toEqual([404, 'not_found', true]);
  expect(kindOf(500)).toBeUndefined();
  expect(kindOf(418)).toBeUndefined();
});

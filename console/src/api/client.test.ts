import { expect, test } from 'vitest';
import { login } from '../../../src/access/contract.ts';
import { fundParticipant } from '../../../src/settlement/participant/contract.ts';
import { listPayments, submitIso20022 } from '../../../src/settlement/payment/contract.ts';
import { requestOf } from '../../../src/base/client.ts';

const id = 'mem_0192837465ab7def8192837465abcdef';

test('fields go to path, query and body as the contract places them, and no others go anywhere', () => {
  const fund = requestOf(fundParticipant, { id, asset: 'EUR/2', units: '100', reference: 'R', other: 'x' }, { token: 'T', key: 'K' });
  expect(fund).toEqual({
    url: `/v1/participants/${id}/fund`,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer T', 'idempotency-key': 'K' },
    body: '{"asset":"EUR/2","units":"100","reference":"R"}',
  });
  const list = requestOf(listPayments, { status: 'held', asset: 'EUR/2', query: undefined });
  expect(list).toEqual({ url: '/v1/payments?status=held&asset=EUR%2F2', method: 'GET', headers: {}, body: undefined });
});

test('an Idempotency-Key is sent only where the contract takes one', () => {
  const request = requestOf(login, { email: 'a@b.c', password: 'p' }, { key: 'K' });
  expect(request.headers).not.toHaveProperty('idempotency-key');
});

test('a document is sent as it is, with the media type of the contract', () => {
  const request = requestOf(submitIso20022, {}, { document: '<Document/>' });
  expect(request).toMatchObject({ body: '<Document/>', headers: { 'content-type': 'application/xml' } });
});

test('what stands in a path cannot leave it', () => {
  expect(requestOf(fundParticipant, { id: '../../x?y#z' }).url).toBe('/v1/participants/..%2F..%2Fx%3Fy%23z/fund');
});

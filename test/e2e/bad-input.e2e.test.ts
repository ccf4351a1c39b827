import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import pg from 'pg';
import { leiOf } from '../../src/base/check-digit.ts';
import { attachEmbedded } from '../../src/infra/postgres/attach.ts';
import { connectionConfig } from '../../src/infra/postgres/connection.ts';
import { apiOf, must, type Api, type Call } from '../support/api.ts';
import { startProduct, type Product } from '../support/product.ts';

let product: Product;
/** The administrator of the operator, and of another tenant; and whoever presents a credential. */
let owner: Api;
let stranger: Api;
let accessToken: string;
let expiredKey: string;
let ids: Record<'payment' | 'participant' | 'key', string>;

const as = (credential?: string): Api => apiOf(() => product.url, credential);

async function login(email: string, password: string): Promise<string> {
  return (await must(as()<{ accessToken: string }>('POST /v1/auth/login', { json: { email, password } }))).accessToken;
}

const order = (change: object = {}) => ({
  endToEndId: 'E2E-1',
  debtorAgent: 'AAAAFIHH',
  creditorAgent: 'BBBBNOKK',
  debtor: { name: 'Aurora Shipping AS' },
  creditor: { name: 'Meridian Foods Ltd' },
  asset: 'EUR/2',
  units: '100',
  ...change,
});

beforeAll(async () => {
  product = await startProduct();
  accessToken = await login(product.email!, product.password!);
  owner = as(accessToken);
  const admin = { email: 'admin@elsewhere.test', name: 'Eve', password: 'correct horse battery staple' };
  await must(owner('POST /v1/tenants', { json: { name: 'Elsewhere', admin } }));
  stranger = as(await login(admin.email, admin.password));
  const banks = await Promise.all(
    ['AAAAFIHH', 'BBBBNOKK'].map((bic, i) =>
      must(
        owner<{ id: string }>('POST /v1/participants', {
          json: { name: bic, bic, lei: leiOf(`BADIN${String(i).padStart(13, '0')}`), assets: ['EUR/2'] },
        }),
      ),
    ),
  );
  await must(owner(`POST /v1/participants/${banks[0]!.id}/fund`, { key: 'fund', json: { asset: 'EUR/2', units: '1000', reference: 'F' } }));
  const payment = await must(owner<{ id: string }>('POST /v1/payments', { key: 'first', json: order() }));
  const made = await must(
    owner<{ id: string; key: string }>('POST /v1/api-keys', { json: { name: 'short-lived', scopes: ['payments:read'] } }),
  );
  expiredKey = made.key;
  ids = { payment: payment.id, participant: banks[0]!.id, key: made.id };
  await asAdministrator(`update access.api_key set expires_at = now() - interval '1 hour'`);
});
afterAll(async () => {
  await product.stop();
  product.clean();
});

async function asAdministrator(statement: string): Promise<void> {
  const client = new pg.Client(connectionConfig(attachEmbedded(product.dataFolder).adminUrl));
  await client.connect();
  await client.query(statement);
  await client.end();
}

const file = (name: string): Call => ({ document: readFileSync(`test/fixtures/pacs008/${name}.xml`), type: 'application/xml' });
const payment = (change: object): Call => ({ key: crypto.randomUUID(), json: order(change) });
const text = (document: string | Uint8Array): Call => ({ key: crypto.randomUUID(), document });

/** The token with one character of its signature changed, and with its algorithm taken away. */
const forged = () => accessToken.replace(/(.{9})$/, (end) => (end.startsWith('A') ? 'B' : 'A') + end.slice(1));
const unsigned = () => `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${accessToken.split('.')[1]}.`;

/** What is wrong: who asks, what, and how it must be answered. */
const TABLE: [wrong: string, ask: () => ReturnType<Api>, status: number, code: string][] = [
  ['no credential', () => as()('GET /v1/payments'), 401, 'request.credential_missing'],
  ['a forged token', () => as(forged())('GET /v1/payments'), 401, 'access.token_forged'],
  ['a token without a signature', () => as(unsigned())('GET /v1/payments'), 401, 'access.token_algorithm'],
  ['an expired key', () => as(expiredKey)('GET /v1/payments'), 401, 'access.key_expired'],
  ["another tenant's payment", () => stranger(`GET /v1/payments/${ids.payment}`), 404, 'settlement.payment_not_found'],
  ["another tenant's participant", () => stranger(`GET /v1/participants/${ids.participant}`), 404, 'settlement.participant_not_found'],
  ["another tenant's key", () => stranger(`DELETE /v1/api-keys/${ids.key}`), 404, 'access.api_key_not_found'],
  ["another tenant's banks", () => stranger('POST /v1/payments', payment({})), 422, 'settlement.participant_unknown'],
  ['malformed JSON', () => owner('POST /v1/payments', text('{"units": ')), 400, 'request.malformed_json'],
  ['bytes that are no UTF-8', () => owner('POST /v1/payments', text(Uint8Array.of(0x7b, 0xff, 0x7d))), 400, 'request.malformed_json'],
  ['deep nesting', () => owner('POST /v1/payments', text('['.repeat(5_000) + ']'.repeat(5_000))), 400, 'request.too_deep'],
  ['U+0000 in a text', () => owner('POST /v1/payments', payment({ endToEndId: 'a\0b' })), 400, 'request.invalid_text'],
  ['an unknown field', () => owner('POST /v1/payments', payment({ isAdmin: true })), 400, 'request.invalid'],
  ['an oversized body', () => owner('POST /v1/payments', text(`"${'x'.repeat(3 << 20)}"`)), 413, 'request.too_large'],
  [
    'a body of another kind',
    () => owner('POST /v1/payments', { key: 'k', document: 'a=1', type: 'text/plain' }),
    415,
    'request.media_type',
  ],
  ['a negative amount', () => owner('POST /v1/payments', payment({ units: '-1' })), 400, 'request.invalid'],
  ['an amount of 40 digits', () => owner('POST /v1/payments', payment({ units: '9'.repeat(40) })), 400, 'request.invalid'],
  ['wrong decimals of a currency', () => owner('POST /v1/payments', payment({ asset: 'EUR/3' })), 400, 'settlement.asset_unknown'],
  [
    'an unknown participant',
    () => owner('POST /v1/payments', payment({ creditorAgent: 'NOBOFRPP' })),
    422,
    'settlement.participant_unknown',
  ],
  [
    'a key used for another order',
    () => owner('POST /v1/payments', { key: 'first', json: order({ units: '7' }) }),
    409,
    'request.key_reused',
  ],
  ['an entity bomb', () => owner('POST /v1/iso20022', file('entity-bomb')), 400, 'iso20022.unsafe_xml'],
  ['an external entity', () => owner('POST /v1/iso20022', file('external-entity')), 400, 'iso20022.unsafe_xml'],
  ['a truncated file', () => owner('POST /v1/iso20022', file('truncated')), 400, 'iso20022.not_xml'],
  ['an id of another kind', () => owner(`GET /v1/payments/${ids.participant}`), 400, 'request.invalid'],
  ['an unknown address', () => owner('GET /v1/nothing'), 404, 'request.no_such_path'],
  ['another method', () => owner('PUT /v1/payments'), 405, 'request.method'],
  ['a broken escape', () => owner('GET /v1/payments/%E0%A4%A'), 400, 'request.bad_url'],
];

test.each(TABLE)('%s gets its named problem', async (_wrong, ask, status, code) => {
  const answer = await ask();
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(answer.body).toMatchObject({ status, code, requestId: answer.headers.get('x-request-id') });
  expect(answer.status).toBe(status);
  expect(answer.text).not.toMatch(/\.ts\b|at async|select |insert /);
});

test('after all of it nothing was changed, nothing was logged as an error, and the product goes on', async () => {
  const { items } = await must(owner<{ items: { id: string }[] }>('GET /v1/payments'));
  expect(items.map(({ id }) => id)).toEqual([ids.payment]);
  expect(product.output()).not.toContain('"level":"error"');
  expect((await as()('GET /health/ready')).status).toBe(200);
});

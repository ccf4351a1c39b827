import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { actorWith, createTestAccess, PASSWORD } from '../../test/support/access.ts';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { newId } from '../base/id.ts';
import { createHealth } from '../infra/health/health.ts';
import { createLimiter, memoryLimits, usualLimits, type Limits } from '../infra/http/limits.ts';
import { createHttp, type HttpServer } from '../infra/http/server.ts';
import { silentLog } from '../infra/log/log.ts';
import { createMetrics } from '../infra/metrics/metrics.ts';
import { noTrace } from '../infra/trace/trace.ts';
import { createApiKey, createUser, revokeApiKey, rotateApiKey } from './contract.ts';
import { scopes } from './role.ts';

let database: TestDatabase;
let setup: Awaited<ReturnType<typeof createTestAccess>>;
let server: HttpServer;
beforeEach(async () => {
  database = await createTestDatabase({ modules: ['access'] });
  setup = await createTestAccess(database.db);
});
afterEach(async () => {
  await server.close();
  await setup.access.close();
  await database.drop();
});

/** The operations of the module behind the real door. Nothing flows back while a test runs. */
async function open(change: Partial<Limits>): Promise<void> {
  const { routes, authenticate, recognises, sessionOf } = setup.access;
  const limiter = createLimiter({ store: memoryLimits({ now: () => 0 }), limits: { ...usualLimits, ...change }, now: () => 0 });
  const parts = { log: silentLog, metrics: createMetrics({ processMetrics: false }), trace: noTrace, health: createHealth({ checks: [] }) };
  server = await createHttp({ routes, authenticate, recognises, sessionOf, limiter, version: 'test', ...parts });
}

const admin = () => actorWith(setup.operator.tenantId, scopes);
const newUser = async (): Promise<string> => {
  const email = `user-${newId()}@rialto.test`;
  await setup.call.output(createUser, admin(), { email, name: 'Ada Lovelace', password: PASSWORD, roles: ['viewer'] });
  return email;
};
const signIn = (email: string, remoteAddress: string, password = PASSWORD) =>
  server.app.inject({ method: 'POST', url: '/v1/auth/login', payload: { email, password }, remoteAddress });
const refresh = (remoteAddress: string, cookie?: string) =>
  server.app.inject({ method: 'POST', url: '/v1/auth/refresh', remoteAddress, headers: cookie === undefined ? {} : { cookie } });
const me = (token: string, remoteAddress: string) =>
  server.app.inject({ url: '/v1/me', headers: { authorization: `Bearer ${token}` }, remoteAddress });

test('one /48 that signs in from hundreds of its networks keeps nobody else from signing in', async () => {
  await open({ address: { units: 20, windowMs: 60_000 }, global: { units: 16 * 100, windowMs: 60_000 } });
  const email = await newUser();
  const codes: number[] = [];
  for (let i = 0; i < 300; i++)
    codes.push((await signIn('nobody@rialto.test', `2001:db8:1:${i.toString(16)}::1`, 'a wrong password')).statusCode);
  // Four addresses' worth, two sign-ins each.
  expect(codes.filter((code) => code === 401)).toHaveLength(8);
  expect((await signIn(email, '198.51.100.7')).statusCode).toBe(200);
});

test('a session is continued though strangers have used up refreshing, from everywhere and at its own address', async () => {
  await open({ address: { units: 40, windowMs: 60_000 }, global: { units: 16 * 100, windowMs: 60_000 } });
  const home = '198.51.100.7';
  const signedIn = await signIn(await newUser(), home);
  const { name, value } = signedIn.cookies[0]!;
  for (let i = 0; i < 100; i++) await refresh(`10.${i}.0.1`);
  for (let i = 0; i < 30; i++) await refresh(home);
  expect((await refresh(home)).statusCode).toBe(429);
  expect((await refresh(home, `${name}=made.up`)).statusCode).toBe(429);
  const continued = await refresh(home, `${name}=${value}`);
  expect(continued.statusCode).toBe(200);
  expect((await me((continued.json() as { accessToken: string }).accessToken, home)).statusCode).toBe(200);
});

test('a page that is loaded anew a hundred times at once, in many tabs, stays signed in, and a made-up cookie is no way around the limit', async () => {
  await open({});
  const home = '198.51.100.7';
  let [cookie] = (await signIn(await newUser(), home)).cookies;
  for (let i = 0; i < 100; i++) {
    const continued = await refresh(home, `${cookie!.name}=${cookie!.value}`);
    expect(continued.statusCode).toBe(200);
    [cookie] = continued.cookies;
  }
  const madeUp: number[] = [];
  for (let i = 0; i < 160; i++)
    madeUp.push((await refresh(home, `${cookie!.name}=${cookie!.value.slice(0, -43)}${'A'.repeat(43)}`)).statusCode);
  expect(madeUp.filter((code) => code !== 429).length).toBeLessThanOrEqual(150);
});

test('a revoked key that is tried without end is told so until its address has used up its visits, and keeps no good key out there', async () => {
  await open({ visits: { units: 50, windowMs: 60_000 } });
  const make = () => setup.call.output(createApiKey, admin(), { name: 'Bank', scopes: ['audit:read'] });
  const [revoked, good] = [await make(), await make()];
  const office = '203.0.113.9';
  expect((await me(good.key, office)).statusCode).toBe(200);
  await setup.call.output(revokeApiKey, admin(), { id: revoked.id });
  const codes: number[] = [];
  for (let i = 0; i < 200; i++) codes.push((await me(revoked.key, office)).statusCode);
  expect(codes).toEqual(codes.map((_, i) => (i < 50 ? 401 : 429)));
  expect((await me(good.key, office)).statusCode).toBe(200);
});

test('a key that no process has seen yet is let in from an address that has tried many made-up ones', async () => {
  await open({});
  const office = '203.0.113.9';
  const { id, key } = await setup.call.output(createApiKey, admin(), { name: 'Bank', scopes: ['audit:read'] });
  // As long as a key, and with the prefix of one.
  const madeUp = (i: number) => `${key.slice(0, 17)}${String(i).padStart(43, 'x')}`;
  for (let i = 0; i < 20; i++) expect((await me(madeUp(i), office)).statusCode).toBe(401);
  expect((await me(madeUp(20), office)).statusCode).toBe(429);
  expect((await me(key, office)).statusCode).toBe(200);
  const rotated = await setup.call.output(rotateApiKey, admin(), { id, overlapSeconds: 0 });
  expect((await me(rotated.key, office)).statusCode).toBe(200);
});

test('a secret that a rotation has ended is looked up once a minute, however often it is tried', async () => {
  await open({});
  const { id, key } = await setup.call.output(createApiKey, admin(), { name: 'Bank', scopes: ['audit:read'] });
  await setup.call.output(rotateApiKey, admin(), { id, overlapSeconds: 0 });
  const looks = vi.spyOn(database.db, 'read');
  const codes: number[] = [];
  for (let i = 0; i < 10; i++) codes.push((await me(key, '203.0.113.9')).statusCode);
  expect(codes).toEqual(codes.map(() => 401));
  expect(looks.mock.calls.length).toBeLessThan(5);
});

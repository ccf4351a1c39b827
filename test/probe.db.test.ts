import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTenant } from '../src/access/contract.ts';
import { scopes } from '../src/access/role.ts';
import type { Actor } from '../src/base/context.ts';
import { newId } from '../src/base/id.ts';
import type { Route } from '../src/infra/http/route.ts';
import { contractsIn } from '../tools/docs/contracts.ts';
import { actorWith, callerOf, PASSWORD } from './support/access.ts';
import { createTestHouse, type TestHouse } from './support/house.ts';
import { fixturesOf, probe } from './support/probe.ts';

const contracts = await contractsIn(process.cwd());
const fixtures = await fixturesOf<TestHouse>(contracts.map(({ module }) => module));
const operations = contracts.flatMap((contract) => contract.operations);

let house: TestHouse;
let other: Actor;
let routes: readonly Route[];
beforeAll(async () => {
  // Called by nothing here: what is confirmed is only written down.
  const script = { argv: [process.execPath, '-e', ''] as [string, ...string[]], cwd: process.cwd(), timeoutMs: 1_000 };
  house = await createTestHouse({ rollback: { mode: 'confirm', name: 'undo', script } });
  const admin = { email: `${newId()}@rialto.test`, name: 'Other', password: PASSWORD };
  const tenant = await callerOf(house.access.routes).output(createTenant, house.ctx, { name: 'Another tenant', admin });
  other = actorWith(tenant.id, scopes);
  routes = [...house.access.routes, ...house.ledger.routes, ...house.settlement.routes, ...house.readiness.routes];
});
afterAll(() => house.close());

test.each(operations.filter(({ name }) => !(name in fixtures.skip)).map(({ name }) => name))('%s keeps tenants apart', async (name) => {
  const route = routes.find((one) => one.operation.name === name);
  expect(route, 'a contract without a route').toBeDefined();
  expect(await probe({ house, owner: house.ctx.actor, other, fixtures }, route!)).toEqual([]);
});

test('what the probe leaves out exists, has a reason, and takes no id', () => {
  for (const [name, reason] of Object.entries(fixtures.skip)) {
    const operation = operations.find((one) => one.name === name);
    expect(operation?.path).not.toContain('{');
    expect(reason.length).toBeGreaterThan(10);
  }
});

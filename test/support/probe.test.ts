import Type from 'typebox';
import { expect, test } from 'vitest';
import { AppError } from '../../src/base/error.ts';
import { idOf, newId, toWireId, type Uuid } from '../../src/base/id.ts';
import { operation } from '../../src/base/operation.ts';
import { route } from '../../src/infra/http/route.ts';
import { actorWith } from './access.ts';
import { probe } from './probe.ts';

const get = operation({
  name: 'test.get',
  method: 'GET',
  path: '/v1/things/{id}',
  summary: 'A thing',
  scope: 'ledger:read',
  cost: 'light',
  params: Type.Object({ id: idOf('thg') }),
  output: Type.Object({ id: idOf('thg') }),
  errors: [],
  example: { params: { id: 'thg_0192837465ab7def8192837465abcdef' } },
});
const list = operation({
  name: 'test.list',
  method: 'GET',
  path: '/v1/things',
  summary: 'Things',
  scope: 'ledger:read',
  cost: 'light',
  output: Type.Array(idOf('thg')),
  errors: [],
});

const things = new Map<Uuid, Uuid>();
const [owner, other] = [actorWith(newId(), []), actorWith(newId(), [])];
const make = async () => {
  const id = newId();
  things.set(id, owner.tenantId);
  return toWireId('thg', id);
};
const run = (one: ReturnType<typeof route>) =>
  probe({ house: {}, owner, other, fixtures: { make: { thg: make }, makeFor: {}, before: {}, as: {}, examples: {}, skip: {} } }, one);
const missing = (id: Uuid, kind: 'not_found' | 'forbidden' = 'not_found') =>
  new AppError(kind, `test.${kind}`, `no ${toWireId('thg', id)}`);

test('an operation that answers another tenant as if the thing did not exist is found well', async () => {
  const safe = route(get, async (ctx, { id }) => {
    if (things.get(id) !== ctx.tenantId) throw missing(id);
    return { id };
  });
  expect(await run(safe)).toEqual([]);
});

test('an operation that gives another tenant the thing is found out', async () => {
  const open = route(get, async (_, { id }) => {
    if (!things.has(id)) throw missing(id);
    return { id };
  });
  expect((await run(open)).join()).toMatch(/answered with success/);
});

test('an operation that tells a foreign thing from a missing one is found out', async () => {
  const telling = route(get, async (ctx, { id }) => {
    if (!things.has(id)) throw missing(id);
    if (things.get(id) !== ctx.tenantId) throw missing(id, 'forbidden');
    return { id };
  });
  expect((await run(telling)).join()).toMatch(/403 .* but for ids that do not exist 404/);
});

test('an operation that lets another tenant spoil the thing is found out', async () => {
  const spoiling = route(get, async (ctx, { id }) => {
    const mine = things.get(id) === ctx.tenantId;
    if (!mine) things.delete(id);
    if (!mine) throw missing(id);
    return { id };
  });
  expect((await run(spoiling)).join()).toMatch(/the owner's call fails/);
});

test('a list that shows the things of all tenants is found out, one that does not is found well', async () => {
  await make();
  expect((await run(route(list, async () => [...things.keys()]))).join()).toMatch(/sees thg_/);
  expect(await run(route(list, async (ctx) => [...things].filter(([, tenantId]) => tenantId === ctx.tenantId).map(([id]) => id)))).toEqual(
    [],
  );
});

test('an owner who cannot call proves nothing', async () => {
  expect(
    await run(
      route(get, async (_, { id }) => {
        throw missing(id);
      }),
    ),
  ).toEqual([expect.stringContaining("the owner's own call fails")]);
});

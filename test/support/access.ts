import { randomBytes } from 'node:crypto';
import { createAccess } from '../../src/access/index.ts';
import type { Operator } from '../../src/access/ensure-operator.ts';
import type { Actor, Ctx } from '../../src/base/context.ts';
import { newId, type Uuid } from '../../src/base/id.ts';
import type { InputOf, Operation, OutputOf } from '../../src/base/operation.ts';
import { Secret } from '../../src/base/secret.ts';
import { manualClock } from '../../src/base/time.ts';
import type { Heads } from '../../src/infra/heads/port.ts';
import type { Module } from '../../src/infra/module.ts';
import { Reply, type RequestExtras, type Route } from '../../src/infra/http/route.ts';
import { createOutbox } from '../../src/infra/outbox/index.ts';
import type { Db } from '../../src/infra/postgres/db.ts';
import { testHeads } from './heads.ts';

export const PASSWORD = 'correct horse battery staple';

/** A visitor without cookies. */
export const visitor: RequestExtras = { cookies: {}, document: new Uint8Array(), remoteAddress: '192.0.2.7', userAgent: 'test' };

/** The module on a test's database with a clock moved by hand and the operator's tenant in it. */
export async function createTestAccess(
  db: Db,
  options: { masterKey?: Secret<Uint8Array>; clock?: ReturnType<typeof manualClock>; heads?: Heads } = {},
) {
  const clock = options.clock ?? manualClock();
  const masterKey = options.masterKey ?? new Secret<Uint8Array>(randomBytes(32));
  const heads = options.heads ?? testHeads();
  const access = createAccess({ db, outbox: createOutbox(), masterKey, heads, issuer: 'https://rialto.test', clock });
  const operator = await access.ensureOperator({ email: `admin-${newId()}@rialto.test`, password: new Secret(PASSWORD) });
  return { access, clock, heads, masterKey, operator: operator as Operator, call: callerOf(access.routes) };
}

/** The context of an actor's request. */
export function ctxFor(actor: Actor, idempotency?: Ctx['idempotency']): Ctx {
  return {
    actor,
    tenantId: actor.tenantId,
    ...(actor.memberId && { memberId: actor.memberId }),
    requestId: newId(),
    ...(idempotency && { idempotency }),
  };
}

export const nobody: Actor = {
  kind: 'anonymous',
  id: '00000000-0000-0000-0000-000000000000',
  name: 'anonymous',
  tenantId: '00000000-0000-0000-0000-000000000000',
  scopes: new Set(),
};

/** Calls operations as the HTTP server would after it has checked the request: a handler's whole reply, or its output. */
export function callerOf(routes: readonly Route[]) {
  const find = (operation: Operation): Route => {
    const found = routes.find((route) => route.operation.name === operation.name);
    if (!found) throw new Error(`no route answers ${operation.name}`);
    return found;
  };
  const reply = async <T extends Operation>(operation: T, actor: Actor | Ctx, input: InputOf<T>, request: RequestExtras = visitor) => {
    const ctx = 'actor' in actor ? actor : ctxFor(actor);
    const result = await find(operation).handle(ctx, input as never, request);
    return (result instanceof Reply ? result : new Reply(result, {})) as Reply<OutputOf<T>>;
  };
  return {
    reply,
    output: async <T extends Operation>(
      operation: T,
      actor: Actor | Ctx,
      input: InputOf<T>,
      request?: RequestExtras,
    ): Promise<OutputOf<T>> => (await reply(operation, actor, input, request)).output,
  };
}

/** An actor as if it had logged in, for tests that are not about logging in. */
export function actorWith(tenantId: Uuid, scopes: readonly string[], more: Partial<Actor> = {}): Actor {
  return { kind: 'user', id: newId(), name: 'tester@rialto.test', tenantId, scopes: new Set(scopes), ...more };
}

/** Runs a background job of a module by its name. */
export async function runJob(module: Pick<Module, 'jobs'>, name: string): Promise<void> {
  await module.jobs.find((job) => job.name === name)!.run(new AbortController().signal);
}

import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { TObject, TSchema } from 'typebox';
import type { Actor, Ctx } from '../../src/base/context.ts';
import { codecOf } from '../../src/base/codec.ts';
import { AppError } from '../../src/base/error.ts';
import { idPrefixOf, newId, toWireId } from '../../src/base/id.ts';
import type { Example, Operation } from '../../src/base/operation.ts';
import { Reply, type Route } from '../../src/infra/http/route.ts';
import { nobody, visitor } from './access.ts';

/**
 * What a module tells the probe in `test/support/fixtures/<module>.ts`, exported as `fixture`.
 * `H` is whatever the test has set up (see `house.ts`).
 */
export type Fixture<H> = {
  /** Makes a new thing of the owner's for an id prefix and answers with its id in wire form. */
  make?: Record<string, (house: H) => Promise<string>>;
  /** The same for one operation alone, which needs a thing in a state of its own: by the operation's name, then by prefix. */
  makeFor?: Record<string, Record<string, (house: H) => Promise<string>>>;
  /** What must be there before an operation is called, by its name. */
  before?: Record<string, (house: H) => Promise<void>>;
  /** Who calls an operation that is not the operator's, by its name; asked for once the call is put together. */
  as?: Record<string, () => Actor>;
  /** Calls that must differ each time, so that the contract's example cannot describe them; wire form, ids filled in. */
  examples?: Record<string, (house: H) => Promise<Example>>;
  /** Operations that cannot be tried like this, and why. */
  skip?: Record<string, string>;
};

/** The fixtures of all modules together; a module without any is tried by its contract alone. */
export async function fixturesOf<H>(modules: readonly string[]): Promise<Required<Fixture<H>>> {
  const all: Required<Fixture<H>> = { make: {}, makeFor: {}, before: {}, as: {}, examples: {}, skip: {} };
  for (const module of modules) {
    const file = new URL(`fixtures/${module}.ts`, import.meta.url);
    if (!existsSync(file)) continue;
    const { fixture } = (await import(pathToFileURL(file.pathname).href)) as { fixture: Fixture<H> };
    Object.assign(all.make, fixture.make);
    Object.assign(all.makeFor, fixture.makeFor);
    Object.assign(all.before, fixture.before);
    Object.assign(all.as, fixture.as);
    Object.assign(all.examples, fixture.examples);
    Object.assign(all.skip, fixture.skip);
  }
  return all;
}

/** How the probe reaches the house. */
export type ProbeSetup<H> = { house: H; owner: Actor; other: Actor; fixtures: Required<Fixture<H>> };

type Wire = { params: object; query: object; body: object; document: Uint8Array };
type Outcome = { ok: true; text: string } | { ok: false; kind: string; text: string };

/**
 * Tries one operation across tenants and answers with what is wrong, nothing when all is well:
 * the owner's call must succeed; the same call by another tenant, with the ids of the owner's things, must be answered
 * exactly as one with ids that do not exist (404 when the path holds them); it must not change the thing, which the owner
 * can still call; and what another tenant gets to see must hold none of the owner's ids.
 */
export async function probe<H>(setup: ProbeSetup<H>, route: Route): Promise<string[]> {
  const { operation } = route;
  const { house, other, fixtures } = setup;
  const ownerNow = () => fixtures.as[operation.name]?.() ?? setup.owner;
  const first = await wireOf(operation, fixtures, house);
  const proof = await call(route, ownerNow(), first);
  if (!proof.ok) return [`the owner's own call fails: ${proof.text}`];
  if (operation.scope === 'public') return [];
  const second = await wireOf(operation, fixtures, house);
  const ids = idsIn(operation, second);
  const crossed = await call(route, other, second);
  const problems: string[] = [];
  if (ids.length > 0) {
    const nowhere = replaceIds(second, new Map(ids.map((id) => [id, absent(id)])));
    const expected = await call(route, other, nowhere);
    const [seen, wanted] = [masked(crossed, ids), masked(expected, ids.map(absent))];
    if (seen !== wanted) problems.push(`another tenant is answered ${seen}, but for ids that do not exist ${wanted}`);
    if (pathIds(operation, second).length > 0 && (crossed.ok || crossed.kind !== 'not_found'))
      problems.push(`another tenant is answered ${seen}, not 404`);
    const after = await call(route, ownerNow(), second);
    if (!after.ok) problems.push(`after another tenant's try the owner's call fails: ${after.text}`);
  }
  const leaked = crossed.ok ? idsInText(proof.text).filter((id) => crossed.text.includes(id)) : [];
  const mine = new Set([other.id, other.tenantId].map((id) => id.replaceAll('-', '')));
  const strange = leaked.filter((id) => !mine.has(bare(id)) && !ids.includes(id));
  if (strange.length > 0) problems.push(`another tenant sees ${strange.slice(0, 3).join(', ')} of the owner's`);
  return problems;
}

const bare = (id: string): string => id.slice(id.indexOf('_') + 1);
const WIRE_ID = /\b[a-z]{2,5}_[0-9a-f]{32}\b/g;
const idsInText = (text: string): string[] => [...new Set(text.match(WIRE_ID))];
const absentIds = new Map<string, string>();

/** An id of the same kind that nothing has; the same one for the same id. */
function absent(id: string): string {
  if (!absentIds.has(id)) absentIds.set(id, toWireId(id.slice(0, id.indexOf('_')), newId()));
  return absentIds.get(id)!;
}

function masked(outcome: Outcome, ids: readonly string[]): string {
  const text = ids.reduce((rest, id) => rest.replaceAll(id, '<id>'), outcome.text);
  return outcome.ok ? `with success: ${text}` : text;
}

/** The operation's input in wire form: the fixture's example, else the contract's, with ids of things that are there. */
async function wireOf<H>(operation: Operation, fixtures: Required<Fixture<H>>, house: H): Promise<Wire> {
  const { name, input } = operation;
  await fixtures.before[name]?.(house);
  const own = await fixtures.examples[name]?.(house);
  const example = own ?? operation.example ?? {};
  const make = { ...fixtures.make, ...fixtures.makeFor[name] };
  const fill = async (schema: TObject, given: object = {}): Promise<object> =>
    (await filled(schema, given, async (prefix, id) => (own ? id : ((await make[prefix]?.(house)) ?? id)))) as object;
  return {
    params: await fill(input.params, example.params),
    query: await fill(input.query, example.query),
    body: await fill(input.body, example.body),
    document: Buffer.from(example.document ?? ''),
  };
}

type Parts = { anyOf?: TSchema[]; items?: TSchema; properties?: Record<string, TSchema> };

/** The value with every id field put through `replace`. */
async function filled(
  schema: TSchema,
  value: unknown,
  replace: (prefix: string, id: string) => Promise<string> | string,
): Promise<unknown> {
  const prefix = idPrefixOf(schema);
  if (prefix !== undefined && typeof value === 'string') return await replace(prefix, value);
  const { properties, items, anyOf } = schema as Parts;
  if (Array.isArray(value) && items) return await Promise.all(value.map((item) => filled(items, item, replace)));
  if (anyOf && typeof value === 'string') {
    const branch = anyOf.find((one) => idPrefixOf(one) === value.slice(0, value.indexOf('_')));
    return branch ? await filled(branch, value, replace) : value;
  }
  if (!properties || typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(
    async ([key, part]) => [key, properties[key] ? await filled(properties[key], part, replace) : part] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

function idsIn(operation: Operation, wire: Wire): string[] {
  return idsInText(JSON.stringify([wire.params, wire.query, wire.body]))
    .concat(pathIds(operation, wire))
    .filter((id, i, all) => all.indexOf(id) === i);
}

const pathIds = (operation: Operation, wire: Wire): string[] =>
  Object.entries(wire.params).flatMap(([key, value]) =>
    idPrefixOf(operation.input.params.properties[key]!) === undefined ? [] : [String(value)],
  );

function replaceIds(wire: Wire, ids: ReadonlyMap<string, string>): Wire {
  const swap = (part: object): object => JSON.parse(JSON.stringify(part).replaceAll(WIRE_ID, (id) => ids.get(id) ?? id)) as object;
  return { ...wire, params: swap(wire.params), query: swap(wire.query), body: swap(wire.body) };
}

/** Calls a route as the server would, past the checks of scope and form, with everything in wire form. */
async function call(route: Route, actor: Actor, wire: Wire): Promise<Outcome> {
  const { operation } = route;
  const { params, query, body } = operation.input;
  const decode = (schema: TObject, part: object): object => codecOf(schema).decode(part) as object;
  const input = {
    ...decode(params, wire.params),
    ...decode(query, wire.query),
    ...decode(body, wire.body),
    ...(wire.document.length > 0 && { document: wire.document }),
  };
  const by = operation.scope === 'public' ? nobody : actor;
  const ctx: Ctx = {
    actor: by,
    tenantId: by.tenantId,
    ...(by.memberId !== undefined && { memberId: by.memberId }),
    requestId: newId(),
    ...(operation.idempotencyKey !== 'none' && { idempotency: { key: newId(), bodyHash: 'a'.repeat(64) } }),
  };
  try {
    const result = await route.handle(ctx, input as never, { ...visitor, document: wire.document });
    const output = result instanceof Reply ? (result.output as unknown) : result;
    const text = operation.produces === 'application/json' ? JSON.stringify(codecOf(operation.output).encode(output)) : String(output);
    return { ok: true, text };
  } catch (error) {
    if (error instanceof AppError) return { ok: false, kind: error.kind, text: `${error.status} ${error.code}: ${error.message}` };
    throw error;
  }
}

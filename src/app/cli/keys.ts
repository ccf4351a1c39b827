import { join } from 'node:path';
import { createApiKey, rotateApiKey } from '../../access/contract.ts';
import { createAccess } from '../../access/index.ts';
import { readMasterKey } from '../../access/master-key.ts';
import { scopes, type ScopeName } from '../../access/role.ts';
import { findOperatorId } from '../../access/store/tenant.ts';
import type { Ctx } from '../../base/context.ts';
import { codecOf } from '../../base/codec.ts';
import { AppError } from '../../base/error.ts';
import type { OutputOf } from '../../base/operation.ts';
import { fromWireId, type Uuid } from '../../base/id.ts';
import { headsIn } from '../../infra/heads/folder.ts';
import { createOutbox } from '../../infra/outbox/index.ts';
import { readConfig } from '../config.ts';
import { perform } from '../perform.ts';
import { openTools, type Tools } from '../tools.ts';

/** A new key in the operator's tenant, or for one of its members. Whoever can read the data folder may make one. */
export async function createKey(options: { name: string; scopes?: string[]; member?: string; days?: string }) {
  const input = {
    name: options.name,
    scopes: (options.scopes ?? [...scopes]).map(scopeOf),
    ...(options.member !== undefined && { memberId: wireId('mem', options.member) }),
    ...(options.days !== undefined && { expiresAt: Date.now() + wholeNumber('--days', options.days, 1, 36_500) * 86_400_000 }),
  };
  return withAccess(async (access, ctx) => told(createApiKey, await perform(access.routes, createApiKey, { ctx, input })));
}

/** A new secret for a key; the old one goes on for `overlap` seconds, 30 days at most. */
export async function rotateKey(id: string, overlap: string) {
  const input = { id: wireId('key', id), overlapSeconds: wholeNumber('--overlap', overlap, 0, 30 * 86_400) };
  return withAccess(async (access, ctx) => told(rotateApiKey, await perform(access.routes, rotateApiKey, { ctx, input })));
}

/** As the API tells it: what one command prints another takes. */
function told<T extends typeof createApiKey | typeof rotateApiKey>({ output }: T, value: OutputOf<T>): { id: string; key: string } {
  return codecOf(output).encode(value) as { id: string; key: string };
}

function wireId(prefix: 'key' | 'mem', id: string): Uuid {
  if (new RegExp(`^${prefix}_[0-9a-f]{32}$`).test(id)) return fromWireId(id);
  throw new AppError('invalid', 'request.invalid', `${id} is not such an id; it looks like ${prefix}_0192….`);
}

/** What is no number must never count as none: a key would live for ever. */
function wholeNumber(option: string, text: string, from: number, to: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= from && value <= to) return value;
  throw new AppError('invalid', 'request.invalid', `${option} must be a whole number from ${from} to ${to}.`);
}

function scopeOf(text: string): ScopeName {
  if (!(scopes as readonly string[]).includes(text))
    throw new AppError('invalid', 'request.invalid', `${text} is not a scope. There are: ${scopes.join(', ')}.`);
  return text as ScopeName;
}

async function withAccess<T>(work: (access: ReturnType<typeof createAccess>, ctx: Ctx) => Promise<T>): Promise<T> {
  const config = readConfig();
  const tools = await openTools(config);
  try {
    const masterKey = await readMasterKey(join(tools.dataFolder, 'master.key'));
    const heads = await headsIn(tools.dataFolder, masterKey);
    const access = createAccess({
      db: tools.db,
      outbox: createOutbox(),
      masterKey,
      heads,
      issuer: config.publicUrl ?? 'http://rialto.local',
    });
    try {
      return await work(access, await operatorCtx(access, tools));
    } finally {
      await access.close();
    }
  } finally {
    await tools.close();
  }
}

async function operatorCtx(access: ReturnType<typeof createAccess>, { db }: Tools): Promise<Ctx> {
  const tenantId = await db.read({ role: 'rialto_auth' }, findOperatorId);
  if (!tenantId) throw new AppError('not_found', 'start.no_installation', 'There is no operator tenant yet. Start Rialto once.');
  const ctx = access.port.systemCtx('command line', tenantId);
  return { ...ctx, actor: { ...ctx.actor, scopes: new Set<string>(scopes) } };
}

import { createHash, createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, open, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { unseal } from '../../base/seal.ts';
import type { Secret } from '../../base/secret.ts';
import type { Uuid } from '../../base/id.ts';
import type { Clock } from '../../base/time.ts';
import { makeFolder } from '../../infra/make-folder.ts';
import { checkTarget, guardedLookup, type Allowed } from '../../infra/webhook/target.ts';
import type { RailCall, RailReply } from './adapter.ts';
import type { RailRow } from './rail-store.ts';

/** A file that a rail has put down. */
export type RailDocument = { name: string; bytes: number; read(): AsyncIterable<Uint8Array> };

/** All that happens outside: calls that never throw, since what went wrong says nothing about the money, and files. */
export type RailTransport = {
  call(tenantId: Uuid, rail: RailRow, call: RailCall): Promise<RailReply>;
  /** What the rail has put down, in order of names. */
  documents(tenantId: Uuid, rail: RailRow): Promise<RailDocument[]>;
  /**
   * Puts a document away: into `done`, or into `refused` when nothing could be made of it. Answers how it is called there; one of
   * that name that is kept already stays.
   */
  putAway(tenantId: Uuid, rail: RailRow, name: string, into: 'done' | 'refused'): Promise<string>;
  close(): Promise<void>;
};

/** What is set from outside. */
export type RailSettings = {
  /** Opens the rails' signing keys. */
  masterKey: Secret<Uint8Array>;
  /** Below it each tenant has a folder for each of its file rails. */
  folder: string;
  /** Hosts of rails that may be private or without TLS. */
  allowedHosts: Allowed;
};

/** The folder of a file rail: `out` for the bank to fetch from, `in` for it to put into. */
export function folderOf({ folder }: Pick<RailSettings, 'folder'>, tenantId: Uuid, railId: string): string {
  return join(folder, tenantId, railId);
}

const TIMEOUT_MS = 10_000;
/** No answer about an instruction is longer. */
const MOST_BYTES = 64 << 10;

export function createRailTransport(settings: RailSettings, clock: Clock): RailTransport {
  const agent = new Agent({
    connect: { lookup: guardedLookup(settings.allowedHosts), timeout: TIMEOUT_MS },
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  });
  const at = (tenantId: Uuid, rail: RailRow, ...path: string[]) => join(folderOf(settings, tenantId, rail.id), ...path);
  return {
    async call(tenantId, rail, call) {
      try {
        return call.kind === 'http'
          ? await post(agent, settings, { tenantId, rail, call, now: clock.now() })
          : await put(at(tenantId, rail), call);
      } catch (error) {
        return { kind: 'none', why: whyOf(error) };
      }
    },
    async documents(tenantId, rail) {
      if (rail.kind !== 'iso20022_file') return [];
      const folder = at(tenantId, rail, 'in');
      await makeFolder(folder);
      // Banks write under another name first: hidden, or with an ending of its own.
      const names = (await readdir(folder)).filter((name) => /^[^.].*\.xml$/i.test(name)).sort();
      return Promise.all(
        names.map(async (name) => {
          const path = join(folder, name);
          // Of what is no file, or not there any more, reading tells.
          const bytes = await stat(path).then(
            ({ size }) => size,
            () => 0,
          );
          return { name, bytes, read: () => createReadStream(path) };
        }),
      );
    },
    async putAway(tenantId, rail, name, into) {
      await makeFolder(at(tenantId, rail, into));
      let kept = name;
      for (let number = 2; await exists(at(tenantId, rail, into, kept)); number++) kept = name.replace(/(\.xml)$/i, `.${number}$1`);
      await rename(at(tenantId, rail, 'in', name), at(tenantId, rail, into, kept));
      return kept;
    },
    close: () => agent.close(),
  };
}

/** Whole or not at all: written beside, forced to the disk, then given its name. */
async function put(folder: string, { name, content, waitsBehind }: Extract<RailCall, { kind: 'file' }>): Promise<RailReply> {
  const out = join(folder, 'out');
  const draft = join(folder, 'draft');
  await makeFolder(out);
  await makeFolder(draft);
  if (waitsBehind !== undefined && (await exists(join(out, waitsBehind)))) return { kind: 'waits' };
  const file = await open(join(draft, name), 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(join(draft, name), join(out, name));
  const folderHandle = await open(out, 'r');
  try {
    await folderHandle.sync();
  } finally {
    await folderHandle.close();
  }
  return { kind: 'written' };
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

type Posting = { tenantId: Uuid; rail: RailRow; call: Extract<RailCall, { kind: 'http' }>; now: number };

async function post(agent: Agent, settings: RailSettings, { tenantId, rail, call, now }: Posting): Promise<RailReply> {
  const url = checkTarget(call.url, settings.allowedHosts);
  const key = unseal(rail.sealedKey, keyLabel(tenantId, rail.id), settings.masterKey);
  if (!key) return { kind: 'none', why: 'the signing key of the rail cannot be opened' };
  const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  const headers = signedHeaders(call, { privateKey, keyId: rail.id, createdAt: Math.floor(now / 1_000) });
  const answer = await request(url, {
    dispatcher: agent,
    method: call.method,
    headers: { ...headers, accept: 'application/json', ...(call.body !== '' && { 'content-type': 'application/json' }) },
    ...(call.body !== '' && { body: call.body }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  let body = '';
  for await (const piece of answer.body) {
    body += String(piece);
    if (body.length > MOST_BYTES) {
      answer.body.destroy();
      return { kind: 'none', why: 'the answer is longer than any about an instruction' };
    }
  }
  return { kind: 'http', status: answer.statusCode, body };
}

/** What a rail's private key is sealed under. */
export function keyLabel(tenantId: Uuid, railId: string): string {
  return `rail ${tenantId} ${railId}`;
}

/**
 * Headers of HTTP Message Signatures (RFC 9421) with Ed25519 over method, address, body digest (RFC 9530) and idempotency key, so
 * that a rail knows who asks it to pay, and that nothing was changed on the way.
 */
function signedHeaders(
  { method, url, idempotencyKey, body }: Pick<Posting['call'], 'method' | 'url' | 'idempotencyKey' | 'body'>,
  by: { privateKey: KeyObject; keyId: string; createdAt: number },
): Record<string, string> {
  const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
  const covered = `("@method" "@target-uri" "content-digest" "idempotency-key");created=${by.createdAt};keyid="${by.keyId}";alg="ed25519"`;
  const base = [
    `"@method": ${method}`,
    `"@target-uri": ${url}`,
    `"content-digest": ${digest}`,
    `"idempotency-key": ${idempotencyKey}`,
    `"@signature-params": ${covered}`,
  ].join('\n');
  return {
    'content-digest': digest,
    'idempotency-key': idempotencyKey,
    'signature-input': `rialto=${covered}`,
    signature: `rialto=:${sign(null, Buffer.from(base), by.privateKey).toString('base64')}:`,
  };
}

/** Never an address or what was sent: it is kept beside the instruction. */
function whyOf(error: unknown): string {
  const { name, code } = error as { name?: string; code?: string };
  return `no answer: ${code ?? name ?? 'failed'}`;
}

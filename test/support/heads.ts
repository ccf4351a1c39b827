import { createPublicKey, randomBytes, type KeyObject } from 'node:crypto';
import { Secret } from '../../src/base/secret.ts';
import { createHeads, headKey } from '../../src/infra/heads/heads.ts';
import type { HeadNotes, Heads, Noted } from '../../src/infra/heads/port.ts';

/** Heads signed with a key of the test's own, noted in memory: `forget` is a data folder that was lost. */
export function testHeads(masterKey = new Secret<Uint8Array>(randomBytes(32))): Heads & { forget(): void; keys: KeyObject[] } {
  const kept = new Map<string, Noted>();
  const notes: HeadNotes = {
    read: (log, tenantId) => Promise.resolve(kept.get(`${log} ${tenantId}`)),
    write: (log, tenantId, noted) => Promise.resolve(void kept.set(`${log} ${tenantId}`, noted)),
  };
  return { ...createHeads({ masterKey, notes }), forget: () => kept.clear(), keys: [createPublicKey(headKey(masterKey))] };
}

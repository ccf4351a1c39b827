import { createHmac, randomBytes } from 'node:crypto';
import { seal, unseal } from '../../base/seal.ts';
import { toWireId, type Uuid } from '../../base/id.ts';
import type { Secret } from '../../base/secret.ts';
import type { Millis } from '../../base/time.ts';

const PREFIX = 'whsec_';
const BYTES = 32;

/** A new signing secret in the form of Standard Webhooks: `whsec_` and base64. */
export function newWebhookSecret(): string {
  return PREFIX + randomBytes(BYTES).toString('base64');
}

/** The id under which a message is sent, the same at every attempt and replay: receivers tell repetitions by it. */
const messageIdOf = (id: Uuid): string => toWireId('msg', id);

/** `v1,` and base64 of HMAC-SHA256 over `id.time.body`; time in whole seconds. */
export function signatureOf(secret: string, { id, time, body }: { id: string; time: string; body: string }): string {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64')}`;
}

/** The headers of Standard Webhooks 1.0: id, time, and a signature for each secret in force, the newest first. */
export function signedHeaders(secrets: readonly string[], message: { id: Uuid; body: string; at: Millis }): Record<string, string> {
  const id = messageIdOf(message.id);
  const time = String(Math.floor(message.at / 1_000));
  const signatures = secrets.map((secret) => signatureOf(secret, { id, time, body: message.body }));
  return { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signatures.join(' ') };
}

const labelOf = (endpointId: Uuid): string => `webhook ${endpointId}`;

/** The secret as the database keeps it. */
export function sealSecret(secret: string, endpointId: Uuid, masterKey: Secret<Uint8Array>): Buffer {
  return seal(Buffer.from(secret), labelOf(endpointId), masterKey);
}

/** The reverse; undefined when it was sealed with another master key. */
export function openSecret(sealed: Uint8Array, endpointId: Uuid, masterKey: Secret<Uint8Array>): string | undefined {
  return unseal(sealed, labelOf(endpointId), masterKey)?.toString();
}

import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Event } from '../../base/event.ts';
import { AppError } from '../../base/error.ts';
import { namesFieldsOnce } from './json.ts';

/**
 * A stream of events that a client may subscribe to: those of the listed types, for whoever holds the scope. `narrower`
 * are those of them that only go to who holds a further scope too.
 */
export type ChannelInfo = {
  name: string;
  scope: string;
  eventTypes: readonly string[] | ((type: string) => boolean);
  narrower?: readonly { scope: string; eventTypes: (type: string) => boolean }[];
};

const Message = Type.Union([
  Type.Object({ type: Type.Literal('auth'), token: Type.String({ minLength: 1, maxLength: 8192 }) }, { additionalProperties: false }),
  Type.Object(
    {
      type: Type.Literal('subscribe'),
      channel: Type.String({ minLength: 1, maxLength: 100 }),
      afterSeq: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    { type: Type.Literal('unsubscribe'), channel: Type.String({ minLength: 1, maxLength: 100 }) },
    { additionalProperties: false },
  ),
]);

/** What a client may say. */
export type ClientMessage = Static<typeof Message>;

/** What the server says. `events` come in order of `seq`; `gap` means: read the lists again, then go on from here. */
export type ServerMessage =
  /** `expiresAt` is missing when the credential has no end. */
  | { type: 'ready'; expiresAt?: string }
  | { type: 'subscribed'; channel: string }
  | { type: 'unsubscribed'; channel: string }
  | { type: 'events'; channel: string; events: readonly Event[] }
  | { type: 'gap'; channel: string; afterSeq: number }
  | { type: 'error'; code: string; detail: string; channel?: string };

/** Why a connection was ended by us: close code (RFC 6455 §7.4.2, 4000–4999 are ours) by reason. */
export const CLOSE_CODES = {
  'socket.malformed_message': 4400,
  'socket.auth_refused': 4401,
  'socket.auth_timeout': 4401,
  'socket.token_expired': 4401,
  'socket.revoked': 4401,
  'socket.slow_consumer': 4429,
  'socket.too_many_messages': 4429,
  'socket.too_many_connections': 4429,
  'socket.failed': 1011,
  'server.stopping': 1001,
} as const;

export type CloseReason = keyof typeof CLOSE_CODES;

const check = Compile(Message);

/** Reads a client's message. Errors: `socket.malformed_message`. */
export function readMessage(text: string): ClientMessage {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed();
  }
  if (!check.Check(value) || !namesFieldsOnce(text, value)) throw malformed();
  return value;
}

function malformed(): AppError {
  return new AppError('invalid', 'socket.malformed_message', 'Say auth, subscribe or unsubscribe, as one JSON object.');
}

/** A message as one unmasked, unfragmented text frame (RFC 6455 §5.2), built once however many it goes to. */
export function frameOf(message: ServerMessage): Buffer {
  const payload = Buffer.from(JSON.stringify(message));
  const { length } = payload;
  if (length < 126) return Buffer.concat([Buffer.from([TEXT, length]), payload]);
  if (length < 65_536) return Buffer.concat([Buffer.from([TEXT, 126, length >> 8, length & 0xff]), payload]);
  const head = Buffer.alloc(10);
  head[0] = TEXT;
  head[1] = 127;
  head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
}

const TEXT = 0x81;

/** Whether an event belongs on a channel, for someone with these scopes. */
export function onChannel({ eventTypes, narrower = [] }: ChannelInfo, type: string, scopes: ReadonlySet<string>): boolean {
  const isListed = typeof eventTypes === 'function' ? eventTypes(type) : eventTypes.includes(type);
  return isListed && narrower.every((few) => scopes.has(few.scope) || !few.eventTypes(type));
}

/** Whether an actor may see an event: one bound to a member only what names that member. */
export function visibleTo(memberId: string | undefined, event: Event): boolean {
  return memberId === undefined || (event.memberIds?.includes(memberId) ?? false);
}

/** An event as it leaves, live as from history: whom else it concerns and what the house keeps beside it is nobody's business. */
export function publicEvent({ id, tenantId, seq, type, version, subject, at, data }: Event): Event {
  return { id, tenantId, seq, type, version, subject, at, data };
}

import Type, { type TSchema } from 'typebox';

/** A UUID in its usual form, 36 characters with hyphens, lower case. */
export type Uuid = string;

/** Random digits, made many at a time: a call for each id would cost more than the rest of it. */
const POOL_BYTES = 4_096;
let pool = '';
let used = 0;
let lastMs = 0;
let counter = 0;
/** What the ids of one millisecond begin with: time and version. */
let head = '';
/** How far ids may run ahead of the clock. */
const MOST_AHEAD_MS = 60_000;
const COUNTERS = Array.from({ length: 0x1000 }, (_, count) => count.toString(16).padStart(3, '0'));
/** The variant `10` and two random bits. */
const VARIANTS: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from({ length: 16 }, (_, digit) => [digit.toString(16), (8 + (digit & 3)).toString(16)]),
);

/**
 * A new UUID version 7 (RFC 9562): ordered by time, and within one process strictly increasing, because the 12 bits
 * after the time count up within a millisecond and borrow the next one when they run out. A clock that is set back by more
 * than a minute is followed, since ids are also looked for by the time that they tell.
 */
export function newId(nowMs: number = Date.now()): Uuid {
  if (nowMs > lastMs || nowMs < lastMs - MOST_AHEAD_MS) startMillisecond(nowMs);
  else if (++counter > 0xfff) startMillisecond(lastMs + 1);
  if (used === pool.length) refill();
  const random = pool.slice(used, (used += 16));
  return `${head}${COUNTERS[counter]}-${VARIANTS[random[0]!]}${random.slice(1, 4)}-${random.slice(4)}`;
}

function startMillisecond(ms: number): void {
  lastMs = ms;
  counter = 0;
  const time = ms.toString(16).padStart(12, '0');
  head = `${time.slice(0, 8)}-${time.slice(8)}-7`;
}

function refill(): void {
  pool = hexOf(crypto.getRandomValues(new Uint8Array(POOL_BYTES)));
  used = 0;
}

/** `toHex` is younger than Node 24 and than some browsers of the console. */
function hexOf(bytes: Uint8Array & { toHex?(): string }): string {
  return bytes.toHex?.() ?? Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether the text is a UUID in lower case with hyphens. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** The smallest version 7 id of an instant, to find by id what was made in a range of time. */
export function idFloor(ms: number): Uuid {
  const time = Math.max(0, ms).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}

/** The instant that a version 7 id tells: when it was made, or a little later where very many were made at once. */
export function msOfId(id: Uuid): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

/** `pay`, uuid → `pay_` and 32 hexadecimal digits: the form outside the process. */
export function toWireId(prefix: string, id: Uuid): string {
  return `${prefix}_${id.slice(0, 8)}${id.slice(9, 13)}${id.slice(14, 18)}${id.slice(19, 23)}${id.slice(24)}`;
}

/** The reverse of `toWireId`; the caller has checked the form. */
export function fromWireId(wire: string): Uuid {
  const hex = wire.slice(wire.indexOf('_') + 1);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/**
 * Schema of an id with its prefix: `pay_018f…` in JSON, a UUID in code. The keyword `x-id` marks the field, so that
 * tools that walk contracts (the cross-tenant probe, the console's links) know which fields name what.
 */
export function idOf<P extends string>(prefix: P) {
  return Type.Codec(
    Type.String({ pattern: `^${prefix}_[0-9a-f]{32}$`, examples: [`${prefix}_0192837465ab7def8192837465abcdef`], 'x-id': prefix }),
  )
    .Decode((wire): Uuid => fromWireId(wire))
    .Encode((id: Uuid) => toWireId(prefix, id));
}

/** The prefix of an id schema made by `idOf`, undefined for any other schema. */
export function idPrefixOf(schema: TSchema): string | undefined {
  return (schema as { 'x-id'?: string })['x-id'];
}

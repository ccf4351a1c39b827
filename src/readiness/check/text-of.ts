import { utf16Order } from '../checklist/decode.ts';

/** Bytes as text: UTF-16 where they are, so that nothing in it is overlooked, UTF-8 otherwise. */
export function textOf(bytes: Uint8Array, order = utf16Order(bytes)): string {
  return order ? new TextDecoder(order).decode(bytes) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

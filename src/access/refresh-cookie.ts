import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../base/secret.ts';
import type { Uuid } from '../base/id.ts';
import { readCookies } from '../infra/http/headers.ts';
import { randomText } from './random-text.ts';

/** Name of the refresh cookie; it is sent to `/v1/auth` only. */
export const COOKIE = 'rialto_refresh';

const SHAPE = /^([0-9A-Za-z]{43}\.([0-9a-f]{32}))\.([\w-]{43})$/;

/** Refresh tokens of one deployment. */
export type RefreshCookies = {
  /** A new token: 256 random bits, the session, and a seal over both. */
  make(sessionId: Uuid): string;
  /**
   * The session that a `Cookie` header holds a token of ours for, found out without the database, so that whoever continues a
   * session need not wait behind strangers. Whether the token is still good is not told by it.
   */
  sessionOf(cookies: string | undefined): string | undefined;
};

/** Seals with a key that comes out of the master key; what another one sealed is a token all the same, and pays as a stranger's. */
export function refreshCookies(masterKey: Secret<Uint8Array>): RefreshCookies {
  const key = Buffer.from(hkdfSync('sha256', masterKey.reveal(), '', 'rialto.refresh.v1', 32));
  const sealOf = (text: string): string => createHmac('sha256', key).update(text).digest('base64url');
  return {
    make(sessionId) {
      const text = `${randomText(43)}.${sessionId.replaceAll('-', '')}`;
      return `${text}.${sealOf(text)}`;
    },
    sessionOf(cookies) {
      if (cookies === undefined || !cookies.includes(COOKIE)) return undefined;
      const [, text, session, seal] = SHAPE.exec(readCookies(cookies)[COOKIE] ?? '') ?? [];
      if (text === undefined || seal === undefined) return undefined;
      return timingSafeEqual(Buffer.from(seal), Buffer.from(sealOf(text))) ? session : undefined;
    },
  };
}

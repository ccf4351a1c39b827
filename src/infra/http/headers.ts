import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { CookieSpec } from './route.ts';

/**
 * Headers of every answer (`api`), and what pages carry besides. The page policy fits the console: its own scripts,
 * styles and connections, nothing inline, nothing foreign, never in a frame; an API answer that a browser is led to open
 * may do nothing at all. With an https address, browsers are told to use nothing else for two years.
 */
export function securityHeaders(publicUrl: string | undefined): {
  api: Readonly<Record<string, string>>;
  page: Readonly<Record<string, string>>;
} {
  const https = isHttps(publicUrl);
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ...(https ? ['upgrade-insecure-requests'] : []),
  ];
  return {
    api: {
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
      ...(https && { 'strict-transport-security': 'max-age=63072000; includeSubDomains' }),
    },
    page: {
      'content-security-policy': policy.join('; '),
      'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()',
      'cross-origin-opener-policy': 'same-origin',
    },
  };
}

/** Whether people reach the deployment by https; decides on Secure cookies and HSTS. */
export function isHttps(publicUrl: string | undefined): boolean {
  return publicUrl !== undefined && publicUrl.startsWith('https:');
}

const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** The caller's own request id when it is harmless in logs and headers, else a new one. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/** The request's cookies by name (RFC 6265); of two with one name the first counts, as browsers send the more specific path first. */
export function readCookies(header: string | undefined): Readonly<Record<string, string>> {
  const cookies: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const pair of (header ?? '').split(';')) {
    const equals = pair.indexOf('=');
    const name = pair.slice(0, equals).trim();
    if (equals > 0 && !(name in cookies)) cookies[name] = decoded(pair.slice(equals + 1).trim());
  }
  return cookies;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** A `Set-Cookie` value: always HttpOnly and SameSite=Strict, Secure under https. An empty value clears the cookie. */
export function writeCookie({ name, value, path, maxAgeSeconds }: CookieSpec, secure: boolean): string {
  if (!/^[\w-]+$/.test(name) || !/^\/[\w/.-]*$/.test(path)) throw new Error(`The cookie ${name} for ${path} cannot be written`);
  const maxAge = value === '' ? 0 : Math.trunc(maxAgeSeconds);
  return `${name}=${encodeURIComponent(value)}; Path=${path}; Max-Age=${maxAge}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}

const LOOPBACK = /^(?:127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1|::ffff:127\.\d{1,3}\.\d{1,3}\.\d{1,3})$/;
const LOOPBACK_HOST = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d+)?$/i;

/**
 * Whether someone on this very machine asks. A proxy on the machine does not count (it forwards strangers and says so),
 * nor does a browser that a stranger's page led here by a name of its own (DNS rebinding).
 */
export function isLocal(headers: IncomingHttpHeaders, remoteAddress: string): boolean {
  if (headers['x-forwarded-for'] !== undefined || headers['forwarded'] !== undefined || headers['x-real-ip'] !== undefined) return false;
  return LOOPBACK.test(remoteAddress) && LOOPBACK_HOST.test(headers.host ?? '');
}

/** The bearer credential of an `Authorization` header; undefined without a header, null when it is malformed. */
export function bearerOf(header: string | undefined): string | null | undefined {
  if (header === undefined) return undefined;
  return /^Bearer ([\w.~+/=-]{1,8192})$/i.exec(header)?.[1] ?? null;
}

import { readFileSync } from 'node:fs';
import { getCACertificates, type ConnectionOptions } from 'node:tls';
import type { ClientConfig } from 'pg';
import { AppError } from '../../base/error.ts';
import type { Secret } from '../../base/secret.ts';

/**
 * What the driver needs, out of a URL in libpq's form: `postgresql://user:password@host:port/database?sslmode=…`, with
 * `host=/folder` for a unix socket. `sslmode` means what it means to libpq: `require` encrypts without asking who answers
 * (unless `sslrootcert` is given, then it is `verify-ca`), `verify-ca` checks the certificate, `verify-full` also the name;
 * `sslrootcert=system` trusts what the system trusts, and takes `verify-full` only. Three things differ: without `sslmode` there is
 * no TLS, `prefer` is `require` and `allow` is `disable`, since nothing here falls back to the other way when the first fails.
 * `verify-ca` and `verify-full` without `sslrootcert` trust the authorities that Node comes with. Other parameters are ignored, as
 * they concern the driver that the URL was written for.
 * Errors: `database.url_invalid`; the URL itself is never shown.
 */
export function connectionConfig(url: Secret): ClientConfig {
  const parsed = parse(url.reveal());
  const params = parsed.searchParams;
  const host = params.get('host') ?? decoded(parsed.hostname);
  const port = Number(params.get('port') ?? (parsed.port || 5432));
  const user = params.get('user') ?? decoded(parsed.username);
  const database = params.get('dbname') ?? decoded(parsed.pathname.slice(1));
  if (host === '' || user === '' || database === '') throw invalid('it must name a host, a user and a database');
  const options = params.get('options');
  return {
    host,
    port,
    user,
    database,
    password: params.get('password') ?? decoded(parsed.password),
    ssl: host.startsWith('/') ? false : tls(params, host),
    application_name: params.get('application_name') ?? 'rialto',
    ...(options === null ? {} : { options }),
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}

function parse(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol))
    throw invalid('it must look like postgresql://user:password@host:5432/database');
  return url;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid('a % that means itself, in a password for example, is written as %25');
  }
}

function tls(params: URLSearchParams, host: string): ConnectionOptions | false {
  const isSystem = params.get('sslrootcert') === 'system';
  const mode = params.get('sslmode') ?? (isSystem ? 'verify-full' : 'disable');
  if (isSystem && mode !== 'verify-full') throw invalid(`sslrootcert=system takes sslmode=verify-full only, not ${modeIn(mode)}`);
  if (mode === 'disable' || mode === 'allow') return false;
  const ca = isSystem ? getCACertificates('system') : fileOf(params, 'sslrootcert');
  const files = { ...(ca && { ca }), ...named('cert', fileOf(params, 'sslcert')), ...named('key', fileOf(params, 'sslkey')) };
  switch (mode) {
    case 'prefer':
    case 'require':
      return ca ? { ...files, checkServerIdentity: () => undefined } : { ...files, rejectUnauthorized: false };
    case 'no-verify':
      return { ...files, rejectUnauthorized: false };
    case 'verify-ca':
      return { ...files, checkServerIdentity: () => undefined };
    case 'verify-full':
      return { ...files, host };
    default:
      throw invalid('sslmode must be disable, allow, prefer, require, verify-ca or verify-full');
  }
}

/** What is no mode is not repeated: it may be anything. */
function modeIn(text: string): string {
  return /^[a-z-]{1,12}$/.test(text) ? text : 'another one';
}

function named(name: 'cert' | 'key', content: string | undefined): ConnectionOptions {
  return content === undefined ? {} : { [name]: content };
}

function fileOf(params: URLSearchParams, name: string): string | undefined {
  const path = params.get(name);
  if (path === null) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw invalid(`${name} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function invalid(why: string): AppError {
  return new AppError('invalid', 'database.url_invalid', `The database URL is not usable: ${why}.`);
}

import {
  answers,
  audit,
  certificate,
  document,
  env,
  file,
  headers,
  junit,
  leaks,
  natsIs,
  noSecrets,
  protectedRoutes,
  sqlIs,
  tlsOnly,
  redirects,
  runs,
  metricIs,
  type Proposals,
} from '../checks.ts';

const SECRETS = { minLength: 32, minEntropyBits: 80 };
const EXAMPLES = ['deltran_secure_pass_2024', 'changeme', 'CHANGE_ME'];
const PLAIN = `select count(*) from pg_stat_ssl s join pg_stat_activity a using (pid) where a.client_addr is not null and not s.ssl`;

/** What is asked of settings, secrets, access and transport. */
export const SECURITY_PROPOSALS: Proposals = {
  C1: ({ settings, text }) =>
    settings.length > 0
      ? [env(settings)]
      : /database|connection/.test(text)
        ? [env(['DATABASE_URL', 'DATABASE_ADMIN_URL'])]
        : /redis/.test(text)
          ? [env(['REDIS_URL'])]
          : /key|credential|secret|token/.test(text)
            ? [env(['RIALTO_API_KEY'], SECRETS)]
            : [runs('doctor')],
  C2: () => [runs('doctor')],
  C3: ({ text }) =>
    /node_env/.test(text) ? [env(['NODE_ENV'], { equals: 'production' })] : [env(['LOG_LEVEL'], { oneOf: ['info', 'warn', 'error'] })],
  C4: ({ settings }) => [env(settings.length > 0 ? settings : ['RIALTO_DEMO'], { oneOf: ['off', 'false'] })],
  C6: () => [answers('/openapi.json', { answerHeaders: [{ name: 'cache-control' }, { name: 'etag' }] })],
  K1: ({ settings, has }) =>
    settings.length > 0
      ? [env(settings, { ...SECRETS, notOneOf: EXAMPLES })]
      : has('redis')
        ? [env(['REDIS_URL'], { matches: '://[^:@/]*:[^@/]{16,}@', notOneOf: EXAMPLES })]
        : has('postgres', 'database')
          ? [env(['DATABASE_URL'], { matches: '://[^:@/]*:[^@/]{16,}@', notOneOf: EXAMPLES })]
          : [env(['RIALTO_API_KEY'], { ...SECRETS, notOneOf: EXAMPLES }), file('data/master.key', { mode: '0600', minBytes: 32 })],
  K2: () => [sqlIs(`select count(*) from access.signing_key where retired_at is null and created_at > now() - interval '1 year'`, '>=', 1)],
  K3: ({ text }) =>
    /ignore|version control|\.env/.test(text) ? [file('.gitignore', { matches: ['^\\.env$'] }), noSecrets()] : [noSecrets()],
  K4: ({ text }) => (/log/.test(text) ? [leaks()] : [junit('secrets')]),
  A1: () => [answers('/.well-known/jwks.json', { json: [{ at: '$.keys[*].alg', op: '=', value: 'RS256' }] }), junit('tokens')],
  A2: () => [protectedRoutes(), junit('api-keys')],
  A3: () => [answers('/v1/roles', { status: [401] }), junit('roles')],
  A4: () => [answers('/v1/me', { status: [401] }), junit('sessions')],
  A5: ({ text }) =>
    /hash/.test(text)
      ? [sqlIs(`select count(*) from access."user" where password_hash not like '$argon2id$%'`, '=', 0)]
      : /oauth/.test(text)
        ? [answers('/.well-known/oauth-authorization-server', { json: [{ at: '$.token_endpoint', op: 'exists' }] })]
        : [answers('/v1/me/second-factor', { status: [401] })],
  A6: () => [answers('/v1/me', { status: [401], answerHeaders: [{ name: 'ratelimit-policy' }] }), junit('limits')],
  A7: () => [protectedRoutes()],
  W1: () => [junit('hostile-input')],
  W2: ({ text }) =>
    /cors|origin/.test(text)
      ? [
          headers([{ name: 'access-control-allow-origin', absent: true }], {
            path: '/health',
            headers: { origin: 'https://stranger.example' },
          }),
        ]
      : [
          headers(
            [
              { name: 'content-security-policy', contains: "default-src 'none'" },
              { name: 'x-frame-options', equals: 'DENY' },
              { name: 'x-content-type-options', equals: 'nosniff' },
            ],
            { path: '/health' },
          ),
        ],
  W3: () => [sqlIs(`select count(*) from infra.sealed_column`, '>=', 1)],
  T1: ({ text }) =>
    /renew/.test(text) ? [certificate(30), document('docs/how-to/operate.md', { headings: ['certificate'] })] : [certificate(30)],
  T2: ({ text }) => (/redirect|enforce/.test(text) ? [redirects()] : [tlsOnly()]),
  T3: ({ has }) =>
    has('nats')
      ? [natsIs('varz', [{ at: '$.tls_required', op: '=', value: true }])]
      : [sqlIs(PLAIN, '=', 0), natsIs('varz', [{ at: '$.tls_required', op: '=', value: true }])],
  Q4: () => [audit()],
  G1: () => [answers('/openrtb2/auction', { status: [401] })],
  O6: ({ text }) => [
    sqlIs('select count(*) from access.audit_head', '>=', 1),
    ...(/sensitive|change/.test(text) ? [metricIs('rialto_outbox_events', '<', 10_000)] : []),
  ],
};

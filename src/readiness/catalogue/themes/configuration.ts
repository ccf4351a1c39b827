import { themesOf } from '../theme.ts';

/** Settings. */
export const CONFIGURATION = themesOf('Configuration', 'DevOps Lead', [
  [
    'C1',
    'B',
    'Settings of the environment are complete',
    'environment variable|environment variables|env file|env|env.production|connection string configured|api keys configured|credentials configured|environment file complete|secret keys tokens environment|certificate paths|variables validated|database configuration|redis configuration|connection strings|trading configuration|payment integration keys|api rate limits environment|provider keys|settings complete|missing settings|required variables|placeholder|unknown setting',
    { settings: 2.5 },
  ],
  [
    'C2',
    'A+',
    'The configuration of services is valid, dependencies are known',
    'service configuration|configs validated|configuration reviewed|config.toml|config.yaml|configuration files update|dependencies mapped|config check|service specific config|configuration validated|update configuration files|configuration|configuration valid|settings valid|doctor|linted configuration',
  ],
  [
    'C3',
    'B',
    'Log level and mode are those of production',
    'log level|log levels production|node_env|log_level|rust_log|debug logging disabled|production mode|log level info|verbose|debug off|log verbosity',
  ],
  [
    'C4',
    'A+',
    'Switches of features stand as they should',
    'feature flag|trading enabled|testnet|feature toggle|flag setting verified|setting verified false|enabled false initially|switches|features released|unreleased features|beta features',
  ],
  [
    'C5',
    'B',
    'Compose files and manifests are valid',
    'docker compose syntax|docker-compose.yml|compose verified|production profile|compose file|manifest valid|helm chart|kubernetes manifest|unit files|manifests|helm|terraform',
  ],
  [
    'C6',
    'A+',
    'Caching and how long things are cached',
    'cache ttl|caching strategy|cache ttls|ttl values|cache settings|cache effectiveness|cache invalidation|adjust cache|cache policy|cache expiry|cached ends|eviction|stale cache|caching',
  ],
]);

/** Secrets. */
export const SECRETS = themesOf('Secrets', 'Security Lead', [
  [
    'K1',
    'B',
    'Secrets are strong, generated, out of a vault, and none is a default',
    'secret|secrets generated|all api keys configured|secrets stored|password configured redis|strong password|default password|changeme|change_me|vault|secrets manager|password changed|password complexity|secrets management|production secrets|secret configured|security tokens generated|password configured|jwt secret|api keys rotated|secure vault|generate secrets|redis password|postgresql password|entropy|default credentials|strong secrets|generated passphrase|shorter than characters|example secret',
  ],
  [
    'K2',
    'A+',
    'Keys and secrets are rotated and managed',
    'key management|key rotation|secret rotation|secure key storage|rotation policy|kms|key age|keys rotate|signing keys rotate|hsm|older than year key',
  ],
  [
    'K3',
    'B',
    'No secret is in the repository',
    'hardcoded secret|secrets repository|gitignore|excluded version control|leaked secret|secret scan|committed secret|secrets in repository|secret scanning|credentials git|gitleaks|committed credentials|secret in repository',
  ],
  [
    'K4',
    'A+',
    'Secrets do not appear in logs, errors, answers or browsers',
    'secrets not exposed|secrets logs|secret error message|sensitive data localstorage|localstorage|exposed responses|exposed logs|exposed error|nothing leaks|redact|masked logs|secrets appear|credentials logs',
  ],
]);

import type { Migrations } from '../infra/postgres/migrate.ts';

/** The modules that own tables, each after those that it builds on. */
export const MIGRATIONS: readonly Migrations[] = ['infra', 'access', 'ledger', 'settlement', 'readiness'].map((module) => ({
  module,
  folder: new URL(`../${module}/migrations/`, import.meta.url),
}));

/** Version of the product, from package.json. */
export { default as manifest } from '../../package.json' with { type: 'json' };

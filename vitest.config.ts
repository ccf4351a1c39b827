import { defineConfig } from 'vitest/config';

const database = ['{src,test,tools,bench}/**/*.{db,sim}.test.ts'];
/** How long to wait for what ought to come: generous, since a busy machine is no defect. */
const patience = { testTimeout: 180_000, hookTimeout: 300_000, expect: { poll: { timeout: 60_000 } } };
const common = { exclude: ['**/node_modules/**'], setupFiles: ['test/support/property-seed.ts'], ...patience };

/**
 * Two projects, so that a run without database tests starts no server. Workers are kept from file to file: a fresh one for
 * each costs 0.15 s, five times what most files take.
 */
export default defineConfig({
  test: {
    pool: 'forks',
    isolate: false,
    maxWorkers: 2,
    reporters: ['default'],
    projects: [
      {
        extends: true,
        test: {
          ...common,
          name: 'unit',
          include: ['{src,test,tools,bench,console/src}/**/*.test.ts'],
          exclude: [...common.exclude, ...database],
        },
      },
      { extends: true, test: { ...common, name: 'database', include: database, globalSetup: ['test/support/postgres-server.ts'] } },
    ],
  },
});

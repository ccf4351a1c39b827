import { expect } from 'vitest';
import { catalogueProblems } from '../../src/infra/postgres/catalogue.ts';
import type { TestDatabase } from './database.ts';

/** Fails with the list of every table of the modules that could let one tenant meet another's rows. */
export async function expectTenantsApart(database: TestDatabase): Promise<void> {
  expect(await catalogueProblems(database.admin)).toEqual([]);
}

import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createEmptyDatabase, modulesWithMigrations } from '../../../test/support/database.ts';
import { newId } from '../../base/id.ts';
import { connectionConfig } from '../../infra/postgres/connection.ts';
import { migrate } from '../../infra/postgres/migrate.ts';

let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rialto-test-words-'));
  database = await createEmptyDatabase();
});
afterEach(async () => {
  await database.drop();
  rmSync(folder, { recursive: true });
});

const all = modulesWithMigrations();
const floor = all.findIndex(({ module }) => module === 'settlement');
const own = all[floor]!.folder;

test('of obligations of before only the answer that a bank gave itself counts: what is open waits for whoever may not have spoken', async () => {
  for (const file of readdirSync(own)) if (file < '0039') cpSync(fileURLToPath(new URL(file, own)), join(folder, file));
  const before = [...all.slice(0, floor), { module: 'settlement', folder: pathToFileURL(`${folder}/`) }];
  await migrate({ adminUrl: database.url, migrations: before });
  const client = new pg.Client(connectionConfig(database.url));
  await client.connect();
  try {
    await client.query('set session_replication_role = replica');
    const had = (reference: string, state: string, answeredBy: 'bank' | 'operator' | null) =>
      client.query(
        `insert into settlement.bilateral_obligation (tenant_id, id, debtor_id, creditor_id, asset, units, open_units, reference, state,
           submitted_by, submitted_at, answered_by, answered_at, changed_at)
         values ($1, $2, $1, $2, 'EUR/2', 7, $3, $4, $5, 'debtor', now(), $6::text, case when $6 is not null then now() end, now())`,
        [newId(), newId(), state === 'discharged' ? 0 : 7, reference, state, answeredBy],
      );
    await had('a', 'proposed', null);
    await had('b', 'confirmed', 'bank');
    await had('c', 'confirmed', 'operator');
    await had('d', 'disputed', 'bank');
    await had('e', 'disputed', 'operator');
    await had('f', 'discharged', 'operator');
    await had('g', 'withdrawn', 'bank');
    await client.query('set session_replication_role = origin');

    await migrate({ adminUrl: database.url, migrations: all });
    const { rows } = await client.query<Record<string, unknown>>(
      `select reference, state, debtor_agrees, creditor_agrees, submitted_as from settlement.bilateral_obligation order by reference`,
    );
    expect(rows.map((row) => Object.values(row))).toEqual([
      ['a', 'proposed', null, null, null],
      ['b', 'proposed', null, true, null],
      ['c', 'proposed', null, null, null],
      ['d', 'disputed', null, false, null],
      ['e', 'proposed', null, null, null],
      ['f', 'discharged', null, null, null],
      ['g', 'withdrawn', null, null, null],
    ]);
  } finally {
    await client.end();
  }
});

import { createTestDatabase, type TestDatabase } from './database.ts';
import { newId } from '../../src/base/id.ts';
import type { Tx } from '../../src/infra/postgres/db.ts';

/** A database with one table of tenants' notes; one that says `die at commit` kills its connection in the commit. */
export async function createNotes(): Promise<TestDatabase> {
  const database = await createTestDatabase({ modules: [] });
  await database.admin(`
    create schema probe authorization rialto_owner;
    set role rialto_owner;
    create table probe.note (tenant_id uuid not null, id uuid not null, text text not null, primary key (tenant_id, id));
    reset role;
    select infra.protect('probe.note');
    select infra.admit('probe.note', 'rialto_relay', 'select');
    create function probe.die() returns trigger language plpgsql as
      $$ begin if new.text = 'die at commit' then perform pg_terminate_backend(pg_backend_pid()); end if; return null; end $$;
    alter function probe.die() security definer;
    create constraint trigger die after insert on probe.note deferrable initially deferred for each row execute function probe.die()`);
  return database;
}

/** Writes a note. */
export function note(tx: Tx, tenantId: string, text: string): Promise<unknown> {
  return tx.query('insert into probe.note (tenant_id, id, text) values ($1, $2, $3)', [tenantId, newId(), text]);
}

/** What the notes of all tenants say, in the order of their texts. */
export async function textsIn(database: TestDatabase): Promise<string[]> {
  return (await database.admin<{ text: string }>('select text from probe.note order by text')).map(({ text }) => text);
}

/** Statements that any PostgreSQL answers with one number: of no schema, table or role of ours. Where nothing can be seen they answer -1. */

/** Major version of the server. */
export { PLAIN_CONNECTIONS, SERVER_VERSION, STREAMING } from '../statements.ts';

const OTHERS = `n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`;
const bad = (condition: string, from: string): string =>
  `select case when count(*) = 0 then -1 else count(*) filter (where ${condition}) end from ${from} where ${OTHERS}`;

/** 0 when every index is valid. */
export const INVALID_INDEXES = bad(
  'not i.indisvalid',
  'pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace',
);
/** 0 when every constraint is validated. */
export const OPEN_CONSTRAINTS = bad('not c.convalidated', 'pg_constraint c join pg_namespace n on n.oid = c.connamespace');

/** 1 when the table that a line names is there. */
export const tableThere = (name: string): string => `select (to_regclass('${name.replaceAll(/\W/g, '')}') is not null)::int`;

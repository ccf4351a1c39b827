import { AppError } from '../../base/error.ts';
import type { Db, NamedRole } from './db.ts';

/** Every role that reaches across tenants. */
export const NAMED_ROLES: readonly NamedRole[] = ['rialto_auth', 'rialto_writer', 'rialto_relay', 'rialto_verify'];

type Facts = {
  name: string;
  superuser: boolean;
  bypasses: boolean;
  makes_roles: boolean;
  is_owner: boolean;
  owns: string | null;
  lacks: string[];
};

const FACTS = `
  select r.rolname::text as name, r.rolsuper as superuser, r.rolbypassrls as bypasses, r.rolcreaterole as makes_roles,
    pg_has_role(r.oid, (select oid from pg_roles where rolname = 'rialto_owner'), 'member') as is_owner,
    (select min(c.oid::regclass::text) from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relowner = r.oid and c.relkind in ('r', 'p', 'v', 'm') and n.nspname !~ '^pg_') as owns,
    array(select name from unnest($1::text[]) as name where not pg_has_role(r.oid, name, 'member')) as lacks
  from pg_roles r where r.rolname = current_user`;

/**
 * Refuses to work with a database role that could look past the tenant: superuser, BYPASSRLS, CREATEROLE, owner of tables
 * or member of their owner. To be asked at every start, after the migrations.
 * Errors: `database.role_unsafe`, `database.role_wrong`.
 */
export async function requireSafeRole(db: Db): Promise<void> {
  const [facts] = await db.read({}, (tx) => tx.query<Facts>(FACTS, [NAMED_ROLES]));
  if (!facts) throw new Error('the database does not know its own user');
  const danger = dangerOf(facts);
  if (danger) {
    throw new AppError(
      'forbidden',
      'database.role_unsafe',
      `The database role ${facts.name} of DATABASE_URL ${danger}, so the database could not keep tenants apart. Log in as rialto_app.`,
    );
  }
  if (facts.name !== 'rialto_app' || facts.lacks.length > 0) {
    const what = facts.name === 'rialto_app' ? `is not a member of ${facts.lacks.join(', ')}` : 'is not rialto_app';
    throw new AppError(
      'forbidden',
      'database.role_wrong',
      `The database role ${facts.name} of DATABASE_URL ${what}. Run the migrations and log in as rialto_app.`,
    );
  }
}

function dangerOf(facts: Facts): string | undefined {
  if (facts.superuser) return 'is a superuser';
  if (facts.bypasses) return 'bypasses row-level security';
  if (facts.makes_roles) return 'may create roles';
  if (facts.is_owner) return 'is a member of rialto_owner, which owns the tables';
  if (facts.owns !== null) return `owns ${facts.owns}`;
  return undefined;
}

import { NAMED_ROLES } from './app-role.ts';

/** Runs SQL with the rights of an administrator and answers with its rows. */
export type Ask = <R extends object>(text: string, values?: readonly unknown[]) => Promise<R[]>;

type Policy = { name: string; permissive: boolean; roles: string[]; condition: string };
type Index = { name: string; unique: boolean; first: string | null; comment: string | null };
type Table = {
  name: string;
  kind: 'r' | 'p' | 'v' | 'm';
  comment: string | null;
  tenant_id: boolean;
  enabled: boolean;
  forced: boolean;
  invoker: boolean;
  reachable: boolean;
  has_key: boolean;
  part: boolean;
  policies: Policy[];
  indexes: Index[];
};

/** Modules' schemas are those that rialto_owner owns. */
const TABLES = `
  select c.oid::regclass::text as name, c.relkind::text as kind, obj_description(c.oid, 'pg_class') as comment,
    exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id'
      and a.atttypid = 'uuid'::regtype and a.attnotnull and not a.attisdropped) as tenant_id,
    c.relrowsecurity as enabled, c.relforcerowsecurity as forced, c.relispartition as part,
    coalesce('security_invoker=true' = any (c.reloptions) or 'security_invoker=on' = any (c.reloptions), false) as invoker,
    exists (select from aclexplode(c.relacl) g where g.grantee <> c.relowner) as reachable,
    exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary) as has_key,
    coalesce((select jsonb_agg(jsonb_build_object('name', p.polname, 'permissive', p.polpermissive,
        'roles', (select jsonb_agg(case r when 0 then 'public' else pg_get_userbyid(r) end) from unnest(p.polroles) r),
        'condition', coalesce(pg_get_expr(p.polqual, p.polrelid), '') || ' ' || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '')) order by p.polname)
      from pg_policy p where p.polrelid = c.oid), '[]') as policies,
    coalesce((select jsonb_agg(jsonb_build_object('name', x.relname, 'unique', i.indisunique,
        'first', (select a.attname from pg_attribute a where a.attrelid = c.oid and a.attnum = i.indkey[0] and i.indkey[0] <> 0),
        'comment', obj_description(x.oid, 'pg_class')) order by x.relname)
      from pg_index i join pg_class x on x.oid = i.indexrelid where i.indrelid = c.oid and i.indisunique), '[]') as indexes
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm') and pg_get_userbyid(n.nspowner) = 'rialto_owner'
  order by 1`;

/**
 * What in the modules' schemas could let one tenant meet another's rows, as sentences; empty when all is well. A table
 * that belongs to no tenant says so in its comment, `tenantless: why`; a unique key across tenants in the index's
 * comment, `global: why`.
 */
export async function catalogueProblems(ask: Ask): Promise<string[]> {
  return (await ask<Table>(TABLES)).flatMap((table) => problemsOf(table).map((problem) => `${table.name} ${problem}`));
}

function problemsOf(table: Table): string[] {
  if (table.kind === 'm')
    return table.reachable ? ['is a materialized view, which knows no policies, and others than its owner may read it'] : [];
  if (table.kind === 'v') return table.invoker ? [] : ["is a view without security_invoker, so it would read with its owner's rights"];
  if (explained(table.comment, 'tenantless')) return table.tenant_id ? ['is declared tenantless but has a tenant_id'] : [];
  // A partition nobody may name is reached through its parent, whose policies count.
  if (table.part && !table.reachable) return [];
  if (!table.tenant_id) return ['has no column "tenant_id uuid not null" and no comment \'tenantless: why\''];
  return [...securityProblems(table), ...table.policies.flatMap(policyProblems), ...keyProblems(table)];
}

function securityProblems({ enabled, forced, policies }: Table): string[] {
  const problems = [];
  if (!enabled) problems.push('has row-level security off');
  if (!forced) problems.push('does not force row-level security on its owner');
  if (!policies.some((policy) => policy.permissive && policy.roles.includes('rialto_app'))) problems.push('has no policy for rialto_app');
  return problems;
}

function policyProblems({ name, permissive, roles, condition }: Policy): string[] {
  if (!permissive) return [];
  const open = !condition.includes('infra.tenant_id()');
  return roles
    .filter((role) => !(NAMED_ROLES as readonly string[]).includes(role) && (open || role !== 'rialto_app'))
    .map(
      (role) =>
        `has a policy "${name}" for ${role} ${role === 'rialto_app' ? 'that does not ask for the tenant' : 'which is no role of ours'}`,
    );
}

function keyProblems({ has_key, indexes }: Table): string[] {
  const global = indexes.filter(({ first, comment }) => first !== 'tenant_id' && !explained(comment, 'global'));
  return [
    ...(has_key ? [] : ['has no primary key']),
    ...global.map(({ name }) => `has a unique key "${name}" that does not start with tenant_id and no comment 'global: why' on it`),
  ];
}

function explained(comment: string | null, word: string): boolean {
  return comment !== null && new RegExp(`^${word}: \\S`).test(comment);
}

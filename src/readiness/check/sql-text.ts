/** How a statement begins that can only read. */
const READING = /^(select|show|explain|with|values|table)\b/i;
/** Functions that act even where nothing can be written. */
const ACTING =
  /\b(pg_terminate_backend|pg_cancel_backend|pg_reload_conf|pg_rotate_logfile|pg_switch_wal|pg_promote|pg_create_\w+|pg_drop_\w+|pg_backup_\w+|pg_start_backup|pg_stop_backup|pg_stat_reset\w*|pg_stat_statements_reset|pg_logical_\w+|pg_replication_(?:origin|slot)_\w+|pg_wal_replay_\w+|pg_notify|pg_advisory_\w+|pg_try_advisory_\w+|pg_read_(?:binary_)?file|pg_ls_\w+|pg_stat_file|pg_file_\w+|pg_export_snapshot|pg_import_system_collations|lo_\w+|dblink\w*|set_config|setval|nextval|query_to_xml\w*|database_to_xml\w*|pg_sleep\w*|copy|into|for\s+(?:no\s+key\s+)?update|for\s+(?:key\s+)?share|insert|update|delete|merge|truncate|drop|alter|create|grant|revoke|call|do|lock|listen|notify|vacuum|reindex|cluster|refresh|set|reset|commit|rollback|begin|savepoint|prepare|execute|deallocate|discard)\b/i;
/**
 * Why a statement is not sent, or undefined when it only reads: one statement, beginning with SELECT, SHOW, EXPLAIN, WITH,
 * VALUES or TABLE, without words and functions that act. Quoted text and comments do not count. The database enforces the
 * same by a transaction that cannot write; this keeps out what such a transaction still permits.
 */
export function sqlRefusal(query: string): string | undefined {
  const bare = bareText(query);
  if (bare === undefined) return 'its quotes or comments do not close';
  const text = bare.trim().replace(/;\s*$/, '').trim();
  if (text.includes(';')) return 'it is more than one statement';
  if (!READING.test(text)) return 'it does not begin with SELECT, SHOW, EXPLAIN, WITH, VALUES or TABLE';
  const acting = ACTING.exec(text);
  return acting ? `it contains ${acting[0].toLowerCase()}` : undefined;
}

/** The statement without a semicolon at its end, as it can stand in brackets. */
export function withoutEnd(query: string): string {
  return query.replace(/;\s*$/, '');
}

/** The statement with quoted text and comments taken out; undefined when one of them does not close. */
function bareText(query: string): string | undefined {
  let rest = query;
  let bare = '';
  while (rest !== '') {
    const start = /--|\/\*|'|"|\$(?:[A-Za-z_]\w*)?\$/.exec(rest);
    if (!start) return bare + rest;
    bare += `${rest.slice(0, start.index)} `;
    const after = rest.slice(start.index);
    const length = quotedLength(after, start[0], /[eE]$/.test(rest.slice(0, start.index)));
    if (length === undefined) return undefined;
    // A quoted name is still a name, but none that acts.
    if (start[0] === '"') bare += 'name ';
    if (start[0] === "'") bare += "'' ";
    rest = after.slice(length);
  }
  return bare;
}

function quotedLength(text: string, mark: string, escapes: boolean): number | undefined {
  if (mark === '--') return text.indexOf('\n') < 0 ? text.length : text.indexOf('\n');
  if (mark === '/*') return commentLength(text);
  if (mark.startsWith('$')) {
    const end = text.indexOf(mark, mark.length);
    return end < 0 ? undefined : end + mark.length;
  }
  const body = mark === '"' ? /^"(?:[^"]|"")*"/ : escapes ? /^'(?:[^'\\]|''|\\[\s\S])*'/ : /^'(?:[^']|'')*'/;
  return body.exec(text)?.[0].length;
}

/** Comments of SQL nest. */
function commentLength(text: string): number | undefined {
  let depth = 0;
  const marks = /\/\*|\*\//g;
  for (let found = marks.exec(text); found; found = marks.exec(text)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return found.index + 2;
  }
  return undefined;
}

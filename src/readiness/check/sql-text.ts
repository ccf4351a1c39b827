/** How a statement begins that can only read. */
const READING = /^(select|show|explain|with|values|table)\b/i;
/** Functions that act even where nothing can be written, or that read beside the tables. */
const FUNCTIONS =
  'pg_terminate_backend|pg_cancel_backend|pg_reload_conf|pg_rotate_logfile|pg_switch_wal|pg_promote|pg_create_\\w+|pg_drop_\\w+|' +
  'pg_backup_\\w+|pg_start_backup|pg_stop_backup|pg_stat_reset\\w*|pg_stat_statements_reset|pg_logical_\\w+|' +
  'pg_replication_(?:origin|slot)_\\w+|pg_wal_replay_\\w+|pg_notify|pg_advisory_\\w+|pg_try_advisory_\\w+|pg_read_(?:binary_)?file|' +
  'pg_ls_\\w+|pg_stat_file|pg_file_\\w+|pg_export_snapshot|pg_import_system_collations|pg_sleep\\w*|lo_\\w+|dblink\\w*|' +
  'set_config|setval|nextval|query_to_xml\\w*|database_to_xml\\w*|' +
  // These run a statement that is handed to them as text, which nobody has read.
  'ts_stat|ts_rewrite|crosstab\\w*|connectby|xpath_table|' +
  'pg_copy_\\w+|pg_sync_replication_slots|pg_log_\\w+|pg_logfile_rotate|pg_prewarm|pg_buffercache_evict\\w*|' +
  'pg_truncate_visibility_map|heap_force_\\w+|gin_clean_pending_list|brin_(?:de)?summarize_\\w+|postgres_fdw_disconnect\\w*';
/** Words that no reading statement needs outside of quotes. */
const WORDS =
  'copy|into|for\\s+(?:no\\s+key\\s+)?update|for\\s+(?:key\\s+)?share|insert|update|delete|merge|truncate|drop|alter|create|grant|' +
  'revoke|call|do|lock|listen|notify|vacuum|reindex|cluster|refresh|set|reset|commit|rollback|begin|savepoint|prepare|execute|' +
  'deallocate|discard';
const ACTING = new RegExp(`\\b(?:${FUNCTIONS}|${WORDS})\\b`, 'i');
const ACTING_NAME = new RegExp(`^(?:${FUNCTIONS})$`, 'i');

/**
 * Why a statement is not sent, or undefined when it only reads: one statement, beginning with SELECT, SHOW, EXPLAIN, WITH,
 * VALUES or TABLE, without words and functions that act. Quoted text and comments do not count. The database enforces the
 * same by a transaction that cannot write; this keeps out what such a transaction still permits.
 */
export function sqlRefusal(query: string): string | undefined {
  const read = bareText(query);
  if (typeof read === 'string') return read;
  const text = read.bare.trim().replace(/;\s*$/, '').trim();
  if (text.includes(';')) return 'it is more than one statement';
  if (!READING.test(text)) return 'it does not begin with SELECT, SHOW, EXPLAIN, WITH, VALUES or TABLE';
  const acting = ACTING.exec(text)?.[0] ?? read.names.find((name) => ACTING_NAME.test(name));
  return acting ? `it contains ${acting.toLowerCase()}` : undefined;
}

/** The statement without a semicolon at its end, as it can stand in brackets. */
export function withoutEnd(query: string): string {
  return query.replace(/;\s*$/, '');
}

/** Where a comment or a quote begins. A dollar within a name begins none. */
const MARK = /--|\/\*|'|"|(?<![\w$\u0080-\uFFFF])\$(?:[A-Za-z_]\w*)?\$/;

/** The statement with quoted text and comments taken out, and the quoted names; or why it cannot be read. */
function bareText(query: string): { bare: string; names: string[] } | string {
  let at = 0;
  let bare = '';
  const names: string[] = [];
  const marks = new RegExp(MARK, 'g');
  for (let start = marks.exec(query); start; start = marks.exec(query)) {
    const before = query.slice(at, start.index);
    if (/u&\s*$/i.test(before) && /['"]/.test(start[0])) return 'it writes letters by their number';
    const after = query.slice(start.index);
    const length = quotedLength(after, start[0], /(?:^|[^\w$])e$/i.test(before));
    if (length === undefined) return 'its quotes or comments do not close';
    bare += `${before} ${start[0] === '"' ? 'name ' : start[0] === "'" ? "'' " : ''}`;
    if (start[0] === '"') names.push(after.slice(1, length - 1).replaceAll('""', '"'));
    at = start.index + length;
    marks.lastIndex = at;
  }
  return { bare: bare + query.slice(at), names };
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

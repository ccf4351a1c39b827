import { Socket } from 'node:net';
import pg, { type ClientConfig } from 'pg';
import Type, { type Static } from 'typebox';
import { AppError } from '../../../base/error.ts';
import { Secret } from '../../../base/secret.ts';
import { connectionConfig } from '../../../infra/postgres/connection.ts';
import type { Measurement } from '../../run/result.ts';
import { authorityOf } from '../ask-http.ts';
import type { Outcome, Probe, Target } from '../check.ts';
import { holds, holdsPlain, shown } from '../compare.ts';
import { namesVersion } from '../versions.ts';
import { addressOf } from '../connect.ts';
import { defineKind, fields, judged, Limit, Op, TargetName, Text } from '../define.ts';
import { postgresOnLoopback } from '../loopback-postgres.ts';
import { mayBeShown, namesCredential } from '../secret-names.ts';
import { sqlRefusal, withoutEnd } from '../sql-text.ts';

const Params = fields({
  target: TargetName,
  /** One reading statement. */
  query: Text,
  /** What the first column of the first row must be; of every row with `every`. Numbers and versions compare as such. */
  op: Type.Optional(Op),
  value: Type.Optional(Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])),
  /** At most 1,000 rows are looked at; of more the check does not hold. */
  every: Type.Optional(Type.Boolean()),
  unit: Type.Optional(Text),
  /** How many rows there must be. */
  rows: Type.Optional(Limit),
  /** Longest run of the statement; 5,000 unless told. */
  timeoutMs: Type.Optional(Type.Integer({ minimum: 1, maximum: 60_000 })),
});
type Params = Static<typeof Params>;
type Row = readonly unknown[];

const MOST_ROWS = 1_000;
const SHOWN_ROWS = 200;

async function run(params: Params, probe: Probe): Promise<Outcome> {
  const refusal = sqlRefusal(params.query);
  if (refusal) throw new AppError('forbidden', 'readiness.sql_refused', `The statement was not sent: ${refusal}.`);
  if (params.op === undefined && params.rows === undefined)
    throw new AppError('invalid', 'readiness.params_invalid', 'The check demands nothing: give op and value, or rows.');
  const target = probe.target(params.target);
  probe.note?.(params.query);
  const { names, rows } = await read(probe, target, params);
  const isSecret = readsCredentials(params.query, names);
  const measured = findings(params, rows, isSecret);
  const evidence = isSecret
    ? ['[rows are not kept: the statement reads credentials]']
    : evidenceRows(params, rows).map((row) => row.map(plain).join('\t'));
  return judged({
    problems: measured.problems,
    seen: params.op === undefined ? `${rows.length} rows.` : `${names[0] ?? 'value'} is ${told(rows[0]?.[0], isSecret)}.`,
    measurements: measured.measurements,
    output: [
      params.query,
      names.join('\t'),
      ...evidence,
      ...(isSecret || rows.length <= SHOWN_ROWS
        ? []
        : [`… cut: ${SHOWN_ROWS} of ${rows.length > MOST_ROWS ? `more than ${MOST_ROWS}` : rows.length} rows are kept`]),
    ].join('\n'),
  });
}

/** Rows as they are kept: where every one has to hold, those that do not come first. */
function evidenceRows(params: Params, rows: readonly Row[]): Row[] {
  const { op, every } = params;
  const holdsIn = (row: Row): boolean => op === undefined || cellHolds(row[0], params);
  const ordered = every ? [...rows.filter((row) => !holdsIn(row)), ...rows.filter(holdsIn)] : rows;
  return ordered.slice(0, SHOWN_ROWS);
}

/** Nothing in a cell is not known to be different from anything. */
function cellHolds(cell: unknown, { op = '=', value = null, query, unit = '' }: Params): boolean {
  if (cell === null && value !== null) return false;
  return holdsPlain(truth(cell), op, value, `${query} ${unit}`);
}

/** Reads in a transaction that cannot write and is rolled back. */
async function read(probe: Probe, target: Target, { query, timeoutMs = 5_000 }: Params): Promise<{ names: string[]; rows: Row[] }> {
  const socket = new Socket();
  const client = new pg.Client({ ...(await configOf(probe, target)), stream: () => socket });
  // The failure reaches whoever waits; without a listener it would end the process.
  client.on('error', () => {});
  const stop = (): void => void socket.destroy(Object.assign(new Error('stopped'), { code: 'ETIMEDOUT' }));
  probe.signal.addEventListener('abort', stop, { once: true });
  try {
    await client.connect();
    await client.query('begin transaction read only');
    await client.query(`set local statement_timeout = ${timeoutMs}`);
    // Quotes are read here as the server reads them.
    await client.query('set local standard_conforming_strings = on');
    await client.query(`set local lock_timeout = ${timeoutMs}`);
    const wrapped = /^\s*(select|with|values|table)\b/i.test(query)
      ? `select * from (\n${withoutEnd(query)}\n) as asked limit ${MOST_ROWS + 1}`
      : query;
    const reply = await client.query<Row & unknown[]>({ text: wrapped, rowMode: 'array', queryMode: 'extended' } as never);
    await client.query('rollback');
    return { names: reply.fields.map(({ name }) => name), rows: reply.rows };
  } finally {
    probe.signal.removeEventListener('abort', stop);
    await client.end().catch(() => {});
    socket.destroy();
  }
}

/** Every column as the text that the server sent, so that no number loses digits. */
const AS_TEXT = { getTypeParser: () => (text: unknown) => text };

async function configOf(probe: Probe, target: Target): Promise<ClientConfig> {
  const config = connectionConfig(new Secret(target.url.href));
  const { host } = config;
  const ca = await authorityOf(probe, target);
  const common = { ...config, application_name: 'rialto-readiness', types: AS_TEXT as unknown as pg.CustomTypesConfig };
  if (host === undefined || host.startsWith('/')) return common;
  const tls =
    config.ssl === true || config.ssl === false || config.ssl === undefined
      ? config.ssl
      : { ...config.ssl, servername: host, ...(ca !== undefined && { ca }) };
  return { ...common, host: await addressOf(probe, host), ...(tls !== undefined && { ssl: tls }) };
}

function findings(params: Params, rows: readonly Row[], isSecret: boolean): { problems: string[]; measurements: Measurement[] } {
  const { op, value = null, every, unit, rows: demandedRows } = params;
  const problems: string[] = [];
  const measurements: Measurement[] = [];
  if (op !== undefined) {
    const looked = every ? rows : rows.slice(0, 1);
    const bad = looked.filter((row) => !cellHolds(row[0], params));
    const demanded = `${op} ${JSON.stringify(value)}`;
    if (every && rows.length > MOST_ROWS) problems.push(`there are more than ${MOST_ROWS} rows, and only so many are looked at`);
    if (looked.length === 0) problems.push(`there is no row, demanded ${demanded}`);
    else if (bad.length > 0)
      problems.push(`${bad.length > 1 ? `${bad.length} rows do not hold: ` : 'it is '}${told(bad[0]![0], isSecret)}, demanded ${demanded}`);
    const first = isSecret ? told(looked[0]?.[0], isSecret) : plain(looked[0]?.[0]);
    const isNumber = /^-?\d+(\.\d+)?$/.test(first) && !(first.includes('.') && namesVersion(`${params.query} ${unit ?? ''}`));
    measurements.push({ name: 'value', value: isNumber ? Number(first) : first, demanded, ...(unit && { unit }) });
  }
  if (demandedRows) {
    const demanded = `${demandedRows.op} ${demandedRows.value}`;
    // Of more rows than are read only the lower bound is known.
    const known = rows.length <= MOST_ROWS || ['>', '>='].includes(demandedRows.op);
    if (!known || !holds(rows.length, demandedRows.op, demandedRows.value))
      problems.push(`there are ${rows.length > MOST_ROWS ? `more than ${MOST_ROWS}` : rows.length} rows, demanded ${demanded}`);
    measurements.push({ name: 'rows', value: rows.length, demanded });
  }
  return { problems, measurements };
}

/** Whether what comes back may be credentials, by the names of columns and all others in the statement; a count of them is none. */
function readsCredentials(query: string, names: readonly string[]): boolean {
  if (/^\s*select\s+(?:count|bool_and|bool_or|exists|not\s+exists)\s*\(/i.test(query)) return false;
  const words = query.replaceAll(/'(?:[^']|'')*'/g, '').match(/\w+/g) ?? [];
  return [...names, ...words].some((word) => word.toLowerCase() !== 'password_encryption' && namesCredential(word));
}

/** A cell as it is told: of what may be a credential only a state, such as true, or that it is not there. */
function told(cell: unknown, isSecret: boolean): string {
  return isSecret && !mayBeShown('pin', plain(truth(cell) === cell ? cell : String(truth(cell)))) ? '[secret]' : shown(cell);
}

/** PostgreSQL writes truth as t and f. */
const truth = (cell: unknown): unknown => (cell === 't' ? true : cell === 'f' ? false : cell);
const plain = (cell: unknown): string => (typeof cell === 'string' ? cell : 'null');

export const sql = defineKind({
  name: 'sql',
  summary: 'One reading statement on PostgreSQL gives the demanded value or number of rows.',
  params: Params,
  describe: ({ target, query, op, value, rows }) =>
    `${target}: ${query.replaceAll(/\s+/g, ' ').slice(0, 200)}${op ? ` ${op} ${JSON.stringify(value ?? null)}` : ''}${rows ? ` rows ${rows.op} ${rows.value}` : ''}`,
  run,
  timeoutMs: ({ timeoutMs = 0 }) => timeoutMs + 5_000,
  unheld: [{ names: ['value', 'every', 'unit'], when: ({ op }) => op === undefined, where: 'without op' }],
  negative: [
    {
      name: 'a value that is not the demanded one',
      async arrange() {
        const { url, end } = await postgresOnLoopback([['off']]);
        return { params: { target: url, query: 'show ssl', op: '=' as const, value: 'on' }, end };
      },
    },
    {
      name: 'more rows than are looked at, each of which must hold',
      async arrange() {
        const { url, end } = await postgresOnLoopback(Array.from({ length: MOST_ROWS + 1 }, () => ['t'] as const));
        return { params: { target: url, query: 'select balanced from accounts', op: '=' as const, value: true, every: true }, end };
      },
    },
    {
      name: 'a statement that finds no row',
      async arrange() {
        const { url, end } = await postgresOnLoopback([]);
        return { params: { target: url, query: 'select version from schema_version', op: '>=' as const, value: 1 }, end };
      },
    },
  ],
});

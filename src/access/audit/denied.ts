import { derivedId } from '../../base/derived-id.ts';
import type { Uuid } from '../../base/id.ts';
import type { Clock, Millis } from '../../base/time.ts';
import type { Db } from '../../infra/postgres/db.ts';
import type { AuditEntry } from '../port.ts';
import { insertAudit } from '../store/audit.ts';

const MINUTE = 60_000;
const STRANGERS: Uuid = '00000000-0000-0000-0000-000000000000';

/** Who was turned away: an actor of a tenant, or an address that nobody knows. */
export type Denied = {
  by: { kind: string; id: Uuid; name: string; tenantId: Uuid } | { address: string };
  code: string;
  operation: string;
};

type Line = {
  tenantId: Uuid | undefined;
  kind: string;
  id: Uuid;
  name: string;
  code: string;
  minute: Millis;
  count: number;
  operations: Set<string>;
};

/** Different actors and different addresses of a minute that get a line of their own; the rest share one for each code. */
const MOST_ACTORS = 5_000;
const MOST_STRANGERS = 200;
const MOST_OPERATIONS = 10;
/** Lines that wait while the database cannot be reached. */
const MOST_WAITING = 20_000;

/**
 * Refused calls on their way into the audit log: counted per actor (or address), code and minute, so that whoever is
 * turned away a million times adds a line a minute, and strangers with many addresses add a bounded number of them.
 */
export function deniedCalls(deps: { db: Db; clock: Clock; operatorId(): Promise<Uuid | undefined> }): {
  add(denied: Denied): void;
  /** Writes the lines of minutes that are over, or all. What fails to be written stays. */
  flush(all?: boolean): Promise<void>;
} {
  const lines = new Map<string, Line>();
  const seen = { minute: 0, actors: 0, strangers: 0 };

  function add({ by, code, operation }: Denied): void {
    const minute = Math.floor(deps.clock.now() / MINUTE) * MINUTE;
    if (seen.minute !== minute) Object.assign(seen, { minute, actors: 0, strangers: 0 });
    const who = 'address' in by ? `address ${by.address}` : by.id;
    const line = lines.get(`${minute}/${who}/${code}`) ?? open(by, code, minute);
    if (!line) return;
    line.count += 1;
    if (line.operations.size < MOST_OPERATIONS) line.operations.add(operation);
  }

  function open(by: Denied['by'], code: string, minute: Millis): Line | undefined {
    const stranger = 'address' in by;
    const counted = stranger ? 'strangers' : 'actors';
    const crowded = seen[counted] >= (stranger ? MOST_STRANGERS : MOST_ACTORS);
    const who = crowded ? `all other ${counted}` : stranger ? `address ${by.address}` : by.id;
    const key = `${minute}/${who}/${code}`;
    const known = lines.get(key);
    if (known || lines.size >= MOST_WAITING) return known;
    if (!crowded) seen[counted] += 1;
    const shared = { code, minute, count: 0, operations: new Set<string>() };
    const line: Line =
      stranger || crowded
        ? {
            tenantId: undefined,
            kind: 'stranger',
            id: stranger && !crowded ? derivedId(STRANGERS, by.address) : STRANGERS,
            name: who,
            ...shared,
          }
        : { tenantId: by.tenantId, kind: by.kind, id: by.id, name: by.name, ...shared };
    lines.set(key, line);
    return line;
  }

  async function flush(all = false): Promise<void> {
    const current = Math.floor(deps.clock.now() / MINUTE) * MINUTE;
    const due = [...lines].filter(([, line]) => all || line.minute < current);
    if (due.length === 0) return;
    const operatorId = await deps.operatorId();
    // Before the first tenant exists there is no log to write to.
    if (operatorId === undefined) return;
    for (const [key] of due) lines.delete(key);
    const at = deps.clock.now();
    try {
      await deps.db.write({ role: 'rialto_writer' }, (tx) =>
        insertAudit(
          tx,
          due.map(([, line]) => ({ atMs: at, value: entryOf(line, operatorId) })),
        ),
      );
    } catch (error) {
      for (const [key, line] of due) restore(key, line);
      throw error;
    }
  }

  function restore(key: string, line: Line): void {
    const newer = lines.get(key);
    if (newer) newer.count += line.count;
    else lines.set(key, line);
  }

  return { add, flush };
}

function entryOf(line: Line, operatorId: Uuid): AuditEntry {
  return {
    tenantId: line.tenantId ?? operatorId,
    actorKind: line.kind,
    actorId: line.id,
    actorName: line.name,
    action: 'access.denied',
    subject: line.code,
    requestId: '',
    outcome: 'denied',
    detail: { count: line.count, minute: new Date(line.minute).toISOString(), operations: [...line.operations] },
  };
}

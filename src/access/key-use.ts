import type { Uuid } from '../base/id.ts';
import type { Clock, Millis } from '../base/time.ts';
import type { Db } from '../infra/postgres/db.ts';
import { updateLastUsed } from './store/api-key.ts';

const MINUTE = 60_000;

/** Remembers when keys were used, and writes it off the hot path, at most once a minute for each key and process. */
export type KeyUse = { note(key: { tenantId: Uuid; id: Uuid }): void; flush(): Promise<void> };

export function createKeyUse(deps: { db: Db; clock: Clock }): KeyUse {
  const written = new Map<Uuid, Millis>();
  const pending = new Map<Uuid, { tenantId: Uuid; id: Uuid; at: Millis }>();
  return {
    note({ tenantId, id }) {
      pending.set(id, { tenantId, id, at: deps.clock.now() });
    },
    async flush() {
      const now = deps.clock.now();
      for (const [id, at] of written) if (now - at >= MINUTE) written.delete(id);
      const due = [...pending.values()].filter(({ id }) => !written.has(id));
      if (due.length === 0) return;
      await deps.db.write({ role: 'rialto_auth' }, (tx) => updateLastUsed(tx, due));
      for (const use of due) {
        written.set(use.id, now);
        if (pending.get(use.id) === use) pending.delete(use.id);
      }
    },
  };
}

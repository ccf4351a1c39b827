import type { Uuid } from '../../base/id.ts';
import { isYounger, type Clock, type Millis } from '../../base/time.ts';
import type { Db } from '../../infra/postgres/db.ts';
import { allParticipants, type AccountRow, type ParticipantRow } from './store.ts';

/** A participant as the payment path needs it. */
export type Member = Omit<ParticipantRow, 'accounts'> & { accounts: ReadonlyMap<string, AccountRow> };

/** Who takes part in a tenant's network, by id and by BIC. */
export type Participants = { byId: ReadonlyMap<Uuid, Member>; byBic: ReadonlyMap<string, Member> };

/**
 * The participants of each tenant in memory, since every payment looks two of them up. A copy is at most `maxAgeMs`
 * old and is dropped at once when this process changes a participant; limits and closed accounts are the ledger's and
 * never depend on it.
 */
export type Directory = { of(tenantId: Uuid): Promise<Participants>; forget(tenantId: Uuid): void };

export function createDirectory(db: Db, clock: Clock, maxAgeMs: Millis = 2_000): Directory {
  const copies = new Map<Uuid, { readAt: Millis; participants: Promise<Participants> }>();
  return {
    async of(tenantId) {
      const copy = copies.get(tenantId);
      if (copy && isYounger(clock, copy.readAt, maxAgeMs)) return copy.participants;
      const participants = db.read({ tenantId }, async (tx) => index(await allParticipants(tx, tenantId)));
      copies.set(tenantId, { readAt: clock.now(), participants });
      participants.catch(() => copies.delete(tenantId));
      return participants;
    },
    forget(tenantId) {
      copies.delete(tenantId);
    },
  };
}

function index(rows: readonly ParticipantRow[]): Participants {
  const members = rows.map((row): Member => ({ ...row, accounts: new Map(row.accounts.map((account) => [account.asset, account])) }));
  return { byId: new Map(members.map((m) => [m.id, m])), byBic: new Map(members.map((m) => [m.bic, m])) };
}

/** A BIC of 11 characters that names the head office (`XXX`) is the BIC of 8. */
export function normalBic(bic: string): string {
  return bic.length === 11 && bic.endsWith('XXX') ? bic.slice(0, 8) : bic;
}

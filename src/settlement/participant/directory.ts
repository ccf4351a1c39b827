import type { Uuid } from '../../base/id.ts';
import { isYounger, type Clock, type Millis } from '../../base/time.ts';
import type { Db } from '../../infra/postgres/db.ts';
import { allParticipants, type AccountRow, type ParticipantRow } from './store.ts';

/** A participant as the payment path needs it. */
export type Member = Omit<ParticipantRow, 'accounts'> & { accounts: ReadonlyMap<string, AccountRow> };

/** Who takes part in a tenant's network, by id and by BIC. */
export type Participants = { byId: ReadonlyMap<Uuid, Member>; byBic: ReadonlyMap<string, Member> };

/** Whom a caller is going to look up: ids that rows of the database name, BICs as anyone may write them. */
export type Needed = { ids?: Iterable<Uuid>; bics?: Iterable<string> };

/**
 * The participants of each tenant in memory, since every payment looks two of them up. A copy is at most `maxAgeMs`
 * old and is dropped at once when this process changes a participant; limits and closed accounts are the ledger's and
 * never depend on it. Whoever needs a participant that the copy lacks, as one that another process has just admitted, gets
 * a copy that was read after it asked.
 */
export type Directory = { of(tenantId: Uuid, needed?: Needed): Promise<Participants>; forget(tenantId: Uuid): void };

type Copy = { number: number; readAt: Millis; participants: Promise<Participants> };

export function createDirectory(db: Db, clock: Clock, maxAgeMs: Millis = 2_000): Directory {
  const copies = new Map<Uuid, Copy>();
  let reads = 0;
  const read = (tenantId: Uuid): Promise<Participants> => {
    const participants = db.read({ tenantId }, async (tx) => index(await allParticipants(tx, tenantId)));
    const copy: Copy = { number: ++reads, readAt: clock.now(), participants };
    copies.set(tenantId, copy);
    participants.catch(() => {
      if (copies.get(tenantId) === copy) copies.delete(tenantId);
    });
    return participants;
  };
  return {
    async of(tenantId, needed = {}) {
      const asked = reads;
      const copy = copies.get(tenantId);
      const isUsable = copy && isYounger(clock, copy.readAt, maxAgeMs);
      const participants = await (isUsable ? copy.participants : read(tenantId));
      if (!lacks(participants, needed)) return participants;
      // Many who miss someone at once, as all orders of a batch, share one read.
      const newer = copies.get(tenantId);
      return newer && newer.number > asked ? newer.participants : read(tenantId);
    },
    forget(tenantId) {
      copies.delete(tenantId);
    },
  };
}

function lacks({ byId, byBic }: Participants, { ids = [], bics = [] }: Needed): boolean {
  for (const id of ids) if (!byId.has(id)) return true;
  for (const bic of bics) if (!byBic.has(normalBic(bic))) return true;
  return false;
}

function index(rows: readonly ParticipantRow[]): Participants {
  const members = rows.map((row): Member => ({ ...row, accounts: new Map(row.accounts.map((account) => [account.asset, account])) }));
  return { byId: new Map(members.map((m) => [m.id, m])), byBic: new Map(members.map((m) => [m.bic, m])) };
}

/** A BIC of 11 characters that names the head office (`XXX`) is the BIC of 8. */
export function normalBic(bic: string): string {
  return bic.length === 11 && bic.endsWith('XXX') ? bic.slice(0, 8) : bic;
}

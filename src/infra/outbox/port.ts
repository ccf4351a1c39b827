import type { Event, EventDraft } from '../../base/event.ts';
import type { Uuid } from '../../base/id.ts';
import type { Tx } from '../postgres/db.ts';

/** Writes events beside the act that caused them; the relay publishes them after the commit. */
export type Outbox = {
  /**
   * One set-wise insert; comes late in the transaction, and the ledger's part after it. The transaction runs for the
   * events' tenant, or as `rialto_writer` or `rialto_relay` for several. Events of one append stay in the order given.
   * Errors: `outbox.event_too_large` when an event's data is longer than 262,144 characters of JSON.
   */
  append(tx: Tx, events: readonly EventDraft[]): Promise<void>;
};

/**
 * Events of a tenant in order. `reached` is the number up to which there are no others for whoever asked: behind the last of these where
 * what follows concerns other members. Whoever reads on from there has nothing looked through twice.
 */
export type Page = { events: readonly Event[]; reached: number };

/** The published events of a tenant, for sockets that come back. */
export type History = {
  /**
   * Events behind `afterSeq`, at most `limit`; for a member those that concern it. `gap` when events behind
   * `afterSeq` are no longer kept, or the tenant never had that many: then the caller reads its state afresh.
   */
  history(scope: { tenantId: Uuid; memberId?: Uuid }, afterSeq: number, limit: number): Promise<Page | 'gap'>;
  /** The tenant's last sequence number, 0 before its first event. */
  lastSeq(tenantId: Uuid): Promise<number>;
};

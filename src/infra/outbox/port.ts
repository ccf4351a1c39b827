import type { EventDraft } from '../../base/event.ts';
import type { Tx } from '../postgres/db.ts';

/** Writes events beside the act that caused them; the relay publishes them after the commit. */
export type Outbox = {
  /** One set-wise insert; comes late in the transaction, and the ledger's part after it. */
  append(tx: Tx, events: readonly EventDraft[]): Promise<void>;
};

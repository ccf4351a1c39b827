import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';

/** Which of the two Merkle logs a head belongs to. */
export type LogName = 'ledger' | 'audit';

/** What is signed of a tenant's log: that its first `size` leaves have this root. Numbers run from 1 without gaps. */
export type Head = { log: LogName; tenantId: Uuid; number: bigint; size: number; root: Uint8Array; at: Millis };

/** The last head of a log as it is kept outside of the database. `number` 0 stands for heads of before they were signed. */
export type Noted = Pick<Head, 'number' | 'size' | 'root' | 'at'>;

/** Where the last heads are kept, out of reach for who can only write to the database. */
export type HeadNotes = {
  read(log: LogName, tenantId: Uuid): Promise<Noted | undefined>;
  write(log: LogName, tenantId: Uuid, noted: Noted): Promise<void>;
};

/** Signs the heads of the logs, and remembers the last ones. */
export type Heads = HeadNotes & {
  sign(head: Head): Buffer;
  /** Whether the signature is ours, made now or with a master key of before. */
  isOurs(head: Head, signature: Uint8Array): boolean;
};

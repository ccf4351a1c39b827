/**
 * What needs a session of its own on the database: leases and notifications. One per process, on the direct address
 * (a pooler in transaction mode gives neither).
 */
export type Direct = {
  /** Calls `heard` on every notification of the channel, and after each new connection, since some may have been missed. */
  listen(channel: string, heard: () => void): void;
  /**
   * Runs `work` in one process at a time: here, when and for as long as this process holds the lease `name`. The signal
   * aborts when the lease is lost or given up; work ends soon after. Work that throws is logged and led again later,
   * here or elsewhere; work that returns is done and not led again. Errors: `lease.name_taken` within one process.
   */
  lead(name: string, work: (signal: AbortSignal) => Promise<void>): Lead;
  /** Whether there is a session now, as far as is known; a lost one is opened again by itself. */
  isOpen(): boolean;
  /** Gives up every lease, waits for its work, ends the session. */
  close(): Promise<void>;
};

export type Lead = {
  held(): boolean;
  /** Gives the lease up and waits for its work to end. */
  end(): Promise<void>;
};

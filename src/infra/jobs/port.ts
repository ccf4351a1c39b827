/** Work that is put off: kept in the database, tried again when it fails, run by one process at a time each. */
export type QueuedJob = {
  /** Unique among all jobs, e.g. `access.erase_user`. Letters, digits, `_`, `-`, `.`. */
  name: string;
  /** Tries in all, with growing pauses from `pauseSeconds`; 5 and 5 unless told. Then the job is kept as failed. */
  attempts?: number;
  pauseSeconds?: number;
  run(data: object, signal: AbortSignal): Promise<void>;
};

/** How one run went, for metrics. */
export type RunOutcome = { job: string; ok: boolean; durationMs: number };

/** The background work of this process. */
export type Jobs = {
  /**
   * Queues one run of a queued job; answers false when `key` names one that still waits. Durable when it returns, but not
   * part of the caller's transaction: what must happen because of an act is started by a consumer of its event.
   * Errors: `jobs.unknown`.
   */
  send(name: string, data: object, options?: { key?: string; startAfter?: Date }): Promise<boolean>;
  /** Has a cron job run soon, beside its schedule. Errors: `jobs.unknown`. */
  trigger(name: string): Promise<void>;
  /** Stops taking work, aborts what runs and waits for it, at most `graceMs`. */
  close(): Promise<void>;
};

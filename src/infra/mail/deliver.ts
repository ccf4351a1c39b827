import type { Uuid } from '../../base/id.ts';
import type { DueMail } from './store.ts';

/** Mail handed over at once, and of one tenant: whatever its mail waits for, others have a lane. */
export const LANES = 3;
const TENANT_LANES = LANES - 1;
/** How old what was read may be while there is something left of it. */
const READ_AGAIN_MS = 1_000;

export type DeliverDeps = {
  /** What is due, the eldest of each tenant first. */
  due(): Promise<readonly DueMail[]>;
  /** Hands one mail over and writes down what came of it. */
  hand(mail: DueMail): Promise<void>;
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** Waits; ends early, without an error, when the signal aborts. */
  pause(ms: number, signal: AbortSignal): Promise<unknown>;
};

/**
 * Hands over what is due until nothing is or the signal aborts, then waits for what is under way. Tenants take turns: the next
 * mail is of whoever was served longest ago, so that a tenant's thousand mails delay others by one.
 * Errors: the first of `due` and `hand`, once nothing is under way any more.
 */
export async function deliver(deps: DeliverDeps, signal: AbortSignal): Promise<void> {
  const underWay = new Map<Uuid, { tenantId: Uuid; done: Promise<void> }>();
  const failures: unknown[] = [];
  const turns = new Turns();
  const begin = (mail: DueMail): void => {
    const done = deps
      .hand(mail)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => underWay.delete(mail.id));
    underWay.set(mail.id, { tenantId: mail.tenantId, done });
  };
  let [waiting, readAt]: [DueMail[], number] = [[], -Infinity];
  const next = async (): Promise<DueMail | undefined> => {
    const busy = () => Array.from(underWay.values(), ({ tenantId }) => tenantId);
    const mail = deps.now() - readAt < READ_AGAIN_MS ? turns.next(waiting, busy()) : undefined;
    if (mail) return mail;
    readAt = deps.now();
    // Before the list is asked for, so that what ends meanwhile is not begun a second time.
    const begun = new Set(underWay.keys());
    waiting = (await deps.due()).filter(({ id }) => !begun.has(id));
    return turns.next(waiting, busy());
  };
  try {
    while (!signal.aborted && failures.length === 0) {
      const mail = underWay.size < LANES ? await next() : undefined;
      if (mail) {
        waiting = waiting.filter(({ id }) => id !== mail.id);
        begin(mail);
      } else if (underWay.size === 0) break;
      else await Promise.race([...Array.from(underWay.values(), ({ done }) => done), deps.pause(READ_AGAIN_MS, signal)]);
    }
  } finally {
    await Promise.all(Array.from(underWay.values(), ({ done }) => done));
  }
  if (failures.length > 0) throw failures[0];
}

/** Whose turn it is. */
class Turns {
  readonly #servedAt = new Map<Uuid, number>();
  #served = 0;

  /** The first mail of the tenant that was served longest ago and has a lane left; `busy` names the tenant of each that is under way. */
  next(waiting: readonly DueMail[], busy: readonly Uuid[]): DueMail | undefined {
    let found: DueMail | undefined;
    for (const mail of waiting) {
      if (busy.filter((tenantId) => tenantId === mail.tenantId).length >= TENANT_LANES) continue;
      if (!found || this.#lastOf(mail) < this.#lastOf(found)) found = mail;
    }
    if (found) this.#servedAt.set(found.tenantId, (this.#served += 1));
    return found;
  }

  #lastOf({ tenantId }: DueMail): number {
    return this.#servedAt.get(tenantId) ?? 0;
  }
}

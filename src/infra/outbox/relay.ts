import type { Log } from '../log/log.ts';
import { pause, type Latch } from '../bus/latch.ts';
import type { Bus, EventLog } from '../bus/port.ts';

/** While events flow the relay looks again so often, so that appends need not each send a notification. */
const LOOK_MS = 25;
/** It stops looking so soon after the last event, and from then on needs a notification or the slow poll. */
const ALERT_MS = 500;
const POLL_MS = 1_000;
const PLACE_LIMIT = 5_000;
const READ_LIMIT = 1_000;
/** Events looked at in one step when only some are wanted. */
const LOOK_LIMIT = 10_000;

/** A failed step is tried again after so long. */
const AGAIN_MS = 500;

export type RelayDeps = { place(limit: number): Promise<number>; placed(): void; log: Pick<Log, 'warn'>; now?: () => number };

/** Gives events their places until the signal aborts. Runs under a lease; `woken` is the notification. */
export async function relay({ place, placed, log, now = Date.now }: RelayDeps, woken: Latch, signal: AbortSignal): Promise<void> {
  let lastSeen = now();
  while (!signal.aborted) {
    try {
      const count = await place(PLACE_LIMIT);
      if (count > 0) {
        lastSeen = now();
        placed();
      }
      if (count >= PLACE_LIMIT) continue;
    } catch (error) {
      log.warn('the relay could not give events their places and tries again', { error });
      await pause(AGAIN_MS, signal);
      continue;
    }
    if (now() - lastSeen < ALERT_MS) await pause(LOOK_MS, signal);
    else if (await woken.wait(POLL_MS, signal)) lastSeen = now();
  }
}

export type PumpDeps = { events: EventLog; bus: Bus; log: Pick<Log, 'warn'> };

/**
 * Hands published events to the bus, behind what it has, until the signal aborts: only those that somebody wants. Whoever
 * begins to want others while the database is asked misses nothing: what was read then is read again.
 */
export async function pump({ events, bus, log }: PumpDeps, woken: Latch, signal: AbortSignal): Promise<void> {
  let position: number | undefined;
  while (!signal.aborted) {
    try {
      position ??= await bus.tail();
      const wanted = bus.wanted();
      const next = await events.after(position, wanted === 'all' ? READ_LIMIT : LOOK_LIMIT, wanted);
      if (bus.wanted() !== wanted) continue;
      if (next.reached === position) await woken.wait(POLL_MS, signal);
      else {
        await bus.publish(next);
        position = next.reached;
      }
    } catch (error) {
      log.warn('events could not be handed to the bus and will be again', { error });
      // What the bus took before it failed, only the bus knows.
      position = undefined;
      await pause(AGAIN_MS, signal);
    }
  }
}

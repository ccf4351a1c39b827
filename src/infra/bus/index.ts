import type { Log } from '../log/log.ts';
import type { Direct } from '../lease/port.ts';
import { memoryBus } from './memory.ts';
import { natsBus } from './nats.ts';
import type { Bus, BusStore, EventLog } from './port.ts';

export type BusDeps = {
  /** With it events go over NATS JetStream, without it through this process's memory. */
  natsUrl?: string;
  events: EventLog;
  store: BusStore;
  direct: Pick<Direct, 'lead'>;
  log: Pick<Log, 'info' | 'warn' | 'error'>;
};

/** The bus of this installation. Errors: `bus.nats_unreachable`. */
export function createBus({ natsUrl, ...deps }: BusDeps): Promise<Bus> {
  return natsUrl === undefined ? memoryBus(deps) : natsBus({ url: natsUrl, ...deps });
}

import type { Log } from '../log/log.ts';
import { network } from './network.ts';

/** A refused request of somebody who did not say who it is. */
export type StrangerLine = { route: string; status: number; remoteAddress: string };

export type StrangerLines = {
  write(line: StrangerLine): void;
  /** Tells what was counted since the last time. */
  tell(): void;
  close(): void;
};

const MINUTE_MS = 60_000;
/** Kinds of a minute that get a line of their own; the rest share one. */
const MOST = 200;

/**
 * Lines of strangers, so that nobody fills the log by asking: the first of an address, route and status in a minute is
 * written as it is, further ones are counted and told in one line when the minute is over.
 */
export function createStrangerLines(log: Pick<Log, 'info'>): StrangerLines {
  let counted = new Map<string, { line: StrangerLine; more: number }>();
  let others = 0;
  const timer = setInterval(tell, MINUTE_MS).unref();

  function write(line: StrangerLine): void {
    const key = `${network(line.remoteAddress)} ${line.status} ${line.route}`;
    const known = counted.get(key);
    if (known) known.more += 1;
    else if (counted.size >= MOST) others += 1;
    else {
      counted.set(key, { line, more: 0 });
      log.info('request', line);
    }
  }

  function tell(): void {
    const [told, rest] = [counted, others];
    [counted, others] = [new Map(), 0];
    for (const { line, more } of told.values()) {
      const { route, status, remoteAddress } = line;
      if (more > 0) log.info('more such requests', { route, status, remoteAddress: network(remoteAddress), count: more });
    }
    if (rest > 0) log.info('more such requests', { remoteAddress: 'other addresses', count: rest });
  }

  return {
    write,
    tell,
    close() {
      clearInterval(timer);
      tell();
    },
  };
}

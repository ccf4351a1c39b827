import type { Server, Socket } from 'node:net';
import { groupOf, placesOf, type PlaceBounds } from './places.ts';
import { NEIGHBOURS } from './network.ts';
import type { Trusts } from './proxies.ts';

/** Of what all strangers may hold, for everybody together. */
const EVERYBODY = 2;

/**
 * Bounds the connections that one address, its network and all strangers may hold, so that nobody takes all that a process has:
 * addresses where somebody known has called have half as many besides, and what is left is for proxies that are trusted, each of
 * which speaks for many. What is too much is hung up on: saying why would take what there is too little of.
 */
export function boundConnections(server: Server, bounds: PlaceBounds, who: { trusts: Trusts; isFamiliar(address: string): boolean }): void {
  const places = placesOf({ ...bounds, near: Math.min(bounds.each * NEIGHBOURS, Math.ceil(bounds.all / 2)) });
  server.maxConnections = bounds.all * EVERYBODY;
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const group = groupOf(address, who);
    if (group === 'proxies') return;
    const giveBack = places.take(address, group);
    if (giveBack) socket.once('close', giveBack);
    else socket.destroy();
  });
}

import type { Server, Socket } from 'node:net';
import { placesOf, type PlaceBounds } from './places.ts';
import type { Trusts } from './proxies.ts';

/**
 * Bounds the connections that one address may hold, so that nobody takes all that a process has. A proxy that is trusted speaks
 * for many and counts only among all. What is too much is hung up on: saying why would take what there is too little of.
 */
export function boundConnections(server: Server, bounds: PlaceBounds, trusts: Trusts): void {
  const places = placesOf(bounds);
  server.maxConnections = bounds.all;
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    if (trusts(address)) return;
    const giveBack = places.take(address);
    if (giveBack) socket.once('close', giveBack);
    else socket.destroy();
  });
}

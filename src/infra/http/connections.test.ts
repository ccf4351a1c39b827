import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { boundConnections } from './connections.ts';
import type { PlaceBounds } from './places.ts';

/** Whether a connection from an address of this machine is held. */
type Held = (from: string) => Promise<boolean>;

async function serverOf(bounds: PlaceBounds, who: { trusts?: string; familiar?: string }): Promise<Held> {
  const server = createServer();
  boundConnections(server, bounds, { trusts: (address) => address === who.trusts, isFamiliar: (address) => address === who.familiar });
  server.on('connection', (socket) => void (socket.destroyed || socket.write('held')));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  onTestFinished(() => void server.close());
  return async (localAddress) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    onTestFinished(() => void socket.destroy());
    const held = once(socket, 'data').then(() => true);
    return await Promise.race([
      held,
      once(
        socket.on('error', () => undefined),
        'close',
      ).then(() => false),
    ]);
  };
}

test.skipIf(process.platform !== 'linux')(
  'a network of strangers holds half of what all strangers may, and they together no more than that',
  async () => {
    const held = await serverOf({ each: 2, all: 4 }, {});
    const tried: boolean[] = [];
    for (const from of ['127.0.1.1', '127.0.1.2', '127.0.1.3', '127.0.2.1', '127.0.2.1', '127.0.3.1']) tried.push(await held(from));
    expect(tried).toEqual([true, true, false, true, true, false]);
  },
);

test.skipIf(process.platform !== 'linux')(
  'strangers who hold all that is theirs leave places for familiar addresses and for proxies',
  async () => {
    const held = await serverOf({ each: 2, all: 2 }, { trusts: '127.0.4.1', familiar: '127.0.3.1' });
    const tried: boolean[] = [];
    for (const from of ['127.0.1.1', '127.0.2.1', '127.0.2.2', '127.0.3.1', '127.0.3.1', '127.0.4.1']) tried.push(await held(from));
    expect(tried).toEqual([true, true, false, true, false, true]);
  },
);

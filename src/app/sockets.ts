import type { Admitted } from '../access/authenticate.ts';
import { chargeVisit, identifyToken, type Doorkeeper } from '../infra/http/door.ts';
import { createSocketGateway, type SocketGateway } from '../infra/http/socket.ts';
import { CHANNELS } from './channels.ts';
import type { OpenHouse } from './house.ts';

/** The gateway, fed by the bus and told of revocations by access. */
export function createSockets({ access, history, bus, ground }: OpenHouse, keeper: Doorkeeper<Admitted>): SocketGateway {
  const { config, log, metrics } = ground;
  const gateway = createSocketGateway({
    channels: CHANNELS,
    authenticate: (token, visitor) => identifyToken(keeper, { visitor, tell: () => undefined }, token),
    visit: (visitor) => chargeVisit(keeper.limiter, { visitor, tell: () => undefined }),
    isFamiliar: (address) => keeper.limiter.isFamiliar(address),
    trustProxy: config.trustedProxies,
    history: async (tenantId, afterSeq, limit) => {
      const page = await history.history({ tenantId }, afterSeq, limit);
      return page === 'gap' ? page : page.events;
    },
    origins: [...config.corsOrigins, ...(config.publicUrl ? [new URL(config.publicUrl).origin] : [])],
    onDenied: (who, channel, error) => access.onDenied(who, { name: `stream.${channel ?? 'open'}` }, error),
    log: log.child({ module: 'sockets' }),
    metrics,
  });
  bus.watch(gateway.publish, gateway.isListening);
  access.onRevoked((ends) => gateway.revoke((actor) => ends(actor as Parameters<typeof ends>[0])));
  return gateway;
}

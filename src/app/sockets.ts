import { createSocketGateway, type ChannelInfo, type SocketGateway } from '../infra/http/socket.ts';
import type { OpenHouse } from './house.ts';

/** The live side of the API: which events a subscriber of a channel hears, and the scope it needs. */
const CHANNELS: readonly ChannelInfo[] = [
  { name: 'settlement', scope: 'settlement:read', eventTypes: (type) => type.startsWith('settlement.') },
  { name: 'payments', scope: 'payments:read', eventTypes: (type) => type.startsWith('settlement.payment_') },
  { name: 'ledger', scope: 'ledger:read', eventTypes: (type) => type.startsWith('ledger.') },
];

/** The gateway, fed by the bus and told of revocations by access. */
export function createSockets({ access, history, bus, ground }: OpenHouse): SocketGateway {
  const { config, log, metrics } = ground;
  const gateway = createSocketGateway({
    channels: CHANNELS,
    authenticate: (token) => access.authenticateSocket(token),
    history: (tenantId, afterSeq, limit) => history.history({ tenantId }, afterSeq, limit),
    origins: [...config.corsOrigins, ...(config.publicUrl ? [new URL(config.publicUrl).origin] : [])],
    onDenied: (who, channel, error) => access.onDenied(who, { name: `stream.${channel ?? 'open'}` }, error),
    log: log.child({ module: 'sockets' }),
    metrics,
  });
  bus.watch(gateway.publish);
  access.onRevoked((ends) => gateway.revoke((actor) => ends(actor as Parameters<typeof ends>[0])));
  return gateway;
}

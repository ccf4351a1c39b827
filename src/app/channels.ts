import type { ChannelInfo } from '../infra/http/socket.ts';
import { scopeOfEvent } from '../settlement/event-scope.ts';

const isPayment = (type: string) => type.startsWith('settlement.payment_');

/** The live side of the API: which events a subscriber of a channel hears, and the scope it needs. */
export const CHANNELS: readonly ChannelInfo[] = [
  {
    name: 'settlement',
    scope: 'settlement:read',
    eventTypes: (type) => type.startsWith('settlement.'),
    narrower: (['payments:read', 'screening:read'] as const).map((scope) => ({
      scope,
      eventTypes: (type) => scopeOfEvent(type) === scope,
    })),
  },
  { name: 'payments', scope: 'payments:read', eventTypes: isPayment },
  { name: 'readiness', scope: 'readiness:read', eventTypes: (type) => type.startsWith('readiness.') },
  { name: 'ledger', scope: 'ledger:read', eventTypes: (type) => type.startsWith('ledger.') },
];

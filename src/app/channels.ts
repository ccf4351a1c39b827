import type { ChannelInfo } from '../infra/http/socket.ts';

/** The live side of the API: which events a subscriber of a channel hears, and the scope it needs. */
export const CHANNELS: readonly ChannelInfo[] = [
  { name: 'settlement', scope: 'settlement:read', eventTypes: (type) => type.startsWith('settlement.') },
  { name: 'payments', scope: 'payments:read', eventTypes: (type) => type.startsWith('settlement.payment_') },
  { name: 'ledger', scope: 'ledger:read', eventTypes: (type) => type.startsWith('ledger.') },
];

/** The named results of a transfer, in the order of precedence of TigerBeetle's create_transfers. */
export const TRANSFER_CODES = ['exists'] as const;

export type TransferCode = (typeof TRANSFER_CODES)[number];

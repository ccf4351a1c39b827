import { AppError } from '../../base/error.ts';
import type { Participants } from '../participant/directory.ts';
import { NETWORK, type Cap } from './exposure-store.ts';
import { limitsOf, type LimitBook } from './limits.ts';

const MOST_CAPS = 200_000;

/**
 * The caps that a limit book comes to for the participants there are: those that must hold exactly, whoever takes payments.
 * Errors: `settlement.limits_too_many`.
 */
export function capsOf(book: LimitBook, { byId }: Pick<Participants, 'byId'>): Cap[] {
  const caps: Cap[] = [];
  for (const { id, accounts } of byId.values()) {
    for (const asset of accounts.keys()) {
      const { netSenderCap, perDay, bilateralCaps } = limitsOf(book, id, asset);
      if (netSenderCap !== undefined || perDay !== undefined) {
        caps.push({
          participantId: id,
          counterpartyId: NETWORK,
          asset,
          ...(netSenderCap !== undefined && { netCap: netSenderCap }),
          ...(perDay !== undefined && { dayCap: perDay }),
        });
      }
      if (!bilateralCaps) continue;
      for (const other of byId.values()) {
        const netCap = bilateralCaps[other.id] ?? bilateralCaps['*'];
        if (netCap === undefined || other.id === id || !other.accounts.has(asset)) continue;
        caps.push({ participantId: id, counterpartyId: other.id, asset, netCap });
        if (caps.length > MOST_CAPS) throw tooMany();
      }
    }
  }
  return caps;
}

function tooMany(): AppError {
  return new AppError(
    'unprocessable',
    'settlement.limits_too_many',
    `The lines come to more than ${MOST_CAPS} caps. Name the counterparties that matter instead of all.`,
  );
}

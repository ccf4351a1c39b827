import { AppError } from '../base/error.ts';
import { toWireId, type Uuid } from '../base/id.ts';
import type { OutputOf } from '../base/operation.ts';
import type { revokeApiKey } from './contract.ts';
import type { ApiKeyRow } from './store/api-key.ts';

/** A key as lists show it, without any secret. */
export function apiKeyView(row: ApiKeyRow): OutputOf<typeof revokeApiKey> {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    ...(row.memberId !== null && { memberId: row.memberId }),
    createdAt: row.createdAt,
    createdBy: row.createdBy,
    ...(row.expiresAt !== null && { expiresAt: row.expiresAt }),
    ...(row.revokedAt !== null && { revokedAt: row.revokedAt }),
    ...(row.lastUsedAt !== null && { lastUsedAt: row.lastUsedAt }),
    ...(row.overlapUntil !== null && { overlapUntil: row.overlapUntil }),
  };
}

export const keyNotFound = (id: Uuid): AppError =>
  new AppError('not_found', 'access.api_key_not_found', `There is no API key ${toWireId('key', id)}.`);

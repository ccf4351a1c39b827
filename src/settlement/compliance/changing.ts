import type { Uuid } from '../../base/id.ts';
import type { SettlementDeps } from '../deps.ts';

/**
 * An act that changes rules, limits or breakers: it is answered when this process judges by what it changed, also when it
 * failed, since it may be durable all the same.
 */
export async function changing<T>({ judge }: Pick<SettlementDeps, 'judge'>, tenantId: Uuid, act: Promise<T>): Promise<T> {
  try {
    return await act;
  } finally {
    await judge.changed(tenantId);
  }
}

import type { Uuid } from '../../base/id.ts';

/**
 * Each consumer works in so many lanes side by side. A tenant's events are all in one lane, so they stay in order, and
 * an event that fails again and again holds up its own lane only. Positions are stored for each lane: a new number needs
 * a migration of `infra.consumer_position`.
 */
export const LANES = 4;

/** The lane of a tenant: always the same. */
export function laneOf(tenantId: Uuid): number {
  return parseInt(tenantId.slice(-4), 16) % LANES;
}

import type { Binding } from '../binding/binding.ts';
import type { Tier } from '../checklist/checklist.ts';
import type { GateSubject } from '../run/lines.ts';

/**
 * The tier that counts, and where it comes from. `asked` is a lower one that only the file of bindings gives a critical or
 * high line: it counts once an approver has signed for it.
 */
export type LineTier = { tier: Tier; tierFrom: 'document' | 'bindings' | 'default'; asked?: Tier };

const BY_WEIGHT: readonly Tier[] = ['critical', 'high', 'medium', 'low'];

/** Whether going without a line of the tier takes somebody who answers for it. */
export const isSevere = (tier: Tier): boolean => tier === 'critical' || tier === 'high';

/**
 * The tier of a line: what the binding says, else the document; a line that has neither is critical. Whoever may edit the
 * file of bindings may make a line heavier, and a critical or high one lighter only if the line is `approved`.
 */
export function tierOf(subject: GateSubject, binding: Binding | undefined, approved: boolean): LineTier {
  const written: LineTier = subject.tier ? { tier: subject.tier, tierFrom: 'document' } : { tier: 'critical', tierFrom: 'default' };
  const asked = binding?.tier;
  if (asked === undefined) return written;
  const lighter = BY_WEIGHT.indexOf(asked) > BY_WEIGHT.indexOf(written.tier);
  if (lighter && isSevere(written.tier) && !approved) return { ...written, asked };
  return { tier: asked, tierFrom: 'bindings' };
}

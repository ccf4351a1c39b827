import type { ProposedFor } from '../catalogue/propose.ts';
import type { ReadinessDeps } from '../deps.ts';
import type { Document } from '../library.ts';

/** The product's own checklist is proposed what the product has; one that was uploaded what its own words and the targets here tell. */
export function proposedFor(
  { targets }: Pick<ReadinessDeps, 'targets'>,
  { checklist, origin }: Pick<Document, 'checklist' | 'origin'>,
): ProposedFor {
  return origin === 'product' ? 'own' : { targets: targets(), services: checklist.services };
}

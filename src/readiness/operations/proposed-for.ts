import type { ProposedFor } from '../catalogue/propose.ts';
import type { ReadinessDeps } from '../deps.ts';
import { type Stand } from '../catalogue/stand.ts';
import { apart, LARGE_LINES } from '../reading/apart.ts';
import type { Document } from '../library.ts';

/** The product's own checklist is proposed what the product has; one that was uploaded what its own words and the targets here tell. */
function proposedFor(
  { targets }: Pick<ReadinessDeps, 'targets'>,
  { checklist, origin }: Pick<Document, 'checklist' | 'origin'>,
): ProposedFor {
  return origin === 'product' ? 'own' : { targets: targets(), services: checklist.services };
}

/** How the lines of a checklist stand, with proposals for what nothing decides. */
export async function proposedStand(
  deps: Pick<ReadinessDeps, 'targets' | 'clock'>,
  { checklist, bindings, origin }: Pick<Document, 'checklist' | 'bindings' | 'origin'>,
): Promise<Stand> {
  const large = checklist.items.length + checklist.criteria.length > LARGE_LINES;
  const of = proposedFor(deps, { checklist, origin });
  return await apart('stand', { checklist, bindings, now: deps.clock.now(), of }, large);
}

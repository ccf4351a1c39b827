import type { RailAdapter } from '../adapter.ts';
import type { RailKind } from '../rail-store.ts';
import { httpRail } from './http/adapter.ts';
import { iso20022FileRail } from './iso20022-file/adapter.ts';

const ADAPTERS: Readonly<Record<RailKind, RailAdapter>> = { http: httpRail, iso20022_file: iso20022FileRail };

/** How a kind of rail speaks. */
export function adapterOf(kind: RailKind): RailAdapter {
  return ADAPTERS[kind];
}

import { route } from '../../infra/http/route.ts';
import type { SettlementDeps } from '../deps.ts';
import type { Part } from '../part.ts';
import * as screening from './contract.ts';
import { grantScreeningException, listScreeningExceptions, revokeScreeningException } from './manage-exceptions.ts';
import { getScreeningSet } from './get-screening-set.ts';
import { checkName, listScreeningLists, loadScreeningList } from './manage-lists.ts';

/** Lists, names and exceptions. */
export function screeningPart(deps: SettlementDeps): Part {
  return {
    routes: [
      route(screening.listScreeningLists, (ctx) => listScreeningLists(deps, ctx)),
      route(screening.loadScreeningList, (ctx, input, request) => loadScreeningList(deps, ctx, input, request)),
      route(screening.checkName, (ctx, input) => checkName(deps, ctx, input)),
      route(screening.getScreeningSet, (ctx, input) => getScreeningSet(deps, ctx, input)),
      route(screening.listScreeningExceptions, (ctx) => listScreeningExceptions(deps, ctx)),
      route(screening.grantScreeningException, (ctx, input) => grantScreeningException(deps, ctx, input)),
      route(screening.revokeScreeningException, (ctx, input) => revokeScreeningException(deps, ctx, input)),
    ],
  };
}

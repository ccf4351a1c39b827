import { route } from '../../infra/http/route.ts';
import type { SettlementDeps } from '../deps.ts';
import type { Part } from '../part.ts';
import * as aml from './contract.ts';
import { activateAmlRuleSet, backTestAmlRuleSet, getAmlRuleSet, listAmlRuleSets, proposeAmlRuleSet } from './manage-rule-sets.ts';

/** Sets of AML rules: proposed, tried on recorded payments, activated. */
export function amlPart(deps: SettlementDeps): Part {
  return {
    routes: [
      route(aml.listAmlRuleSets, (ctx) => listAmlRuleSets(deps, ctx)),
      route(aml.getAmlRuleSet, (ctx, input) => getAmlRuleSet(deps, ctx, input)),
      route(aml.proposeAmlRuleSet, (ctx, input) => proposeAmlRuleSet(deps, ctx, input)),
      route(aml.backTestAmlRuleSet, (ctx, input) => backTestAmlRuleSet(deps, ctx, input)),
      route(aml.activateAmlRuleSet, (ctx, input) => activateAmlRuleSet(deps, ctx, input)),
    ],
  };
}

import { route } from '../../infra/http/route.ts';
import type { SettlementDeps } from '../deps.ts';
import type { Part } from '../part.ts';
import * as obligation from './contract.ts';
import { answerObligation, withdrawObligation } from './move-obligation.ts';
import { getSetOffFile, getSetOffPart } from './read-file.ts';
import { getObligation, listObligations } from './read-obligations.ts';
import { getSetOffFlows, getSetOffRound, listSetOffRounds } from './read-rounds.ts';
import * as round from './round-contract.ts';
import { previewSetOff, runSetOff } from './run-round.ts';
import { submitObligations } from './submit-obligations.ts';

/** What participants owe each other beside payments, and the rounds in which it is set off. */
export function obligationPart(deps: SettlementDeps): Part {
  return {
    routes: [
      route(obligation.submitObligations, (ctx, input) => submitObligations(deps, ctx, input)),
      route(obligation.answerObligation, (ctx, input) => answerObligation(deps, ctx, input)),
      route(obligation.withdrawObligation, (ctx, input) => withdrawObligation(deps, ctx, input)),
      route(obligation.listObligations, (ctx, input) => listObligations(deps, ctx, input)),
      route(obligation.getObligation, (ctx, input) => getObligation(deps, ctx, input)),
      route(round.previewSetOff, (ctx, input) => previewSetOff(deps, ctx, input)),
      route(round.runSetOff, (ctx, input) => runSetOff(deps, ctx, input)),
      route(round.listSetOffRounds, (ctx, input) => listSetOffRounds(deps, ctx, input)),
      route(round.getSetOffRound, (ctx, input) => getSetOffRound(deps, ctx, input)),
      route(round.getSetOffFlows, (ctx, input) => getSetOffFlows(deps, ctx, input)),
      route(round.getSetOffFile, (ctx, input) => getSetOffFile(deps, ctx, input)),
      route(round.getSetOffPart, (ctx, input) => getSetOffPart(deps, ctx, input)),
    ],
  };
}

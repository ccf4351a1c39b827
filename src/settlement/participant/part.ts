import { route } from '../../infra/http/route.ts';
import type { SettlementDeps } from '../deps.ts';
import type { Part } from '../part.ts';
import * as participant from './contract.ts';
import { createParticipant } from './create-participant.ts';
import { getStatement } from './get-statement.ts';
import { defundParticipant, fundParticipant } from './move-funds.ts';
import { getParticipant, listParticipants } from './read-participants.ts';
import { setParticipantMessaging } from './set-participant-messaging.ts';
import { setParticipantState } from './set-participant-state.ts';

/** Banks and their money in custody. */
export function participantPart(deps: SettlementDeps): Part {
  return {
    routes: [
      route(participant.createParticipant, (ctx, input) => createParticipant(deps, ctx, input)),
      route(participant.listParticipants, (ctx, input) => listParticipants(deps, ctx, input)),
      route(participant.getParticipant, (ctx, input) => getParticipant(deps, ctx, input)),
      route(participant.setParticipantState, (ctx, input) => setParticipantState(deps, ctx, input)),
      route(participant.setParticipantMessaging, (ctx, input) => setParticipantMessaging(deps, ctx, input)),
      route(participant.fundParticipant, (ctx, input) => fundParticipant(deps, ctx, input)),
      route(participant.defundParticipant, (ctx, input) => defundParticipant(deps, ctx, input)),
      route(participant.getStatement, (ctx, input) => getStatement(deps, ctx, input)),
    ],
  };
}

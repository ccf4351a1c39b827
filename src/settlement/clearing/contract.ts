import Type from 'typebox';
import { eventKind } from '../../base/event.ts';
import { operation } from '../../base/operation.ts';
import { ParticipantId } from '../participant/contract.ts';
import { WindowId } from '../payment/contract.ts';
import { WindowDetail } from '../window/contract.ts';

const closed = { additionalProperties: false };
const Fate = Type.Union([Type.Literal('return'), Type.Literal('carry')], {
  description: 'return: its payments, to and from it, are returned and their money is free again. carry: they wait for the next window',
});

export const excludeParticipant = operation({
  name: 'settlement.exclude_participant',
  method: 'POST',
  path: '/v1/windows/{id}/exclude',
  summary:
    'Takes a participant out of a window that is cut off and not settled: its result is computed anew as though it had not taken part',
  scope: 'settlement:write',
  cost: 'heavy',
  params: Type.Object({ id: WindowId }, closed),
  body: Type.Object(
    {
      participantId: ParticipantId,
      fate: Fate,
      reason: Type.String({
        minLength: 5,
        maxLength: 500,
        pattern: '^[^\\u0000-\\u001f\\u007f]*$',
        examples: ['Moratorium ordered by the court'],
      }),
    },
    closed,
  ),
  output: WindowDetail,
  errors: [
    'settlement.window_not_found',
    'settlement.window_not_netted',
    'settlement.window_final',
    'settlement.window_changed',
    'settlement.window_blocked',
    'settlement.participant_not_in_window',
    'settlement.participant_excluded',
    'settlement.operator_only',
    'request.key_reused',
  ],
  example: {
    params: { id: 'win_0192837465ab7def8192837465abcdef' },
    body: { participantId: 'mem_0192837465ab7def8192837465abcdef', fate: 'return', reason: 'Moratorium ordered by the court' },
  },
});

export const clearingOperations = [excludeParticipant] as const;

export const participantExcluded = eventKind({
  type: 'settlement.participant_excluded',
  version: 1,
  summary: 'A participant was taken out of a window before it was settled; the positions of those that dealt with it have changed',
  data: Type.Object({
    windowId: WindowId,
    number: Type.Integer(),
    participantId: ParticipantId,
    fate: Fate,
    obligations: Type.Integer(),
    resultHash: Type.String(),
  }),
});

import Type from 'typebox';
import { operation } from '../../base/operation.ts';
import { AccountNumber, Proposal, Reason } from '../custody/contract.ts';
import { Bic } from '../participant/contract.ts';
import { BreakId } from './break-contract.ts';

const closed = { additionalProperties: false };

export const proposeBreakReturn = operation({
  name: 'settlement.propose_break_return',
  method: 'POST',
  path: '/v1/breaks/{id}/return',
  summary:
    'Proposes to send money that came in from somebody outside back to its sender, whole, by the rail of the account that it came to',
  scope: 'settlement:write',
  cost: 'normal',
  status: 202,
  params: Type.Object({ id: BreakId }, closed),
  body: Type.Object(
    {
      /** Whose account it goes back to; what the statement names need not be said. */
      holder: Type.Optional(Type.String({ minLength: 1, maxLength: 140, pattern: '^\\S(.*\\S)?$', examples: ['Nordlys AS'] })),
      number: Type.Optional(AccountNumber),
      agentBic: Type.Optional(Bic),
      code: Type.String({
        pattern: '^[A-Z0-9]{4}$',
        examples: ['AC01'],
        description: 'Of the ISO 20022 external return reasons, such as AC01, AC04, AG01, MD07, CUST or NARR',
      }),
      /** For the sender; NARR says nothing without it. */
      text: Type.Optional(
        Type.String({ minLength: 1, maxLength: 105, pattern: '^\\S(.*\\S)?$', examples: ['No account under this name'] }),
      ),
      /** For the second person and the books. */
      reason: Reason,
    },
    closed,
  ),
  output: Proposal,
  errors: [
    'settlement.break_not_found',
    'settlement.break_resolved',
    'settlement.break_has_no_entry',
    'settlement.break_not_incoming',
    'settlement.break_not_returnable',
    'settlement.return_reason_invalid',
    'settlement.return_receiver_unknown',
    'settlement.return_elsewhere',
    'settlement.bic_invalid',
    'settlement.rail_missing',
    'settlement.person_required',
    'request.key_reused',
  ],
  example: {
    params: { id: 'brk_0192837465ab7def8192837465abcdef' },
    body: {
      holder: 'Nordlys AS',
      number: 'NO9386011117947',
      agentBic: 'DNBANOKK',
      code: 'AC01',
      reason: 'Nobody here knows the sender',
    },
  },
});

export const returnOperations = [proposeBreakReturn] as const;

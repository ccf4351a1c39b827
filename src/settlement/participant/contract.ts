import Type from 'typebox';
import { eventKind } from '../../base/event.ts';
import { idOf } from '../../base/id.ts';
import { Asset, PositiveUnits, Units } from '../../base/money.ts';
import { operation } from '../../base/operation.ts';
import { pageOf, pageQuery } from '../../base/page.ts';
import { Instant } from '../../base/time.ts';

const closed = { additionalProperties: false };

export const ParticipantId = idOf('mem');
export const AccountId = idOf('acc');

/** ISO 9362: four letters of the institution, two of the country, two of the place, three of the branch or none. */
export const Bic = Type.String({
  pattern: '^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$',
  examples: ['NORDFIHH'],
  description: 'BIC, 8 or 11 characters',
});

/** ISO 17442: 18 letters or digits and two check digits. */
export const Lei = Type.String({
  pattern: '^[A-Z0-9]{18}[0-9]{2}$',
  examples: ['529900T8BM49AURSDO55'],
  description: 'LEI with valid check digits',
});

const ParticipantAccount = Type.Object(
  {
    asset: Asset,
    settlementAccountId: AccountId,
    reserveAccountId: AccountId,
    /** Free to spend. */
    available: Units,
    /** Set aside for payments on their way. */
    reserved: Units,
  },
  closed,
);

const messagingFields = {
  usage: Type.Union([Type.Literal('network'), Type.Literal('cbpr')], {
    description: 'What its messages are held to: the rules of the network, or the usage rules of CBPR+ besides',
  }),
  agents: Type.Array(Bic, {
    maxItems: 20,
    uniqueItems: true,
    description: 'Who may stand as sender in the application header of its messages beside the bank itself',
  }),
};

export const Participant = Type.Object(
  {
    id: ParticipantId,
    name: Type.String(),
    bic: Bic,
    lei: Lei,
    state: Type.Union([Type.Literal('active'), Type.Literal('suspended')]),
    messaging: Type.Object(messagingFields, closed),
    accounts: Type.Array(ParticipantAccount),
    createdAt: Instant,
  },
  closed,
);

const params = Type.Object({ id: ParticipantId }, closed);
const Movement = Type.Object(
  { asset: Asset, units: PositiveUnits, reference: Type.String({ minLength: 1, maxLength: 35, examples: ['FUND-2026-0001'] }) },
  closed,
);
const MovementDone = Type.Object({ transferId: idOf('trf'), asset: Asset, units: Units, available: Units }, closed);

export const createParticipant = operation({
  name: 'settlement.create_participant',
  method: 'POST',
  path: '/v1/participants',
  summary:
    'Admits a bank: screens it and opens a settlement and a reserve account in each of its currencies; suspended where a list names it',
  scope: 'participants:write',
  cost: 'normal',
  status: 201,
  body: Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: 140, examples: ['Nordfjord Bank'] }),
      bic: Bic,
      lei: Lei,
      assets: Type.Array(Asset, { minItems: 1, maxItems: 64, uniqueItems: true, examples: [['EUR/2', 'USD/2']] }),
    },
    closed,
  ),
  output: Participant,
  errors: ['settlement.bic_invalid', 'settlement.lei_invalid', 'settlement.asset_unknown', 'settlement.bic_taken', 'request.key_reused'],
  example: { body: { name: 'Meridian Bank', bic: 'MERIDEFF', lei: '529900T8BM49AURSDO55', assets: ['EUR/2', 'USD/2'] } },
});

export const listParticipants = operation({
  name: 'settlement.list_participants',
  method: 'GET',
  path: '/v1/participants',
  summary: 'Participants by name, with their balances',
  scope: 'participants:read',
  cost: 'normal',
  query: Type.Object(
    { ...pageQuery, query: Type.Optional(Type.String({ maxLength: 140, description: 'Part of the name or the BIC' })) },
    closed,
  ),
  output: pageOf(Participant),
  errors: [],
  example: { query: { query: 'bank' } },
});

export const getParticipant = operation({
  name: 'settlement.get_participant',
  method: 'GET',
  path: '/v1/participants/{id}',
  summary: 'One participant with its accounts and balances',
  scope: 'participants:read',
  cost: 'light',
  params,
  output: Participant,
  errors: ['settlement.participant_not_found'],
  example: { params: { id: 'mem_0192837465ab7def8192837465abcdef' } },
});

export const setParticipantState = operation({
  name: 'settlement.set_participant_state',
  method: 'PUT',
  path: '/v1/participants/{id}/state',
  summary: 'Suspends a participant, so that its payments are rejected and its payouts held, or lets it in again',
  scope: 'participants:write',
  cost: 'light',
  params,
  body: Type.Object(
    {
      state: Type.Union([Type.Literal('active'), Type.Literal('suspended')]),
      reason: Type.Optional(
        Type.String({ minLength: 1, maxLength: 300, examples: ['Moratorium by the supervisor'], description: 'Why; the operator’s alone' }),
      ),
    },
    closed,
  ),
  output: Participant,
  errors: ['settlement.participant_not_found', 'settlement.participant_listed', 'request.key_reused'],
  example: { params: { id: 'mem_0192837465ab7def8192837465abcdef' }, body: { state: 'suspended' } },
});

export const setParticipantMessaging = operation({
  name: 'settlement.set_participant_messaging',
  method: 'PUT',
  path: '/v1/participants/{id}/messaging',
  summary: 'Says what the messages of a participant are held to, and who sends for it',
  scope: 'participants:write',
  cost: 'light',
  params,
  body: Type.Object(messagingFields, closed),
  output: Participant,
  errors: ['settlement.participant_not_found', 'settlement.agent_listed', 'request.key_reused'],
  example: { params: { id: 'mem_0192837465ab7def8192837465abcdef' }, body: { usage: 'cbpr', agents: ['SRVBDEFF'] } },
});

export const fundParticipant = operation({
  name: 'settlement.fund_participant',
  method: 'POST',
  path: '/v1/participants/{id}/fund',
  summary: 'Mints tokens against money received in custody',
  scope: 'participants:write',
  cost: 'normal',
  idempotencyKey: 'required',
  params,
  body: Movement,
  output: MovementDone,
  errors: ['settlement.participant_not_found', 'settlement.asset_not_held', 'settlement.direct_funding_denied', 'request.key_reused'],
  example: {
    params: { id: 'mem_0192837465ab7def8192837465abcdef' },
    body: { asset: 'EUR/2', units: '500000000', reference: 'FUND-2026-0001' },
  },
});

export const defundParticipant = operation({
  name: 'settlement.defund_participant',
  method: 'POST',
  path: '/v1/participants/{id}/defund',
  summary: 'Burns tokens against money paid out of custody',
  scope: 'participants:write',
  cost: 'normal',
  idempotencyKey: 'required',
  params,
  body: Movement,
  output: MovementDone,
  errors: [
    'settlement.participant_not_found',
    'settlement.asset_not_held',
    'settlement.insufficient_funds',
    'settlement.direct_funding_denied',
    'request.key_reused',
  ],
  example: {
    params: { id: 'mem_0192837465ab7def8192837465abcdef' },
    body: { asset: 'EUR/2', units: '100000', reference: 'OUT-2026-0001' },
  },
});

export const getStatement = operation({
  name: 'settlement.get_statement',
  method: 'GET',
  path: '/v1/participants/{id}/statement',
  summary: 'Statement of a settlement account for one day, as camt.053 XML',
  scope: 'participants:read',
  cost: 'heavy',
  produces: 'application/xml',
  params,
  query: Type.Object({ asset: Asset, day: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', examples: ['2026-11-22'] }) }, closed),
  output: Type.String(),
  errors: ['settlement.participant_not_found', 'settlement.asset_not_held', 'settlement.day_invalid', 'iso20022.not_expressible'],
  example: { params: { id: 'mem_0192837465ab7def8192837465abcdef' }, query: { asset: 'EUR/2', day: '2025-11-24' } },
});

export const participantStateSet = eventKind({
  type: 'settlement.participant_state_set',
  version: 1,
  summary: 'A participant was suspended or let in again',
  data: Type.Object({ participantId: ParticipantId, bic: Bic, state: Type.Union([Type.Literal('active'), Type.Literal('suspended')]) }),
});

export const participantOperations = [
  createParticipant,
  listParticipants,
  getParticipant,
  setParticipantState,
  setParticipantMessaging,
  fundParticipant,
  defundParticipant,
  getStatement,
] as const;

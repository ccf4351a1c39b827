import Type from 'typebox';
import { eventKind } from '../../base/event.ts';
import { Asset, PositiveUnits, Units, WholeUnits } from '../../base/money.ts';
import { operation } from '../../base/operation.ts';
import { pageOf, pageQuery } from '../../base/page.ts';
import { Instant, LocalDateText } from '../../base/time.ts';
import { AccountId, Bic, ParticipantId } from '../participant/contract.ts';
import { CustodyAccountId, ExpectationId, ProposalId } from './ids.ts';
import { reserveOperations, reservesPublished } from './reserves-contract.ts';

const closed = { additionalProperties: false };

export const Reference = Type.String({ minLength: 1, maxLength: 35, pattern: '^\\S(.*\\S)?$', examples: ['FUND-2026-0001'] });
export const Reason = Type.String({ minLength: 5, maxLength: 500, examples: ['Confirmed by telephone with the custodian'] });
/** An IBAN or another number, as the custodian's statements name the account. */
export const AccountNumber = Type.String({ pattern: '^[A-Z0-9]{4,34}$', examples: ['DE89370400440532013000'] });

/** until_connected: until there is a custody account in the currency. */
export const DirectFunding = Type.Union([Type.Literal('until_connected'), Type.Literal('allowed'), Type.Literal('denied')]);

export const CustodyAccount = Type.Object(
  {
    id: CustodyAccountId,
    asset: Asset,
    name: Type.String(),
    number: Type.String(),
    servicerBic: Bic,
    /** Its mirror on the ledger. */
    accountId: AccountId,
    openedAt: Instant,
  },
  closed,
);

/** Up to how much of a currency is written off without an administrator. */
export const WriteOffLimit = Type.Object({ asset: Asset, units: WholeUnits }, closed);

export const Custody = Type.Object(
  {
    directFunding: DirectFunding,
    /** By currency; those that are not among them have none. */
    writeOffLimits: Type.Array(WriteOffLimit),
    items: Type.Array(CustodyAccount),
  },
  closed,
);

export const ProposalKind = Type.Union([
  Type.Literal('mint'),
  Type.Literal('custody_account'),
  Type.Literal('payout_account'),
  Type.Literal('custody_policy'),
  Type.Literal('rail'),
  Type.Literal('instruction_outcome'),
  Type.Literal('fund_break'),
  Type.Literal('write_off'),
  Type.Literal('reverse_break'),
  Type.Literal('return_break'),
  Type.Literal('held_instruction'),
  Type.Literal('income_payout'),
]);

export const Proposal = Type.Object(
  {
    id: ProposalId,
    kind: ProposalKind,
    /** What it is about, in one line. */
    subject: Type.String(),
    /** What would be done, field by field. */
    facts: Type.Array(Type.Object({ name: Type.String(), value: Type.String() }, closed)),
    reason: Type.String(),
    proposedBy: Type.String(),
    proposedAt: Instant,
    expiresAt: Instant,
    state: Type.Union([Type.Literal('open'), Type.Literal('approved'), Type.Literal('rejected'), Type.Literal('expired')]),
    decidedBy: Type.Optional(Type.String()),
    decidedAt: Type.Optional(Instant),
    comment: Type.Optional(Type.String()),
  },
  closed,
);

/** Errors that every proposal may meet. */
const PROPOSAL_ERRORS = ['settlement.person_required', 'request.key_reused'] as const;

export const getCustody = operation({
  name: 'settlement.get_custody',
  method: 'GET',
  path: '/v1/custody',
  summary:
    'Where the money is kept, whether one person alone may fund and defund, and from which amounts on write-offs need an administrator',
  scope: 'settlement:read',
  cost: 'light',
  output: Custody,
  errors: [],
  example: {},
});

export const proposeCustodyAccount = operation({
  name: 'settlement.propose_custody_account',
  method: 'POST',
  path: '/v1/custody/accounts',
  summary: 'Proposes an account at a custodian bank; from its approval on its statements are reconciled',
  scope: 'settlement:write',
  cost: 'normal',
  status: 202,
  body: Type.Object(
    {
      asset: Asset,
      name: Type.String({ minLength: 1, maxLength: 70, examples: ['Bundesbank, euro'] }),
      number: AccountNumber,
      servicerBic: Bic,
      reason: Reason,
    },
    closed,
  ),
  output: Proposal,
  errors: ['settlement.asset_unknown', 'settlement.bic_invalid', 'settlement.custody_account_taken', ...PROPOSAL_ERRORS],
  example: {
    body: {
      asset: 'EUR/2',
      name: 'Bundesbank, euro',
      number: 'DE89370400440532013000',
      servicerBic: 'MARKDEFF',
      reason: 'Opened under contract 17',
    },
  },
});

export const proposeCustodyPolicy = operation({
  name: 'settlement.propose_custody_policy',
  method: 'POST',
  path: '/v1/custody/policy',
  summary: 'Proposes whether one person alone may fund and defund',
  scope: 'settlement:write',
  cost: 'normal',
  status: 202,
  body: Type.Object({ directFunding: DirectFunding, reason: Reason }, closed),
  output: Proposal,
  errors: [...PROPOSAL_ERRORS],
  example: { body: { directFunding: 'denied', reason: 'Going live on Monday' } },
});

export const setWriteOffLimit = operation({
  name: 'settlement.set_write_off_limit',
  method: 'PUT',
  path: '/v1/custody/write-off-limit',
  summary: 'Says up to how much of a currency is written off without the approval of an administrator (any amount when `units` is absent)',
  scope: 'access:write',
  cost: 'normal',
  body: Type.Object({ asset: Asset, units: Type.Optional(WholeUnits) }, closed),
  output: Type.Object({ items: Type.Array(WriteOffLimit) }, closed),
  errors: ['settlement.operator_only', 'settlement.asset_unknown', 'request.key_reused'],
  example: { body: { asset: 'EUR/2', units: '1000000' } },
});

export const proposePayoutAccount = operation({
  name: 'settlement.propose_payout_account',
  method: 'POST',
  path: '/v1/participants/{id}/payout-account',
  summary: "Proposes where a participant's money in a currency is paid out to",
  scope: 'participants:write',
  cost: 'normal',
  status: 202,
  params: Type.Object({ id: ParticipantId }, closed),
  body: Type.Object(
    {
      asset: Asset,
      holder: Type.String({ minLength: 1, maxLength: 140, examples: ['Nordfjord Bank'] }),
      number: AccountNumber,
      agentBic: Bic,
      reason: Reason,
    },
    closed,
  ),
  output: Proposal,
  errors: ['settlement.participant_not_found', 'settlement.asset_not_held', 'settlement.bic_invalid', ...PROPOSAL_ERRORS],
  example: {
    params: { id: 'mem_0192837465ab7def8192837465abcdef' },
    body: {
      asset: 'EUR/2',
      holder: 'Nordfjord Bank',
      number: 'FI2112345600000785',
      agentBic: 'NORDFIHH',
      reason: 'Standing instruction of 20 November',
    },
  },
});

export const proposeMint = operation({
  name: 'settlement.propose_mint',
  method: 'POST',
  path: '/v1/participants/{id}/mint',
  summary: 'Proposes to mint tokens for money that is known to be in custody before a statement shows it',
  scope: 'participants:write',
  cost: 'normal',
  status: 202,
  params: Type.Object({ id: ParticipantId }, closed),
  body: Type.Object({ asset: Asset, units: PositiveUnits, reference: Reference, reason: Reason }, closed),
  output: Proposal,
  errors: ['settlement.participant_not_found', 'settlement.asset_not_held', ...PROPOSAL_ERRORS],
  example: {
    params: { id: 'mem_0192837465ab7def8192837465abcdef' },
    body: { asset: 'EUR/2', units: '1000000', reference: 'FUND-2026-0001', reason: 'Custodian confirmed by SWIFT' },
  },
});

export const listProposals = operation({
  name: 'settlement.list_proposals',
  method: 'GET',
  path: '/v1/proposals',
  summary: 'Acts that take two people, newest first',
  scope: 'settlement:read',
  cost: 'normal',
  query: Type.Object(
    { ...pageQuery, state: Type.Optional(Type.Union([Type.Literal('open'), Type.Literal('decided')])), kind: Type.Optional(ProposalKind) },
    closed,
  ),
  output: pageOf(Proposal),
  errors: [],
  example: { query: { state: 'open' } },
});

const decision = {
  method: 'POST',
  cost: 'normal',
  scope: 'settlement:write',
  params: Type.Object({ id: ProposalId }, closed),
  body: Type.Object({ comment: Type.String({ minLength: 1, maxLength: 500, examples: ['Seen the confirmation'] }) }, closed),
  output: Proposal,
} as const;

export const approveProposal = operation({
  ...decision,
  name: 'settlement.approve_proposal',
  path: '/v1/proposals/{id}/approve',
  summary: 'Does what another person has proposed',
  errors: [
    'settlement.proposal_not_found',
    'settlement.proposal_decided',
    'settlement.proposal_expired',
    'settlement.second_person_required',
    'settlement.custody_account_taken',
    'settlement.participant_not_found',
    'settlement.asset_not_held',
    'settlement.rail_taken',
    'settlement.instruction_not_found',
    'settlement.instruction_decided',
    'settlement.instruction_not_held',
    'settlement.instruction_in_case',
    'settlement.instruction_changed',
    'settlement.instruction_sent',
    'settlement.break_not_found',
    'settlement.break_resolved',
    'settlement.break_has_no_entry',
    'settlement.break_not_incoming',
    'settlement.break_changed',
    'settlement.break_returning',
    'settlement.break_not_returnable',
    'settlement.payee_listed',
    'settlement.name_unreadable',
    'settlement.write_off_above_limit',
    'settlement.insufficient_funds',
    'settlement.write_off_account_invalid',
    'settlement.income_short',
    'settlement.rail_missing',
    'settlement.custody_short',
    ...PROPOSAL_ERRORS,
  ],
  example: { params: { id: 'prp_0192837465ab7def8192837465abcdef' }, body: { comment: 'Seen the confirmation' } },
});

export const rejectProposal = operation({
  ...decision,
  name: 'settlement.reject_proposal',
  path: '/v1/proposals/{id}/reject',
  summary: 'Turns down what was proposed, by another person or by whoever proposed it',
  errors: [
    'settlement.proposal_not_found',
    'settlement.proposal_decided',
    'settlement.proposal_expired',
    'settlement.person_required',
    'request.key_reused',
  ],
  example: { params: { id: 'prp_0192837465ab7def8192837465abcdef' }, body: { comment: 'Wrong account' } },
});

export const PayoutAccount = Type.Object({ asset: Asset, holder: Type.String(), number: Type.String(), agentBic: Bic }, closed);

export const getFundingInstructions = operation({
  name: 'settlement.get_funding_instructions',
  method: 'GET',
  path: '/v1/participants/{id}/funding',
  summary: 'How a participant sends money in, with the reference that names it, and where its money goes out to',
  scope: 'participants:read',
  cost: 'light',
  params: Type.Object({ id: ParticipantId }, closed),
  output: Type.Object(
    {
      /** ISO 11649; an entry under it is minted to this participant. */
      reference: Type.String(),
      payTo: Type.Array(Type.Object({ asset: Asset, name: Type.String(), number: Type.String(), servicerBic: Bic }, closed)),
      payoutAccounts: Type.Array(PayoutAccount),
    },
    closed,
  ),
  errors: ['settlement.participant_not_found'],
  example: { params: { id: 'mem_0192837465ab7def8192837465abcdef' } },
});

export const FundingExpectation = Type.Object(
  {
    id: ExpectationId,
    participantId: ParticipantId,
    asset: Asset,
    units: Units,
    reference: Type.String(),
    expectedOn: LocalDateText,
    state: Type.Union([Type.Literal('open'), Type.Literal('met'), Type.Literal('withdrawn')]),
    createdAt: Instant,
    createdBy: Type.String(),
  },
  closed,
);

export const announceFunding = operation({
  name: 'settlement.announce_funding',
  method: 'POST',
  path: '/v1/participants/{id}/announced-funding',
  summary:
    'Announces money on its way to custody; under the reference in the answer exactly this amount is minted, anything else is a break',
  scope: 'payments:write',
  cost: 'normal',
  status: 201,
  idempotencyKey: 'required',
  params: Type.Object({ id: ParticipantId }, closed),
  body: Type.Object({ asset: Asset, units: PositiveUnits, expectedOn: LocalDateText }, closed),
  output: FundingExpectation,
  errors: ['settlement.participant_not_found', 'settlement.asset_not_held', 'request.key_reused'],
  example: {
    params: { id: 'mem_0192837465ab7def8192837465abcdef' },
    body: { asset: 'EUR/2', units: '1000000', expectedOn: '2026-11-23' },
  },
});

export const listAnnouncedFunding = operation({
  name: 'settlement.list_announced_funding',
  method: 'GET',
  path: '/v1/announced-funding',
  summary: 'Money that participants have announced, newest first',
  scope: 'participants:read',
  cost: 'normal',
  query: Type.Object(pageQuery, closed),
  output: pageOf(FundingExpectation),
  errors: [],
  example: {},
});

export const withdrawAnnouncedFunding = operation({
  name: 'settlement.withdraw_announced_funding',
  method: 'POST',
  path: '/v1/announced-funding/{id}/withdraw',
  summary: 'Withdraws an announcement that nothing has met',
  scope: 'payments:write',
  cost: 'light',
  params: Type.Object({ id: ExpectationId }, closed),
  output: FundingExpectation,
  errors: ['settlement.announcement_not_found', 'settlement.announcement_met', 'request.key_reused'],
  example: { params: { id: 'fex_0192837465ab7def8192837465abcdef' } },
});

export const custodyOperations = [
  getCustody,
  proposeCustodyAccount,
  proposeCustodyPolicy,
  setWriteOffLimit,
  proposePayoutAccount,
  proposeMint,
  listProposals,
  approveProposal,
  rejectProposal,
  getFundingInstructions,
  announceFunding,
  listAnnouncedFunding,
  withdrawAnnouncedFunding,
  ...reserveOperations,
] as const;

export const tokensMinted = eventKind({
  type: 'settlement.tokens_minted',
  version: 1,
  summary: 'Money in custody has become tokens of a participant',
  data: Type.Object({ participantId: ParticipantId, asset: Asset, units: Type.String(), reference: Type.String() }),
});

export const custodyEvents = [tokensMinted, reservesPublished] as const;

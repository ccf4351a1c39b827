import Type from 'typebox';
import { eventKind } from '../../base/event.ts';
import { idOf } from '../../base/id.ts';
import { Asset, PositiveUnits, Units } from '../../base/money.ts';
import { operation } from '../../base/operation.ts';
import { pageOf, pageQuery } from '../../base/page.ts';
import { Instant } from '../../base/time.ts';
import { Proposal } from '../custody/contract.ts';
import { CustodyAccountId } from '../custody/ids.ts';
import { IncomeSource } from '../custody/income-contract.ts';
import { Bic, ParticipantId } from '../participant/contract.ts';

const closed = { additionalProperties: false };

export const InstructionId = idOf('ins');
const RailId = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,39}$', examples: ['bundesbank-files'] });
const Reference = Type.String({ minLength: 1, maxLength: 35, pattern: '^\\S(.*\\S)?$', examples: ['OUT-2026-0001'] });
const Reason = Type.String({ minLength: 5, maxLength: 500, examples: ['Agreed with the bank on 20 November'] });

const railFields = {
  id: RailId,
  kind: Type.Union([Type.Literal('iso20022_file'), Type.Literal('http')]),
  name: Type.String({ minLength: 1, maxLength: 70, examples: ['Files of the Bundesbank'] }),
  /** The bank that it reaches. */
  servicerBic: Bic,
  url: Type.Optional(Type.String({ maxLength: 300, examples: ['https://rail.bank.example/v1'] })),
  cutOff: Type.Optional(
    Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', examples: ['16:30'], description: 'Around the clock when absent' }),
  ),
  zone: Type.String({ minLength: 1, maxLength: 60, examples: ['Europe/Berlin'] }),
};

export const Rail = Type.Object(
  {
    ...railFields,
    state: Type.Union([Type.Literal('open'), Type.Literal('paused')]),
    /** Ed25519, in PEM: with it the rail checks the signatures of what it is sent over HTTP. */
    publicKey: Type.String(),
    /** Where its files are exchanged. */
    folder: Type.Optional(Type.String()),
    createdAt: Instant,
  },
  closed,
);

export const InstructionState = Type.Union([
  Type.Literal('waiting'),
  Type.Literal('held'),
  Type.Literal('sending'),
  Type.Literal('unknown'),
  Type.Literal('accepted'),
  Type.Literal('refused'),
  Type.Literal('confirmed'),
  Type.Literal('cancelled'),
]);

const Side = Type.Object({ name: Type.String(), number: Type.String(), agentBic: Bic, bic: Type.Optional(Bic) }, closed);

const instructionFields = {
  id: InstructionId,
  kind: Type.Union([Type.Literal('payout'), Type.Literal('sweep'), Type.Literal('income'), Type.Literal('return')]),
  railId: RailId,
  participantId: Type.Optional(ParticipantId),
  /** Which income account of the operator it is paid from. */
  incomeSource: Type.Optional(IncomeSource),
  /** The break that a return answers, and the code of its reason (ISO 20022, external return reasons). */
  breakId: Type.Optional(idOf('brk')),
  returnCode: Type.Optional(Type.String()),
  asset: Asset,
  units: Units,
  reference: Type.String(),
  creditor: Side,
  state: InstructionState,
  attempts: Type.Integer(),
  /** When it is sent or asked for next, while it is waiting or unknown. */
  nextAt: Type.Optional(Instant),
  reason: Type.Optional(Type.String()),
  /** The case that holds it, since a list names whom it is paid to; for the operator only. */
  caseId: Type.Optional(idOf('case')),
  railReference: Type.Optional(Type.String()),
  requestedBy: Type.String(),
  requestedAt: Instant,
  changedAt: Instant,
};

export const Instruction = Type.Object(instructionFields, closed);

export const InstructionDetail = Type.Object(
  {
    ...instructionFields,
    debtor: Side,
    uetr: Type.String(),
    /** Tries and answers; for the operator only. */
    moves: Type.Array(Type.Object({ fromState: Type.String(), toState: Type.String(), detail: Type.String(), at: Instant }, closed)),
  },
  closed,
);

export const listRails = operation({
  name: 'settlement.list_rails',
  method: 'GET',
  path: '/v1/rails',
  summary: 'How instructions reach custodian banks',
  scope: 'settlement:read',
  cost: 'light',
  output: Type.Object({ items: Type.Array(Rail) }, closed),
  errors: [],
  example: {},
});

export const proposeRail = operation({
  name: 'settlement.propose_rail',
  method: 'POST',
  path: '/v1/rails',
  summary: 'Proposes a rail to a custodian bank: ISO 20022 files in a folder, or signed JSON over HTTP',
  scope: 'settlement:write',
  cost: 'normal',
  status: 202,
  body: Type.Object({ ...railFields, reason: Reason }, closed),
  output: Proposal,
  errors: [
    'settlement.rail_taken',
    'settlement.rail_url_missing',
    'settlement.bic_invalid',
    'settlement.zone_unknown',
    'settlement.person_required',
    'webhook.url_invalid',
    'webhook.url_not_https',
    'webhook.target_private',
    'request.key_reused',
  ],
  example: {
    body: {
      id: 'bundesbank-files',
      kind: 'iso20022_file',
      name: 'Files of the Bundesbank',
      servicerBic: 'MARKDEFF',
      cutOff: '16:30',
      zone: 'Europe/Berlin',
      reason: 'Agreed with the bank on 20 November',
    },
  },
});

const RailDocument = Type.Object(
  {
    id: idOf('rdc'),
    /** As the rail calls it. */
    name: Type.String(),
    /** How it is called in the folder `refused`; absent while it lies where the rail has put it. */
    keptAs: Type.Optional(Type.String()),
    /** failing: tried again. set_aside: by people, who may put it back. replaced: set aside, and another came under its name before it was known to be in `refused`. */
    state: Type.Union([Type.Literal('failing'), Type.Literal('set_aside'), Type.Literal('replaced')]),
    attempts: Type.Integer(),
    /** Why it was not taken. */
    code: Type.String(),
    detail: Type.String(),
    failedAt: Instant,
    changedAt: Instant,
  },
  closed,
);

export const listRailDocuments = operation({
  name: 'settlement.list_rail_documents',
  method: 'GET',
  path: '/v1/rails/{id}/documents',
  summary: 'Documents of a rail that could not be taken: tried again, or set aside for people, newest first',
  scope: 'settlement:read',
  cost: 'light',
  params: Type.Object({ id: RailId }, closed),
  query: Type.Object(pageQuery, closed),
  output: pageOf(RailDocument),
  errors: ['settlement.rail_not_found'],
  example: { params: { id: 'bundesbank-files' } },
});

export const setRailState = operation({
  name: 'settlement.set_rail_state',
  method: 'PUT',
  path: '/v1/rails/{id}/state',
  summary: 'Pauses a rail, so that nothing new is sent, or opens it again',
  scope: 'settlement:write',
  cost: 'light',
  params: Type.Object({ id: RailId }, closed),
  body: Type.Object({ state: Type.Union([Type.Literal('open'), Type.Literal('paused')]) }, closed),
  output: Rail,
  errors: ['settlement.rail_not_found', 'settlement.operator_only', 'request.key_reused'],
  example: { params: { id: 'bundesbank-files' }, body: { state: 'paused' } },
});

export const requestPayout = operation({
  name: 'settlement.request_payout',
  method: 'POST',
  path: '/v1/participants/{id}/payouts',
  summary: "Pays a participant's money out to its account: held now, burned when the rail has paid, free again when it refuses",
  scope: 'payments:write',
  cost: 'normal',
  status: 202,
  idempotencyKey: 'required',
  params: Type.Object({ id: ParticipantId }, closed),
  body: Type.Object({ asset: Asset, units: PositiveUnits, reference: Reference }, closed),
  output: Instruction,
  errors: [
    'settlement.participant_not_found',
    'settlement.participant_suspended',
    'settlement.asset_not_held',
    'settlement.payout_account_missing',
    'settlement.payee_listed',
    'settlement.name_unreadable',
    'settlement.rail_missing',
    'settlement.custody_short',
    'settlement.insufficient_funds',
    'request.key_reused',
  ],
  example: {
    params: { id: 'mem_0192837465ab7def8192837465abcdef' },
    body: { asset: 'EUR/2', units: '100000', reference: 'OUT-2026-0001' },
  },
});

export const requestSweep = operation({
  name: 'settlement.request_sweep',
  method: 'POST',
  path: '/v1/custody/sweeps',
  summary: 'Moves money from one custody account to another of the same currency',
  scope: 'settlement:write',
  cost: 'normal',
  status: 202,
  idempotencyKey: 'required',
  body: Type.Object({ fromId: CustodyAccountId, toId: CustodyAccountId, units: PositiveUnits, reference: Reference }, closed),
  output: Instruction,
  errors: [
    'settlement.operator_only',
    'settlement.custody_account_not_found',
    'settlement.sweep_invalid',
    'settlement.rail_missing',
    'settlement.custody_short',
    'request.key_reused',
  ],
  example: {
    body: {
      fromId: 'cst_0192837465ab7def8192837465abcdef',
      toId: 'cst_0192837465ab7def8192837465abcdee',
      units: '100000',
      reference: 'SWEEP-0001',
    },
  },
});

export const listInstructions = operation({
  name: 'settlement.list_instructions',
  method: 'GET',
  path: '/v1/instructions',
  summary: 'Instructions to rails, newest first',
  scope: 'settlement:read',
  cost: 'normal',
  query: Type.Object({ ...pageQuery, state: Type.Optional(InstructionState), participantId: Type.Optional(ParticipantId) }, closed),
  output: pageOf(Instruction),
  errors: [],
  example: { query: { limit: '20' } },
});

export const getInstruction = operation({
  name: 'settlement.get_instruction',
  method: 'GET',
  path: '/v1/instructions/{id}',
  summary: 'One instruction with every try and answer',
  scope: 'settlement:read',
  cost: 'light',
  params: Type.Object({ id: InstructionId }, closed),
  output: InstructionDetail,
  errors: ['settlement.instruction_not_found'],
  example: { params: { id: 'ins_0192837465ab7def8192837465abcdef' } },
});

export const cancelInstruction = operation({
  name: 'settlement.cancel_instruction',
  method: 'POST',
  path: '/v1/instructions/{id}/cancel',
  summary:
    'Cancels an instruction that has never been handed to its rail; the money is free again, and the break of a return is open again',
  scope: 'payments:write',
  cost: 'normal',
  params: Type.Object({ id: InstructionId }, closed),
  output: Instruction,
  errors: ['settlement.instruction_not_found', 'settlement.instruction_sent', 'settlement.instruction_held', 'request.key_reused'],
  example: { params: { id: 'ins_0192837465ab7def8192837465abcdef' } },
});

export const proposeInstructionOutcome = operation({
  name: 'settlement.propose_instruction_outcome',
  method: 'POST',
  path: '/v1/instructions/{id}/outcome',
  summary: 'Proposes what became of an instruction that its rail says nothing clear about, as found out from the bank',
  scope: 'settlement:write',
  cost: 'normal',
  status: 202,
  params: Type.Object({ id: InstructionId }, closed),
  body: Type.Object({ outcome: Type.Union([Type.Literal('accepted'), Type.Literal('refused')]), reason: Reason }, closed),
  output: Proposal,
  errors: ['settlement.instruction_not_found', 'settlement.instruction_decided', 'settlement.person_required', 'request.key_reused'],
  example: {
    params: { id: 'ins_0192837465ab7def8192837465abcdef' },
    body: { outcome: 'accepted', reason: 'The bank confirms by letter that it has paid' },
  },
});

export const proposeHeldInstruction = operation({
  name: 'settlement.propose_held_instruction',
  method: 'POST',
  path: '/v1/instructions/{id}/held',
  summary: 'Proposes to let go, or to refuse, an instruction that is held since its participant is suspended',
  scope: 'settlement:write',
  cost: 'normal',
  status: 202,
  params: Type.Object({ id: InstructionId }, closed),
  body: Type.Object({ decision: Type.Union([Type.Literal('release'), Type.Literal('refuse')]), reason: Reason }, closed),
  output: Proposal,
  errors: [
    'settlement.instruction_not_found',
    'settlement.instruction_not_held',
    'settlement.instruction_in_case',
    'settlement.instruction_sent',
    'settlement.person_required',
    'request.key_reused',
  ],
  example: {
    params: { id: 'ins_0192837465ab7def8192837465abcdef' },
    body: { decision: 'release', reason: 'The administrator of the estate agrees' },
  },
});

export const railOperations = [
  listRails,
  proposeRail,
  setRailState,
  listRailDocuments,
  requestPayout,
  requestSweep,
  listInstructions,
  getInstruction,
  cancelInstruction,
  proposeInstructionOutcome,
  proposeHeldInstruction,
] as const;

export const instructionMoved = eventKind({
  type: 'settlement.instruction_moved',
  version: 1,
  summary: 'An instruction was held, let go, accepted, refused, confirmed or cancelled',
  data: Type.Object({
    instructionId: InstructionId,
    kind: Type.String(),
    state: InstructionState,
    asset: Asset,
    units: Type.String(),
    reference: Type.String(),
    reason: Type.Optional(Type.String()),
  }),
});

export const railDocumentSetAside = eventKind({
  type: 'settlement.rail_document_set_aside',
  version: 1,
  summary: 'A document that a rail has put down cannot be taken; it is kept, and people have to look at it',
  data: Type.Object({ railId: RailId, document: Type.String(), code: Type.String(), detail: Type.String() }),
});

export const railEvents = [instructionMoved, railDocumentSetAside] as const;

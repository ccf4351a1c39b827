import Type from 'typebox';
import { operation } from '../base/operation.ts';
import { Instant } from '../base/time.ts';
import {
  ChecklistName,
  closed,
  DecisionWord,
  LineId,
  Role,
  Sha256,
  SignerShape,
  UserId,
  WaiverRequest,
  WaiverRequestId,
  Words,
} from './schema.ts';

const named = Type.Object({ name: ChecklistName }, closed);
const lineOf = Type.Object({ name: ChecklistName, line: LineId }, closed);
const A_LINE = { name: 'probe', line: 'probe-line' };
const UNTIL = '2027-01-31T00:00:00.000Z';

const signErrors = [
  'readiness.checklist_not_found',
  'readiness.step_up_required',
  'readiness.not_run',
  'readiness.subject_changed',
  'readiness.words_missing',
  'readiness.signature_of_another',
  'request.key_reused',
];
const approverErrors = ['readiness.not_an_approver', 'readiness.requester_unknown', 'readiness.authors_unknown', 'readiness.own_request'];
const Logged = Type.Object({ record: Type.Integer(), at: Type.String(), leaf: Type.String() }, closed);

export const signLine = operation({
  name: 'readiness.sign_line',
  method: 'POST',
  path: '/v1/readiness/checklists/{name}/lines/{line}/sign',
  summary: 'Attests a line in a role that you hold, after a step-up login; void as soon as what it speaks of changes',
  scope: 'readiness:sign',
  cost: 'heavy',
  params: lineOf,
  body: Type.Object({ role: Role, statement: Words, evidence: Type.Optional(Sha256) }, closed),
  output: Logged,
  errors: [
    'readiness.line_unknown',
    'readiness.not_signable',
    'readiness.role_not_asked',
    'readiness.role_not_held',
    'readiness.role_conflict',
    ...signErrors,
  ],
  example: { params: A_LINE, body: { role: 'Release manager', statement: 'Drill of 12 March passed, protocol in the archive' } },
});

export const ruleOutLine = operation({
  name: 'readiness.rule_out_line',
  method: 'POST',
  path: '/v1/readiness/checklists/{name}/lines/{line}/not-applicable',
  summary: 'Says with a reason and your name that a line does not apply here',
  scope: 'readiness:sign',
  cost: 'heavy',
  params: lineOf,
  body: Type.Object({ reason: Words }, closed),
  output: Logged,
  errors: ['readiness.line_unknown', ...approverErrors, ...signErrors],
  example: { params: A_LINE, body: { reason: 'There is no second region in this deployment' } },
});

export const planLine = operation({
  name: 'readiness.plan_line',
  method: 'POST',
  path: '/v1/readiness/checklists/{name}/lines/{line}/plan',
  summary: 'Says what will be done about a line that does not hold, and by when',
  scope: 'readiness:sign',
  cost: 'heavy',
  params: lineOf,
  body: Type.Object({ plan: Words, due: Instant }, closed),
  output: Logged,
  errors: ['readiness.line_unknown', 'readiness.plan_overdue', ...signErrors],
  example: { params: A_LINE, body: { plan: 'A second pair of disks is ordered', due: UNTIL } },
});

export const requestWaiver = operation({
  name: 'readiness.request_waiver',
  method: 'POST',
  path: '/v1/readiness/checklists/{name}/lines/{line}/waiver-requests',
  summary: 'Asks that a line be waived until a day; another person has to grant it',
  scope: 'readiness:write',
  cost: 'normal',
  status: 201,
  params: lineOf,
  body: Type.Object({ reason: Words, until: Instant }, closed),
  output: WaiverRequest,
  errors: ['readiness.checklist_not_found', 'readiness.line_unknown', 'readiness.waiver_past', 'request.key_reused'],
  example: { params: A_LINE, body: { reason: 'The new certificate is on its way', until: UNTIL } },
});

export const grantWaiver = operation({
  name: 'readiness.grant_waiver',
  method: 'POST',
  path: '/v1/readiness/waiver-requests/{id}/grant',
  summary: 'Waives a line until the day that was asked for, with your signature; nobody grants their own request',
  scope: 'readiness:sign',
  cost: 'heavy',
  params: Type.Object({ id: WaiverRequestId }, closed),
  output: Logged,
  errors: [
    'readiness.waiver_request_not_found',
    'readiness.waiver_request_decided',
    'readiness.line_unknown',
    'readiness.waiver_ended',
    'readiness.waiver_too_long',
    ...approverErrors,
    ...signErrors,
  ],
  example: { params: { id: 'wvr_0192837465ab7def8192837465abcdef' } },
});

export const refuseWaiver = operation({
  name: 'readiness.refuse_waiver',
  method: 'POST',
  path: '/v1/readiness/waiver-requests/{id}/refuse',
  summary: 'Ends a request for a waiver without one; whoever asked may take it back like this',
  scope: 'readiness:write',
  cost: 'normal',
  params: Type.Object({ id: WaiverRequestId }, closed),
  output: WaiverRequest,
  errors: ['readiness.waiver_request_not_found', 'readiness.waiver_request_decided', 'request.key_reused'],
  example: { params: { id: 'wvr_0192837465ab7def8192837465abcdef' } },
});

export const approveLines = operation({
  name: 'readiness.approve_lines',
  method: 'POST',
  path: '/v1/readiness/checklists/{name}/approve',
  summary: 'Takes the risk of lines of a high tier that do not hold, for the latest run; nobody approves a run that they asked for',
  scope: 'readiness:sign',
  cost: 'heavy',
  params: named,
  body: Type.Object({ lines: Type.Array(LineId, { minItems: 1, maxItems: 2_000, uniqueItems: true }), reason: Words }, closed),
  output: Logged,
  errors: ['readiness.line_unknown', 'readiness.approval_not_needed', 'readiness.critical_blocks', ...approverErrors, ...signErrors],
  example: { params: { name: 'probe' }, body: { lines: ['probe-line'], reason: 'Load stays below a tenth until March' } },
});

export const withdrawRecord = operation({
  name: 'readiness.withdraw_record',
  method: 'POST',
  path: '/v1/readiness/checklists/{name}/log/{record}/withdraw',
  summary: 'Takes back a signature, waiver, approval or plan; it stays in the log and no longer counts',
  scope: 'readiness:sign',
  cost: 'heavy',
  params: Type.Object(
    {
      name: ChecklistName,
      record: Type.Codec(Type.String({ pattern: '^(0|[1-9][0-9]{0,8})$', examples: ['0'] }))
        .Decode((text) => Number(text))
        .Encode((index: number) => String(index)),
    },
    closed,
  ),
  body: Type.Object({ reason: Words }, closed),
  output: Logged,
  errors: ['readiness.record_unknown', 'readiness.not_withdrawable', 'readiness.withdrawn_already', 'readiness.not_yours', ...signErrors],
  example: { params: { name: 'probe', record: '0' }, body: { reason: 'The protocol was that of another drill' } },
});

export const decideRelease = operation({
  name: 'readiness.decide_release',
  method: 'POST',
  path: '/v1/readiness/checklists/{name}/decide',
  summary: 'Signs the verdict over the latest run and writes it into the log; it says what the gate says, not what is wished',
  scope: 'readiness:sign',
  cost: 'heavy',
  params: named,
  output: Type.Object({ ...Logged.properties, decision: DecisionWord, blocks: Type.Array(Type.String()) }, closed),
  errors: [...signErrors],
  example: { params: { name: 'probe' } },
});

export const listSigners = operation({
  name: 'readiness.list_signers',
  method: 'GET',
  path: '/v1/readiness/signers',
  summary: 'Who may sign, and in which roles',
  scope: 'readiness:read',
  cost: 'light',
  output: Type.Object({ items: Type.Array(SignerShape) }, closed),
  errors: [],
  example: {},
});

export const setSigner = operation({
  name: 'readiness.set_signer',
  method: 'PUT',
  path: '/v1/readiness/signers/{id}',
  summary: 'Names the roles in which a user may sign; none takes them all away. What was signed before stays as it was',
  scope: 'access:write',
  cost: 'normal',
  params: Type.Object({ id: UserId }, closed),
  body: Type.Object({ roles: Type.Array(Role, { maxItems: 50, uniqueItems: true, examples: [['Release manager']] }) }, closed),
  output: SignerShape,
  errors: ['readiness.user_not_found', 'request.key_reused'],
  example: { params: { id: 'usr_0192837465ab7def8192837465abcdef' }, body: { roles: ['Release manager'] } },
});

const SigningKey = Type.Object(
  {
    key: Type.String({ description: 'The public key, SPKI in base64' }),
    createdAt: Instant,
    endedAt: Type.Optional(Instant),
    compromisedSince: Type.Optional(Instant),
  },
  closed,
);

export const listSigningKeys = operation({
  name: 'readiness.list_signing_keys',
  method: 'GET',
  path: '/v1/readiness/signing-keys',
  summary: 'The keys that sign for users, and until when each of them did',
  scope: 'readiness:read',
  cost: 'light',
  output: Type.Object({ items: Type.Array(SigningKey) }, closed),
  errors: [],
  example: {},
});

export const endSigningKey = operation({
  name: 'readiness.end_signing_key',
  method: 'POST',
  path: '/v1/readiness/signing-keys/end',
  summary: 'Ends the key that signs now, or the one that is named; what a lost key signed since some time counts for nothing',
  scope: 'access:write',
  cost: 'normal',
  body: Type.Object(
    {
      key: Type.Optional(
        Type.String({ pattern: '^[A-Za-z0-9+/]{59}=$', examples: ['MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE='] }),
      ),
      compromisedSince: Type.Optional(Instant),
      reason: Words,
    },
    closed,
  ),
  output: SigningKey,
  errors: ['readiness.step_up_required', 'readiness.signing_key_not_found', 'request.key_reused'],
  example: { body: { reason: 'Yearly change of keys' } },
});

/** What people sign, and who may. */
export const signingOperations = [
  signLine,
  ruleOutLine,
  planLine,
  requestWaiver,
  grantWaiver,
  refuseWaiver,
  approveLines,
  withdrawRecord,
  decideRelease,
  listSigners,
  setSigner,
  listSigningKeys,
  endSigningKey,
] as const;

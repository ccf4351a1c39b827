import Type from 'typebox';
import { eventKind } from '../../base/event.ts';
import { idOf } from '../../base/id.ts';
import { Asset, Units } from '../../base/money.ts';
import { operation } from '../../base/operation.ts';
import { pageOf, pageQuery } from '../../base/page.ts';
import { Instant, LocalDateText } from '../../base/time.ts';
import { PaymentDetail, PaymentId } from '../payment/contract.ts';
import { InstructionId } from '../rail/contract.ts';
import { CASE_KINDS, CASE_STATES, DECISIONS, PRIORITIES } from './case.ts';
import { getComplianceSettings, setComplianceSettings } from './settings-contract.ts';
import { MissingInformation, RuleHit, ScoredRisk } from './judgement-contract.ts';

const closed = { additionalProperties: false };
const oneOf = <const T extends readonly string[]>(...values: T) => Type.Unsafe<T[number]>(Type.Enum([...values]));
const text = (minLength: number, maxLength: number, example: string) => Type.String({ minLength, maxLength, examples: [example] });

export const CaseId = idOf('case');
const UserId = idOf('usr');
const EvidenceId = idOf('evd');

const State = oneOf(...CASE_STATES);
const Kind = oneOf(...CASE_KINDS);
const PriorityName = oneOf(...PRIORITIES);
const DecisionName = oneOf(...DECISIONS);
const Outcome = oneOf('released', 'rejected', 'dismissed', 'reported');
const Person = Type.Object({ id: UserId, name: Type.String() }, closed);
const Comment = text(3, 2_000, 'Different date of birth; not the listed person.');

const Proposal = Type.Object({ decision: DecisionName, comment: Type.String(), by: Person, at: Instant }, closed);

const caseFields = {
  id: CaseId,
  number: Type.Integer(),
  kind: Kind,
  state: State,
  priority: PriorityName,
  title: Type.String(),
  summary: Type.String(),
  score: Type.Integer({ description: 'Risk of the payment, 0 to 100' }),
  paymentId: Type.Optional(PaymentId),
  instructionId: Type.Optional(InstructionId),
  asset: Type.Optional(Asset),
  units: Type.Optional(Units),
  assignee: Type.Optional(Person),
  openedAt: Instant,
  dueAt: Instant,
  breachedAt: Type.Optional(Instant),
  proposal: Type.Optional(Proposal),
  outcome: Type.Optional(Outcome),
  closedBy: Type.Optional(Type.String()),
  closedAt: Type.Optional(Instant),
};

export const Case = Type.Object(caseFields, closed);

const Step = Type.Object({ at: Instant, step: Type.String(), text: Type.String(), actor: Type.String() }, closed);
const Link = Type.Object(
  { kind: oneOf('payment', 'party', 'case'), subject: Type.String(), label: Type.String(), linkedBy: Type.String(), linkedAt: Instant },
  closed,
);
const Evidence = Type.Object(
  {
    id: EvidenceId,
    name: Type.String(),
    mediaType: Type.String(),
    bytes: Type.Integer(),
    sha256: Type.String(),
    note: Type.Optional(Type.String()),
    addedBy: Type.String(),
    addedAt: Instant,
  },
  closed,
);

/** What the decision to look at a payment was made from: kept with the case, never changed. */
export const CaseInputs = Type.Object(
  {
    listVersion: Type.Optional(Type.String()),
    screeningSet: Type.Optional(Type.Integer()),
    ruleSet: Type.Optional(Type.Integer()),
    limitSet: Type.Optional(Type.Integer()),
    rules: Type.Optional(Type.Array(RuleHit)),
    missing: Type.Optional(Type.Array(MissingInformation)),
    risk: Type.Optional(ScoredRisk),
    value: Type.Optional(Type.String({ description: 'Amount in minor units of the reference currency of the rules' })),
    corridor: Type.Optional(Type.String()),
    matches: Type.Optional(Type.Array(Type.Unknown(), { description: 'What screening again found' })),
  },
  closed,
);

const Traffic = Type.Object(
  {
    party: oneOf('debtor', 'creditor'),
    name: Type.String(),
    account: Type.Optional(Type.String()),
    payments: Type.Array(
      Type.Object(
        {
          id: PaymentId,
          at: Instant,
          direction: oneOf('sent', 'received'),
          other: Type.String(),
          asset: Asset,
          units: Units,
          decision: Type.String(),
        },
        closed,
      ),
    ),
  },
  closed,
);

export const CaseDetail = Type.Object(
  {
    ...caseFields,
    inputs: CaseInputs,
    payment: Type.Optional(PaymentDetail),
    steps: Type.Array(Step),
    links: Type.Array(Link),
    evidence: Type.Array(Evidence),
    traffic: Type.Array(Traffic),
    needsTwo: Type.Boolean({ description: 'Whether a second person has to confirm a decision' }),
  },
  closed,
);

const params = Type.Object({ id: CaseId }, closed);
const example = (body: object) => ({ params: { id: 'case_0192837465ab7def8192837465abcdef' }, body });
const common = ['settlement.case_not_found', 'settlement.operators_only'] as const;
const changing = [...common, 'settlement.case_closed', 'settlement.case_move', 'request.key_reused'] as const;

export const listCases = operation({
  name: 'settlement.list_cases',
  method: 'GET',
  path: '/v1/cases',
  summary: 'Cases: those that are not closed by the time they are due, or any, newest first',
  scope: 'screening:read',
  cost: 'normal',
  query: Type.Object(
    {
      ...pageQuery,
      state: Type.Optional(oneOf('active', ...CASE_STATES)),
      kind: Type.Optional(Kind),
      priority: Type.Optional(PriorityName),
      assignee: Type.Optional(oneOf('me', 'nobody')),
      overdue: Type.Optional(Type.Literal('true')),
      query: Type.Optional(Type.String({ minLength: 1, maxLength: 140, description: 'Number, part of a name, end-to-end id or UETR' })),
      sort: Type.Optional(oneOf('due', 'newest')),
    },
    closed,
  ),
  output: pageOf(Case),
  errors: ['settlement.operators_only'],
  example: { query: { state: 'active' } },
});

export const getCase = operation({
  name: 'settlement.get_case',
  method: 'GET',
  path: '/v1/cases/{id}',
  summary: 'One case with what it was opened for, its history, evidence, links, and what its parties paid lately',
  scope: 'screening:read',
  cost: 'normal',
  params,
  output: CaseDetail,
  errors: [...common],
  example: { params: { id: 'case_0192837465ab7def8192837465abcdef' } },
});

export const caseStatistics = operation({
  name: 'settlement.case_statistics',
  method: 'GET',
  path: '/v1/case-statistics',
  summary: 'Cases by state and priority, how they were decided and how fast, over the last 30 days',
  scope: 'screening:read',
  cost: 'normal',
  output: Type.Object(
    {
      open: Type.Array(Type.Object({ priority: PriorityName, state: State, cases: Type.Integer(), overdue: Type.Integer() }, closed)),
      days: Type.Array(Type.Object({ day: LocalDateText, opened: Type.Integer(), closed: Type.Integer() }, closed)),
      outcomes: Type.Array(Type.Object({ outcome: Outcome, cases: Type.Integer() }, closed)),
      medianMinutes: Type.Optional(Type.Number({ description: 'From opening to decision' })),
      late: Type.Integer({ description: 'Decided after their time' }),
      people: Type.Array(Type.Object({ name: Type.String(), open: Type.Integer(), closed: Type.Integer() }, closed)),
    },
    closed,
  ),
  errors: ['settlement.operators_only'],
  example: {},
});

const change = { method: 'POST' as const, scope: 'screening:write' as const, cost: 'normal' as const, params, output: Case };

export const assignCase = operation({
  ...change,
  name: 'settlement.assign_case',
  path: '/v1/cases/{id}/assign',
  summary: 'Gives a case to oneself, to someone else, or back to all',
  body: Type.Object({ to: oneOf('me', 'nobody', 'person'), person: Type.Optional(Person) }, closed),
  errors: [...changing, 'settlement.assignee_invalid'],
  example: example({ to: 'me' }),
});

export const commentCase = operation({
  ...change,
  name: 'settlement.comment_case',
  path: '/v1/cases/{id}/comment',
  summary: 'Adds a comment to a case; none is ever changed',
  body: Type.Object({ text: Comment }, closed),
  errors: [...changing],
  example: example({ text: 'Asked the bank for the date of birth.' }),
});

export const holdCase = operation({
  ...change,
  name: 'settlement.hold_case',
  path: '/v1/cases/{id}/hold',
  summary: 'Says that a case waits for an answer from outside, or that it has come',
  body: Type.Object({ move: oneOf('wait', 'resume'), text: Comment }, closed),
  errors: [...changing],
  example: example({ move: 'wait', text: 'Waiting for the bank.' }),
});

export const linkCase = operation({
  ...change,
  name: 'settlement.link_case',
  path: '/v1/cases/{id}/links',
  summary: 'Links a payment, a party or another case to a case',
  body: Type.Object(
    {
      kind: oneOf('payment', 'party', 'case'),
      subject: text(1, 140, 'NO9386011117947'),
      label: Type.Optional(text(1, 140, 'The same beneficiary')),
    },
    closed,
  ),
  errors: [...changing, 'settlement.link_invalid'],
  example: example({ kind: 'party', subject: 'NO9386011117947', label: 'The same beneficiary' }),
});

export const addEvidence = operation({
  ...change,
  name: 'settlement.add_evidence',
  path: '/v1/cases/{id}/evidence',
  summary: 'Adds a file to a case: PDF, PNG, JPEG or plain text, at most 10 MB; the same file is kept once',
  cost: 'heavy',
  consumes: 'application/octet-stream',
  bodyLimit: 10 << 20,
  query: Type.Object({ name: text(1, 200, 'passport.pdf'), note: Type.Optional(text(1, 500, 'Passport of the beneficiary')) }, closed),
  errors: [
    ...changing,
    'settlement.evidence_empty',
    'settlement.evidence_too_large',
    'settlement.evidence_type',
    'settlement.evidence_too_many',
  ],
  example: {
    params: { id: 'case_0192837465ab7def8192837465abcdef' },
    query: { name: 'note.txt' },
    document: 'The bank confirms another date of birth.\n',
  },
});

export const getEvidence = operation({
  name: 'settlement.get_evidence',
  method: 'GET',
  path: '/v1/cases/{id}/evidence/{evidence}',
  summary: 'One file of a case, in base64',
  scope: 'screening:read',
  cost: 'heavy',
  params: Type.Object({ id: CaseId, evidence: EvidenceId }, closed),
  output: Type.Object({ name: Type.String(), mediaType: Type.String(), sha256: Type.String(), content: Type.String() }, closed),
  errors: [...common, 'settlement.evidence_not_found'],
  example: { params: { id: 'case_0192837465ab7def8192837465abcdef', evidence: 'evd_0192837465ab7def8192837465abcdef' } },
});

const deciding = [
  ...changing,
  'settlement.decision_invalid',
  'settlement.four_eyes_needed',
  'settlement.case_changed',
  'settlement.instruction_not_held',
  'settlement.instruction_changed',
  'settlement.instruction_sent',
  'settlement.payment_not_held',
  'settlement.payment_listed',
  'settlement.participant_suspended',
  'settlement.asset_not_held',
  'settlement.limit_reached',
  'settlement.breaker_open',
  'ledger.overloaded',
] as const;

export const decideCase = operation({
  ...change,
  name: 'settlement.decide_case',
  path: '/v1/cases/{id}/decide',
  summary: 'Decides on a case, or proposes the decision where a second person has to confirm it',
  body: Type.Object({ decision: DecisionName, comment: Comment }, closed),
  errors: [...deciding],
  example: example({ decision: 'release', comment: 'Different date of birth; not the listed person.' }),
});

export const confirmCase = operation({
  ...change,
  name: 'settlement.confirm_case',
  path: '/v1/cases/{id}/confirm',
  summary: 'Confirms what another person proposed, which then is done; or declines it',
  body: Type.Object({ answer: oneOf('approve', 'decline'), comment: Comment }, closed),
  errors: [...deciding],
  example: example({ answer: 'approve', comment: 'Agreed, the passport is clear.' }),
});

export const complianceOperations = [
  listCases,
  getCase,
  caseStatistics,
  assignCase,
  commentCase,
  holdCase,
  linkCase,
  addEvidence,
  getEvidence,
  decideCase,
  confirmCase,
  getComplianceSettings,
  setComplianceSettings,
] as const;

const subject = { caseId: CaseId, number: Type.Integer(), kind: Kind, priority: PriorityName, state: State };

export const caseOpened = eventKind({
  type: 'settlement.case_opened',
  version: 1,
  summary: 'Someone of compliance has to look at something',
  data: Type.Object({ ...subject, dueAt: Instant }),
});

export const caseMoved = eventKind({
  type: 'settlement.case_moved',
  version: 1,
  summary: 'A case was assigned, held, proposed, confirmed, declined or closed',
  data: Type.Object({ ...subject, move: Type.String(), outcome: Type.Optional(Outcome) }),
});

export const caseBreached = eventKind({
  type: 'settlement.case_breached',
  version: 1,
  summary: 'A case is not decided although its time is over',
  data: Type.Object({ ...subject, dueAt: Instant }),
});

export const complianceEvents = [caseOpened, caseMoved, caseBreached] as const;

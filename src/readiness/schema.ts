import Type from 'typebox';
import { idOf } from '../base/id.ts';
import { Instant } from '../base/time.ts';
import { RESULT_STATES, type ResultState } from './run/result.ts';

/** Shapes that the operations of readiness share. */
export const closed = { additionalProperties: false };

const oneOf = <T extends string>(words: readonly T[]) => Type.Unsafe<T>({ type: 'string', enum: [...words] });
const Texts = Type.Array(Type.String());

export const RunId = idOf('run');
export const WaiverRequestId = idOf('wvr');
export const WatchId = idOf('wch');
export const UserId = idOf('usr');

export const ChecklistName = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,59}$', examples: ['production'] });
export const LineId = Type.String({ minLength: 1, maxLength: 128, pattern: '^[A-Za-z0-9:._-]+$', examples: ['0123456789abcdef'] });
export const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
/** What people write to be kept for ever: a statement, a reason, a plan. */
export const Words = Type.String({
  minLength: 3,
  maxLength: 2_000,
  pattern: '\\S',
  examples: ['Drill of 12 March passed, protocol in the archive'],
});
export const Role = Type.String({ minLength: 1, maxLength: 80, pattern: '^\\S(.*\\S)?$', examples: ['Release manager'] });

export const State = oneOf<ResultState>(RESULT_STATES);
export const DecisionWord = oneOf(['go', 'conditional', 'no_go', 'undecided'] as const);
const TierWord = oneOf(['critical', 'high', 'medium', 'low'] as const);
const EnvironmentWord = oneOf(['development', 'staging', 'production'] as const);
const PolarityWord = oneOf(['good_when_true', 'bad_when_true'] as const);

const SubjectShape = Type.Object(
  {
    checklistSha256: Type.String(),
    bindingsSha256: Type.String(),
    commit: Type.String(),
    configHash: Type.String(),
    environment: Type.String(),
  },
  closed,
);

const Counts = Type.Record(Type.String(), Type.Integer());

export const RunShape = Type.Object(
  {
    id: RunId,
    checklist: ChecklistName,
    state: oneOf(['queued', 'running', 'finished', 'failed'] as const),
    requestedBy: Type.String(),
    requestedAt: Instant,
    startedAt: Type.Optional(Instant),
    finishedAt: Type.Optional(Instant),
    /** Checks that have answered, of how many. */
    done: Type.Integer(),
    total: Type.Integer(),
    subject: Type.Optional(SubjectShape),
    counts: Type.Optional(Counts),
    /** SHA-256 of the whole run, which is kept as evidence. */
    results: Type.Optional(Sha256),
    error: Type.Optional(Type.String()),
  },
  closed,
);

const EffectWord = oneOf([
  'passes',
  'blocks',
  'needs_approval',
  'approved',
  'needs_plan',
  'planned',
  'waived',
  'not_applicable',
  'later',
] as const);

/** A record that was put down and does not count, and why. */
export const Voided = Type.Object(
  {
    record: Type.Integer(),
    at: Type.String(),
    kind: Type.String(),
    lineId: Type.Optional(Type.String()),
    by: Type.String(),
    why: Texts,
    reconfirmable: Type.Boolean({ description: 'Only what it speaks of has changed; the same may be signed again' }),
  },
  closed,
);

export const Gate = Type.Object(
  {
    decision: DecisionWord,
    at: Type.String(),
    runId: Type.Optional(RunId),
    /** Why nothing could be decided. */
    undecided: Texts,
    /** Identities of the lines that stand in the way, most important first. */
    blocks: Texts,
    holdsUntil: Type.Optional(Type.String({ description: 'When the first of what a go rests on is over' })),
    /** Share of the lines due now that were shown, in percent; decides nothing. */
    score: Type.Number(),
    counts: Counts,
    effects: Counts,
    /** The last signed verdict over the same checklist, commit and configuration. */
    signed: Type.Optional(Type.Object({ decision: DecisionWord, by: Type.String(), at: Type.String(), record: Type.Integer() }, closed)),
  },
  closed,
);

export const ChecklistSummary = Type.Object(
  {
    name: ChecklistName,
    title: Type.String(),
    sha256: Sha256,
    origin: oneOf(['product', 'uploaded'] as const),
    items: Type.Integer(),
    criteria: Type.Integer(),
    unbound: Type.Integer({ description: 'Lines that no confirmed binding decides; each fails' }),
    uploadedBy: Type.Optional(Type.String()),
    uploadedAt: Type.Optional(Instant),
    decision: DecisionWord,
    score: Type.Number(),
    counts: Counts,
    lastRunAt: Type.Optional(Type.String()),
  },
  closed,
);

export const LineShape = Type.Object(
  {
    id: Type.String(),
    line: Type.Integer(),
    kind: oneOf(['item', 'criterion', 'sign_off'] as const),
    title: Type.String(),
    detail: Type.Optional(Type.String()),
    section: Texts,
    depth: Type.Integer({ description: '0 for a line without a parent' }),
    tier: TierWord,
    tierFrom: oneOf(['document', 'bindings', 'default'] as const),
    environment: Type.Optional(EnvironmentWord),
    window: Type.Optional(Type.String()),
    polarity: PolarityWord,
    thresholds: Texts,
    guessed: Type.Array(Type.String(), { description: 'What the reader of the document was not sure of in this line' }),
    ticked: Type.Optional(Type.Boolean({ description: 'What somebody claims; absent without a box' })),
    state: State,
    summary: Type.String(),
    /** What decides it; absent when nothing does. */
    decides: Type.Optional(oneOf(['checked', 'attested', 'derived', 'outside', 'not_applicable', 'waived'] as const)),
    confirmed: Type.Boolean(),
    role: Type.Optional(Type.String()),
    claim: Type.Optional(Type.Object({ text: Type.String(), agrees: Type.Boolean(), found: Type.Optional(Type.String()) }, closed)),
    validUntil: Type.Optional(Type.String()),
    effect: EffectWord,
    /** Why it has that effect on the decision, in one sentence. */
    because: Type.String(),
    /** Signatures, waivers, approvals and plans that hold. */
    notes: Type.Array(
      Type.Object({ kind: Type.String(), by: Type.String(), at: Type.String(), text: Type.String(), record: Type.Integer() }, closed),
    ),
  },
  closed,
);

const Measured = Type.Object(
  {
    name: Type.String(),
    value: Type.Union([Type.Number(), Type.String()]),
    unit: Type.Optional(Type.String()),
    demanded: Type.Optional(Type.String()),
    samples: Type.Optional(Type.Integer()),
  },
  closed,
);

export const CheckShape = Type.Object(
  {
    kind: Type.String(),
    asked: Type.String(),
    state: State,
    summary: Type.String(),
    measurements: Type.Array(Measured),
    startedAt: Type.String(),
    ms: Type.Number(),
    evidence: Type.Optional(Sha256),
  },
  closed,
);

export const HistoryEntry = Type.Object(
  {
    at: Type.String(),
    /** `run` for what a run found, else the kind of the entry in the log. */
    kind: Type.String(),
    text: Type.String(),
    state: Type.Optional(State),
    by: Type.Optional(Type.String()),
    role: Type.Optional(Type.String()),
    /** Its index in the checklist's log. */
    record: Type.Integer(),
    evidence: Type.Optional(Sha256),
    withdrawn: Type.Boolean(),
    /** Whether the signature is that of the account over exactly this entry; absent for entries that nobody signs. */
    genuine: Type.Optional(Type.Boolean()),
  },
  closed,
);

export const SignerShape = Type.Object({ id: UserId, name: Type.String(), email: Type.String(), roles: Texts }, closed);

export const WaiverRequest = Type.Object(
  {
    id: WaiverRequestId,
    checklist: ChecklistName,
    lineId: Type.String(),
    reason: Type.String(),
    until: Instant,
    requestedBy: Type.String(),
    requestedAt: Instant,
    /** Whether the caller asked for it, and so cannot grant it. */
    own: Type.Boolean(),
    state: oneOf(['open', 'granted', 'refused'] as const),
    decidedBy: Type.Optional(Type.String()),
    decidedAt: Type.Optional(Instant),
  },
  closed,
);

const AdviceWord = oneOf(['rollback', 'recommend_rollback', 'attention', 'continue'] as const);
const RollbackPolicyWord = oneOf(['off', 'confirm', 'automatic'] as const);
const OutcomeWord = oneOf(['completed', 'rolled_back', 'stopped'] as const);
const Missed = Type.Object({ lineId: Type.String(), count: Type.Integer(), from: Type.String(), to: Type.String() }, closed);

const WatchLine = Type.Object(
  {
    lineId: Type.String(),
    line: Type.Integer(),
    title: Type.String(),
    action: oneOf(['rollback', 'recommend_rollback', 'continue', 'attention'] as const),
    window: Type.Optional(Type.String()),
    from: Type.String(),
    to: Type.String(),
    cadenceMs: Type.Optional(Type.Number()),
    forMs: Type.Number({ description: 'How long it must be bad before it counts' }),
    sight: oneOf(['good', 'warn', 'bad', 'unknown', 'not_yet'] as const),
    certain: Type.Boolean({ description: 'A trigger that was bad for as long as it must be' }),
    summary: Type.Optional(Type.String()),
    lastAt: Type.Optional(Type.String()),
    badSince: Type.Optional(Type.String()),
    badLooks: Type.Optional(Type.Integer()),
    missed: Type.Optional(Missed),
  },
  closed,
);

export const WatchShape = Type.Object(
  {
    id: WatchId,
    checklist: ChecklistName,
    releasedAt: Type.String(),
    endsAt: Type.String(),
    passes: Type.Integer(),
    lastAt: Type.Optional(Type.String()),
    nextAt: Type.Optional(Type.String()),
    advice: Type.Optional(AdviceWord),
    because: Texts,
    lines: Type.Array(WatchLine),
    /** When the rollback script may be called: never, when a person confirms it, or as soon as it is certain. */
    rollbackPolicy: RollbackPolicyWord,
    confirmed: Type.Optional(Type.Object({ at: Type.String(), by: Type.String() }, closed)),
    rollback: Type.Optional(
      Type.Object(
        {
          at: Type.String(),
          script: Type.String(),
          by: Type.String(),
          exitCode: Type.Optional(Type.Integer()),
          evidence: Type.Optional(Type.String()),
        },
        closed,
      ),
    ),
    ended: Type.Optional(Type.Object({ at: Type.String(), outcome: OutcomeWord }, closed)),
  },
  closed,
);

const moment = <K extends string, P extends Parameters<typeof Type.Object>[0]>(kind: K, fields: P) =>
  Type.Object({ kind: Type.Literal(kind), at: Type.String(), ...fields }, closed);

/** One thing that happened to a watch. */
export const Moment = Type.Union([
  moment('observed', { states: Type.Record(Type.String(), State), missed: Type.Array(Missed), evidence: Type.String() }),
  moment('advised', { advice: AdviceWord, because: Texts }),
  moment('rollback_confirmed', { by: Type.String() }),
  moment('rollback_started', { script: Type.String(), by: Type.String() }),
  moment('rollback_called', { script: Type.String(), by: Type.String(), exitCode: Type.Integer(), evidence: Type.String() }),
  moment('ended', { outcome: OutcomeWord }),
]);

import type { Millis } from '../../base/time.ts';
import { endOf, MAX_WAIVER_DAYS, waiverEnd } from '../binding/waiver-end.ts';
import { INSTALLATION_ACCOUNT } from '../people.ts';
import { holdsRole, isPlaceholder, roleKey } from '../people-roles.ts';
import type { Subject } from '../run/result.ts';
import type { SignedBody } from './leaf.ts';
import type { ReadinessRecord } from './record.ts';
import { notApart, writersOf, type WhoIs } from './separation.ts';
import { DEFAULT_VALID_FOR, endOfSigned, type ValidFor } from './valid-for.ts';

/** A record of one kind with its place in the log. */
export type Entry<K extends ReadinessRecord['body']['kind']> = {
  index: number;
  at: string;
  body: Extract<ReadinessRecord['body'], { kind: K }>;
};

/** Why a record does not count. */
export type VoidReason =
  | 'checklist_changed'
  | 'bindings_changed'
  | 'commit_changed'
  | 'config_changed'
  | 'environment_changed'
  | 'withdrawn'
  | 'expired'
  | 'superseded'
  | 'not_a_person'
  | 'signature_invalid'
  | 'key_not_valid'
  | 'not_yet_made'
  | 'placeholder'
  | 'role_not_held'
  | 'not_an_approver'
  | 'own_request'
  | 'requester_unknown'
  | 'authors_unknown'
  | 'conflicting_role';

/**
 * A record that was put down once and does not count now, with everything that speaks against it. `reconfirmable`: only
 * the subject has changed, so whoever may do so can confirm the same again for the subject of today.
 */
export type Voided = { index: number; at: string; body: SignedBody; why: readonly VoidReason[]; reconfirmable: boolean };

/** Who may do what, and for how long. Names of roles in any of their forms. */
export type GatePolicy = {
  /** Who may approve lines of a high tier, grant waivers and rule lines out. */
  approverRoles: readonly string[];
  /** Whose verdict vouches for a run of the log, `installation` for keys of installations; that and approvers unless told. */
  runSigners?: readonly string[];
  /** Sets of roles that one person may sign for the same line; any other two conflict. */
  compatibleRoles: readonly (readonly string[])[];
  /** A waiver never lasts longer, in days. */
  maxWaiverDays: number;
  /** How long signatures, approvals and rulings hold. */
  validFor: ValidFor;
};

/**
 * What is asked of the log. `trusted` are the indexes whose signatures were verified and count, `lapsed` those whose key did not count
 * when they were made (`trustedEntries`). `authors` wrote what is judged, by the repository as it is now: what runs tell of them
 * comes on top. `whoIs` knows the accounts; without it every name is taken for what it says.
 */
export type FoldQuery = {
  subject: Subject;
  at: Millis;
  trusted: ReadonlySet<number>;
  lapsed?: ReadonlySet<number>;
  policy: GatePolicy;
  authors?: readonly string[];
  whoIs?: WhoIs;
};

/** What holds for a subject at a time. The newest record of a line stands; what it replaced is void as `superseded`. */
export type RecordState = {
  /** By line and role key: `${lineId} ${roleKey}`. */
  signOffs: ReadonlyMap<string, Entry<'signed'>>;
  /** By line. */
  waivers: ReadonlyMap<string, Entry<'waived'>>;
  notApplicable: ReadonlyMap<string, Entry<'not_applicable'>>;
  /** The newest approval that names the line. */
  approvals: ReadonlyMap<string, Entry<'approved'>>;
  plans: ReadonlyMap<string, Entry<'planned'>>;
  /** Runs of this subject, oldest first. */
  runs: readonly Entry<'run_finished'>[];
  /** Verdicts of this subject, oldest first. */
  verdicts: readonly Entry<'decided'>[];
  /** Indexes of what was taken back by a withdrawal that counts. */
  withdrawn: ReadonlySet<number>;
  voided: readonly Voided[];
};

/** The rules of whoever sets none. */
export const DEFAULT_POLICY: GatePolicy = {
  approverRoles: [
    'Approver',
    'Release Manager',
    'Engineering Manager',
    'Technical Lead',
    'Product Owner',
    'Business Owner',
    'Security Lead',
  ],
  compatibleRoles: [],
  maxWaiverDays: MAX_WAIVER_DAYS,
  validFor: DEFAULT_VALID_FOR,
};

/** An entry may seem to lie so far ahead, when it was made by another machine's clock. */
const MOST_AHEAD_MS = 5 * 60_000;

/** Under what a signature is kept in the state. */
export function signOffKey(lineId: string, role: string): string {
  return `${lineId} ${roleKey(role)}`;
}

const SUBJECT_PARTS = [
  ['checklistSha256', 'checklist_changed'],
  ['bindingsSha256', 'bindings_changed'],
  ['commit', 'commit_changed'],
  ['configHash', 'config_changed'],
  ['environment', 'environment_changed'],
] as const;

/** What differs between two subjects; empty when they are the same. */
export function changesBetween(before: Subject, now: Subject): VoidReason[] {
  return SUBJECT_PARTS.filter(([part]) => before[part] !== now[part]).map(([, reason]) => reason);
}

/**
 * What the entries of one checklist, in their order, come to for a subject at a time. Pure: the same log gives the same
 * state. Every rule that the builders of records hold is held here again, since anybody may have written the log: whose
 * signature does not verify, who does not hold the role, who grants their own request, who signs in two roles that
 * conflict, is void, as is everything that speaks of another checklist, other bindings, another commit, another
 * configuration or another environment.
 */
export function fold(records: readonly ReadinessRecord[], query: FoldQuery): RecordState {
  const state = {
    signOffs: new Map<string, Entry<'signed'>>(),
    waivers: new Map<string, Entry<'waived'>>(),
    notApplicable: new Map<string, Entry<'not_applicable'>>(),
    approvals: new Map<string, Entry<'approved'>>(),
    plans: new Map<string, Entry<'planned'>>(),
    runs: [] as Entry<'run_finished'>[],
    verdicts: [] as Entry<'decided'>[],
    voided: [] as Voided[],
  };
  const folding: Folding = {
    query,
    state,
    decided: records.findLast((record) => isRunOf(record, query.subject))?.body as Entry<'run_finished'>['body'] | undefined,
    withdrawn: withdrawnOf(records, query),
    signatures: new Set(),
  };
  for (const record of records) take(record, folding);
  state.voided.push(...folding.withdrawn.lapsed);
  return { ...state, withdrawn: folding.withdrawn.indexes, voided: worthTelling(state) };
}

/**
 * Of records that only a change has voided, the newest of each kind, line and role, and only while nothing holds in its
 * place: what was signed for a release long ago is no news. Verdicts over other subjects are history as well.
 */
function worthTelling(state: Mutable): Voided[] {
  const keyOf = ({ body }: { body: SignedBody }) =>
    [body.kind, 'lineId' in body ? body.lineId : '', 'role' in body ? roleKey(body.role) : ''].join(' ');
  const newest = new Map<string, number>();
  const holding = [state.signOffs, state.waivers, state.notApplicable, state.plans].flatMap((map) => [...map.values()]);
  for (const entry of [...state.voided, ...holding, ...state.approvals.values()])
    newest.set(keyOf(entry), Math.max(entry.index, newest.get(keyOf(entry)) ?? -1));
  return state.voided.filter(
    (entry) => !entry.reconfirmable || (entry.body.kind !== 'decided' && newest.get(keyOf(entry)) === entry.index),
  );
}

type Mutable = {
  signOffs: Map<string, Entry<'signed'>>;
  waivers: Map<string, Entry<'waived'>>;
  notApplicable: Map<string, Entry<'not_applicable'>>;
  approvals: Map<string, Entry<'approved'>>;
  plans: Map<string, Entry<'planned'>>;
  runs: Entry<'run_finished'>[];
  verdicts: Entry<'decided'>[];
  voided: Voided[];
};
/** `decided`: the newest run of the subject, which is the one that is decided about, wherever in the log it stands. */
type Folding = {
  query: FoldQuery;
  state: Mutable;
  decided: Entry<'run_finished'>['body'] | undefined;
  withdrawn: Withdrawn;
  signatures: Set<string>;
};
type Withdrawn = { indexes: ReadonlySet<number>; signatures: ReadonlySet<string>; lapsed: readonly Voided[] };

function isRunOf({ body }: ReadinessRecord, subject: Subject): boolean {
  return body.kind === 'run_finished' && changesBetween(body.subject, subject).length === 0;
}

function take(record: ReadinessRecord, folding: Folding): void {
  const { query, state } = folding;
  const { index, at, body } = record;
  if (body.kind === 'run_finished') {
    if (isRunOf(record, query.subject)) state.runs.push({ index, at, body });
    return;
  }
  if (!('signature' in body) || body.kind === 'withdrawn') return;
  const why = objectionsTo(record, body, folding);
  // The same signature once more is somebody's copy of the record, not another act.
  if (folding.signatures.has(body.signature.value)) return;
  folding.signatures.add(body.signature.value);
  if (why.length > 0) {
    state.voided.push({ index, at, body, why, reconfirmable: why.every((reason) => reason.endsWith('_changed')) });
    return;
  }
  putInForce({ index, at, body }, state);
}

type Standing = Exclude<SignedBody, { kind: 'withdrawn' }>;

function putInForce({ index, at, body }: { index: number; at: string; body: Standing }, state: Mutable): void {
  const put = <K extends Standing['kind']>(map: Map<string, Entry<K>>, key: string, entry: Entry<K>) => {
    const before = map.get(key);
    if (before) state.voided.push({ ...before, body: before.body as SignedBody, why: ['superseded'], reconfirmable: false });
    map.set(key, entry);
  };
  switch (body.kind) {
    case 'signed':
      return put(state.signOffs, signOffKey(body.lineId, body.role), { index, at, body });
    case 'waived':
      return put(state.waivers, body.lineId, { index, at, body });
    case 'not_applicable':
      return put(state.notApplicable, body.lineId, { index, at, body });
    case 'planned':
      return put(state.plans, body.lineId, { index, at, body });
    case 'approved':
      for (const lineId of body.lineIds) state.approvals.set(lineId, { index, at, body });
      return;
    case 'decided':
      state.verdicts.push({ index, at, body });
  }
}

/** Everything that speaks against a record. */
function objectionsTo(record: ReadinessRecord, body: Standing, folding: Folding): VoidReason[] {
  const { query, withdrawn } = folding;
  const { signature } = body;
  const why: VoidReason[] = changesBetween(body.subject, query.subject);
  if (query.lapsed?.has(record.index)) why.push('key_not_valid');
  else if (!query.trusted.has(record.index)) why.push('signature_invalid');
  // What tells a time to come would hold for longer than anything may.
  if (!(Date.parse(record.at) <= query.at + MOST_AHEAD_MS)) why.push('not_yet_made');
  if (withdrawn.indexes.has(record.index) || withdrawn.signatures.has(signature.value)) why.push('withdrawn');
  if (body.kind === 'decided') return why;
  if (signature.accountId === INSTALLATION_ACCOUNT) why.push('not_a_person');
  if (isPlaceholder(signature.name) || isPlaceholder(wordsOf(body))) why.push('placeholder');
  why.push(...objectionsOfKind(record, body, folding));
  return why;
}

type ByPerson = Exclude<Standing, { kind: 'decided' }>;

function wordsOf(body: ByPerson): string {
  if (body.kind === 'signed') return body.statement;
  return body.kind === 'planned' ? body.plan : body.reason;
}

function objectionsOfKind(record: ReadinessRecord, body: ByPerson, folding: Folding): VoidReason[] {
  const { state } = folding;
  const { policy, at } = folding.query;
  const why: VoidReason[] = [];
  if (body.kind === 'signed') {
    if (!holdsRole(body.signature.roles, body.role)) why.push('role_not_held');
    const others = [...state.signOffs.values()].map((entry) => entry.body);
    if (others.some((other) => conflicts(other, body, policy))) why.push('conflicting_role');
    return why;
  }
  if (body.kind === 'planned') return at < endOf(body.due) ? [] : ['expired'];
  if (!isApprover(body.signature.roles, policy)) why.push('not_an_approver');
  why.push(...notApartFrom(body, folding));
  if (!(at < endOfRecord({ at: record.at, body }, policy))) why.push('expired');
  return why;
}

type ByApprover = Exclude<ByPerson, { kind: 'signed' | 'planned' }>;

/** Apart from whoever asked for it, for the run that was seen, and for the run that is decided about, though that came later. */
function notApartFrom(body: ByApprover, { query, state, decided }: Folding): VoidReason[] {
  const { runs } = state;
  const run = body.kind === 'approved' ? runs.find((entry) => entry.body.runId === body.runId) : runs.at(-1);
  if (body.kind !== 'waived' && !run) return ['requester_unknown'];
  const asked = body.kind === 'not_applicable' ? undefined : body.requestedBy;
  const askers = [asked, run?.body.requestedBy, decided?.requestedBy];
  const why = notApart({ askers, writers: writersOf(runs, query.authors), whoIs: query.whoIs }, body.signature);
  return why ? [why] : [];
}

/** When what an approver signed is over: on the day of a waiver, or as long after it was signed as the policy lets such things hold. */
function endOfRecord({ at, body }: { at: string; body: ByApprover }, policy: GatePolicy): Millis {
  if (body.kind === 'waived') return waiverEnd(body.until, at, policy);
  const { approved, ruledOut } = policy.validFor;
  return endOfSigned({ at, body }, body.kind === 'approved' ? approved : ruledOut);
}

/** Whether a person may approve, waive and rule out. */
export function isApprover(roles: readonly string[], policy: GatePolicy): boolean {
  return policy.approverRoles.some((role) => holdsRole(roles, role));
}

/** Signatures for the whole document are for the same line. */
function placeOf(lineId: string): string {
  return lineId.startsWith('sign-off:') ? 'sign-off' : lineId;
}

/** Whether one person may not give both signatures: other roles for the same line, that the policy does not let one person fill. */
export function conflicts(
  one: { lineId: string; role: string; signature: { accountId: string } },
  other: { lineId: string; role: string; signature: { accountId: string } },
  { compatibleRoles }: GatePolicy,
): boolean {
  const [a, b] = [roleKey(one.role), roleKey(other.role)];
  if (one.signature.accountId !== other.signature.accountId || placeOf(one.lineId) !== placeOf(other.lineId) || a === b) return false;
  return !compatibleRoles.some((set) => holdsRole(set, a) && holdsRole(set, b));
}

/**
 * What was withdrawn by whoever had signed it, or by an approver. A signature that was withdrawn once never counts again, also when the
 * key of the withdrawal is ended later: that takes away what was answered for, and gives nothing back. Such withdrawals are told.
 */
function withdrawnOf(records: readonly ReadinessRecord[], { trusted, lapsed, policy }: FoldQuery): Withdrawn {
  const told: Voided[] = [];
  const indexes = new Set<number>();
  const signatures = new Set<string>();
  const known = new Map(records.map((record) => [record.index, record.body]));
  for (const { index, at, body } of records) {
    if (body.kind !== 'withdrawn' || !(trusted.has(index) || lapsed?.has(index))) continue;
    const target = body.record < index ? known.get(body.record) : undefined;
    if (!target || !('signature' in target) || target.kind === 'withdrawn') continue;
    const may = target.signature.accountId === body.signature.accountId || isApprover(body.signature.roles, policy);
    if (!may || isPlaceholder(body.reason)) continue;
    indexes.add(body.record);
    signatures.add(target.signature.value);
    if (!trusted.has(index)) told.push({ index, at, body, why: ['key_not_valid'], reconfirmable: false });
  }
  return { indexes, signatures, lapsed: told };
}

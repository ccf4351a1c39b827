import Type from 'typebox';
import { eventKind } from '../base/event.ts';
import { operation } from '../base/operation.ts';
import { pageOf, pageQuery } from '../base/page.ts';
import { HOUSE_LIMITS } from './reading/limits.ts';
import { signingOperations } from './signing-contract.ts';
import { watchOperations } from './watch-contract.ts';
import {
  CheckShape,
  ChecklistName,
  ChecklistSummary,
  closed,
  DecisionWord,
  Gate,
  HistoryEntry,
  LineId,
  LineShape,
  RunId,
  RunShape,
  Sha256,
  SignerShape,
  State,
  Voided,
  WaiverRequest,
  WatchId,
} from './schema.ts';

const named = Type.Object({ name: ChecklistName }, closed);
const lineOf = Type.Object({ name: ChecklistName, line: LineId }, closed);
const Remark = Type.Object({ line: Type.Integer(), kind: Type.String(), text: Type.String() }, closed);
const PRODUCTION = { name: 'production' };
const A_LINE = { name: 'probe', line: 'probe-line' };

export const listChecklists = operation({
  name: 'readiness.list_checklists',
  method: 'GET',
  path: '/v1/readiness/checklists',
  summary: "The product's own production checklist and those that were uploaded, with what stands in the way of each",
  scope: 'readiness:read',
  cost: 'normal',
  output: Type.Object({ items: Type.Array(ChecklistSummary) }, closed),
  errors: [],
  example: {},
});

export const getChecklist = operation({
  name: 'readiness.get_checklist',
  method: 'GET',
  path: '/v1/readiness/checklists/{name}',
  summary: 'A checklist as it is written, each line with its latest result and what it does to the decision',
  scope: 'readiness:read',
  cost: 'heavy',
  params: named,
  output: Type.Object(
    {
      ...ChecklistSummary.properties,
      bindingsSha256: Type.String(),
      gate: Gate,
      lines: Type.Array(LineShape),
      /** The run that the results are of; absent before the first. */
      run: Type.Optional(RunShape),
      /** The run that waits or goes on now. */
      open: Type.Optional(RunShape),
      voided: Type.Array(Voided),
      /** Roles in which the caller may sign. */
      roles: Type.Array(Type.String()),
      /** Roles that lines and places of the document ask for. */
      rolesAsked: Type.Array(Type.String()),
      findings: Type.Array(Remark),
      /** What the reader is sure enough to use but had to guess; of lines and of headings. */
      guessed: Type.Array(Remark),
      waiverRequests: Type.Array(WaiverRequest),
      log: Type.Object({ size: Type.Integer(), root: Type.String() }, closed),
    },
    closed,
  ),
  errors: ['readiness.checklist_not_found'],
  example: { params: PRODUCTION },
});

export const uploadChecklist = operation({
  name: 'readiness.upload_checklist',
  method: 'PUT',
  path: '/v1/readiness/checklists/{name}',
  summary: 'Reads a Markdown checklist and keeps it; one of that name is replaced, and results of the old text no longer hold',
  scope: 'readiness:write',
  cost: 'heavy',
  consumes: 'text/markdown',
  bodyLimit: HOUSE_LIMITS.bytes,
  params: named,
  output: ChecklistSummary,
  errors: [
    'readiness.operator_only',
    'readiness.checklist_reserved',
    'readiness.checklist_empty',
    'readiness.checklist_too_large',
    'request.key_reused',
  ],
  example: { params: { name: 'release' }, document: '# Release\n\n## Critical\n\n- [ ] The release notes are written\n' },
});

export const uploadBindings = operation({
  name: 'readiness.upload_bindings',
  method: 'PUT',
  path: '/v1/readiness/checklists/{name}/bindings',
  summary:
    'Replaces what decides the lines of a checklist; confirmations in the file that are not held here for the same binding are taken out, and a binding decides nothing until somebody has confirmed it',
  scope: 'readiness:write',
  cost: 'heavy',
  consumes: 'application/yaml',
  bodyLimit: 2 * HOUSE_LIMITS.bytes,
  params: named,
  output: Type.Object(
    {
      ...ChecklistSummary.properties,
      /** What the file said and does not count: confirmations by whom, for which lines, and whether its own `validFor`. */
      takenOut: Type.Object(
        { confirmations: Type.Array(Type.Object({ line: Type.String(), by: Type.String() }, closed)), validFor: Type.Boolean() },
        closed,
      ),
    },
    closed,
  ),
  errors: ['readiness.checklist_not_found', 'readiness.bindings_invalid', 'readiness.bindings_of_another', 'request.key_reused'],
  example: { params: { name: 'probe' }, document: 'version: 1\nchecklist: probe\nbindings: []\n' },
});

export const confirmBindings = operation({
  name: 'readiness.confirm_bindings',
  method: 'POST',
  path: '/v1/readiness/checklists/{name}/bindings/confirm',
  summary: 'Puts your name to what decides these lines, after a step-up login; from then on it counts',
  scope: 'readiness:write',
  cost: 'normal',
  params: named,
  body: Type.Object({ lines: Type.Array(LineId, { minItems: 1, maxItems: 2_000, uniqueItems: true }) }, closed),
  output: ChecklistSummary,
  errors: [
    'readiness.checklist_not_found',
    'readiness.step_up_required',
    'readiness.line_unknown',
    'readiness.nothing_to_confirm',
    'readiness.parameter_missing',
    'readiness.bindings_invalid',
    'request.key_reused',
  ],
  example: { params: { name: 'probe' }, body: { lines: ['probe-line'] } },
});

export const deleteChecklist = operation({
  name: 'readiness.delete_checklist',
  method: 'DELETE',
  path: '/v1/readiness/checklists/{name}',
  summary: 'Takes an uploaded checklist and its bindings away; its log, its evidence and what was signed stay',
  scope: 'readiness:write',
  cost: 'normal',
  params: named,
  output: Type.Object({ name: ChecklistName }, closed),
  errors: ['readiness.checklist_not_found', 'readiness.checklist_reserved', 'readiness.checklist_in_use', 'request.key_reused'],
  example: { params: { name: 'probe' } },
});

export const startRun = operation({
  name: 'readiness.start_run',
  method: 'POST',
  path: '/v1/readiness/checklists/{name}/runs',
  summary: 'Has every check of a checklist run now, in the background; a run that waits or goes on already is answered instead',
  scope: 'readiness:write',
  cost: 'heavy',
  status: 202,
  params: named,
  output: RunShape,
  errors: ['readiness.checklist_not_found', 'request.key_reused'],
  example: { params: PRODUCTION },
});

export const listRuns = operation({
  name: 'readiness.list_runs',
  method: 'GET',
  path: '/v1/readiness/checklists/{name}/runs',
  summary: 'Runs of a checklist, the latest first',
  scope: 'readiness:read',
  cost: 'light',
  params: named,
  query: Type.Object({ ...pageQuery }, closed),
  output: pageOf(RunShape),
  errors: ['readiness.checklist_not_found', 'request.cursor_invalid'],
  example: { params: PRODUCTION },
});

export const getRun = operation({
  name: 'readiness.get_run',
  method: 'GET',
  path: '/v1/readiness/runs/{id}',
  summary: 'One run: how far it is, or what came of each line',
  scope: 'readiness:read',
  cost: 'normal',
  params: Type.Object({ id: RunId }, closed),
  output: Type.Object(
    {
      ...RunShape.properties,
      lines: Type.Array(Type.Object({ id: Type.String(), state: State, summary: Type.String(), checks: Type.Array(CheckShape) }, closed)),
    },
    closed,
  ),
  errors: ['readiness.run_not_found'],
  example: { params: { id: 'run_0192837465ab7def8192837465abcdef' } },
});

export const getLine = operation({
  name: 'readiness.get_line',
  method: 'GET',
  path: '/v1/readiness/checklists/{name}/lines/{line}',
  summary: 'One line: what decides it, what its checks saw, what people signed, how it went in earlier runs, and who may sign it',
  scope: 'readiness:read',
  cost: 'normal',
  params: lineOf,
  output: Type.Object(
    {
      ...LineShape.properties,
      checklist: ChecklistName,
      checks: Type.Array(CheckShape),
      /** What will be asked, from the bindings. */
      asks: Type.Array(Type.Object({ kind: Type.String(), params: Type.String(), summary: Type.String() }, closed)),
      /** What the line's theme proposes where nothing is bound; decides nothing until somebody confirms it. */
      proposal: Type.Optional(
        Type.Object(
          {
            decides: Type.String(),
            checks: Type.Array(Type.String()),
            confidence: Type.Number(),
            reason: Type.String(),
            /** What a person has to say before it can be confirmed. */
            missing: Type.Array(Type.Object({ name: Type.String(), what: Type.String() }, closed)),
          },
          closed,
        ),
      ),
      any: Type.Boolean({ description: 'One of the checks is enough' }),
      confirmedBy: Type.Optional(Type.String()),
      confirmedAt: Type.Optional(Type.String()),
      note: Type.Optional(Type.String()),
      reason: Type.Optional(Type.String()),
      until: Type.Optional(Type.String()),
      /** What the document tells people to type. Never executed. */
      hints: Type.Array(
        Type.Object({ text: Type.String(), language: Type.Optional(Type.String()), expects: Type.Array(Type.String()) }, closed),
      ),
      roles: Type.Array(Type.String()),
      signers: Type.Array(SignerShape),
      history: Type.Array(HistoryEntry),
      waiverRequests: Type.Array(WaiverRequest),
    },
    closed,
  ),
  errors: ['readiness.checklist_not_found', 'readiness.line_unknown'],
  example: { params: A_LINE },
});

export const getEvidence = operation({
  name: 'readiness.get_evidence',
  method: 'GET',
  path: '/v1/readiness/evidence/{sha256}',
  summary: 'What a check saw, with secrets masked, under the SHA-256 of its bytes',
  scope: 'readiness:read',
  cost: 'normal',
  produces: 'application/octet-stream',
  params: Type.Object({ sha256: Sha256 }, closed),
  output: Type.Unknown(),
  errors: ['readiness.evidence_not_found'],
  example: { params: { sha256: '0'.repeat(64) } },
});

const FORMATS = ['text', 'json', 'junit', 'markdown', 'html', 'pdf'] as const;
export const ReportFormat = Type.Unsafe<(typeof FORMATS)[number]>({ type: 'string', enum: [...FORMATS] });

export const downloadReport = operation({
  name: 'readiness.download_report',
  method: 'GET',
  path: '/v1/readiness/checklists/{name}/report',
  summary: 'The report over the latest run as text, JSON, JUnit, Markdown with ticks written back, HTML or PDF',
  scope: 'readiness:read',
  cost: 'heavy',
  produces: 'application/octet-stream',
  params: named,
  query: Type.Object({ format: ReportFormat }, closed),
  output: Type.Unknown(),
  errors: ['readiness.checklist_not_found', 'readiness.busy'],
  example: { params: { name: 'probe' }, query: { format: 'json' } },
});

/** Every public operation of readiness. */
export const operations = [
  listChecklists,
  getChecklist,
  uploadChecklist,
  uploadBindings,
  confirmBindings,
  deleteChecklist,
  startRun,
  listRuns,
  getRun,
  getLine,
  getEvidence,
  downloadReport,
  ...signingOperations,
  ...watchOperations,
] as const;

export const runProgressed = eventKind({
  type: 'readiness.run_progressed',
  version: 1,
  summary: 'A run was asked for, began, or got further',
  data: Type.Object({ checklist: ChecklistName, runId: RunId, done: Type.Integer(), total: Type.Integer() }, closed),
});

export const runFinished = eventKind({
  type: 'readiness.run_finished',
  version: 1,
  summary: 'Every check of a checklist has answered, or the run failed',
  data: Type.Object(
    {
      checklist: ChecklistName,
      runId: RunId,
      state: Type.Union([Type.Literal('finished'), Type.Literal('failed')]),
      counts: Type.Record(Type.String(), Type.Integer()),
    },
    closed,
  ),
});

export const lineSigned = eventKind({
  type: 'readiness.line_signed',
  version: 1,
  summary: 'Somebody put something down about lines of a checklist: a signature, a waiver, an approval, a plan, or took one back',
  data: Type.Object({ checklist: ChecklistName, record: Type.Integer(), kind: Type.String(), lines: Type.Array(Type.String()) }, closed),
});

export const checklistChanged = eventKind({
  type: 'readiness.checklist_changed',
  version: 1,
  summary: 'A checklist or what decides its lines was replaced, a waiver was asked for, or who may sign has changed',
  data: Type.Object({ checklist: Type.Optional(ChecklistName) }, closed),
});

export const decided = eventKind({
  type: 'readiness.decided',
  version: 1,
  summary: 'The verdict over a run was signed',
  data: Type.Object({ checklist: ChecklistName, runId: RunId, decision: DecisionWord }, closed),
});

const watched = { checklist: ChecklistName, watchId: WatchId };

export const watchChanged = eventKind({
  type: 'readiness.watch_changed',
  version: 1,
  summary: 'A watch began, was looked at, or ended',
  data: Type.Object(watched, closed),
});

export const watchAdvised = eventKind({
  type: 'readiness.watch_advised',
  version: 1,
  summary: 'The advice about a release that is watched, or the reasons for it, are other than before',
  data: Type.Object({ ...watched, advice: Type.String() }, closed),
});

export const events = [runProgressed, runFinished, lineSigned, checklistChanged, decided, watchChanged, watchAdvised] as const;

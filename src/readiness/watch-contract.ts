import Type from 'typebox';
import { operation } from '../base/operation.ts';
import { Instant } from '../base/time.ts';
import { ChecklistName, closed, Moment, WatchId, WatchShape } from './schema.ts';

const named = Type.Object({ name: ChecklistName }, closed);
const PRODUCTION = { name: 'production' };

const watchOf = Type.Object({ name: ChecklistName, id: WatchId }, closed);
const aWatch = { params: { name: 'production', id: 'wch_0192837465ab7def8192837465abcdef' } };

export const startWatch = operation({
  name: 'readiness.start_watch',
  method: 'POST',
  path: '/v1/readiness/checklists/{name}/watches',
  summary: 'Watches a release as the checklist says, and advises to carry on or to go back; ends the watch of an earlier release',
  scope: 'readiness:write',
  cost: 'heavy',
  status: 201,
  params: named,
  body: Type.Object({ releasedAt: Type.Optional(Instant) }, closed),
  output: WatchShape,
  errors: [
    'readiness.checklist_not_found',
    'readiness.release_ahead',
    'readiness.watch_of_later',
    'readiness.nothing_to_watch',
    'request.key_reused',
  ],
  example: { params: PRODUCTION, body: {} },
});

export const listWatches = operation({
  name: 'readiness.list_watches',
  method: 'GET',
  path: '/v1/readiness/checklists/{name}/watches',
  summary: 'Releases that are or were watched, the latest first, with their windows and what was last seen of each line',
  scope: 'readiness:read',
  cost: 'normal',
  params: named,
  output: Type.Object({ items: Type.Array(WatchShape) }, closed),
  errors: ['readiness.checklist_not_found'],
  example: { params: PRODUCTION },
});

export const getWatch = operation({
  name: 'readiness.get_watch',
  method: 'GET',
  path: '/v1/readiness/checklists/{name}/watches/{id}',
  summary: 'One watch with every look, every advice and every rollback, in their order',
  scope: 'readiness:read',
  cost: 'heavy',
  params: watchOf,
  output: Type.Object({ ...WatchShape.properties, moments: Type.Array(Moment) }, closed),
  errors: ['readiness.watch_not_found'],
  example: aWatch,
});

export const stopWatch = operation({
  name: 'readiness.stop_watch',
  method: 'POST',
  path: '/v1/readiness/checklists/{name}/watches/{id}/stop',
  summary: 'Ends a watch before its time',
  scope: 'readiness:write',
  cost: 'normal',
  params: watchOf,
  output: WatchShape,
  errors: ['readiness.watch_not_found', 'readiness.watch_over', 'request.key_reused'],
  example: aWatch,
});

export const noteRollback = operation({
  name: 'readiness.note_rollback',
  method: 'POST',
  path: '/v1/readiness/checklists/{name}/watches/{id}/rollback',
  summary: 'Notes that people have rolled back by hand; the time after it is watched for half an hour',
  scope: 'readiness:write',
  cost: 'normal',
  params: watchOf,
  output: WatchShape,
  errors: ['readiness.watch_not_found', 'readiness.watch_over', 'readiness.rollback_done', 'request.key_reused'],
  example: aWatch,
});

export const confirmRollback = operation({
  name: 'readiness.confirm_rollback',
  method: 'POST',
  path: '/v1/readiness/checklists/{name}/watches/{id}/rollback/confirm',
  summary: 'Has the rollback script called that is advised, in your name, after a step-up login; where the settings allow it',
  scope: 'readiness:sign',
  cost: 'normal',
  params: watchOf,
  output: WatchShape,
  errors: [
    'readiness.watch_not_found',
    'readiness.watch_over',
    'readiness.step_up_required',
    'readiness.rollback_off',
    'readiness.rollback_not_advised',
    'readiness.rollback_done',
    'request.key_reused',
  ],
  example: aWatch,
});

/** Watches after a release. */
export const watchOperations = [startWatch, listWatches, getWatch, stopWatch, noteRollback, confirmRollback] as const;

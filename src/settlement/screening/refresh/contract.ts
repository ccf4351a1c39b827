import Type from 'typebox';
import { eventKind } from '../../../base/event.ts';
import { idOf } from '../../../base/id.ts';
import { operation } from '../../../base/operation.ts';
import { Instant } from '../../../base/time.ts';
import { listParams, ListPurpose } from '../contract.ts';

const closed = { additionalProperties: false };

const Place = Type.String({
  minLength: 6,
  maxLength: 1000,
  pattern: '^(https?|file):',
  description: 'https:// or, where the operator allows it, http:// and file:, the latter within RIALTO_LIST_FOLDER',
});

const sourceSettings = {
  url: Place,
  intervalMinutes: Type.Integer({ minimum: 1, maximum: 44_640, description: 'How often it is fetched' }),
  checksumUrl: Type.Optional(Place),
  sha256: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$', description: 'The one file that may be taken' })),
  format: Type.Optional(Type.String({ minLength: 1, maxLength: 20, description: 'The only format that is taken, e.g. un_xml' })),
  purpose: Type.Optional(ListPurpose),
  minimumEntries: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000_000, description: '1 unless told' })),
  largestShrinkPercent: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 100, description: 'A file with fewer entries by more than this is refused; 50 unless told' }),
  ),
};

export const ListSource = Type.Object(
  {
    listId: Type.String(),
    ...sourceSettings,
    minimumEntries: Type.Integer(),
    largestShrinkPercent: Type.Integer(),
    setBy: Type.String(),
    setAt: Instant,
    nextAt: Instant,
    triedAt: Type.Optional(Instant),
    outcome: Type.Optional(
      Type.Union([Type.Literal('loaded'), Type.Literal('unchanged'), Type.Literal('refused'), Type.Literal('unreachable')]),
    ),
    code: Type.Optional(Type.String()),
    detail: Type.Optional(Type.String()),
    /** When the file in force was last found to be the one that the source has. */
    goodAt: Type.Optional(Instant),
    failures: Type.Integer(),
  },
  closed,
);

export const listListSources = operation({
  name: 'settlement.list_list_sources',
  method: 'GET',
  path: '/v1/screening/sources',
  summary: 'Where lists are fetched from, and how the last try went',
  scope: 'screening:read',
  cost: 'normal',
  output: Type.Object({ items: Type.Array(ListSource) }, closed),
  errors: [],
  example: {},
});

const SOURCE = { url: 'https://lists.example.org/house.csv', intervalMinutes: 60, minimumEntries: 1, largestShrinkPercent: 20 };

export const setListSource = operation({
  name: 'settlement.set_list_source',
  method: 'PUT',
  path: '/v1/screening/lists/{id}/source',
  summary: 'Has a list fetched from an address from now on; what cannot be trusted is refused and the list in force stays',
  scope: 'screening:write',
  cost: 'normal',
  params: listParams,
  body: Type.Object(sourceSettings, closed),
  output: ListSource,
  errors: ['settlement.source_invalid', 'request.key_reused'],
  example: { params: { id: 'house-list' }, body: SOURCE },
});

export const runListSource = operation({
  name: 'settlement.run_list_source',
  method: 'POST',
  path: '/v1/screening/lists/{id}/source/run',
  summary: 'Fetches a list now, and tells how it went',
  scope: 'screening:write',
  cost: 'heavy',
  params: listParams,
  output: ListSource,
  errors: ['settlement.source_not_found', 'request.key_reused'],
  example: { params: { id: 'house-list' } },
});

export const removeListSource = operation({
  name: 'settlement.remove_list_source',
  method: 'DELETE',
  path: '/v1/screening/lists/{id}/source',
  summary: 'Has a list fetched no more; the one in force stays',
  scope: 'screening:write',
  cost: 'normal',
  params: listParams,
  output: Type.Object({ removed: Type.Boolean() }, closed),
  errors: ['request.key_reused'],
  example: { params: { id: 'house-list' } },
});

const ScreeningAlertId = idOf('sal');

export const ScreeningAlert = Type.Object(
  {
    id: ScreeningAlertId,
    listId: Type.String(),
    code: Type.String(),
    detail: Type.String(),
    source: Type.String(),
    raisedAt: Instant,
    lastAt: Instant,
    times: Type.Integer({ description: 'How often it happened' }),
    inForce: Type.Boolean({ description: 'Whether an older file is in force' }),
    closedAt: Type.Optional(Instant),
    closing: Type.Optional(Type.Union([Type.Literal('loaded'), Type.Literal('dismissed'), Type.Literal('source_removed')])),
    closedBy: Type.Optional(Type.String()),
    comment: Type.Optional(Type.String()),
  },
  closed,
);

export const listScreeningAlerts = operation({
  name: 'settlement.list_screening_alerts',
  method: 'GET',
  path: '/v1/screening/alerts',
  summary: 'Lists that could not be replaced, or never came from their source: open alerts first, the latest 100',
  scope: 'screening:read',
  cost: 'normal',
  output: Type.Object({ items: Type.Array(ScreeningAlert) }, closed),
  errors: [],
  example: {},
});

export const dismissScreeningAlert = operation({
  name: 'settlement.dismiss_screening_alert',
  method: 'POST',
  path: '/v1/screening/alerts/{id}/dismiss',
  summary: 'Closes an alert; it stays closed while the same goes on',
  scope: 'screening:write',
  cost: 'normal',
  params: Type.Object({ id: ScreeningAlertId }, closed),
  body: Type.Object(
    { comment: Type.String({ minLength: 5, maxLength: 500, examples: ['The publisher is told; the file of Monday is used'] }) },
    closed,
  ),
  output: ScreeningAlert,
  errors: ['settlement.alert_not_found', 'request.key_reused'],
  example: {
    params: { id: 'sal_0192837465ab7def8192837465abcdef' },
    body: { comment: 'The publisher is told; the file of Monday is used' },
  },
});

export const listRefused = eventKind({
  type: 'settlement.list_refused',
  version: 1,
  summary: 'A list could not be replaced by a newer file and the one in force stays, or none ever came from its source',
  data: Type.Object({
    alertId: ScreeningAlertId,
    listId: Type.String(),
    code: Type.String(),
    detail: Type.String(),
    source: Type.String(),
    inForce: Type.Optional(Type.Boolean({ description: 'Whether an older file is in force' })),
  }),
});

export const refreshOperations = [
  listListSources,
  setListSource,
  runListSource,
  removeListSource,
  listScreeningAlerts,
  dismissScreeningAlert,
] as const;

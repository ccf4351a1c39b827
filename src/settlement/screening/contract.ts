import Type from 'typebox';
import { operation } from '../../base/operation.ts';
import { idOf } from '../../base/id.ts';
import { Instant } from '../../base/time.ts';

const closed = { additionalProperties: false };

export const ListPurpose = Type.Union([Type.Literal('sanctions'), Type.Literal('pep')], {
  description: 'A hit on a PEP list is noted and does not hold the payment',
});

export const ScreeningList = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    version: Type.String({ description: 'SHA-256 of the file' }),
    format: Type.Optional(Type.String({ description: 'The published format that the file is in' })),
    purpose: Type.Optional(ListPurpose),
    entries: Type.Integer(),
    names: Type.Integer(),
    loadedAt: Instant,
  },
  closed,
);

export const ScreeningMatch = Type.Object(
  {
    listId: Type.String(),
    entryId: Type.String(),
    listed: Type.String(),
    score: Type.Number({ minimum: 0, maximum: 1 }),
    exact: Type.Boolean(),
    explanation: Type.Array(Type.String()),
  },
  closed,
);

export const listParams = Type.Object({ id: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,39}$', examples: ['house-list'] }) }, closed);

export const listScreeningLists = operation({
  name: 'settlement.list_screening_lists',
  method: 'GET',
  path: '/v1/screening/lists',
  summary: 'The lists in force',
  scope: 'screening:read',
  cost: 'light',
  output: Type.Object({ items: Type.Array(ScreeningList) }, closed),
  errors: [],
  example: {},
});

export const loadScreeningList = operation({
  name: 'settlement.load_screening_list',
  method: 'PUT',
  path: '/v1/screening/lists/{id}',
  summary:
    'Puts a list in force: OFAC SDN (CSV files one after another, or XML), UN XML, EU CSV, UK CSV, US consolidated CSV, or plain CSV (columns id, name, aliases separated by semicolons, type, country, bic, lei, ids)',
  scope: 'screening:write',
  cost: 'heavy',
  consumes: 'text/csv',
  alsoConsumes: ['application/xml'],
  bodyLimit: 128 << 20,
  params: listParams,
  query: Type.Object(
    {
      purpose: Type.Optional(
        Type.Union([Type.Literal('sanctions'), Type.Literal('pep')], {
          description: 'sanctions unless told; a list that exists keeps its own',
        }),
      ),
      sha256: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$', description: 'Checksum that the file must have' })),
      allowSmaller: Type.Optional(
        Type.Union([Type.Literal('true'), Type.Literal('false')], {
          description: 'Take a file that has less than half of what is in force, lacks a part of it, or is its beginning',
        }),
      ),
    },
    closed,
  ),
  output: ScreeningList,
  errors: [
    'settlement.list_malformed',
    'settlement.list_empty',
    'settlement.list_truncated',
    'settlement.list_unknown_format',
    'settlement.list_checksum',
    'settlement.list_shrunk',
    'request.key_reused',
  ],
  example: { params: { id: 'house-list' }, document: 'id,name,aliases,type,country\n1,Viktor Baranovski,Wiktor Baranowski,person,\n' },
});

export const checkName = operation({
  name: 'settlement.check_name',
  method: 'POST',
  path: '/v1/screening/check',
  summary: 'Screens one name and explains every match',
  scope: 'screening:read',
  cost: 'normal',
  body: Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: 140, examples: ['Aurora Shipping AS'] }),
      born: Type.Optional(Type.String({ pattern: '^\\d{4}(-\\d{2}(-\\d{2})?)?$', description: 'Date of birth as far as it is known' })),
      country: Type.Optional(Type.String({ minLength: 2, maxLength: 60, description: 'ISO 3166 code or English name' })),
      ids: Type.Optional(
        Type.Array(Type.String({ minLength: 1, maxLength: 60 }), { maxItems: 10, description: 'Numbers of documents, BIC, LEI' }),
      ),
      type: Type.Optional(
        Type.Union([Type.Literal('person'), Type.Literal('organisation'), Type.Literal('vessel'), Type.Literal('aircraft')]),
      ),
    },
    closed,
  ),
  output: Type.Object({ matches: Type.Array(ScreeningMatch), threshold: Type.Number() }, closed),
  errors: ['settlement.name_unreadable'],
  example: { body: { name: 'Aurora Shipping AS' } },
});

const ScreeningSetNumber = Type.Codec(Type.String({ pattern: '^[1-9][0-9]{0,8}$', examples: ['1'] }))
  .Decode((text) => Number(text))
  .Encode((id: number) => String(id));

export const getScreeningSet = operation({
  name: 'settlement.get_screening_set',
  method: 'GET',
  path: '/v1/screening/sets/{id}',
  summary: 'What payments that carry this number were screened against: the lists in force then, and the rules of matching',
  scope: 'screening:read',
  cost: 'light',
  params: Type.Object({ id: ScreeningSetNumber }, closed),
  output: Type.Object(
    {
      id: Type.Integer(),
      rules: Type.String({ description: 'Version and threshold of the matching' }),
      claimedAt: Instant,
      lists: Type.Array(
        Type.Object(
          {
            id: Type.String(),
            version: Type.String({ description: 'SHA-256 of the file' }),
            purpose: ListPurpose,
            format: Type.String(),
            entries: Type.Integer(),
            names: Type.Integer(),
            loadedAt: Type.Optional(Instant),
            loadedBy: Type.Optional(Type.String()),
          },
          closed,
        ),
      ),
    },
    closed,
  ),
  errors: ['settlement.screening_set_not_found'],
  example: { params: { id: '1' } },
});

export const listScreeningListVersions = operation({
  name: 'settlement.list_screening_list_versions',
  method: 'GET',
  path: '/v1/screening/lists/{id}/versions',
  summary: 'The versions of a list that were put in force, the latest 200',
  scope: 'screening:read',
  cost: 'normal',
  params: listParams,
  output: Type.Object(
    {
      items: Type.Array(
        Type.Object(
          {
            version: Type.String(),
            format: Type.String(),
            purpose: ListPurpose,
            entries: Type.Integer(),
            names: Type.Integer(),
            loadedBy: Type.String(),
            loadedAt: Instant,
          },
          closed,
        ),
      ),
    },
    closed,
  ),
  errors: [],
  example: { params: { id: 'house-list' } },
});

const ScreeningExceptionId = idOf('sce');

export const ScreeningException = Type.Object(
  {
    id: ScreeningExceptionId,
    name: Type.String(),
    listId: Type.String(),
    entryId: Type.String(),
    reason: Type.String(),
    grantedBy: Type.String(),
    grantedAt: Instant,
    expiresAt: Instant,
    revokedAt: Type.Optional(Instant),
  },
  closed,
);

export const listScreeningExceptions = operation({
  name: 'settlement.list_screening_exceptions',
  method: 'GET',
  path: '/v1/screening/exceptions',
  summary: 'Names found not to be the entry they match, the latest 500',
  scope: 'screening:read',
  cost: 'normal',
  output: Type.Object({ items: Type.Array(ScreeningException) }, closed),
  errors: [],
  example: {},
});

export const grantScreeningException = operation({
  name: 'settlement.grant_screening_exception',
  method: 'POST',
  path: '/v1/screening/exceptions',
  summary: 'Lets payments in a name pass beside one entry that it matches, until a day, and only while the entry stays as it is',
  scope: 'screening:write',
  cost: 'normal',
  status: 201,
  body: Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: 140, examples: ['Viktor Baranovski'] }),
      listId: Type.String({ minLength: 1, maxLength: 40, examples: ['house-list'] }),
      entryId: Type.String({ minLength: 1, maxLength: 100, examples: ['1'] }),
      reason: Type.String({ minLength: 5, maxLength: 500, examples: ['Another date of birth, passport seen'] }),
      days: Type.Integer({ minimum: 1, maximum: 731, description: 'How long it holds' }),
    },
    closed,
  ),
  output: ScreeningException,
  errors: ['settlement.entry_not_matched', 'settlement.name_unreadable', 'request.key_reused'],
  example: {
    body: { name: 'Wiktor Baranowski', listId: 'house-list', entryId: '1', reason: 'Another date of birth, passport seen', days: 365 },
  },
});

export const revokeScreeningException = operation({
  name: 'settlement.revoke_screening_exception',
  method: 'POST',
  path: '/v1/screening/exceptions/{id}/revoke',
  summary: 'Ends an exception now',
  scope: 'screening:write',
  cost: 'normal',
  params: Type.Object({ id: ScreeningExceptionId }, closed),
  output: ScreeningException,
  errors: ['settlement.exception_not_found', 'request.key_reused'],
  example: { params: { id: 'sce_0192837465ab7def8192837465abcdef' } },
});

export const screeningOperations = [
  listScreeningLists,
  loadScreeningList,
  checkName,
  getScreeningSet,
  listScreeningListVersions,
  listScreeningExceptions,
  grantScreeningException,
  revokeScreeningException,
] as const;

import Type from 'typebox';
import { operation } from '../../base/operation.ts';
import { Instant } from '../../base/time.ts';

const closed = { additionalProperties: false };

export const ScreeningList = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    version: Type.String({ description: 'SHA-256 of the file' }),
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
  summary: 'Loads a list from CSV (columns id, name, aliases separated by semicolons, type, country) and puts it in force',
  scope: 'screening:write',
  cost: 'heavy',
  consumes: 'text/csv',
  bodyLimit: 32 << 20,
  params: Type.Object({ id: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,39}$', examples: ['house-list'] }) }, closed),
  output: ScreeningList,
  errors: ['settlement.list_malformed', 'settlement.list_empty', 'request.key_reused'],
  example: { params: { id: 'house-list' }, document: 'id,name,aliases,type,country\n1,Viktor Baranovski,Wiktor Baranowski,person,\n' },
});

export const checkName = operation({
  name: 'settlement.check_name',
  method: 'POST',
  path: '/v1/screening/check',
  summary: 'Screens one name and explains every match',
  scope: 'screening:read',
  cost: 'normal',
  body: Type.Object({ name: Type.String({ minLength: 1, maxLength: 140, examples: ['Aurora Shipping AS'] }) }, closed),
  output: Type.Object({ matches: Type.Array(ScreeningMatch), threshold: Type.Number() }, closed),
  errors: [],
  example: { body: { name: 'Aurora Shipping AS' } },
});

export const screeningOperations = [listScreeningLists, loadScreeningList, checkName] as const;

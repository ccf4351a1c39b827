import Type from 'typebox';
import { Asset } from '../../base/money.ts';
import { operation } from '../../base/operation.ts';
import { Instant, LocalDateText } from '../../base/time.ts';
import { WindowId } from '../payment/contract.ts';

const closed = { additionalProperties: false };

/** Name of a group in addresses: `main` holds every currency that no other group names. */
export const WindowGroupId = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,39}$', examples: ['main'] });
const Currency = Type.String({ pattern: '^[A-Z]{3}$', examples: ['EUR'] });
const WallTime = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', examples: ['16:30'] });
const Mode = Type.Union([Type.Literal('interval'), Type.Literal('schedule'), Type.Literal('by_hand')], {
  description: 'interval: every so many seconds, as the installation is set. schedule: at times of business days. by_hand: by people alone',
});
const Settles = Type.Union([Type.Literal('at_once'), Type.Literal('by_hand')], {
  description: 'Whether a window that is netted settles at once, or when a person says so',
});

/** Cut-offs at times of day, on days on which the systems of all the currencies are open. */
const Schedule = Type.Object(
  {
    zone: Type.String({ minLength: 1, maxLength: 60, examples: ['Europe/Berlin'] }),
    cutOffs: Type.Array(WallTime, { minItems: 1, maxItems: 288 }),
    calendars: Type.Array(Currency, { minItems: 1, maxItems: 12, uniqueItems: true, description: 'Currencies whose systems must be open' }),
  },
  closed,
);

/** A group of windows with its schedule and its open window. */
export const WindowGroup = Type.Object(
  {
    id: WindowGroupId,
    name: Type.String(),
    mode: Mode,
    settles: Settles,
    schedule: Type.Optional(Schedule),
    /** Of the mode `interval`: seconds between cut-offs when something is owed; 0 leaves them to people. */
    everySeconds: Type.Optional(Type.Integer()),
    /** The currencies that are in its open window. */
    assets: Type.Array(Asset),
    window: Type.Object(
      {
        id: WindowId,
        number: Type.Integer(),
        openedAt: Instant,
        /** When it will be cut off, extensions counted in. */
        cutOffAt: Type.Optional(Instant),
        plannedAt: Type.Optional(Instant),
        businessDay: Type.Optional(LocalDateText),
        /** Whether its cut-off ends the business day. */
        endsDay: Type.Boolean(),
        extensions: Type.Array(Type.Object({ to: Instant, reason: Type.String(), by: Type.String(), at: Instant }, closed)),
      },
      closed,
    ),
    /** Why there is no cut-off today, by currency. */
    closings: Type.Array(Type.Object({ currency: Currency, name: Type.String(), estimated: Type.Boolean() }, closed)),
    changedAt: Instant,
    changedBy: Type.String(),
  },
  closed,
);

export const listWindowGroups = operation({
  name: 'settlement.list_window_groups',
  method: 'GET',
  path: '/v1/window-groups',
  summary: 'Groups of currencies that are cut off together, with their schedules and the next cut-off',
  scope: 'settlement:read',
  cost: 'normal',
  output: Type.Object({ items: Type.Array(WindowGroup) }, closed),
  errors: [],
  example: {},
});

export const setWindowGroup = operation({
  name: 'settlement.set_window_group',
  method: 'PUT',
  path: '/v1/window-groups/{id}',
  summary: 'Makes a group or changes it: its currencies, when it is cut off, how it settles',
  scope: 'settlement:write',
  cost: 'normal',
  params: Type.Object({ id: WindowGroupId }, closed),
  body: Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: 80, pattern: '^[^\\u0000-\\u001f\\u007f]*$', examples: ['Euro area'] }),
      mode: Mode,
      settles: Type.Optional(Settles),
      schedule: Type.Optional(Schedule),
      /** The currencies it has from now on; absent leaves them. Taken from other groups; those it gives up go to `main`. */
      assets: Type.Optional(Type.Array(Asset, { maxItems: 200, uniqueItems: true })),
    },
    closed,
  ),
  output: WindowGroup,
  errors: [
    'settlement.no_participants',
    'settlement.schedule_malformed',
    'settlement.schedule_missing',
    'settlement.schedule_unused',
    'settlement.schedule_never_open',
    'settlement.calendar_missing',
    'settlement.calendar_year_missing',
    'settlement.zone_unknown',
    'settlement.asset_unknown',
    'settlement.main_group_assets',
    'settlement.operator_only',
    'request.key_reused',
  ],
  example: {
    params: { id: 'europe' },
    body: {
      name: 'Euro and pound',
      mode: 'schedule',
      schedule: { zone: 'Europe/Berlin', cutOffs: ['10:00', '13:00', '16:30'], calendars: ['EUR', 'GBP'] },
      assets: ['GBP/2'],
    },
  },
});

export const extendCutOff = operation({
  name: 'settlement.extend_cut_off',
  method: 'POST',
  path: '/v1/window-groups/{id}/extend',
  summary: 'Puts the next cut-off of a group off',
  scope: 'settlement:write',
  cost: 'normal',
  params: Type.Object({ id: WindowGroupId }, closed),
  body: Type.Object(
    {
      minutes: Type.Integer({ minimum: 1, maximum: 720, description: 'From the cut-off as it stands, or from now when none is set' }),
      reason: Type.String({
        minLength: 5,
        maxLength: 500,
        pattern: '^[^\\u0000-\\u001f\\u007f]*$',
        examples: ['A participant is late with its pay-in'],
      }),
    },
    closed,
  ),
  output: WindowGroup,
  errors: ['settlement.window_group_not_found', 'settlement.extension_too_long', 'settlement.operator_only', 'request.key_reused'],
  example: { params: { id: 'main' }, body: { minutes: 15, reason: 'A participant is late with its pay-in' } },
});

export const groupOperations = [listWindowGroups, setWindowGroup, extendCutOff] as const;

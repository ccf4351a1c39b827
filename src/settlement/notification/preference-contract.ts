import Type from 'typebox';
import { operation } from '../../base/operation.ts';

const closed = { additionalProperties: false };

const KindName = Type.Union([
  Type.Literal('case_waiting'),
  Type.Literal('sla_breached'),
  Type.Literal('window_settled'),
  Type.Literal('position_settled'),
  Type.Literal('set_off_completed'),
  Type.Literal('set_off_share_cleared'),
  Type.Literal('participant_suspended'),
  Type.Literal('recall_overdue'),
  Type.Literal('report_ready'),
  Type.Literal('list_refused'),
  Type.Literal('webhook_disabled'),
]);
const WallTime = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', examples: ['08:00'] });
const Zone = Type.String({ minLength: 1, maxLength: 60, pattern: '^[A-Za-z0-9_+/-]+$', examples: ['Europe/Helsinki'] });
const Quiet = Type.Object(
  { from: WallTime, to: WallTime },
  { ...closed, description: 'No mail between these times; over midnight when from is later' },
);
/** at_once: within seconds, and at most one mail in five minutes. daily: all of a day in one mail. */
const Delivery = Type.Union([Type.Literal('at_once'), Type.Literal('daily')]);

const fields = { delivery: Delivery, dailyAt: WallTime, zone: Zone, quiet: Type.Optional(Quiet) };

const Preferences = Type.Object(
  {
    /** Whether this installation sends mail at all (SMTP_URL). */
    mail: Type.Boolean(),
    /** Where mail goes: the address of the login. */
    email: Type.String(),
    /** What the user may be told of. */
    kinds: Type.Array(Type.Object({ kind: KindName, label: Type.String(), about: Type.String(), on: Type.Boolean() }, closed)),
    ...fields,
  },
  closed,
);

export const getNotificationPreferences = operation({
  name: 'settlement.get_notification_preferences',
  method: 'GET',
  path: '/v1/me/notifications',
  summary: 'Of what the caller is told by mail, and when',
  scope: 'authenticated',
  cost: 'light',
  output: Preferences,
  errors: ['settlement.notifications_for_users'],
  example: {},
});

export const setNotificationPreferences = operation({
  name: 'settlement.set_notification_preferences',
  method: 'PUT',
  path: '/v1/me/notifications',
  summary: 'Sets of what the caller is told by mail, and when',
  scope: 'authenticated',
  cost: 'normal',
  body: Type.Object({ kinds: Type.Array(KindName, { maxItems: 20, uniqueItems: true }), ...fields }, closed),
  output: Preferences,
  errors: ['settlement.notifications_for_users', 'settlement.notice_not_allowed', 'settlement.zone_unknown', 'request.key_reused'],
  example: {
    body: {
      kinds: ['webhook_disabled'],
      delivery: 'daily',
      dailyAt: '08:00',
      zone: 'Europe/Helsinki',
      quiet: { from: '22:00', to: '07:00' },
    },
  },
});

export const preferenceOperations = [getNotificationPreferences, setNotificationPreferences] as const;

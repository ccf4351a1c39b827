import Type from 'typebox';
import { eventKind } from '../../base/event.ts';
import { Asset, Units } from '../../base/money.ts';
import { operation } from '../../base/operation.ts';
import { Instant, LocalDateText } from '../../base/time.ts';
import { Bic, ParticipantId } from '../participant/contract.ts';
import { PaymentId } from '../payment/contract.ts';
import { WindowGroupId } from '../window/group-contract.ts';

const closed = { additionalProperties: false };
const Count = Type.Integer({ minimum: 0 });

const dayFields = {
  group: WindowGroupId,
  day: LocalDateText,
  windows: Count,
  payments: Count,
  /** Sequence of the last cut-off of the day; what came later belongs to the next. */
  toSeq: Type.String({ pattern: '^[0-9]+$' }),
  closedAt: Instant,
  closedBy: Type.String(),
};

export const BusinessDay = Type.Object(dayFields, closed);

export const BusinessDayDetail = Type.Object(
  {
    ...dayFields,
    /** The network's totals of the day; for the operator only, empty for a bank. */
    currencies: Type.Array(
      Type.Object({ asset: Asset, payments: Count, gross: Units, net: Units, carried: Count, carriedUnits: Units }, closed),
    ),
    /** What each participant settled, and with what it goes into the next day; a bank sees its own. */
    positions: Type.Array(
      Type.Object(
        {
          participantId: ParticipantId,
          bic: Bic,
          name: Type.String(),
          asset: Asset,
          incoming: Units,
          outgoing: Units,
          net: Units,
          carriedIn: Units,
          carriedOut: Units,
        },
        closed,
      ),
    ),
    /**
     * The first 500 payments that were not settled at the end of the day, and why; a bank sees its own. The bank that is paid is told
     * of a value date that lies ahead and of a default, and else nothing.
     */
    unsettled: Type.Array(
      Type.Object(
        {
          paymentId: PaymentId,
          seq: Type.String(),
          debtorAgent: Bic,
          creditorAgent: Bic,
          asset: Asset,
          units: Units,
          why: Type.Optional(Type.Union([Type.Literal('value_date'), Type.Literal('default'), Type.Literal('hold')])),
          due: Type.Optional(LocalDateText),
        },
        closed,
      ),
    ),
  },
  closed,
);

export const listBusinessDays = operation({
  name: 'settlement.list_business_days',
  method: 'GET',
  path: '/v1/window-groups/{id}/days',
  summary: 'Business days of a group that are over, the latest 100, newest first',
  scope: 'settlement:read',
  cost: 'normal',
  params: Type.Object({ id: WindowGroupId }, closed),
  output: Type.Object({ items: Type.Array(BusinessDay) }, closed),
  errors: [],
  example: { params: { id: 'main' } },
});

export const getBusinessDay = operation({
  name: 'settlement.get_business_day',
  method: 'GET',
  path: '/v1/window-groups/{id}/days/{day}',
  summary: 'The end of a business day: totals, positions carried over, and what was not settled',
  scope: 'settlement:read',
  cost: 'normal',
  params: Type.Object({ id: WindowGroupId, day: LocalDateText }, closed),
  output: BusinessDayDetail,
  errors: ['settlement.business_day_not_found'],
  example: { params: { id: 'main', day: '2026-11-20' } },
});

export const closeBusinessDay = operation({
  name: 'settlement.close_business_day',
  method: 'POST',
  path: '/v1/window-groups/{id}/days/{day}/close',
  summary: 'Ends a business day of a group once its windows are settled; a job does the same by itself',
  scope: 'settlement:write',
  cost: 'normal',
  params: Type.Object({ id: WindowGroupId, day: LocalDateText }, closed),
  output: BusinessDayDetail,
  errors: [
    'settlement.window_group_not_found',
    'settlement.business_day_going_on',
    'settlement.business_day_unsettled',
    'settlement.business_day_empty',
    'settlement.operator_only',
    'request.key_reused',
  ],
  example: { params: { id: 'main', day: '2026-11-20' } },
});

export const calendarOperations = [listBusinessDays, getBusinessDay, closeBusinessDay] as const;

export const businessDayClosed = eventKind({
  type: 'settlement.business_day_closed',
  version: 1,
  summary: 'A business day of a group is over: its windows are settled, the rest is carried over',
  data: Type.Object({ group: WindowGroupId, day: LocalDateText, windows: Count, payments: Count, unsettled: Count }),
});

import Type from 'typebox';
import { eventKind } from '../../base/event.ts';
import { idOf } from '../../base/id.ts';
import { Asset } from '../../base/money.ts';
import { operation } from '../../base/operation.ts';
import { pageOf, pageQuery } from '../../base/page.ts';
import { Instant, LocalDateText } from '../../base/time.ts';
import { ParticipantId } from '../participant/contract.ts';
import { PaymentStatus, WindowId } from '../payment/contract.ts';

const closed = { additionalProperties: false };

export const ReportId = idOf('rep');
export const ReportScheduleId = idOf('rsc');

export const ReportKindName = Type.Union([
  Type.Literal('payments'),
  Type.Literal('statement'),
  Type.Literal('window'),
  Type.Literal('positions'),
  Type.Literal('fees'),
  Type.Literal('regulator'),
]);

export const ReportFormat = Type.Union([Type.Literal('csv'), Type.Literal('xlsx'), Type.Literal('pdf')]);

/** Days that move with the clock, so that a schedule can name them. Weeks begin on Monday; days are UTC days. */
export const ReportPeriod = Type.Union([
  Type.Literal('today'),
  Type.Literal('yesterday'),
  Type.Literal('previous_business_day'),
  Type.Literal('last_week'),
  Type.Literal('this_month'),
  Type.Literal('last_month'),
]);

/** Currency whose settlement system's business days are meant. */
const CalendarCode = Type.String({ pattern: '^[A-Z]{3}$', examples: ['EUR'] });

/** What a report is about. Which of these a kind takes and needs, `list_report_kinds` tells. */
export const ReportParameters = Type.Object(
  {
    from: Type.Optional(LocalDateText),
    to: Type.Optional(LocalDateText),
    period: Type.Optional(ReportPeriod),
    /** For `previous_business_day`; the calendar of the report's currency unless told. */
    calendar: Type.Optional(CalendarCode),
    participantId: Type.Optional(ParticipantId),
    asset: Type.Optional(Asset),
    windowId: Type.Optional(WindowId),
    status: Type.Optional(PaymentStatus),
    /** Payments of at least so many whole units of their currency are listed one by one (regulator extract). */
    largeFrom: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,18}$', examples: ['1000000'] })),
  },
  closed,
);

const ColumnType = Type.Union([
  Type.Literal('text'),
  Type.Literal('integer'),
  Type.Literal('money'),
  Type.Literal('day'),
  Type.Literal('instant'),
]);

const ReportKind = Type.Object(
  {
    kind: ReportKindName,
    title: Type.String(),
    about: Type.String(),
    needs: Type.Array(Type.String()),
    takes: Type.Array(Type.String()),
    columns: Type.Array(Type.Object({ name: Type.String(), type: ColumnType }, closed)),
  },
  closed,
);

/** queued: waits. running: rows are being written. done: the file can be had. expired: it could. */
export const ReportState = Type.Union([
  Type.Literal('queued'),
  Type.Literal('running'),
  Type.Literal('done'),
  Type.Literal('failed'),
  Type.Literal('cancelled'),
  Type.Literal('expired'),
]);

export const Report = Type.Object(
  {
    id: ReportId,
    kind: ReportKindName,
    title: Type.String(),
    format: ReportFormat,
    state: ReportState,
    parameters: ReportParameters,
    /** Written so far, of how many when that is known. */
    rows: Type.Integer(),
    total: Type.Optional(Type.Integer()),
    requestedBy: Type.String(),
    requestedAt: Instant,
    startedAt: Type.Optional(Instant),
    finishedAt: Type.Optional(Instant),
    scheduleId: Type.Optional(ReportScheduleId),
    /** The participant that it was made for and that may fetch it. */
    forParticipantId: Type.Optional(ParticipantId),
    file: Type.Optional(
      Type.Object(
        {
          name: Type.String(),
          bytes: Type.Integer(),
          sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
          expiresAt: Instant,
        },
        closed,
      ),
    ),
    problem: Type.Optional(Type.Object({ code: Type.String(), text: Type.String() }, closed)),
  },
  closed,
);

const what = {
  kind: ReportKindName,
  format: ReportFormat,
  parameters: ReportParameters,
  keepDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 400, description: 'Days until the file is removed; 30 unless told' })),
};

const parameterErrors = [
  'settlement.report_parameter_missing',
  'settlement.report_parameter_unused',
  'settlement.report_period_invalid',
  'settlement.report_forbidden',
  'settlement.participant_not_found',
  'settlement.asset_not_held',
  'settlement.window_not_found',
  'settlement.calendar_missing',
  'settlement.calendar_year_missing',
] as const;

export const listReportKinds = operation({
  name: 'settlement.list_report_kinds',
  method: 'GET',
  path: '/v1/report-kinds',
  summary: 'The reports there are, with their parameters and columns',
  scope: 'settlement:read',
  cost: 'light',
  output: Type.Object({ items: Type.Array(ReportKind) }, closed),
  errors: [],
  example: {},
});

export const startReport = operation({
  name: 'settlement.start_report',
  method: 'POST',
  path: '/v1/reports',
  summary: 'Has a report written in the background; its file can be fetched when it is done',
  scope: 'settlement:read',
  cost: 'heavy',
  status: 202,
  body: Type.Object(what, closed),
  output: Report,
  errors: [...parameterErrors, 'settlement.too_many_reports', 'request.key_reused'],
  example: {
    body: { kind: 'payments', format: 'xlsx', parameters: { from: '2026-11-01', to: '2026-11-22', asset: 'EUR/2', status: 'settled' } },
  },
});

export const listReports = operation({
  name: 'settlement.list_reports',
  method: 'GET',
  path: '/v1/reports',
  summary: 'Reports that were asked for, newest first',
  scope: 'settlement:read',
  cost: 'normal',
  query: Type.Object({ ...pageQuery, kind: Type.Optional(ReportKindName), state: Type.Optional(ReportState) }, closed),
  output: pageOf(Report),
  errors: ['request.cursor_invalid'],
  example: { query: { state: 'done' } },
});

const params = Type.Object({ id: ReportId }, closed);
const example = { params: { id: 'rep_0192837465ab7def8192837465abcdef' } };

export const getReport = operation({
  name: 'settlement.get_report',
  method: 'GET',
  path: '/v1/reports/{id}',
  summary: 'One report: how far it is, and its file when it is done',
  scope: 'settlement:read',
  cost: 'light',
  params,
  output: Report,
  errors: ['settlement.report_not_found'],
  example,
});

export const cancelReport = operation({
  name: 'settlement.cancel_report',
  method: 'POST',
  path: '/v1/reports/{id}/cancel',
  summary: 'Stops a report that waits or is being written',
  scope: 'settlement:read',
  cost: 'light',
  params,
  output: Report,
  errors: ['settlement.report_not_found', 'settlement.report_over', 'request.key_reused'],
  example,
});

export const downloadReport = operation({
  name: 'settlement.download_report',
  method: 'GET',
  path: '/v1/reports/{id}/file',
  summary: 'The file of a report that is done; a download that broke off goes on with a Range header',
  scope: 'settlement:read',
  cost: 'normal',
  // What it really is, the answer's Content-Type says.
  produces: 'application/octet-stream',
  params,
  output: Type.Unsafe<AsyncIterable<Uint8Array>>(Type.String({ format: 'binary' })),
  errors: [
    'settlement.report_not_found',
    'settlement.report_not_done',
    'settlement.report_expired',
    'settlement.report_file_missing',
    'settlement.report_forbidden',
  ],
  example,
});

export const ReportSchedule = Type.Object(
  {
    id: ReportScheduleId,
    name: Type.String(),
    kind: ReportKindName,
    format: ReportFormat,
    parameters: ReportParameters,
    cron: Type.String(),
    zone: Type.String(),
    businessDays: Type.Optional(CalendarCode),
    keepDays: Type.Integer(),
    forParticipantId: Type.Optional(ParticipantId),
    createdBy: Type.String(),
    createdAt: Instant,
    nextAt: Type.Optional(Instant),
    /** Why there is no next time. */
    problem: Type.Optional(Type.String()),
  },
  closed,
);

export const createReportSchedule = operation({
  name: 'settlement.create_report_schedule',
  method: 'POST',
  path: '/v1/report-schedules',
  summary: 'Has a report written again and again, by the clock and, if wanted, on business days only',
  scope: 'settlement:write',
  cost: 'normal',
  status: 201,
  body: Type.Object(
    {
      ...what,
      name: Type.String({ minLength: 1, maxLength: 100, examples: ['Payments of the day before'] }),
      cron: Type.String({ minLength: 9, maxLength: 100, examples: ['30 6 * * *'], description: 'Minute, hour, day, month, weekday' }),
      zone: Type.Optional(
        Type.String({ minLength: 1, maxLength: 60, examples: ['Europe/Oslo'], description: 'Of the clock; UTC unless told' }),
      ),
      businessDays: Type.Optional(CalendarCode),
      /** Whose report it is: the participant sees it and its files. */
      forParticipantId: Type.Optional(ParticipantId),
    },
    closed,
  ),
  output: ReportSchedule,
  errors: [...parameterErrors, 'settlement.cron_invalid', 'settlement.zone_unknown', 'settlement.too_many_reports', 'request.key_reused'],
  example: {
    body: {
      kind: 'payments',
      format: 'csv',
      parameters: { period: 'yesterday' },
      name: 'Payments of the day before',
      cron: '30 6 * * *',
      zone: 'Europe/Oslo',
      businessDays: 'EUR',
      keepDays: 90,
    },
  },
});

export const listReportSchedules = operation({
  name: 'settlement.list_report_schedules',
  method: 'GET',
  path: '/v1/report-schedules',
  summary: 'Reports that are written again and again',
  scope: 'settlement:read',
  cost: 'light',
  output: Type.Object({ items: Type.Array(ReportSchedule) }, closed),
  errors: [],
  example: {},
});

export const deleteReportSchedule = operation({
  name: 'settlement.delete_report_schedule',
  method: 'DELETE',
  path: '/v1/report-schedules/{id}',
  summary: 'Ends a schedule; its reports stay until they expire',
  scope: 'settlement:write',
  cost: 'light',
  params: Type.Object({ id: ReportScheduleId }, closed),
  output: ReportSchedule,
  errors: ['settlement.report_schedule_not_found', 'request.key_reused'],
  example: { params: { id: 'rsc_0192837465ab7def8192837465abcdef' } },
});

export const reportOperations = [
  listReportKinds,
  startReport,
  listReports,
  getReport,
  cancelReport,
  downloadReport,
  createReportSchedule,
  listReportSchedules,
  deleteReportSchedule,
] as const;

export const reportChanged = eventKind({
  type: 'settlement.report_changed',
  version: 1,
  summary: 'A report was begun, got further, or came to its end',
  data: Type.Object({
    reportId: ReportId,
    kind: ReportKindName,
    state: ReportState,
    rows: Type.Integer(),
    total: Type.Optional(Type.Integer()),
  }),
});

import { codecOf } from '../../base/codec.ts';
import type { OutputOf } from '../../base/operation.ts';
import { type createReportSchedule, type getReport, ReportParameters } from './contract.ts';
import type { Parameters } from './kind.ts';
import { KINDS } from './kinds/kinds.ts';
import type { ScheduleRow } from './schedule-store.ts';
import type { RunRow } from './store.ts';

export type ReportView = OutputOf<typeof getReport>;
export type ScheduleView = OutputOf<typeof createReportSchedule>;

const codec = codecOf(ReportParameters);

/** Parameters are kept as they were sent. */
export const toWire = (parameters: Parameters): object => codec.encode(parameters) as object;
export const fromWire = (wire: object): Parameters => codec.decode(wire) as Parameters;

export function viewOfRun(row: RunRow): ReportView {
  return {
    id: row.id,
    kind: row.kind,
    title: KINDS[row.kind].title,
    format: row.format,
    state: row.state,
    parameters: fromWire(row.parameters),
    rows: Number(row.rowsWritten),
    ...(row.rowsTotal !== null && { total: Number(row.rowsTotal) }),
    requestedBy: row.requestedBy,
    requestedAt: row.requestedAt,
    ...(row.startedAt !== null && { startedAt: row.startedAt }),
    ...(row.finishedAt !== null && { finishedAt: row.finishedAt }),
    ...(row.scheduleId !== null && { scheduleId: row.scheduleId }),
    ...(row.memberId !== null && { forParticipantId: row.memberId }),
    ...(row.state === 'done' && { file: fileOf(row) }),
    ...(row.problemCode !== null && { problem: { code: row.problemCode, text: row.problemText! } }),
  };
}

function fileOf(row: RunRow): NonNullable<ReportView['file']> {
  return { name: row.fileName!, bytes: Number(row.fileBytes), sha256: row.fileHash!.toString('hex'), expiresAt: row.expiresAt! };
}

export function viewOfSchedule(row: ScheduleRow): ScheduleView {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    format: row.format,
    parameters: fromWire(row.parameters),
    cron: row.cron,
    zone: row.zone,
    ...(row.businessDays !== null && { businessDays: row.businessDays }),
    keepDays: row.keepDays,
    ...(row.memberId !== null && { forParticipantId: row.memberId }),
    createdBy: row.createdBy,
    createdAt: row.createdAt,
    ...(row.nextAt !== null && { nextAt: row.nextAt }),
    ...(row.problem !== null && { problem: row.problem }),
  };
}

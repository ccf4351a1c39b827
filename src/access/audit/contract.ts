import Type from 'typebox';
import { idOf } from '../../base/id.ts';
import { operation } from '../../base/operation.ts';
import { pageOf, pageQuery } from '../../base/page.ts';
import { Instant } from '../../base/time.ts';

const closed = { additionalProperties: false };

const AuditId = idOf('aud');

const ActorKind = Type.Unsafe<'user' | 'key' | 'system' | 'stranger'>({ type: 'string', enum: ['user', 'key', 'system', 'stranger'] });

const AuditRow = Type.Object(
  {
    id: AuditId,
    at: Instant,
    actor: Type.Object(
      {
        kind: ActorKind,
        id: Type.String({ description: '`usr_…`, `key_…`, or a UUID for background work' }),
        name: Type.String(),
      },
      closed,
    ),
    action: Type.String({ description: 'The operation, or `access.denied`' }),
    subject: Type.String({ description: 'What it was done to; the first of them where one row stands for several' }),
    subjectCount: Type.Optional(Type.Integer({ minimum: 2, description: 'How many it was done to at once, where these are several' })),
    subjects: Type.Optional(
      Type.Array(Type.String(), { description: 'All of them in order, where these are several and `subjects=all` asked for them' }),
    ),
    outcome: Type.String(),
    requestId: Type.String(),
    detail: Type.Record(Type.String(), Type.Unknown()),
  },
  closed,
);

export const listAudit = operation({
  name: 'access.list_audit',
  method: 'GET',
  path: '/v1/audit',
  summary: 'The audit log, newest first',
  scope: 'audit:read',
  cost: 'normal',
  query: Type.Object(
    {
      ...pageQuery,
      actor: Type.Optional(Type.String({ maxLength: 254, description: "An actor's id, or its exact name" })),
      action: Type.Optional(Type.String({ maxLength: 100, examples: ['access.create_user'] })),
      subject: Type.Optional(Type.String({ maxLength: 200, description: 'Finds a row that stands for several by each of them' })),
      subjects: Type.Optional(
        Type.Unsafe<'all'>({
          type: 'string',
          enum: ['all'],
          description: 'Tells all `subjects` of each row; a page then has at most 100 rows',
        }),
      ),
      outcome: Type.Optional(Type.String({ maxLength: 60, examples: ['done'] })),
      from: Type.Optional(Instant),
      to: Type.Optional(Instant),
    },
    closed,
  ),
  output: pageOf(AuditRow),
  errors: ['request.cursor_invalid'],
  example: { query: { action: 'access.create_user' } },
});

export const auditHead = operation({
  name: 'access.audit_head',
  method: 'GET',
  path: '/v1/audit/head',
  summary: 'Size and Merkle root (RFC 6962) of the audit log as far as it is chained; keep it to prove later that nothing was changed',
  scope: 'audit:read',
  cost: 'light',
  output: Type.Object({ size: Type.Integer(), root: Type.String({ pattern: '^[0-9a-f]{64}$' }), at: Type.Optional(Instant) }, closed),
  errors: [],
  example: {},
});

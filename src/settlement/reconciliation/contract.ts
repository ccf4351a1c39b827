import Type from 'typebox';
import { idOf } from '../../base/id.ts';
import { Asset, Units } from '../../base/money.ts';
import { operation } from '../../base/operation.ts';
import { pageOf, pageQuery } from '../../base/page.ts';
import { Instant, LocalDateText } from '../../base/time.ts';
import { CustodyAccountId } from '../custody/ids.ts';
import { Sender } from './sender.ts';

const closed = { additionalProperties: false };

export const StatementId = idOf('bst');
const EntryId = idOf('ent');

const statementFields = {
  id: StatementId,
  custodyAccountId: CustodyAccountId,
  asset: Asset,
  kind: Type.Union([Type.Literal('statement'), Type.Literal('report'), Type.Literal('notification')]),
  /** As its custodian calls it. */
  statementId: Type.String(),
  day: LocalDateText,
  opening: Type.Optional(Units),
  closing: Type.Optional(Units),
  entries: Type.Integer(),
};

export const Statement = Type.Object(
  {
    ...statementFields,
    complete: Type.Boolean(),
    /** Other statements tell all of it, and reach further; its balances are not counted. */
    covered: Type.Boolean(),
    receivedAt: Instant,
    receivedBy: Type.String(),
  },
  closed,
);

const TakenStatement = Type.Object(
  {
    ...statementFields,
    /** Lines that nobody had told of before. */
    fresh: Type.Integer(),
    /** taken; repeated: all of it was taken before, perhaps under another name; waiting: for its other pages. */
    outcome: Type.Union([Type.Literal('taken'), Type.Literal('repeated'), Type.Literal('waiting')]),
  },
  closed,
);

export const uploadStatement = operation({
  name: 'settlement.upload_statement',
  method: 'POST',
  path: '/v1/statements',
  summary: 'Takes a camt.052, camt.053 or camt.054 of a custodian, to the cent, and matches its entries',
  scope: 'settlement:write',
  cost: 'heavy',
  status: 201,
  consumes: 'application/xml',
  bodyLimit: 256 << 20,
  output: Type.Object({ items: Type.Array(TakenStatement) }, closed),
  errors: [
    'settlement.operator_only',
    'settlement.statement_malformed',
    'settlement.statement_unsupported',
    'settlement.statement_account_unknown',
    'settlement.statement_without_balances',
    'settlement.statement_does_not_add_up',
    'settlement.statement_contradicts',
    'settlement.statement_mixed_currency',
    'request.key_reused',
  ],
  example: { document: '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"/>' },
});

export const matchStatements = operation({
  name: 'settlement.match_statements',
  method: 'POST',
  path: '/v1/statements/match',
  summary: 'Matches what statements have told and nobody has looked at; a job does so by itself',
  scope: 'settlement:write',
  cost: 'heavy',
  output: Type.Object({ matched: Type.Integer(), breaks: Type.Integer() }, closed),
  errors: ['settlement.operator_only'],
  example: {},
});

export const listStatements = operation({
  name: 'settlement.list_statements',
  method: 'GET',
  path: '/v1/statements',
  summary: 'Statements and notifications of custodians, newest first',
  scope: 'settlement:read',
  cost: 'normal',
  query: Type.Object({ ...pageQuery, custodyAccountId: Type.Optional(CustodyAccountId) }, closed),
  output: pageOf(Statement),
  errors: [],
  example: {},
});

export const StatementEntry = Type.Object(
  {
    id: EntryId,
    custodyAccountId: CustodyAccountId,
    /** gap: between two statements. sum: what a statement does not add up by. */
    kind: Type.Union([Type.Literal('entry'), Type.Literal('gap'), Type.Literal('sum')]),
    asset: Asset,
    units: Units,
    bookingDay: LocalDateText,
    reversal: Type.Boolean(),
    refs: Type.Array(Type.String()),
    remittance: Type.Optional(Type.String()),
    counterparty: Type.Optional(Type.String()),
    sender: Type.Optional(Sender),
    state: Type.Union([Type.Literal('new'), Type.Literal('matched'), Type.Literal('break')]),
    /** Which rule decided, and in words why. */
    rule: Type.Optional(Type.String()),
    explanation: Type.Optional(Type.String()),
  },
  closed,
);

export const listStatementEntries = operation({
  name: 'settlement.list_statement_entries',
  method: 'GET',
  path: '/v1/statement-entries',
  summary: 'Lines of statements, newest first, with what each was matched by',
  scope: 'settlement:read',
  cost: 'normal',
  query: Type.Object(
    {
      ...pageQuery,
      custodyAccountId: Type.Optional(CustodyAccountId),
      state: Type.Optional(Type.Union([Type.Literal('new'), Type.Literal('matched'), Type.Literal('break')])),
    },
    closed,
  ),
  output: pageOf(StatementEntry),
  errors: [],
  example: {},
});

const DayEnd = Type.Object(
  {
    custodyAccountId: CustodyAccountId,
    name: Type.String(),
    asset: Asset,
    day: LocalDateText,
    /** What the statement of the day ended with. */
    closing: Units,
    /** What the ledger held at the end of the day. */
    ledger: Units,
    difference: Units,
    agrees: Type.Boolean(),
  },
  closed,
);

export const getEndOfDay = operation({
  name: 'settlement.get_end_of_day',
  method: 'GET',
  path: '/v1/reconciliation/days/{day}',
  summary: 'For each custody account with a statement of the day: whether ledger and closing balance agree at its end',
  scope: 'settlement:read',
  cost: 'normal',
  params: Type.Object({ day: LocalDateText }, closed),
  output: Type.Object({ items: Type.Array(DayEnd) }, closed),
  errors: ['settlement.operator_only'],
  example: { params: { day: '2026-11-20' } },
});

export const reconciliationOperations = [uploadStatement, matchStatements, listStatements, listStatementEntries, getEndOfDay] as const;

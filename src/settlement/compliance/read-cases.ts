import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { DEFAULT_PAGE, idCursor, toPage } from '../../base/page.ts';
import type { SettlementDeps } from '../deps.ts';
import { getPayment } from '../payment/read-payments.ts';
import { evidenceContent, evidenceOf, linksOf, stepsOf, trafficOfParty } from './case-parts-store.ts';
import { countOpen, findCase, pageOfCases } from './case-store.ts';
import { viewOfCase } from './case-view.ts';
import type {
  caseStatistics as statisticsContract,
  getCase as getContract,
  getEvidence as evidenceContract,
  listCases as listContract,
} from './contract.ts';
import { caseNeedsTwo } from './needs-two.ts';
import { requireOperator } from './operator.ts';
import { caseOutcomes, casesByDay, casesByPerson } from './statistics-store.ts';
import { caseNotFound } from './work-case.ts';

const TRAFFIC = 20;
const STATISTICS_MS = 30 * 86_400_000;

type Detail = OutputOf<typeof getContract>;

export async function listCases(
  deps: SettlementDeps,
  ctx: Ctx,
  input: InputOf<typeof listContract>,
): Promise<OutputOf<typeof listContract>> {
  requireOperator(ctx);
  const { limit = DEFAULT_PAGE, after, overdue, sort = 'due', ...filter } = input;
  const rows = await deps.db.read(ctx, (tx) =>
    pageOfCases(tx, ctx.tenantId, {
      ...filter,
      sort,
      me: ctx.actor.id,
      limit: limit + 1,
      after: idCursor(after),
      ...(overdue && { overdueAt: deps.clock.now() }),
    }),
  );
  return toPage(rows, limit, viewOfCase);
}

/** Errors: `settlement.case_not_found`. */
export async function getCase(deps: SettlementDeps, ctx: Ctx, { id }: InputOf<typeof getContract>): Promise<Detail> {
  requireOperator(ctx);
  const found = await deps.db.read(ctx, async (tx) => {
    const row = await findCase(tx, ctx.tenantId, id);
    if (!row) return undefined;
    const [steps, links, evidence] = [
      await stepsOf(tx, ctx.tenantId, id),
      await linksOf(tx, ctx.tenantId, id),
      await evidenceOf(tx, ctx.tenantId, id),
    ];
    return { row, steps, links, evidence };
  });
  if (!found) throw caseNotFound();
  const { row, steps, links, evidence } = found;
  const payment = row.paymentId === null ? undefined : await getPayment(deps, ctx, { id: row.paymentId });
  return {
    ...viewOfCase(row),
    inputs: row.inputs as Detail['inputs'],
    ...(payment && { payment }),
    steps: steps.map(({ at, step, text, actorName }) => ({ at, step, text, actor: actorName })),
    links,
    evidence: evidence.map(({ sha256, note, ...file }) => ({ ...file, sha256: sha256.toString('hex'), ...(note !== null && { note }) })),
    traffic: payment ? await trafficOf(deps, ctx, payment) : [],
    needsTwo: await caseNeedsTwo(deps, ctx.tenantId, row),
  };
}

async function trafficOf(deps: Pick<SettlementDeps, 'db'>, ctx: Ctx, payment: NonNullable<Detail['payment']>): Promise<Detail['traffic']> {
  return deps.db.read(ctx, async (tx) => {
    const all: Detail['traffic'] = [];
    for (const [party, agent] of [
      ['debtor', payment.debtorAgent],
      ['creditor', payment.creditorAgent],
    ] as const) {
      const { name, account } = payment[party];
      const known = { name, ...(account !== undefined && { account }) };
      all.push({ party, ...known, payments: await trafficOfParty(tx, ctx.tenantId, { agentId: agent.id, ...known }, TRAFFIC) });
    }
    return all;
  });
}

/** Errors: `settlement.case_not_found`, `settlement.evidence_not_found`. */
export async function getEvidence(
  deps: Pick<SettlementDeps, 'db'>,
  ctx: Ctx,
  { id, evidence }: InputOf<typeof evidenceContract>,
): Promise<OutputOf<typeof evidenceContract>> {
  requireOperator(ctx);
  const found = await deps.db.read(ctx, async (tx) => ({
    row: await findCase(tx, ctx.tenantId, id),
    file: await evidenceContent(tx, ctx.tenantId, id, evidence),
  }));
  if (!found.row) throw caseNotFound();
  if (!found.file) throw new AppError('not_found', 'settlement.evidence_not_found', 'There is no such file with this case.');
  const { name, mediaType, sha256, content } = found.file;
  return { name, mediaType, sha256: sha256.toString('hex'), content: content.toString('base64') };
}

export async function caseStatistics(deps: SettlementDeps, ctx: Ctx): Promise<OutputOf<typeof statisticsContract>> {
  requireOperator(ctx);
  const now = deps.clock.now();
  const since = now - STATISTICS_MS;
  return deps.db.read(ctx, async (tx) => {
    const open = await countOpen(tx, ctx.tenantId, now);
    const days = await casesByDay(tx, ctx.tenantId, since);
    const { medianMinutes, ...outcomes } = await caseOutcomes(tx, ctx.tenantId, since);
    const people = await casesByPerson(tx, ctx.tenantId, since);
    return { open, days, ...outcomes, ...(medianMinutes !== null && { medianMinutes }), people };
  });
}

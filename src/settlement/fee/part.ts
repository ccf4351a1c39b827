import { route } from '../../infra/http/route.ts';
import type { SettlementDeps } from '../deps.ts';
import { jobOfTenants, type Part } from '../part.ts';
import * as fee from './contract.ts';
import { countUsage } from './count-usage.ts';
import { getInvoicePdf } from './invoice-pdf.ts';
import { issueDue, issueInvoices } from './issue-invoices.ts';
import { getInvoice, listInvoices, previewFees } from './read-invoices.ts';
import { listSchedules, setFeeSchedule } from './set-schedule.ts';
import { collectInvoice, collectOpen, creditInvoice } from './settle-invoice.ts';

const COUNT_EVERY_MS = 30_000;

/** What participants pay for the service: prices, usage, invoices. */
export function feePart(deps: SettlementDeps): Part {
  const ctxOf = (name: string, tenantId: string) => deps.access.systemCtx(name, tenantId);
  return {
    routes: [
      route(fee.setFeeSchedule, (ctx, input) => setFeeSchedule(deps, ctx, input)),
      route(fee.listFeeSchedules, (ctx) => listSchedules(deps, ctx)),
      route(fee.previewFees, (ctx, input) => previewFees(deps, ctx, input)),
      route(fee.issueInvoices, (ctx, input) => issueInvoices(deps, ctx, input)),
      route(fee.listInvoices, (ctx, input) => listInvoices(deps, ctx, input)),
      route(fee.getInvoice, (ctx, input) => getInvoice(deps, ctx, input)),
      route(fee.getInvoicePdf, (ctx, input) => getInvoicePdf(deps, ctx, input)),
      route(fee.collectInvoice, (ctx, input) => collectInvoice(deps, ctx, input)),
      route(fee.creditInvoice, (ctx, input) => creditInvoice(deps, ctx, input)),
    ],
    jobs: [
      jobOfTenants(deps, { name: 'settlement.count_fees', everyMs: COUNT_EVERY_MS }, (tenantId, signal) =>
        countUsage(deps, tenantId, signal),
      ),
      // Daily, so that months that were missed are caught up; what is invoiced already is passed over.
      jobOfTenants(deps, { name: 'settlement.issue_invoices', cron: '20 2 * * *' }, (tenantId) =>
        issueDue(deps, ctxOf('settlement.issue_invoices', tenantId)),
      ),
      jobOfTenants(deps, { name: 'settlement.collect_fees', cron: '40 3 * * *' }, (tenantId) =>
        collectOpen(deps, ctxOf('settlement.collect_fees', tenantId)),
      ),
    ],
  };
}

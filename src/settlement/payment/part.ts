import { route } from '../../infra/http/route.ts';
import type { SettlementDeps } from '../deps.ts';
import type { Part } from '../part.ts';
import * as payment from './contract.ts';
import { getPayment, listPayments } from './read-payments.ts';
import { rejectPayment, releasePayment } from './review-payment.ts';
import { sendPayment, sendPayments } from './send-payment.ts';
import { submitIso20022 } from './submit-iso20022.ts';

/** The door for payments, reviews, and what people read of them. */
export function paymentPart(deps: SettlementDeps): Part {
  return {
    routes: [
      route(payment.sendPayment, (ctx, input) => sendPayment(deps, ctx, input)),
      route(payment.sendPayments, (ctx, input) => sendPayments(deps, ctx, input)),
      route(payment.listPayments, (ctx, input) => listPayments(deps, ctx, input)),
      route(payment.getPayment, (ctx, input) => getPayment(deps, ctx, input)),
      route(payment.releasePayment, (ctx, input) => releasePayment(deps, ctx, input)),
      route(payment.rejectPayment, (ctx, input) => rejectPayment(deps, ctx, input)),
      route(payment.submitIso20022, (ctx, input, request) => submitIso20022(deps, ctx, input, request)),
    ],
    close: async () => deps.schemas?.close(),
  };
}

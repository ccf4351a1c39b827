import type { Ctx } from '../../base/context.ts';
import type { RequestExtras } from '../../infra/http/route.ts';
import type { SettlementDeps } from '../deps.ts';
import { receiveMessage } from '../message/receive-message.ts';

/**
 * Takes a message of ISO 20022 and answers with one: a status report (pacs.002, pain.002), the resolution of a recall (camt.029).
 *
 * Errors: those of `receiveMessage`.
 */
export function submitIso20022(
  deps: SettlementDeps,
  ctx: Ctx,
  _input: object,
  { document, charset }: Pick<RequestExtras, 'document' | 'charset'>,
): Promise<string> {
  return receiveMessage(deps, ctx, document, charset);
}

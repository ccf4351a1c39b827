import type { Ctx } from '../../base/context.ts';
import type { SettlementDeps } from '../deps.ts';
import { pacs008FileOf } from '../iso20022/pacs008.ts';
import { writePacs002 } from '../iso20022/pacs002.ts';
import { frameOf, outcomeOf, refusalsOf } from './answer.ts';
import type { Handled, Incoming } from './handler.ts';
import { takeTransfers } from './take-transfers.ts';

/** Takes a file of customer credit transfers: each transaction stands for itself. Answers with a pacs.002. */
export async function takePacs008(deps: SettlementDeps, ctx: Ctx, incoming: Incoming<'pacs.008'>): Promise<Handled> {
  const { message } = incoming;
  const file = pacs008FileOf(message);
  if (file.refusals.length > 0) return { outcome: 'refused', refusals: file.refusals };
  const transactions = await takeTransfers(deps, ctx, { incoming, kindOf: () => 'pacs.008' }, file.transactions);
  const paths = message.records.map(({ path }) => path);
  return {
    outcome: outcomeOf(transactions),
    refusals: refusalsOf(transactions, paths),
    answer: writePacs002({ ...frameOf(deps, message), transactions }),
  };
}

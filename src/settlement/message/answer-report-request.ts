import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { codeOf } from '../../base/money.ts';
import { dayOf } from '../../base/time.ts';
import type { SettlementDeps } from '../deps.ts';
import type { RecordOf } from '../iso20022/catalogue.ts';
import type { RecordReading } from '../iso20022/read-message.ts';
import type { Refusal } from '../iso20022/reason.ts';
import { statementOf } from '../participant/get-statement.ts';
import { normalBic, type Member } from '../participant/directory.ts';
import type { Handled, Incoming } from './handler.ts';

type Request = RecordOf<'camt.060'>;

/** Answers a bank's request for a report on its account (camt.060) with the camt.052 or camt.053 that it asks for. */
export async function answerReportRequest(deps: SettlementDeps, ctx: Ctx, incoming: Incoming<'camt.060'>): Promise<Handled> {
  const { records } = incoming.message;
  const [record] = records as readonly RecordReading<Request>[];
  if (!record || records.length > 1) return refused({ code: 'CH17', text: 'Ask for one report in a message.', path: 'RptgReq[2]' });
  if (record.result === 'refused') return refused(...record.refusals);
  const { requested, owner, account, from, to } = record.value;
  const day = from ?? dayOf(deps.clock.now());
  if (to !== undefined && to !== day)
    return refused({ code: 'AG03', text: 'A report is of one day.', path: `${record.path}/RptgPrd/FrToDt/ToDt` });
  const bic = owner.agent?.bic ?? owner.bic;
  const { byBic } = await deps.directory.of(ctx.tenantId, bic === undefined ? {} : { bics: [bic] });
  const member = bic === undefined ? undefined : byBic.get(normalBic(bic));
  if (!member || (ctx.memberId !== undefined && member.id !== ctx.memberId))
    return refused({ code: 'AG01', text: 'The owner of the account is not the bank that asks.', path: `${record.path}/AcctOwnr` });
  const asset = assetOf(member, account);
  if (asset === undefined)
    return refused({ code: 'AC01', text: 'The bank has no such account; name it, or its currency.', path: `${record.path}/Acct` });
  const family = requested.startsWith('camt.052') ? 'camt.052' : 'camt.053';
  try {
    return { outcome: 'accepted', answer: await statementOf(deps, ctx, { id: member.id, asset, day, family }) };
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error;
    return refused({ code: 'NARR', text: error.message, path: record.path });
  }
}

function refused(...refusals: Refusal[]): Handled {
  return { outcome: 'refused', refusals };
}

/** The account by its own id or by its currency; where a bank has only one, it need not say. */
function assetOf({ accounts }: Member, said: Request['account']): string | undefined {
  const all = [...accounts.values()];
  const named = said?.other?.replaceAll('-', '');
  if (named !== undefined)
    return all.find(({ settlementAccountId }) => settlementAccountId.replaceAll('-', '') === named.replace(/^acc_/, ''))?.asset;
  if (said?.currency !== undefined) return all.find(({ asset }) => codeOf(asset) === said.currency)?.asset;
  return all.length === 1 ? all[0]!.asset : undefined;
}

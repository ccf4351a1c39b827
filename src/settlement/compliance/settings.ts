import type { Ctx } from '../../base/context.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { SettlementDeps } from '../deps.ts';
import { SHIPPED_MINUTES } from './case.ts';
import { setComplianceSettings as setContract, type getComplianceSettings as getContract } from './settings-contract.ts';
import { requireOperator } from './operator.ts';
import { readSetting, touchSetting, writeSetting } from './setting-store.ts';

type View = OutputOf<typeof getContract>;

export async function getComplianceSettings(deps: Pick<SettlementDeps, 'db'>, ctx: Ctx): Promise<View> {
  requireOperator(ctx);
  const { fourEyes, fourEyesFrom, caseMinutes } = await deps.db.read(ctx, (tx) => readSetting(tx, ctx.tenantId));
  return {
    fourEyes,
    ...(fourEyesFrom !== undefined && { fourEyesFrom }),
    caseMinutes: { ...SHIPPED_MINUTES, ...caseMinutes } as View['caseMinutes'],
  };
}

/** Who may do this may also give rights: those who decide on cases do not decide how many of them it takes. */
export async function setComplianceSettings(deps: SettlementDeps, ctx: Ctx, input: InputOf<typeof setContract>): Promise<View> {
  requireOperator(ctx);
  return deps.access.command(ctx, setContract, async (tx) => {
    const { fourEyesFrom: _before, ...setting } = await touchSetting(tx, ctx.tenantId);
    const { fourEyes, fourEyesFrom, caseMinutes } = input;
    await writeSetting(tx, ctx.tenantId, { ...setting, fourEyes, ...(fourEyesFrom !== undefined && { fourEyesFrom }), caseMinutes });
    return { answer: input, subject: 'compliance/settings', detail: { fourEyes, fourEyesFrom: fourEyesFrom?.toString(), caseMinutes } };
  });
}

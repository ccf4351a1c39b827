import type { Uuid } from '../../base/id.ts';
import type { Tx } from '../../infra/postgres/db.ts';

/** What is in force in a tenant; numbers are undefined, and the rest as shipped, until somebody changes it. */
export type Setting = {
  /** Grows with every change of rules, limits, breakers and settings. */
  revision: bigint;
  ruleSet?: number;
  limitSet?: number;
  fourEyes: boolean;
  /** From which value in minor units of the reference currency two people decide; all when absent. */
  fourEyesFrom?: bigint;
  caseMinutes?: Record<string, number>;
  breakerPolicy?: object;
};

type Flat = {
  revision: bigint;
  rule_set: number | null;
  limit_set: number | null;
  four_eyes: boolean;
  four_eyes_from: bigint | null;
  case_minutes: Record<string, number> | null;
  breaker_policy: object | null;
};

const COLUMNS = 'revision, rule_set, limit_set, four_eyes, four_eyes_from, case_minutes, breaker_policy';
const SHIPPED: Setting = { revision: 0n, fourEyes: false };

function toSetting(row: Flat | undefined): Setting {
  if (!row) return SHIPPED;
  return {
    revision: row.revision,
    fourEyes: row.four_eyes,
    ...(row.rule_set !== null && { ruleSet: row.rule_set }),
    ...(row.limit_set !== null && { limitSet: row.limit_set }),
    ...(row.four_eyes_from !== null && { fourEyesFrom: row.four_eyes_from }),
    ...(row.case_minutes !== null && { caseMinutes: row.case_minutes }),
    ...(row.breaker_policy !== null && { breakerPolicy: row.breaker_policy }),
  };
}

export async function readSetting(tx: Tx, tenantId: Uuid): Promise<Setting> {
  const [row] = await tx.query<Flat>(`select ${COLUMNS} from settlement.compliance_setting where tenant_id = $1`, [tenantId]);
  return toSetting(row);
}

/**
 * Locks what is in force until the transaction ends and gives it its next revision, so that other processes look again.
 * Whatever changes rules, limits or breakers begins with this.
 */
export async function touchSetting(tx: Tx, tenantId: Uuid): Promise<Setting> {
  const [row] = await tx.query<Flat>(
    `insert into settlement.compliance_setting as s (tenant_id, revision) values ($1, 1)
     on conflict (tenant_id) do update set revision = s.revision + 1 returning ${COLUMNS}`,
    [tenantId],
  );
  return toSetting(row);
}

/** Writes what was changed of a setting that was touched. */
export async function writeSetting(tx: Tx, tenantId: Uuid, setting: Setting): Promise<void> {
  await tx.query(
    `update settlement.compliance_setting set rule_set = $2, limit_set = $3, four_eyes = $4, four_eyes_from = $5, case_minutes = $6, breaker_policy = $7
      where tenant_id = $1`,
    [
      tenantId,
      setting.ruleSet ?? null,
      setting.limitSet ?? null,
      setting.fourEyes,
      setting.fourEyesFrom?.toString() ?? null,
      setting.caseMinutes ? JSON.stringify(setting.caseMinutes) : null,
      setting.breakerPolicy ? JSON.stringify(setting.breakerPolicy) : null,
    ],
  );
}

import type { Uuid } from '../../base/id.ts';
import { amountInWords } from '../../base/readable.ts';
import type { Millis } from '../../base/time.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { CustodyAccountRow } from '../custody/account-store.ts';
import { sumHeld } from './occurrence-store.ts';
import { gapsOf, inOrder } from './overlap.ts';
import { gapEntries, insertPseudoEntry, voidEntry } from './pseudo-store.ts';
import { historyOf, type StatementRow } from './statement-store.ts';

type Writing = { tx: Tx; tenantId: Uuid; now: Millis };

type Balanced = Pick<StatementRow, 'id' | 'custodyAccountId' | 'statementId' | 'toDay'> & {
  opening: bigint;
  closing: bigint;
  asset: string;
};

/** What the entries that a statement holds do not come to becomes an entry of its own, a break: nothing of a balance is left out. */
export async function balanceStatement({ tx, tenantId, now }: Writing, row: Balanced): Promise<void> {
  const { id, custodyAccountId, statementId, opening, closing, asset, toDay } = row;
  const held = await sumHeld(tx, tenantId, id);
  const units = closing - opening - held;
  if (units === 0n) return;
  const text = (of: bigint) => amountInWords({ asset, units: of });
  const why = `Statement ${statementId}: ${text(opening)} and the entries come to ${text(opening + held)}, not to ${text(closing)}.`;
  await insertPseudoEntry(tx, tenantId, { custodyAccountId, bankStatementId: id, kind: 'sum', units, day: toDay, text: why, at: now });
}

/** Statements have to follow one another; what lies between two of them is something that the custodian has not told. */
export async function bridgeHistory({ tx, tenantId, now }: Writing, { id: custodyAccountId, asset }: CustodyAccountRow): Promise<void> {
  const standing = Map.groupBy(await gapEntries(tx, tenantId, custodyAccountId), (entry) => entry.bankStatementId);
  const gaps = gapsOf(inOrder(await historyOf(tx, tenantId, custodyAccountId)));
  for (const [{ id: bankStatementId, toDay }, gap] of gaps) {
    const own = standing.get(bankStatementId) ?? [];
    const worked = own.filter(({ state }) => state === 'matched').reduce((sum, { units }) => sum + units, 0n);
    const units = gap - worked;
    const [open] = own.filter(({ state }) => state !== 'matched');
    if (open?.units === units) continue;
    if (open) await voidEntry(tx, tenantId, open.id, now);
    if (units === 0n) continue;
    const size = amountInWords({ asset, units: units < 0n ? -units : units });
    const text = `The statement begins with ${size} ${units < 0n ? 'less' : 'more'} than the one before it ended with; one is missing or it was not told.`;
    await insertPseudoEntry(tx, tenantId, { custodyAccountId, bankStatementId, kind: 'gap', units, day: toDay, text, at: now });
  }
}

import { creditorReferenceOf } from '../../src/base/check-digit.ts';
import type { Uuid } from '../../src/base/id.ts';
import type { manualClock } from '../../src/base/time.ts';
import { verifyLedger } from '../../src/ledger/verify/verify.ts';
import { getReserves } from '../../src/settlement/custody/reserves.ts';
import type { StatementFamily } from '../../src/settlement/iso20022/write/statement.ts';
import { matchNew } from '../../src/settlement/reconciliation/match-entries.ts';
import { readStatement } from '../../src/settlement/reconciliation/read-statement.ts';
import { takeStatement, type Taken } from '../../src/settlement/reconciliation/take-statement.ts';
import { listBreaks } from '../../src/settlement/reconciliation/work-breaks.ts';
import { bankDocument, type BankDocument, type BankEntry } from './bank-document.ts';
import { openCustodyAccount } from './custody.ts';
import type { Bank } from './fixtures.ts';
import type { TestHouse } from './house.ts';

/** The day of what is told here, where nothing else is said. */
export const DAY = '2026-11-20';

let made = 0;

/** A custody account of its own, told of by documents of its bank; and what that comes to. */
export async function openToldAccount(house: TestHouse, clock: ReturnType<typeof manualClock>) {
  clock.advance(1_000);
  const number = `TOLD${String(++made).padStart(6, '0')}`;
  const account: Uuid = await openCustodyAccount(house, { number });
  const { deps } = house.settlement;

  const document = (family: StatementFamily, of: Partial<BankDocument> & Pick<BankDocument, 'entries'>): Buffer =>
    bankDocument(family, { id: `D-${++made}`, account: number, day: DAY, ...of });
  /** As when the process dies before anything is matched. */
  const takeOnly = async (bytes: Buffer): Promise<Taken> => (await takeStatement(deps, house.ctx, readStatement([bytes])))[0]!;
  const takeBytes = async (bytes: Buffer): Promise<Taken> => {
    const taken = await takeOnly(bytes);
    await matchNew(deps, house.ctx);
    return taken;
  };
  const open = async () => (await listBreaks(deps, house.ctx, { state: 'open', custodyAccountId: account, limit: 500 })).items;
  return {
    account,
    number,
    document,
    takeOnly,
    takeBytes,
    take: (family: StatementFamily, of: Partial<BankDocument> & Pick<BankDocument, 'entries'>) => takeBytes(document(family, of)),
    /** Made against entries, for everybody or for one bank. */
    async minted(of?: Bank): Promise<bigint> {
      const [row] = await house.database.admin<{ sum: bigint | null }>(
        `select sum(m.units) as sum from settlement.custody_movement m join settlement.custody_account a on a.ledger_account_id = m.ledger_account_id
          where a.id = $1 and m.kind = 'mint' and ($2::uuid is null or m.participant_id = $2)`,
        [account, of?.id ?? null],
      );
      return row!.sum ?? 0n;
    },
    async figures() {
      const [euro] = (await getReserves(deps, house.ctx)).items;
      return euro!.statements.find(({ custodyAccountId }) => custodyAccountId === account)!;
    },
    open,
    openUnits: async () => (await open()).map(({ units }) => units).toSorted((a, b) => Number(b - a)),
  };
}

export type ToldAccount = Awaited<ReturnType<typeof openToldAccount>>;

/** What the independent verifier finds wrong with the books. */
export async function ledgerFindings({ database }: TestHouse) {
  return (await database.db.read({ role: 'rialto_verify' }, (tx) => verifyLedger(tx))).findings;
}

/** The creditor reference that names a bank. */
export const rf = (of: Bank): string => creditorReferenceOf(of.bic);

/** Money for a bank that looks like any other of the day. */
export const fundingOf = (of: Bank, change: Partial<BankEntry> = {}): BankEntry => ({
  units: 10_000n,
  day: DAY,
  creditorReference: rf(of),
  ...change,
});

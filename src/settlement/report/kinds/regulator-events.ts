import { toWireId, type Uuid } from '../../../base/id.ts';
import { codeOf } from '../../../base/money.ts';
import type { ParticipantRow } from '../../participant/store.ts';
import { finalExchanges } from '../../fx/finals.ts';
import { PAGE_ROWS, type Days, type Reading, type Resolved, type Row } from '../kind.ts';
import { defaultSums, type DefaultSum } from './regulator-store.ts';

/** A day of the extract, with who takes part. */
export type Day = { day: Days; banks: ReadonlyMap<Uuid, ParticipantRow> };

/** ISO 9362: the fifth and sixth letters of a BIC are its country. */
export const countryOf = (bic: string): string => bic.slice(4, 6);

/** Whom the extract names on one side: country and BIC, nothing for an account of the operator's. */
const sideOf = (bic: string | undefined): [string | null, string | null] => (bic === undefined ? [null, null] : [countryOf(bic), bic]);

/** E: each leg of each exchange that became final on the day, those of one exchange together. */
export async function* exchangePages({ tx, tenantId }: Reading, { asset }: Resolved, { day, banks }: Day): AsyncGenerator<readonly Row[]> {
  for await (const exchanges of finalExchanges(tx, tenantId, day)) {
    const rows = exchanges.flatMap(({ tradeId, legs }) =>
      legs
        .filter((leg) => asset === undefined || leg.asset === asset)
        .map((leg): Row => {
          const [[from, debtor], [to, creditor]] = [sideOf(banks.get(leg.debtor)?.bic), sideOf(banks.get(leg.creditor)?.bic)];
          const money = { asset: leg.asset, units: leg.units };
          return ['E', day.from, codeOf(leg.asset), from, to, debtor, creditor, 1, money, toWireId('fxt', tradeId), null];
        }),
    );
    // An exchange has several legs.
    for (let at = 0; at < rows.length; at += PAGE_ROWS) yield rows.slice(at, at + PAGE_ROWS);
  }
}

/** X: who was taken out of a window on the day, with what it would have paid and got in it. */
export async function* defaultPages({ tx, tenantId }: Reading, { asset }: Resolved, { day, banks }: Day): AsyncGenerator<readonly Row[]> {
  for await (const sums of defaultSums(tx, tenantId, day)) {
    const counted = sums.filter((sum) => asset === undefined || sum.asset === asset);
    for (let at = 0; at < counted.length; at += PAGE_ROWS)
      yield counted.slice(at, at + PAGE_ROWS).map((sum) => defaultRow(sum, day, banks.get(sum.participantId)!.bic));
  }
}

function defaultRow({ windowNumber, fate, asset, sent, count, units }: DefaultSum, day: Days, bic: string): Row {
  const [debtor, creditor] = sent ? [sideOf(bic), sideOf(undefined)] : [sideOf(undefined), sideOf(bic)];
  const reference = `window ${windowNumber} ${fate === 'return' ? 'returned' : 'carried'}`;
  return ['X', day.from, codeOf(asset), debtor[0], creditor[0], debtor[1], creditor[1], count, { asset, units }, reference, null];
}

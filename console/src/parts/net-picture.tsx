import { useMemo, useState } from 'react';
import type { WireOutput } from '../../../src/base/client.ts';
import type { getWindow, getWindowFlows } from '../../../src/settlement/window/contract.ts';
import { count, money, moneyShort, percent, share } from '../ui/format.ts';
import { FlowHalf } from './flow-half.tsx';
import type { Flow } from './flow-layout.ts';

type Flows = WireOutput<typeof getWindowFlows>;
type Position = WireOutput<typeof getWindow>['positions'][number];
type Props = { asset: string; flows: Flows; positions: readonly Position[] };

const HEIGHT = 400;
/** Amounts as shares of the gross, in millionths: the layout adds plain numbers. */
const MILLION = 1_000_000;
/** What a bar needs at least, so that its name can be read, however little is left to move. */
const ROW = 18;

/**
 * What netting does, drawn to one scale: on the left who owes whom before, on the right what is left to pay and to receive after.
 * The right picture is as much lower as less money moves.
 */
export function NetPicture({ asset, flows, positions }: Props) {
  const gross = BigInt(flows.gross);
  const net = positions.reduce((sum, { net: units }) => (units.startsWith('-') ? sum - BigInt(units) : sum), 0n);
  const before = flows.items.map(({ debtor, creditor, units }): Flow => ({
    from: debtor.name,
    to: creditor.name,
    payments: share(units, gross) * MILLION,
  }));
  const after = useMemo(() => throughTheMiddle(positions, gross), [positions, gross]);
  const [lit, setLit] = useState<string>();
  const sides = [positions.filter(({ net: units }) => units.startsWith('-')), positions.filter(({ net: units }) => /^[1-9]/.test(units))];
  const height = Math.max(ROW * Math.max(2, ...sides.map((side) => side.length)), HEIGHT * share(net, gross));
  const bics = useMemo(() => bicsOf(flows, positions), [flows, positions]);
  return (
    <div className="grid gap-x-6 gap-y-5 px-4 pb-4 lg:grid-cols-2">
      <FlowHalf
        title="Before: who owes whom"
        sum={`${moneyShort(asset, flows.gross)} in ${count(flows.pairs)} flows`}
        exact={money(asset, flows.gross)}
        flows={before}
        height={HEIGHT}
        bics={bics}
        lit={lit}
        onLit={setLit}
      />
      <FlowHalf
        title="After: who pays, who receives"
        sum={
          net === 0n
            ? 'nothing has to move'
            : `${moneyShort(asset, net.toString())} in ${count(positions.filter((one) => one.net !== '0').length)} payments`
        }
        exact={`${money(asset, net.toString())}, ${percent(1 - share(net, gross))} less`}
        flows={after}
        height={height}
        bics={bics}
        lit={lit}
        onLit={setLit}
      />
    </div>
  );
}

/** BIC by name, for screens on which names would be cut to nothing. */
function bicsOf(flows: Flows, positions: readonly Position[]): ReadonlyMap<string, string> {
  const ends = [...flows.items.flatMap(({ debtor, creditor }) => [debtor, creditor]), ...positions];
  return new Map(ends.map(({ name, bic }) => [name, bic]));
}

/**
 * Payers in front of receivers, each ribbon a payer's share of what a receiver gets: money goes through the clearing account, so no
 * payer pays a certain receiver, and shares say it truly.
 */
function throughTheMiddle(positions: readonly Position[], gross: bigint): Flow[] {
  const payers = positions.filter(({ net }) => net.startsWith('-')).map(({ name, net }) => ({ name, units: -BigInt(net) }));
  const receivers = positions
    .filter(({ net }) => net !== '0' && !net.startsWith('-'))
    .map(({ name, net }) => ({ name, units: BigInt(net) }));
  const total = receivers.reduce((sum, { units }) => sum + units, 0n);
  return payers.flatMap((payer) =>
    receivers.map((receiver): Flow => ({
      from: payer.name,
      to: receiver.name,
      payments: share(payer.units, gross) * share(receiver.units, total) * MILLION,
    })),
  );
}

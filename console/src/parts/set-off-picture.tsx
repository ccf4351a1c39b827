import { useMemo, useState } from 'react';
import type { WireOutput } from '../../../src/base/client.ts';
import type { getSetOffFlows } from '../../../src/settlement/obligation/round-contract.ts';
import { count, money, moneyShort, percent, share } from '../ui/format.ts';
import { FlowHalf } from './flow-half.tsx';
import type { Flow } from './flow-layout.ts';

type Flows = WireOutput<typeof getSetOffFlows>;

const HEIGHT = 400;
/** Amounts as shares of the gross, in millionths: the layout adds plain numbers. */
const MILLION = 1_000_000;
/** What a bar needs at least, so that its name can be read, however little is left. */
const ROW = 18;

/**
 * What a round does, drawn to one scale: on the left who owed whom before, on the right what is left of it. Nobody gets a new
 * counterparty, so the right picture has no flow that the left one has not.
 */
export function SetOffPicture({ asset, flows }: { asset: string; flows: Flows }) {
  const [lit, setLit] = useState<string>();
  const gross = BigInt(flows.gross);
  const left = gross - BigInt(flows.cleared);
  const [before, after] = useMemo(() => {
    const drawn = (of: (flow: Flows['items'][number]) => bigint) =>
      flows.items.flatMap((flow): Flow[] => {
        const units = of(flow);
        return units === 0n ? [] : [{ from: flow.debtor.name, to: flow.creditor.name, payments: share(units, gross) * MILLION }];
      });
    return [drawn(({ units }) => BigInt(units)), drawn(({ units, cleared }) => BigInt(units) - BigInt(cleared))];
  }, [flows, gross]);
  const bics = new Map(flows.items.flatMap(({ debtor, creditor }) => [debtor, creditor]).map(({ name, bic }) => [name, bic]));
  const rows = Math.max(2, ...(['from', 'to'] as const).map((side) => new Set(after.map((flow) => flow[side])).size));
  const common = { bics, lit, onLit: setLit };
  return (
    <div className="grid gap-x-6 gap-y-5 px-4 pb-4 lg:grid-cols-2">
      <FlowHalf
        {...common}
        title="Before: who owed whom"
        sum={`${moneyShort(asset, flows.gross)} in ${count(flows.pairs)} ${flows.pairs === 1 ? 'pair' : 'pairs'}`}
        exact={money(asset, flows.gross)}
        flows={before}
        height={HEIGHT}
      />
      {left === 0n ? (
        <div className="flex flex-col">
          <p className="mb-2 text-xs font-medium text-ink-2">After: what is left of it</p>
          <p className="flex min-h-24 grow items-center justify-center rounded-lg bg-sunken text-sm text-ink-2">Nothing is left.</p>
        </div>
      ) : (
        <FlowHalf
          {...common}
          title="After: what is left of it"
          sum={`${moneyShort(asset, left.toString())} in ${count(after.length)} ${after.length === 1 ? 'pair' : 'pairs'}`}
          exact={`${money(asset, left.toString())}, ${percent(share(flows.cleared, flows.gross))} less`}
          flows={after}
          height={Math.max(ROW * rows, HEIGHT * share(left, gross))}
        />
      )}
    </div>
  );
}

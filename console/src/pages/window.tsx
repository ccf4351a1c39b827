import { Link, useParams } from '@tanstack/react-router';
import { codeOf } from '../../../src/base/money.ts';
import { getWindow } from '../../../src/settlement/window/contract.ts';
import type { WireOutput } from '../../../src/base/client.ts';
import { useOperation } from '../api/queries.ts';
import { useFilters } from '../parts/filters.tsx';
import { GrossNet, GrossNetKey } from '../parts/gross-net.tsx';
import { Positions } from '../parts/positions.tsx';
import { State } from '../ui/badge.tsx';
import { buttonClass } from '../ui/button.tsx';
import { Copyable } from '../ui/copy.tsx';
import { Select } from '../ui/field.tsx';
import { count, duration } from '../ui/format.ts';
import { Card, Facts, PageHead } from '../ui/layout.tsx';
import { Empty, FailurePage, Skeleton } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';

type Detail = WireOutput<typeof getWindow>;

export function WindowPage() {
  const { id } = useParams({ strict: false });
  const asked = useOperation(getWindow, { id: id! });
  const window = asked.data;
  if (asked.error && !window) return <FailurePage problem={asked.error} retry={() => void asked.refetch()} />;
  const name = window ? `Window #${window.number}` : 'Window';
  return (
    <>
      <PageHead
        name={name}
        title={
          <span className="flex items-center gap-3">
            <span className="num">{name}</span> {window && <State of={window.state} />}
          </span>
        }
        lead={window ? `${count(window.payments)} payments` : <Skeleton className="mt-1.5" />}
      >
        {window && (
          <Link to="/payments" search={{ windowId: window.id }} className={buttonClass()}>
            Its payments
          </Link>
        )}
      </PageHead>
      {window ? <Body window={window} /> : <Skeleton className="h-96 rounded-xl" />}
    </>
  );
}

function Body({ window }: { window: Detail }) {
  const [search, set] = useFilters();
  const assets = [...new Set(window.positions.map((one) => one.asset))].sort();
  const asset = search.asset && assets.includes(search.asset) ? search.asset : assets[0];
  return (
    <div className="grid gap-4 xl:grid-cols-3">
      <Card title="Course" className="xl:col-span-1">
        <div className="px-4 pb-4">
          <Course window={window} />
        </div>
      </Card>
      <Card title="Gross against net" aside={<GrossNetKey />} className="xl:col-span-2">
        {window.currencies.length > 0 ? (
          <GrossNet currencies={window.currencies} label="Gross against net by currency" />
        ) : (
          <Empty icon="windows" title={window.nettedAt ? 'For the operator' : 'Not netted yet'}>
            {window.nettedAt ? 'What the network came to in all is not shown to banks.' : 'Results appear at cut-off.'}
          </Empty>
        )}
      </Card>
      {asset && (
        <Card
          title="Positions"
          className="xl:col-span-3"
          aside={
            <Select aria-label="Currency of the positions" value={asset} onChange={(event) => set({ asset: event.target.value })}>
              {assets.map((one) => (
                <option key={one} value={one}>
                  {codeOf(one)}
                </option>
              ))}
            </Select>
          }
        >
          <Positions positions={window.positions.filter((position) => position.asset === asset)} />
        </Card>
      )}
    </div>
  );
}

function Course({ window }: { window: Detail }) {
  return (
    <Facts
      items={[
        ['Opened', <Time key="o" at={window.openedAt} />],
        !!window.cutOffAt && ['Cut off', <Time key="c" at={window.cutOffAt} />],
        !!window.nettedAt && ['Netted', <Time key="n" at={window.nettedAt} />],
        !!window.settledAt && ['Settled', <Time key="s" at={window.settledAt} />],
        !!(window.cutOffAt && window.settledAt) && [
          'From cut-off to final',
          duration(Date.parse(window.settledAt!) - Date.parse(window.cutOffAt!)),
        ],
        ['Sequences', <span key="q" className="num">{`${window.fromSeq} < n${window.toSeq ? ` ≤ ${window.toSeq}` : ''}`}</span>],
        window.finality && ['Settled by', `${count(window.finality.transfers)} transfers, up to № ${window.finality.seq}`],
        !!window.inputRoot && ['Root of the input', <Copyable key="r" text={window.inputRoot} label="root" />],
        !!window.resultHash && ['Hash of the result', <Copyable key="h" text={window.resultHash} label="hash" />],
      ]}
    />
  );
}

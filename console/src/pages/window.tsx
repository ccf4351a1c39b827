import type { ReactNode } from 'react';
import { Link, useParams } from '@tanstack/react-router';
import { codeOf } from '../../../src/base/money.ts';
import { getWindow, getWindowFlows } from '../../../src/settlement/window/contract.ts';
import type { WireOutput } from '../../../src/base/client.ts';
import { useOperation } from '../api/queries.ts';
import { useFilters } from '../parts/filters.tsx';
import { GrossNet, GrossNetKey } from '../parts/gross-net.tsx';
import { NetPicture } from '../parts/net-picture.tsx';
import { Positions } from '../parts/positions.tsx';
import { WindowActions, WindowDefaults } from '../parts/window-defaults.tsx';
import { WindowFile } from '../parts/window-file.tsx';
import { Badge, State } from '../ui/badge.tsx';
import { buttonClass } from '../ui/button.tsx';
import { Copyable } from '../ui/copy.tsx';
import { Select } from '../ui/field.tsx';
import { count, day, duration } from '../ui/format.ts';
import { Icon } from '../ui/icon.tsx';
import { Card, Facts, PageHead } from '../ui/layout.tsx';
import { Empty, Failure, FailurePage, Skeleton } from '../ui/states.tsx';
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
            {window?.verified && <Verified verified={window.verified} />}
          </span>
        }
        lead={window ? `${window.group}, ${count(window.payments)} payments` : <Skeleton className="mt-1.5" />}
      >
        {window && <WindowActions window={window} />}
        {window?.inputRoot && <WindowFile id={window.id} number={window.number} />}
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
  const asset = search.asset && assets.includes(search.asset) ? search.asset : busiestOf(window, assets);
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
      {window.blocked && (
        <div role="alert" className="card flex items-start gap-2.5 p-4 text-sm text-bad xl:order-first xl:col-span-3">
          <Icon name="warning" className="mt-0.5" />
          <p>
            <b className="font-semibold">It cannot be settled.</b> {window.blocked.reason} Put that right, or take the participant out.
          </p>
        </div>
      )}
      <WindowDefaults defaults={window.defaults} />
      {asset && (
        <Picture window={window} asset={asset}>
          <Select aria-label="Currency" value={asset} onChange={(event) => set({ asset: event.target.value })}>
            {assets.map((one) => (
              <option key={one} value={one}>
                {codeOf(one)}
              </option>
            ))}
          </Select>
        </Picture>
      )}
      {asset && (
        <Card title={`Positions in ${codeOf(asset)}`} className="xl:col-span-3">
          <Positions positions={window.positions.filter((position) => position.asset === asset)} />
        </Card>
      )}
    </div>
  );
}

/** The currency with the most payments: where there is most to see. */
function busiestOf({ currencies }: Detail, assets: readonly string[]): string | undefined {
  return currencies.toSorted((a, b) => b.payments - a.payments)[0]?.asset ?? assets[0];
}

/** Flows before and positions after, when there is something to draw. */
function Picture({ window, asset, children }: { window: Detail; asset: string; children: ReactNode }) {
  const asked = useOperation(getWindowFlows, { id: window.id, asset }, { staleMs: 60_000 });
  const positions = window.positions.filter((position) => position.asset === asset);
  return (
    <Card
      title="What netting does"
      aside={
        <span className="flex items-center gap-3">
          <span className="max-sm:hidden">both drawn to one scale</span>
          {children}
        </span>
      }
      className="xl:col-span-3"
    >
      {asked.error && !asked.data ? (
        <Failure problem={asked.error} retry={() => void asked.refetch()} />
      ) : asked.data ? (
        <NetPicture asset={asset} flows={asked.data} positions={positions} />
      ) : (
        <Skeleton className="m-4 h-80 rounded-lg" />
      )}
    </Card>
  );
}

function Verified({ verified }: { verified: NonNullable<Detail['verified']> }) {
  return verified.ok ? (
    <Badge tone="good">
      <Icon name="check" size={12} /> verified
    </Badge>
  ) : (
    <Badge tone="bad">
      <Icon name="warning" size={12} /> does not hold
    </Badge>
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
        !!window.businessDay && ['Business day', day(window.businessDay)],
        window.joined > 0 && ['Came over', `${count(window.joined)} payments of earlier windows`],
        window.left > 0 && ['Left', `${count(window.left)} payments`],
        ['Sequences', <span key="q" className="num">{`${window.fromSeq} < n${window.toSeq ? ` ≤ ${window.toSeq}` : ''}`}</span>],
        window.finality && ['Settled by', `${count(window.finality.transfers)} transfers, up to № ${window.finality.seq}`],
        !!window.inputRoot && ['Root of the input', <Copyable key="r" text={window.inputRoot} label="root" />],
        !!window.resultHash && ['Hash of the result', <Copyable key="h" text={window.resultHash} label="hash" />],
      ]}
    />
  );
}

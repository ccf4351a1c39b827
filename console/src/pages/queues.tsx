import { useMemo, useState } from 'react';
import { codeOf } from '../../../src/base/money.ts';
import type { WireOutput } from '../../../src/base/client.ts';
import { cancelQueued, listQueue, listReleases, moveQueued, runQueue } from '../../../src/settlement/queue/contract.ts';
import { useAllowed, useCommand, useLogin, useOperation } from '../api/queries.ts';
import { useFilters, type Search } from '../parts/filters.tsx';
import { Waits, type Wait, type Waiter } from '../parts/waits.tsx';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Modal } from '../ui/dialog.tsx';
import { count, day, duration, moneyShort, percent, share } from '../ui/format.ts';
import { Card, PageHead } from '../ui/layout.tsx';
import { Money } from '../ui/money.tsx';
import { Empty, Failure, ProblemNote, Skeleton } from '../ui/states.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast.tsx';

type Queue = WireOutput<typeof listQueue>;
type Entry = Queue['items'][number];
type Released = WireOutput<typeof listReleases>['items'][number];

const EVERY_MS = 3_000;
const STEPS: Record<Released['step'], { name: string; about: string }> = {
  direct: { name: 'alone', about: 'first in its queue, and the money was there' },
  bilateral: { name: 'two by two', about: 'two banks that pay each other' },
  multilateral: { name: 'all together', about: 'the largest set that can settle at one moment' },
};

export function QueuesPage() {
  const [search, set] = useFilters();
  const allowed = useAllowed();
  const isMember = useLogin().user.memberId !== undefined;
  const asked = useOperation(listQueue, {}, { everyMs: EVERY_MS, keep: true });
  const queue = asked.data;
  const asset = search.asset ?? queue?.totals[0]?.asset;
  const run = useCommand(runQueue, ({ looked, settled }) => {
    const released = settled.reduce((sum, { entries }) => sum + entries, 0);
    toast(released === 0 ? `Nothing of ${count(looked)} can settle yet` : `${count(released)} of ${count(looked)} settled`);
  });
  return (
    <>
      <PageHead title="Queues" name="Queues" lead="Payments that wait for money, one queue for each bank over all its currencies">
        {allowed(runQueue) && !isMember && (
          <Button tone="primary" busy={run.isPending} onClick={() => run.mutate({})}>
            Look for what can settle
          </Button>
        )}
      </PageHead>
      {asked.error && !queue ? (
        <div className="card">
          <Failure problem={asked.error} retry={() => void asked.refetch()} />
        </div>
      ) : (
        <div className="space-y-4">
          <Figures queue={queue} asset={asset} onAsset={(one) => set({ asset: one })} />
          <div className={isMember ? '' : 'grid gap-4 xl:grid-cols-5'}>
            <Card title="Who waits for whom" aside={asset && codeOf(asset)} className="xl:col-span-3">
              {queue ? <Picture queue={queue} asset={asset} /> : <Skeleton className="mx-4 mb-4 h-80" />}
            </Card>
            {!isMember && <Releases />}
          </div>
          <Waiting queue={queue} />
        </div>
      )}
    </>
  );
}

function Figures({ queue, asset, onAsset }: { queue: Queue | undefined; asset: string | undefined; onAsset: (asset: string) => void }) {
  if (!queue) return <Skeleton className="h-20 w-full rounded-xl" />;
  const { settled, rejected, medianWaitMs } = queue.lastHour;
  return (
    <section className="card flex flex-wrap items-stretch gap-y-2 px-2 py-2" aria-label="Queues by currency">
      {queue.totals.map((total) => (
        <button
          key={total.asset}
          type="button"
          aria-pressed={total.asset === asset}
          onClick={() => onAsset(total.asset)}
          className={`rounded-lg px-3 py-2 text-left ${total.asset === asset ? 'bg-accent-soft' : 'hover:bg-sunken'}`}
        >
          <span className="block text-xs text-ink-3">{codeOf(total.asset)}</span>
          <span className="num block text-lg font-semibold">{moneyShort(total.asset, total.units)}</span>
          <span className="num block text-xs text-ink-2">{count(total.count)} waiting</span>
        </button>
      ))}
      {queue.totals.length === 0 && <p className="px-3 py-3 text-sm text-ink-2">Nothing waits.</p>}
      <div className="ml-auto px-3 py-2 text-right text-xs text-ink-2">
        <p>in the last hour</p>
        <p className="num mt-0.5">
          <span className="font-medium text-good">{count(settled)} settled</span>
          {rejected > 0 && <span className="ml-2 text-bad">{count(rejected)} rejected</span>}
        </p>
        {medianWaitMs !== undefined && <p className="num">half of them within {duration(medianWaitMs)}</p>}
      </div>
    </section>
  );
}

function Picture({ queue, asset }: { queue: Queue; asset: string | undefined }) {
  const { waits, banks } = useMemo(() => pictureOf(queue, asset), [queue, asset]);
  if (!asset || waits.length === 0) {
    return (
      <Empty icon="check" title="Nobody waits for anybody">
        A payment whose bank has not enough money waits here, when the policy lets payments wait.
      </Empty>
    );
  }
  return (
    <>
      <Waits
        waits={waits}
        banks={banks}
        asset={asset}
        label={`Who waits to pay whom in ${codeOf(asset)}: ${waits.length} lines between ${banks.length} banks`}
      />
      <p className="px-4 pb-4 text-xs text-ink-3">
        An arrow is what waits, as thick as it is much. The ring shows how much of it the bank’s money covers; green with no figure: it only
        waits to be paid.
      </p>
    </>
  );
}

function pictureOf(queue: Queue, asset: string | undefined): { waits: Wait[]; banks: Waiter[] } {
  const lines = new Map<string, Wait>();
  for (const { debtor, creditor, asset: of, units } of queue.items.flatMap(({ legs }) => legs)) {
    if (of !== asset || !creditor) continue;
    const key = `${debtor.bic} ${creditor.bic}`;
    const line = lines.get(key) ?? { from: debtor.bic, to: creditor.bic, units: 0n, count: 0 };
    lines.set(key, { ...line, units: line.units + BigInt(units), count: line.count + 1 });
  }
  const waits = [...lines.values()];
  const names = new Set(waits.flatMap(({ from, to }) => [from, to]));
  const standing = new Map(queue.banks.filter((bank) => bank.asset === asset).map((bank) => [bank.participant.bic, bank]));
  const banks = [...names].map((name): Waiter => {
    const bank = standing.get(name);
    const [outgoing, available] = [BigInt(bank?.outgoing ?? 0), BigInt(bank?.available ?? 0)];
    return { name, outgoing, available, cover: outgoing === 0n ? 1 : share(available > 0n ? available : 0n, outgoing) };
  });
  return { waits, banks };
}

function Releases() {
  const asked = useOperation(listReleases, { limit: '20' }, { everyMs: EVERY_MS, keep: true });
  const [shown, setShown] = useState<Released | undefined>();
  const items = asked.data?.items;
  return (
    <Card title="What was resolved" aside="newest first" className="xl:col-span-2">
      {asked.error && !items && <Failure problem={asked.error} retry={() => void asked.refetch()} />}
      {!items && !asked.error && <Skeleton className="mx-4 mb-4 h-60" />}
      {items?.length === 0 && (
        <Empty icon="windows" title="Nothing was released yet">
          What settles out of the queue is listed here, with how little it took.
        </Empty>
      )}
      <ul className="max-h-112 overflow-y-auto px-2 pb-2">
        {items?.map((one) => (
          <li key={one.id}>
            <button type="button" onClick={() => setShown(one)} className="block w-full rounded-lg px-2.5 py-2 text-left hover:bg-sunken">
              <span className="flex items-center justify-between gap-3">
                <span className="flex items-center gap-2 text-sm font-medium">
                  {count(one.entries)} {one.entries === 1 ? 'payment' : 'payments'}
                  <Badge tone={one.step === 'multilateral' ? 'good' : one.step === 'bilateral' ? 'calm' : 'plain'}>
                    {STEPS[one.step].name}
                  </Badge>
                </span>
                <span className="text-xs text-ink-3">
                  <Time at={one.settledAt} show="clock" />
                </span>
              </span>
              {one.totals.map((total) => (
                <Total key={total.asset} total={total} />
              ))}
            </button>
          </li>
        ))}
      </ul>
      {shown && <Release release={shown} onClose={() => setShown(undefined)} />}
    </Card>
  );
}

/** Gross as a bar, and in it what was moved for it. */
function Total({ total: { asset, gross, net } }: { total: Released['totals'][number] }) {
  const moved = share(net, gross);
  return (
    <span className="mt-1.5 block">
      <span className="block h-1.5 overflow-hidden rounded-full bg-gross">
        <span className="block h-full rounded-full bg-net" style={{ width: `${Math.max(1.5, moved * 100)}%` }} />
      </span>
      <span className="num mt-1 flex justify-between gap-2 text-xs text-ink-2">
        <span>
          {moneyShort(asset, gross)} {codeOf(asset)} paid
        </span>
        <span className="text-ink-3">{moved < 0.9995 ? `by moving ${moneyShort(asset, net)} (${percent(moved)})` : 'in full'}</span>
      </span>
    </span>
  );
}

function Release({ release, onClose }: { release: Released; onClose: () => void }) {
  const [asset, setAsset] = useState(release.totals[0]?.asset ?? '');
  const { waits, banks } = useMemo(() => {
    const lines = new Map<string, Wait>();
    for (const { debtor, creditor, asset: of, units } of release.payments) {
      if (of !== asset) continue;
      const key = `${debtor} ${creditor}`;
      const line = lines.get(key) ?? { from: debtor, to: creditor, units: 0n, count: 0 };
      lines.set(key, { ...line, units: line.units + BigInt(units), count: line.count + 1 });
    }
    const all = [...lines.values()];
    const names = [...new Set(all.flatMap(({ from, to }) => [from, to]))];
    return {
      waits: all,
      banks: names.map((name): Waiter => {
        const outgoing = all.filter(({ from }) => from === name).reduce((sum, { units }) => sum + units, 0n);
        return { name, outgoing, available: outgoing, cover: 1 };
      }),
    };
  }, [release, asset]);
  const longest = Math.max(0, ...release.payments.map(({ waitedMs }) => waitedMs));
  return (
    <Modal
      open
      onClose={onClose}
      title={`${count(release.entries)} settled ${STEPS[release.step].name}`}
      lead={`${STEPS[release.step].about}; the longest had waited ${duration(longest)}`}
    >
      {release.totals.length > 1 && (
        <div className="mb-2 flex gap-1">
          {release.totals.map((total) => (
            <Button key={total.asset} tone={total.asset === asset ? 'primary' : 'quiet'} onClick={() => setAsset(total.asset)}>
              {codeOf(total.asset)}
            </Button>
          ))}
        </div>
      )}
      <div className="-mx-4">
        {waits.length > 0 && (
          <Waits settled waits={waits} banks={banks} asset={asset} label={`What settled together in ${codeOf(asset)}`} />
        )}
      </div>
      {release.totals
        .filter((total) => total.asset === asset)
        .map((total) => (
          <Total key={total.asset} total={total} />
        ))}
    </Modal>
  );
}

const entryColumns: readonly Column<Entry>[] = [
  { head: 'Place', cell: (row) => <span className="num font-medium">{row.place}</span> },
  { head: 'Class', cell: (row) => <Badge tone={row.priority === 'urgent' ? 'warn' : 'plain'}>{row.priority}</Badge> },
  {
    head: 'What waits',
    grow: true,
    cell: (row) => (
      <span className="block min-w-0">
        <span className="block truncate font-medium">{row.endToEndId ?? 'Payment versus payment'}</span>
        {row.legs.map((leg, i) => (
          <span key={i} className="block truncate text-xs text-ink-2">
            {leg.debtor.name} → {leg.creditor?.name ?? 'the operator'}
          </span>
        ))}
        {row.due && <span className="block truncate text-xs text-ink-2">Waits for its value date, {day(row.due)}</span>}
      </span>
    ),
  },
  { head: 'Since', from: 'md', cell: (row) => <Time at={row.enteredAt} show="clock" /> },
  { head: 'Until', from: 'lg', cell: (row) => <Time at={row.expiresAt} /> },
  {
    head: 'Amount',
    end: true,
    cell: (row) =>
      row.legs.map((leg, i) => (
        <span key={i} className="block">
          <Money asset={leg.asset} units={leg.units} />
        </span>
      )),
  },
];

const idOf = (entry: Entry) => entry.paymentId ?? entry.tradeId ?? '';

function Waiting({ queue }: { queue: Queue | undefined }) {
  const [search, set] = useFilters();
  const allowed = useAllowed();
  const picked = search.entry ? queue?.items.find((entry) => entry.paymentId === search.entry) : undefined;
  const items = search.asset ? queue?.items.filter(({ legs }) => legs.some((leg) => leg.asset === search.asset)) : queue?.items;
  return (
    <Card
      title="In order"
      aside={queue && queue.total > queue.items.length ? `the first ${count(queue.items.length)} of ${count(queue.total)}` : undefined}
    >
      <Table
        label="Queue in order"
        columns={entryColumns}
        rows={items}
        keyOf={idOf}
        {...(allowed(moveQueued) && {
          to: (row: Entry) => ({ to: '/queues', search: (before: Search) => ({ ...before, entry: idOf(row) }) }),
        })}
        empty={{ icon: 'check', title: 'Nothing waits', children: 'Every payment had its money.' }}
        skeletons={4}
      />
      {picked?.paymentId && <Change entry={picked} id={picked.paymentId} onClose={() => set({ entry: undefined })} />}
    </Card>
  );
}

function Change({ entry, id, onClose }: { entry: Entry; id: string; onClose: () => void }) {
  const allowed = useAllowed();
  const move = useCommand(moveQueued, ({ place, priority }) => {
    toast(`Now ${priority}, place ${place}`);
    onClose();
  });
  const cancel = useCommand(cancelQueued, () => {
    toast('Taken out of the queue');
    onClose();
  });
  if (!allowed(moveQueued)) return null;
  const busy = move.isPending || cancel.isPending;
  const other = entry.priority === 'urgent' ? 'normal' : 'urgent';
  return (
    <Modal
      open
      onClose={onClose}
      title={entry.endToEndId ?? 'Payment'}
      lead={`Place ${entry.place}, ${entry.priority}, of ${entry.legs[0]?.debtor.name}`}
    >
      <div className="mt-2 space-y-4">
        <div className="flex flex-wrap gap-2">
          <Button disabled={busy} onClick={() => move.mutate({ id, to: 'front' })}>
            To the front
          </Button>
          <Button disabled={busy} onClick={() => move.mutate({ id, to: 'back' })}>
            To the back
          </Button>
          <Button disabled={busy} onClick={() => move.mutate({ id, priority: other })}>
            Make it {other}
          </Button>
        </div>
        <ProblemNote problem={move.error ?? cancel.error} />
        <div className="flex justify-between gap-2 border-t border-line pt-4">
          <Button tone="danger" disabled={busy} onClick={() => cancel.mutate({ id })}>
            Cancel the payment
          </Button>
          <Button onClick={onClose}>Close</Button>
        </div>
      </div>
    </Modal>
  );
}

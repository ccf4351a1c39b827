import type { WireOutput } from '../../../src/base/client.ts';
import { listRails, proposeRail, setRailState } from '../../../src/settlement/rail/contract.ts';
import { useAllowed, useCommand, useOperation } from '../api/queries.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Copyable } from '../ui/copy.tsx';
import { Card } from '../ui/layout.tsx';
import { ProblemNote } from '../ui/states.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { toast } from '../ui/toast.tsx';
import { ProposeRail } from './propose.tsx';

type Rail = WireOutput<typeof listRails>['items'][number];

const KINDS: Readonly<Record<Rail['kind'], string>> = { iso20022_file: 'ISO 20022 files', http: 'signed JSON over HTTP' };

const columns: readonly Column<Rail>[] = [
  {
    head: 'Rail',
    grow: true,
    cell: (rail) => (
      <>
        <span className="block truncate font-medium">{rail.name}</span>
        <span className="ident block truncate text-xs text-ink-3">{rail.id}</span>
      </>
    ),
  },
  { head: 'Bank', from: 'sm', cell: (rail) => <span className="ident">{rail.servicerBic}</span> },
  { head: 'By', from: 'md', cell: (rail) => <span className="text-ink-2">{KINDS[rail.kind]}</span> },
  { head: 'Cut-off', from: 'lg', cell: (rail) => (rail.cutOff ? `${rail.cutOff} ${rail.zone}` : 'around the clock') },
  {
    head: 'Where',
    from: 'xl',
    cell: (rail) => {
      const where = rail.url ?? rail.folder;
      return where === undefined ? null : <Copyable text={where} label="where it exchanges" />;
    },
  },
  { head: 'State', end: true, cell: (rail) => <RailState rail={rail} /> },
];

/** Open or paused, and the switch for those who may. */
function RailState({ rail }: { rail: Rail }) {
  const allowed = useAllowed();
  const next = rail.state === 'open' ? 'paused' : 'open';
  const set = useCommand(setRailState, ({ name, state }) =>
    toast(state === 'open' ? `${name} is open again` : `Nothing new is sent by ${name}`),
  );
  return (
    <span className="inline-flex flex-wrap items-center justify-end gap-2">
      <Badge tone={rail.state === 'open' ? 'good' : 'warn'}>{rail.state}</Badge>
      {allowed(setRailState) && (
        <Button busy={set.isPending} onClick={() => set.mutate({ id: rail.id, state: next })}>
          {next === 'paused' ? 'Pause' : 'Open'}
        </Button>
      )}
      <ProblemNote problem={set.error} />
    </span>
  );
}

/** How instructions reach custodian banks. */
export function Rails() {
  const allowed = useAllowed();
  const asked = useOperation(listRails, {});
  return (
    <Card title="Rails" aside={allowed(proposeRail) && <ProposeRail />}>
      <Table
        label="Rails"
        columns={columns}
        rows={asked.data?.items}
        keyOf={(rail) => rail.id}
        problem={asked.error}
        retry={() => void asked.refetch()}
        empty={{
          icon: 'exit',
          title: 'No rail reaches a bank',
          children: 'A rail carries payouts and sweeps to a custodian bank: as files in a folder, or as signed JSON.',
        }}
        skeletons={2}
      />
    </Card>
  );
}

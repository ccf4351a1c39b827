import type { WireOutput } from '../../../src/base/client.ts';
import type { getWindow } from '../../../src/settlement/window/contract.ts';
import { money, share } from '../ui/format.ts';
import { Money } from '../ui/money.tsx';
import { Table, type Column } from '../ui/table.tsx';

type Position = WireOutput<typeof getWindow>['positions'][number];

const magnitude = (units: string) => BigInt(units.replace('-', ''));

function columnsFor(most: bigint): readonly Column<Position>[] {
  return [
    {
      head: 'Participant',
      cell: (row) => (
        <span className="block max-w-36 truncate sm:max-w-56">
          <span className="font-medium">{row.name}</span>
          <span className="ident block">{row.bic}</span>
        </span>
      ),
    },
    { head: 'Pays', from: 'lg', end: true, cell: (row) => <Money asset={row.asset} units={row.outgoing} bare /> },
    { head: <BarHead />, from: 'sm', grow: true, cell: (row) => <Bars row={row} most={most} /> },
    { head: 'Receives', from: 'lg', end: true, cell: (row) => <Money asset={row.asset} units={row.incoming} bare /> },
    {
      head: 'Net',
      end: true,
      cell: (row) => (
        <span className={`font-medium ${row.net.startsWith('-') ? 'text-bad' : row.net === '0' ? 'text-ink-2' : 'text-good'}`}>
          <Money asset={row.asset} units={row.net} signed />
        </span>
      ),
    },
  ];
}

/** The net positions of one currency, the largest payer first: what came in and went out as pale bars, the net as strong ones. */
export function Positions({ positions }: { positions: readonly Position[] }) {
  const ordered = positions.toSorted((a, b) => (BigInt(a.net) < BigInt(b.net) ? -1 : BigInt(a.net) > BigInt(b.net) ? 1 : 0));
  const most = ordered.reduce((best, one) => [best, BigInt(one.incoming), BigInt(one.outgoing)].reduce((a, b) => (a > b ? a : b)), 1n);
  return (
    <Table
      label="Net positions"
      columns={columnsFor(most)}
      rows={ordered}
      keyOf={(row) => row.participantId}
      to={(row) => ({ to: '/participants/$id', params: { id: row.participantId } })}
      empty={{ icon: 'windows', title: 'No positions yet', children: 'They are computed at cut-off.' }}
    />
  );
}

function BarHead() {
  return (
    <span className="flex justify-between">
      <span>← out</span>
      <span>in →</span>
    </span>
  );
}

/** Left of the middle what goes out, right of it what comes in; the strong bar is the net. */
function Bars({ row, most }: { row: Position; most: bigint }) {
  const half = (units: bigint) => `${share(units, most) * 50}%`;
  const pays = row.net.startsWith('-');
  const side = (out: boolean) => (out ? { right: '50%' } : { left: '50%' });
  return (
    <span
      className="relative block h-5 min-w-32"
      role="img"
      aria-label={`out ${money(row.asset, row.outgoing)}, in ${money(row.asset, row.incoming)}`}
    >
      <span className="absolute inset-y-0 rounded-l-sm bg-gross" style={{ ...side(true), width: half(BigInt(row.outgoing)) }} />
      <span className="absolute inset-y-0 rounded-r-sm bg-gross" style={{ ...side(false), width: half(BigInt(row.incoming)) }} />
      <span
        className={`absolute inset-y-1 ${pays ? 'rounded-l-sm bg-outgoing' : 'rounded-r-sm bg-net'}`}
        style={{ ...side(pays), width: half(magnitude(row.net)) }}
      />
      <span className="absolute inset-y-0 left-1/2 w-px bg-ink-3" />
    </span>
  );
}

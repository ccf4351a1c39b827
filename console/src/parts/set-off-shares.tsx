import type { WireOutput } from '../../../src/base/client.ts';
import type { previewSetOff } from '../../../src/settlement/obligation/round-contract.ts';
import { money, share } from '../ui/format.ts';
import { Money } from '../ui/money.tsx';
import { Table, type Column } from '../ui/table.tsx';

type Share = WireOutput<typeof previewSetOff>['shares'][number];

const larger = (a: bigint, b: bigint) => (a > b ? a : b);

function columnsFor(asset: string, shares: readonly Share[], priced: boolean): readonly Column<Share>[] {
  const most = shares.reduce((best, one) => larger(best, larger(BigInt(one.owes), BigInt(one.owed))), 1n);
  const columns: (Column<Share> | false)[] = [
    {
      head: 'Participant',
      cell: ({ participant }) => (
        <span className="block max-w-36 truncate sm:max-w-56">
          <span className="font-medium">{participant.name}</span>
          <span className="ident block">{participant.bic}</span>
        </span>
      ),
    },
    { head: 'Debts', from: 'lg', end: true, cell: (row) => <Money asset={asset} units={row.owes} bare /> },
    { head: <BarHead />, from: 'sm', grow: true, cell: (row) => <Bars asset={asset} row={row} most={most} /> },
    { head: 'Claims', from: 'lg', end: true, cell: (row) => <Money asset={asset} units={row.owed} bare /> },
    priced && {
      head: <span title="Its number in the certificate">Price</span>,
      from: 'md',
      end: true,
      cell: (row) => <span className="num text-ink-2">{row.potential}</span>,
    },
    {
      head: 'Cleared of both',
      end: true,
      cell: (row) => (
        <span className={`font-medium ${row.cleared === '0' ? 'text-ink-3' : 'text-good'}`}>
          <Money asset={asset} units={row.cleared} />
        </span>
      ),
    },
  ];
  return columns.filter((column) => column !== false);
}

/**
 * What each participant owes and is owed as pale bars, and what is cleared of either as strong ones, as long on both sides; with the
 * prices of the certificate when asked for.
 */
export function SetOffShares({ asset, shares, priced = false }: { asset: string; shares: readonly Share[]; priced?: boolean }) {
  const ordered = shares.toSorted((a, b) => {
    const [x, y] = [BigInt(a.cleared), BigInt(b.cleared)];
    return x === y ? (a.participant.name < b.participant.name ? -1 : 1) : x < y ? 1 : -1;
  });
  return (
    <Table
      label="Participants of the round"
      columns={columnsFor(asset, ordered, priced)}
      rows={ordered}
      keyOf={(row) => row.participant.id}
      to={(row) => ({ to: '/participants/$id', params: { id: row.participant.id } })}
      empty={{ icon: 'participants', title: 'Nobody takes part' }}
    />
  );
}

function BarHead() {
  return (
    <span className="flex justify-between">
      <span>← debts</span>
      <span>claims →</span>
    </span>
  );
}

function Bars({ asset, row, most }: { asset: string; row: Share; most: bigint }) {
  const half = (units: string) => `${share(units, most) * 50}%`;
  return (
    <span
      className="relative block h-5 min-w-32"
      role="img"
      aria-label={`debts ${money(asset, row.owes)}, claims ${money(asset, row.owed)}, cleared ${money(asset, row.cleared)} of both`}
    >
      <span className="absolute inset-y-0 right-1/2 rounded-l-sm bg-gross" style={{ width: half(row.owes) }} />
      <span className="absolute inset-y-0 left-1/2 rounded-r-sm bg-gross" style={{ width: half(row.owed) }} />
      <span className="absolute inset-y-1 right-1/2 rounded-l-sm bg-outgoing" style={{ width: half(row.cleared) }} />
      <span className="absolute inset-y-1 left-1/2 rounded-r-sm bg-net" style={{ width: half(row.cleared) }} />
      <span className="absolute inset-y-0 left-1/2 w-px bg-ink-3" />
    </span>
  );
}

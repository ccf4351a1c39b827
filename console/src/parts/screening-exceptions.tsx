import type { WireOutput } from '../../../src/base/client.ts';
import { listScreeningExceptions, revokeScreeningException } from '../../../src/settlement/screening/contract.ts';
import { useAllowed, useCommand, useOperation } from '../api/queries.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/layout.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast.tsx';

type Exception = WireOutput<typeof listScreeningExceptions>['items'][number];

const isInForce = ({ revokedAt, expiresAt }: Exception) => revokedAt === undefined && Date.parse(expiresAt) > Date.now();

const columns: readonly Column<Exception>[] = [
  {
    head: 'Name',
    grow: true,
    cell: (row) => (
      <span className="block min-w-0">
        <span className="block truncate font-medium">{row.name}</span>
        <span className="block truncate text-xs text-ink-3">
          not {row.listId} · {row.entryId}: {row.reason}
        </span>
      </span>
    ),
  },
  { head: 'Granted by', from: 'lg', cell: (row) => <span className="block max-w-44 truncate text-ink-2">{row.grantedBy}</span> },
  { head: 'Until', from: 'sm', cell: (row) => <Time at={row.expiresAt} show="day" /> },
  { head: <span className="sr-only">Actions</span>, end: true, cell: (row) => <Standing of={row} /> },
];

function Standing({ of }: { of: Exception }) {
  const allowed = useAllowed();
  const revoke = useCommand(revokeScreeningException, () => toast('Exception ended'));
  if (!isInForce(of)) return <Badge>{of.revokedAt === undefined ? 'ended' : 'revoked'}</Badge>;
  if (!allowed(revokeScreeningException)) return <Badge tone="good">in force</Badge>;
  return (
    <Button busy={revoke.isPending} onClick={() => revoke.mutate({ id: of.id })}>
      Revoke
    </Button>
  );
}

/** Names that were found not to be the entry that they match. */
export function ScreeningExceptions() {
  const asked = useOperation(listScreeningExceptions, {});
  return (
    <Card title="Exceptions" aside={asked.data && `${asked.data.items.filter(isInForce).length} in force`}>
      <Table
        label="Exceptions"
        columns={columns}
        rows={asked.data?.items}
        keyOf={(row) => row.id}
        problem={asked.error}
        retry={() => void asked.refetch()}
        empty={{
          icon: 'check',
          title: 'There is no exception',
          children: 'A name that was found not to be the listed one passes beside it until a day.',
        }}
        skeletons={2}
      />
    </Card>
  );
}

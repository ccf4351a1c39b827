import { useState, type FormEvent } from 'react';
import type { WireOutput } from '../../../src/base/client.ts';
import { codeOf } from '../../../src/base/money.ts';
import { getIncome, proposeIncomePayout } from '../../../src/settlement/custody/income-contract.ts';
import { useAllowed, useCommand, useOperation } from '../api/queries.ts';
import { SelectField, TextField } from '../ui/field.tsx';
import { money } from '../ui/format.ts';
import { readForm } from '../ui/form.ts';
import { Card } from '../ui/layout.tsx';
import { Money } from '../ui/money.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { AmountField } from './amount-field.tsx';
import { AccountFields, Ending, numberOf, proposed, Proposing } from './propose.tsx';
import { readAmount } from './read-amount.ts';

type Row = WireOutput<typeof getIncome>['items'][number];

/** Income accounts as people call them. */
const SOURCES: Record<Row['source'], string> = {
  fees: 'Fees of invoices',
  exchange_fees: 'Fees of exchanges',
  exchange_rounding: 'Rounding of exchanges',
};

const columns: readonly Column<Row>[] = [
  {
    head: 'Earned by',
    grow: true,
    cell: (row) => (
      <span className="block truncate">
        <span className="font-medium">{SOURCES[row.source]}</span> <span className="text-ink-2">{codeOf(row.asset)}</span>
      </span>
    ),
  },
  { head: 'Stands', from: 'sm', end: true, cell: (row) => <Money asset={row.asset} units={row.stands} bare /> },
  { head: 'Still owed by banks', from: 'lg', end: true, cell: (row) => <Money asset={row.asset} units={row.unpaid} bare /> },
  { head: 'On its way out', from: 'md', end: true, cell: (row) => <Money asset={row.asset} units={row.payingOut} bare /> },
  {
    head: 'Can be paid out',
    end: true,
    cell: (row) => (
      <span className="font-medium">
        <Money asset={row.asset} units={row.payable} />
      </span>
    ),
  },
];

/** What the operator has earned by fees and exchanges, and the way by which it leaves custody. */
export function Income() {
  const allowed = useAllowed();
  const asked = useOperation(getIncome, {}, { everyMs: 30_000 });
  const payable = asked.data?.items.filter((row) => row.payable !== '0') ?? [];
  return (
    <Card
      title="Earned by the network"
      aside={
        allowed(proposeIncomePayout) &&
        payable.length > 0 && (
          <Proposing
            act="Pay out income"
            title="Pay out income"
            lead="What is approved is held at once, and leaves custody when the rail has paid."
          >
            {(close) => <PayoutForm rows={payable} close={close} />}
          </Proposing>
        )
      }
    >
      <Table
        label="Income of the operator"
        columns={columns}
        rows={asked.data?.items}
        keyOf={(row) => `${row.asset} ${row.source}`}
        problem={asked.error}
        retry={() => void asked.refetch()}
        empty={{
          icon: 'invoices',
          title: 'Nothing has been earned yet',
          children: 'Fees of invoices and exchanges stand here, until two people pay them out.',
        }}
        skeletons={2}
      />
    </Card>
  );
}

const keyOf = ({ asset, source }: Row): string => `${asset} ${source}`;

function PayoutForm({ rows, close }: { rows: readonly Row[]; close: () => void }) {
  const [picked, setPicked] = useState(keyOf(rows[0]!));
  const [text, setText] = useState('');
  const command = useCommand(proposeIncomePayout, proposed(close));
  // A row whose money has gone meanwhile is no choice any more.
  const row = rows.find((one) => keyOf(one) === picked) ?? rows[0]!;
  function submit(event: FormEvent<HTMLFormElement>) {
    const said = readForm(event);
    const amount = readAmount(row.asset, text);
    if (!('units' in amount)) return;
    command.mutate({
      asset: row.asset,
      source: row.source,
      units: amount.units,
      holder: said('holder').trim(),
      number: numberOf(said('number')),
      agentBic: said('bic').toUpperCase(),
      reference: said('reference').trim(),
      reason: said('reason').trim(),
    });
  }
  return (
    <form className="mt-2 space-y-4" onSubmit={submit}>
      <SelectField
        label="Earned by"
        value={keyOf(row)}
        onChange={(event) => setPicked(event.target.value)}
        hint={`${money(row.asset, row.payable)} can be paid out`}
      >
        {rows.map((one) => (
          <option key={keyOf(one)} value={keyOf(one)}>
            {SOURCES[one.source]}, {codeOf(one.asset)}
          </option>
        ))}
      </SelectField>
      <div className="grid gap-4 sm:grid-cols-2">
        <AmountField asset={row.asset} text={text} onText={setText} />
        <TextField name="reference" label="Reference" required maxLength={35} placeholder="FEES-2026-11" />
      </div>
      <TextField name="holder" label="Holder" required maxLength={140} placeholder="Rialto Network Operations Ltd" />
      <AccountFields bank="BIC of its bank" />
      <Ending close={close} command={command} />
    </form>
  );
}

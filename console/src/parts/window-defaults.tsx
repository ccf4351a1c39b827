import { useState } from 'react';
import type { WireOutput } from '../../../src/base/client.ts';
import { excludeParticipant } from '../../../src/settlement/clearing/contract.ts';
import { settleNettedWindow, type getWindow } from '../../../src/settlement/window/contract.ts';
import { useAllowed, useCommand } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { FormButtons } from '../ui/form-buttons.tsx';
import { Modal } from '../ui/dialog.tsx';
import { SelectField, TextField } from '../ui/field.tsx';
import { readForm } from '../ui/form.ts';
import { count } from '../ui/format.ts';
import { Card } from '../ui/layout.tsx';
import { Money } from '../ui/money.tsx';
import { ProblemNote } from '../ui/states.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast.tsx';

type Detail = WireOutput<typeof getWindow>;
type Default = Detail['defaults'][number];
type Difference = Default['differences'][number];

/** What can be done with a window that is netted and not final: settle it, or take a participant out. */
export function WindowActions({ window }: { window: Detail }) {
  const allowed = useAllowed();
  if (window.state !== 'netted' && window.state !== 'cut_off') return null;
  return (
    <>
      {allowed(excludeParticipant) && <Exclude window={window} />}
      {allowed(settleNettedWindow) && window.state === 'netted' && <Settle window={window} />}
    </>
  );
}

function Settle({ window }: { window: Detail }) {
  const settle = useCommand(settleNettedWindow, ({ number }) => toast(`Window #${number} is settled`));
  return (
    <>
      <ProblemNote problem={settle.error} />
      <Button tone="primary" icon="check" busy={settle.isPending} onClick={() => settle.mutate({ id: window.id })}>
        Settle
      </Button>
    </>
  );
}

function Exclude({ window }: { window: Detail }) {
  const [open, setOpen] = useState(false);
  const banks = [...new Map(window.positions.map((one) => [one.participantId, one.name]))].toSorted((a, b) => (a[1] < b[1] ? -1 : 1));
  const exclude = useCommand(excludeParticipant, () => {
    setOpen(false);
    toast('The participant is taken out, and the window is netted anew');
  });
  return (
    <>
      <Button tone="danger" onClick={() => setOpen(true)}>
        Take a participant out
      </Button>
      <Modal
        open={open}
        onClose={() => setOpen(false)}
        title={`Take a participant out of window #${window.number}`}
        lead="Every payment to and from it leaves the window, and the rest is netted as though it had not taken part. This is published."
      >
        <form
          className="mt-2 space-y-4"
          onSubmit={(event) => {
            const read = readForm(event);
            const fate = read('fate') as 'return' | 'carry';
            exclude.mutate({ id: window.id, participantId: read('participantId'), fate, reason: read('reason').trim() });
          }}
        >
          <SelectField label="Participant" name="participantId" defaultValue={window.blocked?.participantId}>
            {banks.map(([id, name]) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </SelectField>
          <SelectField label="Its payments" name="fate">
            <option value="return">are returned: it will not come back</option>
            <option value="carry">wait for the next window: it cannot settle today</option>
          </SelectField>
          <TextField label="Reason" name="reason" required minLength={5} maxLength={500} placeholder="Moratorium ordered by the court" />
          <ProblemNote problem={exclude.error} />
          <FormButtons close={() => setOpen(false)} act="Take it out" busy={exclude.isPending} tone="danger" />
        </form>
      </Modal>
    </>
  );
}

const columns: readonly Column<Difference>[] = [
  {
    head: 'Participant',
    cell: (row) => (
      <span className="block max-w-36 truncate sm:max-w-56">
        <span className="font-medium">{row.name}</span>
        <span className="ident block">{row.bic}</span>
      </span>
    ),
  },
  { head: 'Before', from: 'sm', end: true, grow: true, cell: (row) => <Money asset={row.asset} units={row.before} signed /> },
  { head: 'After', end: true, cell: (row) => <Money asset={row.asset} units={row.after} signed /> },
  {
    head: 'Change',
    from: 'md',
    end: true,
    cell: (row) => <Money asset={row.asset} units={(BigInt(row.after) - BigInt(row.before)).toString()} signed />,
  },
  { head: 'Payments gone', from: 'lg', end: true, cell: (row) => <span className="num">{count(row.obligations)}</span> },
];

/** Who was taken out of a window, and what that changed, for those for whom it did. */
export function WindowDefaults({ defaults }: { defaults: readonly Default[] }) {
  return defaults.map((one) => <OneDefault key={one.id} one={one} />);
}

function OneDefault({ one }: { one: Default }) {
  const changed = one.differences.filter(({ obligations }) => obligations > 0);
  const same = one.differences.length - changed.length;
  return (
    <Card
      title={`${one.bic} was taken out`}
      aside={
        <>
          {count(one.obligations)} payments {one.fate === 'return' ? 'returned' : 'carried over'} · <Time at={one.at} />
        </>
      }
      className="xl:col-span-3"
    >
      {one.reason && (
        <p className="px-4 pb-2 text-sm text-ink-2">
          {one.reason} <span className="text-ink-3">({one.by})</span>
        </p>
      )}
      <Table
        label={`What changed when ${one.bic} was taken out`}
        columns={columns}
        rows={changed}
        keyOf={(row) => `${row.asset} ${row.participantId}`}
        empty={{ title: 'Nothing changed for you' }}
      />
      {same > 0 && <p className="px-4 py-3 text-xs text-ink-3">{count(same)} other positions did not change.</p>}
    </Card>
  );
}

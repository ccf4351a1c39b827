import { useState, type FormEvent } from 'react';
import type { WireInput } from '../../../src/base/client.ts';
import { fromDecimalText, codeOf } from '../../../src/base/money.ts';
import { setFeeSchedule } from '../../../src/settlement/fee/contract.ts';
import { listParticipants } from '../../../src/settlement/participant/contract.ts';
import { useAllowed, useCommand, useOperation } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { FormButtons } from '../ui/form-buttons.tsx';
import { Modal } from '../ui/dialog.tsx';
import { SelectField, TextField } from '../ui/field.tsx';
import { day } from '../ui/format.ts';
import { readForm } from '../ui/form.ts';
import { ProblemNote } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import { useFilters } from './filters.tsx';

type Prices = WireInput<typeof setFeeSchedule>;
type Item = Prices['content']['items'][number];

/** Sets prices from a day on; the simple ones, tiers are for the API. Whether it is open is in the address. */
export function FeeForm() {
  const [search, set] = useFilters();
  const close = () => set({ new: undefined });
  return (
    <>
      <Button tone="primary" icon="plus" onClick={() => set({ new: 'prices' })}>
        Set prices
      </Button>
      <Modal
        open={search.new === 'prices'}
        onClose={close}
        title="Set prices"
        lead="Amounts in whole currency; what is left empty costs nothing."
      >
        <Form close={close} />
      </Modal>
    </>
  );
}

function Form({ close }: { close: () => void }) {
  const allowed = useAllowed();
  const banks = useOperation(listParticipants, { limit: '500' }, { staleMs: 60_000, enabled: allowed(listParticipants) }).data?.items ?? [];
  const assets = [...new Set(banks.flatMap(({ accounts }) => accounts.map(({ asset }) => asset)))].toSorted();
  const [problem, setProblem] = useState<string>();
  const [tomorrow] = useState(() => new Date(Date.now() + 86_400_000).toISOString().slice(0, 10));
  const save = useCommand(setFeeSchedule, ({ name, validFrom }) => {
    toast(`${name} is in force from ${day(validFrom)}`);
    close();
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    const field = readForm(event);
    setProblem(undefined);
    try {
      save.mutate(pricesOf(field));
    } catch (error) {
      setProblem((error as Error).message);
    }
  }
  return (
    <form onSubmit={submit} className="mt-2 space-y-4">
      <TextField label="Name" name="name" required maxLength={100} placeholder="Standard 2027" />
      <div className="grid gap-3 sm:grid-cols-2">
        <SelectField label="Currency" name="asset" required>
          {assets.map((asset) => (
            <option key={asset} value={asset}>
              {codeOf(asset)}
            </option>
          ))}
        </SelectField>
        <TextField label="From (UTC day)" name="validFrom" type="date" required defaultValue={tomorrow} />
        <SelectField label="For" name="participantId" className="sm:col-span-2">
          <option value="">Everyone without prices of its own</option>
          {banks.map((bank) => (
            <option key={bank.id} value={bank.id}>
              {bank.name}
            </option>
          ))}
        </SelectField>
        <TextField label="Each payment sent" name="payment" inputMode="decimal" placeholder="0.25" />
        <TextField label="Each window taken part in" name="window" inputMode="decimal" placeholder="1.00" />
        <TextField label="Each exchange, to both banks" name="exchange" inputMode="decimal" placeholder="0.50" />
        <TextField
          label="Of the value sent, basis points"
          name="basisPoints"
          inputMode="decimal"
          pattern="(0|[1-9][0-9]{0,3})(\.[0-9]{1,6})?"
          placeholder="0.1"
        />
        <TextField label="At most for a payment" name="most" inputMode="decimal" placeholder="50.00" />
        <TextField label="A month at least" name="minimum" inputMode="decimal" placeholder="100.00" />
      </div>
      {problem && <p className="text-sm text-bad">{problem}</p>}
      <ProblemNote problem={save.error} />
      <FormButtons close={close} act="Set prices" busy={save.isPending} />
    </form>
  );
}

/** Throws with words for people when an amount is none. */
function pricesOf(field: (name: string) => string): Prices {
  const asset = field('asset');
  const units = (name: string) =>
    field(name) === '' ? undefined : fromDecimalText(asset, field(name).replaceAll(',', '')).units.toString();
  const [payment, window, exchange, most, minimumUnits] = ['payment', 'window', 'exchange', 'most', 'minimum'].map(units);
  const basisPoints = field('basisPoints');
  const items: Item[] = [];
  if (payment) items.push({ item: 'payments', kind: 'per_payment', text: 'Payments sent', tiers: [{ units: payment }] });
  if (basisPoints) {
    items.push({
      item: 'value',
      kind: 'per_value',
      text: 'Value sent',
      basisPoints,
      rounding: 'half_even',
      ...(most && { maxUnits: most }),
    });
  }
  if (window) items.push({ item: 'windows', kind: 'per_window', text: 'Windows taken part in', units: window });
  if (exchange) items.push({ item: 'exchanges', kind: 'per_exchange', text: 'Exchanges settled', tiers: [{ units: exchange }] });
  const participantId = field('participantId');
  const content = { items, ...(minimumUnits && { minimumUnits }) };
  return { name: field('name'), asset, validFrom: field('validFrom'), content, ...(participantId && { participantId }) };
}

import type { WireOutput } from '../../../src/base/client.ts';
import type { listParticipants } from '../../../src/settlement/participant/contract.ts';
import { SelectField } from '../ui/field.tsx';

type Bank = WireOutput<typeof listParticipants>['items'][number];

/** One of the participants, by its BIC. */
export function BankField({
  label,
  banks,
  value,
  disabled = false,
  onPick,
}: {
  label: string;
  banks: readonly Bank[];
  value: string;
  disabled?: boolean;
  onPick: (bic: string) => void;
}) {
  return (
    <SelectField label={label} required value={value} disabled={disabled} onChange={(event) => onPick(event.target.value)}>
      <option value="">Choose…</option>
      {banks.map((bank) => (
        <option key={bank.id} value={bank.bic}>
          {bank.name} · {bank.bic}
        </option>
      ))}
    </SelectField>
  );
}

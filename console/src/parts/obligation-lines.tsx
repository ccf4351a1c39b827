import type { WireInput, WireOutput } from '../../../src/base/client.ts';
import type { submitObligations } from '../../../src/settlement/obligation/contract.ts';
import type { listParticipants } from '../../../src/settlement/participant/contract.ts';
import { AmountField } from './amount-field.tsx';
import { BankField } from './bank-field.tsx';
import { readAmount } from './read-amount.ts';
import { IconButton } from '../ui/button.tsx';
import { SelectField, TextField } from '../ui/field.tsx';
import { CurrencyField } from './currency-field.tsx';

type Bank = WireOutput<typeof listParticipants>['items'][number];
type Draft = WireInput<typeof submitObligations>['obligations'][number];

/** One obligation as it is being written down; `owes`: whether the bank that brings it in is the debtor. */
export type ObligationLine = {
  key: number;
  owes: boolean;
  other: string;
  asset: string;
  amount: string;
  dueDay: string;
  reference: string;
};

/** The line as the contract wants it; undefined while something is missing. */
export function draftOf(line: ObligationLine, submitter: string): Draft | undefined {
  const read = readAmount(line.asset, line.amount);
  const reference = line.reference.trim();
  if (!('units' in read) || !line.other || !reference) return undefined;
  const [debtor, creditor] = line.owes ? [submitter, line.other] : [line.other, submitter];
  return { debtor, creditor, asset: line.asset, units: read.units, reference, ...(line.dueDay && { dueDay: line.dueDay }) };
}

type Props = {
  line: ObligationLine;
  number: number;
  banks: readonly Bank[];
  assets: readonly string[];
  onChange: (line: ObligationLine) => void;
  onRemove?: () => void;
};

/** The fields of one obligation. */
export function ObligationFields({ line, number, banks, assets, onChange, onRemove }: Props) {
  const set = (patch: Partial<ObligationLine>) => onChange({ ...line, ...patch });
  return (
    <fieldset className="card p-4">
      <legend className="sr-only">Obligation {number}</legend>
      {onRemove && (
        <div className="-mt-2 -mr-2 flex items-center justify-between">
          <span className="num text-xs text-ink-3">{number}</span>
          <IconButton label={`Take obligation ${number} out`} icon="close" onClick={onRemove} />
        </div>
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField label="It" value={line.owes ? 'owes' : 'owed'} onChange={(event) => set({ owes: event.target.value === 'owes' })}>
          <option value="owed">is owed by</option>
          <option value="owes">owes</option>
        </SelectField>
        <BankField label="The other bank" banks={banks} value={line.other} onPick={(other) => set({ other })} />
        <AmountField asset={line.asset} text={line.amount} onText={(amount) => set({ amount })} />
        <CurrencyField assets={assets} value={line.asset} onChange={(event) => set({ asset: event.target.value })} />
        <TextField
          label="Reference"
          required
          maxLength={35}
          placeholder="INV-2026-0042"
          value={line.reference}
          onChange={(event) => set({ reference: event.target.value })}
        />
        <TextField label="Due (optional)" type="date" value={line.dueDay} onChange={(event) => set({ dueDay: event.target.value })} />
      </div>
    </fieldset>
  );
}

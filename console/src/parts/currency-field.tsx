import type { SelectHTMLAttributes } from 'react';
import { codeOf } from '../../../src/base/money.ts';
import { SelectField } from '../ui/field.tsx';

/** One of some currencies; `hint` is what there is to know of the one that is chosen. */
export function CurrencyField({
  assets,
  hint,
  ...rest
}: { assets: readonly string[]; hint?: string | undefined } & SelectHTMLAttributes<HTMLSelectElement>) {
  return (
    <SelectField label="Currency" hint={hint} {...rest}>
      {assets.map((asset) => (
        <option key={asset} value={asset}>
          {codeOf(asset)}
        </option>
      ))}
    </SelectField>
  );
}

import { codeOf, scaleOf } from '../../../src/base/money.ts';
import { TextField } from '../ui/field.tsx';
import { readAmount } from './read-amount.ts';

/** An amount in whole currency, as a person writes it. */
export function AmountField({ asset, text, onText }: { asset: string; text: string; onText: (text: string) => void }) {
  const read = readAmount(asset, text);
  const scale = scaleOf(asset);
  return (
    <TextField
      label={`Amount in ${codeOf(asset)}`}
      inputMode="decimal"
      autoComplete="off"
      required
      value={text}
      onChange={(event) => onText(event.target.value)}
      placeholder={scale > 0 ? `0.${'0'.repeat(scale)}` : '0'}
      error={'error' in read && read.error ? read.error : undefined}
      style={{ fontVariantNumeric: 'tabular-nums' }}
    />
  );
}

import { codeOf, fromDecimalText, scaleOf } from '../../../src/base/money.ts';
import { TextField } from '../ui/field.tsx';

/** Reads what a person typed (`1,250.50`) as minor units, or says why not. */
export function readAmount(asset: string, text: string): { units: string } | { error: string } {
  const plain = text.replaceAll(',', '').trim();
  if (plain === '') return { error: '' };
  try {
    const { units } = fromDecimalText(asset, plain);
    return units > 0n ? { units: units.toString() } : { error: 'More than zero.' };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

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

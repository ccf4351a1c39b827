import { fromDecimalText } from '../../../src/base/money.ts';

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

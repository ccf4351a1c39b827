import { money, moneyParts } from './format.ts';

/** An amount with its currency: whole part strong, fraction a step back, figures of equal width. */
export function Money({ asset, units, signed = false, bare = false }: { asset: string; units: string; signed?: boolean; bare?: boolean }) {
  const { sign, whole, fraction, code } = moneyParts(asset, units);
  const plus = signed && sign === '' && units !== '0' ? '+' : '';
  return (
    <span className="num whitespace-nowrap" title={money(asset, units)}>
      {sign || plus}
      {whole}
      {fraction && <span className="text-ink-3">.{fraction}</span>}
      {!bare && <span className="ml-1.5 text-xs text-ink-3">{code}</span>}
    </span>
  );
}

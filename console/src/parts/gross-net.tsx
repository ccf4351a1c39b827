import { Link } from '@tanstack/react-router';
import { codeOf } from '../../../src/base/money.ts';
import { count, money, moneyShort, percent, share } from '../ui/format.ts';

type Currency = { asset: string; payments: number; gross: string; net: string; efficiency: number };

/**
 * Gross against net, a currency a line: the pale bar is all that was to be paid, the strong part what had to be funded
 * after netting. Bars are as long as their own gross, since sums of different currencies cannot be compared.
 */
export function GrossNet({ currencies, label }: { currencies: readonly Currency[]; label: string }) {
  return (
    <ul aria-label={label} className="px-4 pb-4">
      {currencies.map((currency) => (
        <li key={currency.asset} className="py-1.75">
          <Line {...currency} />
        </li>
      ))}
    </ul>
  );
}

function Line({ asset, payments, gross, net, efficiency }: Currency) {
  const netShare = share(net, gross);
  const width = `${Math.max(netShare * 100, net === '0' ? 0 : 0.75)}%`;
  return (
    <div className="grid grid-cols-[2.75rem_1fr_3.75rem] items-center gap-x-3 text-sm">
      <Link to="/payments" search={{ asset }} className="rounded font-medium hover:underline">
        {codeOf(asset)}
      </Link>
      <div className="min-w-0">
        <div
          className="h-2.5 overflow-hidden rounded-xs bg-gross"
          role="img"
          aria-label={`gross ${money(asset, gross)}, net ${money(asset, net)}`}
        >
          <div className="h-full rounded-xs bg-net" style={{ width }} />
        </div>
        <p className="num mt-0.5 flex justify-between gap-2 text-2xs text-ink-3">
          <span className="text-accent" title={money(asset, net)}>
            {moneyShort(asset, net)}
          </span>
          <span className="truncate">
            <span title={money(asset, gross)}>{moneyShort(asset, gross)}</span> in {count(payments)}
          </span>
        </p>
      </div>
      <span className="num text-right font-medium">{percent(efficiency)}</span>
    </div>
  );
}

/** What the bars mean. */
export function GrossNetKey() {
  return (
    <span className="flex flex-wrap items-center gap-x-4 gap-y-1">
      <span className="flex items-center gap-1.5">
        <span className="size-2.5 rounded-xs bg-gross" aria-hidden="true" /> gross
      </span>
      <span className="flex items-center gap-1.5">
        <span className="size-2.5 rounded-xs bg-net" aria-hidden="true" /> net, to be funded
      </span>
      <span>saved</span>
    </span>
  );
}

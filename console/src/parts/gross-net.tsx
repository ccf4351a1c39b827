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
        <li key={currency.asset} className="border-t border-line py-2 first:border-0">
          <Line {...currency} />
        </li>
      ))}
    </ul>
  );
}

function Line({ asset, payments, gross, net, efficiency }: Currency) {
  const netShare = share(net, gross);
  return (
    <div className="grid grid-cols-[3.25rem_1fr_4rem] items-center gap-x-3 gap-y-1 text-sm sm:grid-cols-[3.25rem_4.5rem_1fr_4.5rem_4rem]">
      <Link to="/payments" search={{ asset }} className="font-medium hover:underline">
        {codeOf(asset)}
        <span className="num block text-2xs font-normal text-ink-3">{count(payments)}</span>
      </Link>
      <span className="num hidden text-right text-ink-2 sm:block" title={`gross ${money(asset, gross)}`}>
        {moneyShort(asset, gross)}
      </span>
      <span
        className="relative block h-4 overflow-hidden rounded-sm bg-gross"
        role="img"
        aria-label={`gross ${money(asset, gross)}, net ${money(asset, net)}`}
      >
        <span
          className="absolute inset-y-0 left-0 rounded-sm bg-net"
          style={{ width: `${Math.max(netShare * 100, net === '0' ? 0 : 0.75)}%` }}
        />
      </span>
      <span className="num hidden text-accent sm:block" title={`net ${money(asset, net)}`}>
        {moneyShort(asset, net)}
      </span>
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

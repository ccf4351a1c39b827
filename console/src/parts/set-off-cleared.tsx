import { money, percent, share } from '../ui/format.ts';
import { Money } from '../ui/money.tsx';

/** How much of what is owed a round clears: the figure, and the same as a bar. */
export function SetOffCleared({ asset, gross, cleared, verb }: { asset: string; gross: string; cleared: string; verb: string }) {
  const part = share(cleared, gross);
  return (
    <div>
      <p className="flex flex-wrap items-baseline justify-between gap-x-4">
        <span className="text-2xl font-semibold tracking-tight">
          <Money asset={asset} units={cleared} />
        </span>
        <span className="num text-lg font-medium text-good">{percent(part)}</span>
      </p>
      <div
        className="mt-2 h-2.5 overflow-hidden rounded-xs bg-gross"
        role="img"
        aria-label={`${money(asset, cleared)} of ${money(asset, gross)} ${verb}`}
      >
        <div className="h-full rounded-xs bg-net" style={{ width: `${part * 100}%` }} />
      </div>
      <p className="mt-1.5 flex flex-wrap justify-between gap-x-4 text-xs text-ink-2">
        <span>
          of <Money asset={asset} units={gross} />
        </span>
        <span>
          <Money asset={asset} units={(BigInt(gross) - BigInt(cleared)).toString()} /> left
        </span>
      </p>
    </div>
  );
}

import type { WireOutput } from '../../../src/base/client.ts';
import { codeOf } from '../../../src/base/money.ts';
import type { getReserves } from '../../../src/settlement/custody/reserves-contract.ts';
import { Badge, type Tone } from '../ui/badge.tsx';
import { day, money, moneyShort, share } from '../ui/format.ts';

export type Reserves = WireOutput<typeof getReserves>['items'][number];

const STATES: Record<Reserves['state'], { tone: Tone; text: string }> = {
  whole: { tone: 'good', text: 'Confirmed' },
  open: { tone: 'warn', text: 'Breaks open' },
  unconfirmed: { tone: 'plain', text: 'No statement yet' },
  short: { tone: 'bad', text: 'Not covered' },
};

/**
 * A currency in three bars of one measure: what is owed, what the ledger holds in custody, what the custodians say. When all is well
 * they end together.
 */
export function ReserveBars({ reserves }: { reserves: Reserves }) {
  const { asset, outstanding, custody, state } = reserves;
  const said = saidBy(reserves);
  const longest = [outstanding, custody, said ?? '0'].reduce((most, units) => (BigInt(units) > BigInt(most) ? units : most), '0');
  const { tone, text } = STATES[state];
  return (
    <section aria-label={codeOf(asset)} className="card px-4 py-3.5">
      <div className="mb-2.5 flex items-baseline justify-between gap-3">
        <h2 className="font-semibold">{codeOf(asset)}</h2>
        <Badge tone={tone}>{text}</Badge>
      </div>
      <ul className="space-y-2">
        <Bar label="Outstanding" asset={asset} units={outstanding} longest={longest} fill="bg-net" />
        <Bar label="In custody" asset={asset} units={custody} longest={longest} fill="bg-accent" />
        {said === undefined ? <NoBar /> : <Bar label="Statements" asset={asset} units={said} longest={longest} fill="bg-calm" />}
      </ul>
      <p className="num mt-2.5 text-2xs text-ink-3">{notesOf(reserves)}</p>
    </section>
  );
}

/** Closing balances together; undefined while a custody account has none. */
function saidBy({ statements }: Reserves): string | undefined {
  if (statements.length === 0 || statements.some(({ closing }) => closing === undefined)) return undefined;
  return statements.reduce((sum, { closing }) => sum + BigInt(closing!), 0n).toString();
}

type BarProps = { label: string; asset: string; units: string; longest: string; fill: string };

function Bar({ label, asset, units, longest, fill }: BarProps) {
  const width = units === '0' ? 0 : Math.max(share(units, longest) * 100, 0.5);
  return (
    <li className="grid grid-cols-[5.25rem_1fr_5.5rem] items-center gap-x-3 text-xs">
      <span className="text-ink-2">{label}</span>
      <span className="h-3 overflow-hidden rounded-xs bg-sunken" aria-hidden="true">
        <span className={`block h-full rounded-xs ${fill}`} style={{ width: `${width}%` }} />
      </span>
      <span className="num truncate text-right font-medium" title={money(asset, units)}>
        {moneyShort(asset, units)}
      </span>
    </li>
  );
}

function NoBar() {
  return (
    <li className="grid grid-cols-[5.25rem_1fr_5.5rem] items-center gap-x-3 text-xs">
      <span className="text-ink-2">Statements</span>
      <span className="h-3 rounded-xs border border-dashed border-line" aria-hidden="true" />
      <span className="text-right text-ink-3">none yet</span>
    </li>
  );
}

function notesOf({ asset, operator, suspense, payingOut, statements }: Reserves): string {
  const sum = (of: (one: Reserves['statements'][number]) => string) =>
    statements.reduce((total, one) => total + BigInt(of(one)), 0n).toString();
  const [transit, unmatched] = [sum((one) => one.inTransit), sum((one) => one.unmatched)];
  const open = statements.reduce((total, one) => total + one.open, 0);
  const oldest = statements.map((one) => one.day ?? '').sort()[0];
  return (
    [
      oldest ? `statement of ${day(oldest)}` : undefined,
      transit === '0' ? undefined : `${moneyShort(asset, transit)} in transit`,
      open === 0 ? undefined : `${moneyShort(asset, unmatched)} in ${open} ${open === 1 ? 'break' : 'breaks'}`,
      payingOut === '0' ? undefined : `${moneyShort(asset, payingOut)} being paid out`,
      suspense === '0' ? undefined : `${money(asset, suspense)} going back to senders`,
      operator === suspense ? undefined : `${money(asset, (BigInt(operator) - BigInt(suspense)).toString())} of the operator`,
    ]
      .filter((note) => note !== undefined)
      .join(' · ') || 'all of it participants’'
  );
}

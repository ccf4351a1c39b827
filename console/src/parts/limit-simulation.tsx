import { Link } from '@tanstack/react-router';
import { codeOf } from '../../../src/base/money.ts';
import type { WireOutput } from '../../../src/base/client.ts';
import type { simulateLimitsOperation } from '../../../src/settlement/risk/contract.ts';
import { count, day, money, moneyShort, percent, share, shortId, words } from '../ui/format.ts';
import { Card } from '../ui/layout.tsx';
import { useFilters } from './filters.tsx';
import { Select } from '../ui/field.tsx';

type Result = WireOutput<typeof simulateLimitsOperation>;

const LIMITS: Readonly<Record<string, string>> = {
  per_payment: 'too much in one payment',
  per_day: 'too much in a day',
  net_sender_cap: 'too much owed to all',
  bilateral_cap: 'too much owed to one',
  concentration: 'too large a part to one',
};

/** What a change of limits would have done to a day: a table before and after, and the peaks of what was owed. */
export function SimulationResult({ result }: { result: Result }) {
  const { before, after } = result;
  const part = (side: Result['before']) => (result.payments === 0 ? '–' : percent(side.refused / result.payments, 2));
  const rows: readonly (readonly [string, string, string, boolean])[] = [
    ['Payments let through', count(before.accepted), count(after.accepted), before.accepted !== after.accepted],
    ['Payments refused', count(before.refused), count(after.refused), before.refused !== after.refused],
    ['Part refused', part(before), part(after), before.refused !== after.refused],
    ...after.byLimit.map(({ limit, payments }, index): readonly [string, string, string, boolean] => {
      const was = before.byLimit[index]?.payments ?? 0;
      return [LIMITS[limit] ?? words(limit), count(was), count(payments), was !== payments];
    }),
  ];
  return (
    <div className="grid gap-4 xl:grid-cols-2">
      <Card title={`On the traffic of ${day(result.day)}`} aside={`${count(result.payments)} payments`}>
        <table aria-label="Before and after" className="w-full text-sm">
          <thead>
            <tr className="text-right text-xs text-ink-3">
              <th>
                <span className="sr-only">What</span>
              </th>
              <th className="px-3 py-1.5 font-medium">In force</th>
              <th className="py-1.5 pr-4 font-medium">With the change</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, was, is, changed]) => (
              <tr key={name} className="border-t border-line">
                <td className={`py-1.5 pl-4 ${Object.values(LIMITS).includes(name) ? 'pl-8 text-ink-2' : ''}`}>{name}</td>
                <td className="num px-3 text-right">{was}</td>
                <td className={`num pr-4 text-right ${changed ? 'font-semibold' : 'text-ink-2'}`}>{is}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <Newly result={result} />
      </Card>
      <Peaks result={result} />
    </div>
  );
}

function Newly({ result }: { result: Result }) {
  const { newlyRefused, newlyRefusedCount, newlyAcceptedCount } = result;
  return (
    <div className="border-t border-line px-4 py-3 text-sm">
      <p>
        <span className="font-medium text-bad">{count(newlyRefusedCount)}</span> newly refused,{' '}
        <span className="font-medium text-good">{count(newlyAcceptedCount)}</span> newly let through.
      </p>
      {newlyRefused.length > 0 && (
        <p className="mt-1 flex flex-wrap gap-x-3 gap-y-1 text-xs">
          {newlyRefused.slice(0, 8).map((id) => (
            <Link key={id} to="/payments/$id" params={{ id }} className="ident rounded text-accent hover:underline">
              {shortId(id)}
            </Link>
          ))}
          {newlyRefusedCount > 8 && <span className="text-ink-3">and {count(newlyRefusedCount - 8)} more</span>}
        </p>
      )}
    </div>
  );
}

/** How high each participant's net debt rose: pale under the limits in force, strong with the change, a mark at the cap. */
function Peaks({ result }: { result: Result }) {
  const [search, set] = useFilters();
  const assets = [...new Set(result.peaks.map(({ asset }) => asset))].sort();
  const asset = search.asset && assets.includes(search.asset) ? search.asset : assets[0];
  const peaks = result.peaks.filter((peak) => peak.asset === asset).slice(0, 14);
  const longest = peaks.reduce(
    (most, peak) => [most, BigInt(peak.before), BigInt(peak.after), BigInt(peak.cap ?? 0)].reduce((a, b) => (b > a ? b : a)),
    1n,
  );
  return (
    <Card
      title="Most that was owed at once"
      aside={
        asset && (
          <Select aria-label="Currency" value={asset} onChange={(event) => set({ asset: event.target.value })}>
            {assets.map((one) => (
              <option key={one} value={one}>
                {codeOf(one)}
              </option>
            ))}
          </Select>
        )
      }
    >
      {peaks.length === 0 || !asset ? (
        <p className="px-4 pb-4 text-sm text-ink-2">Nothing was owed on this day.</p>
      ) : (
        <>
          <ul className="px-4 pb-2" aria-label="Peaks">
            {peaks.map((peak) => (
              <li key={peak.participantId} className="grid grid-cols-[5.5rem_1fr_4rem] items-center gap-x-3 py-1 text-sm">
                <span className="ident truncate">{peak.bic}</span>
                <span
                  className="relative block h-3.5"
                  role="img"
                  aria-label={`before ${money(asset, peak.before)}, after ${money(asset, peak.after)}`}
                >
                  <span
                    className="absolute inset-y-0 left-0 rounded-xs bg-gross"
                    style={{ width: `${share(peak.before, longest) * 100}%` }}
                  />
                  <span className="absolute inset-y-1 left-0 rounded-xs bg-net" style={{ width: `${share(peak.after, longest) * 100}%` }} />
                  {peak.cap && (
                    <span
                      className="absolute -inset-y-0.5 w-0.5 bg-bad"
                      style={{ left: `${Math.min(1, share(peak.cap, longest)) * 100}%` }}
                      title={`cap ${money(asset, peak.cap)}`}
                    />
                  )}
                </span>
                <span className="num text-right text-xs" title={money(asset, peak.after)}>
                  {moneyShort(asset, peak.after)}
                </span>
              </li>
            ))}
          </ul>
          <p className="flex flex-wrap gap-x-4 gap-y-1 px-4 pb-4 text-xs text-ink-3">
            <Key className="bg-gross" text="in force" />
            <Key className="bg-net" text="with the change" />
            <Key className="bg-bad" text="cap" />
          </p>
        </>
      )}
    </Card>
  );
}

function Key({ className, text }: { className: string; text: string }) {
  return (
    <span className="flex items-center gap-1.5">
      <span className={`size-2.5 rounded-xs ${className}`} aria-hidden="true" /> {text}
    </span>
  );
}

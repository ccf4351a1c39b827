import { useMemo, useState, type FormEvent } from 'react';
import { codeOf } from '../../../src/base/money.ts';
import type { WireOutput } from '../../../src/base/client.ts';
import { acceptFxQuote, createFxQuote, listFxRates } from '../../../src/settlement/fx/contract.ts';
import { listParticipants } from '../../../src/settlement/participant/contract.ts';
import { useAllowed, useCommand, useOperation } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { SelectField, TextField } from '../ui/field.tsx';
import { count, moneyShort } from '../ui/format.ts';
import { readForm } from '../ui/form.ts';
import { Icon } from '../ui/icon.tsx';
import { Card } from '../ui/layout.tsx';
import { Money } from '../ui/money.tsx';
import { Scroll } from '../ui/scroll.tsx';
import { Empty, ProblemNote } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast.tsx';
import { AmountField } from './amount-field.tsx';
import { readAmount } from './read-amount.ts';

type Rate = WireOutput<typeof listFxRates>['items'][number];
type Quote = WireOutput<typeof createFxQuote>;

/** A firm price by the cheapest way. */
export function Exchange() {
  const allowed = useAllowed();
  const banks = useOperation(listParticipants, { limit: '500' }, { staleMs: 60_000, enabled: allowed(listParticipants) });
  const rates = useOperation(listFxRates, {});
  const [quote, setQuote] = useState<Quote | undefined>();
  const ask = useCommand(createFxQuote, setQuote);
  const accept = useCommand(acceptFxQuote, ({ state }) => {
    toast(state === 'settled' ? 'Every leg is settled' : 'All legs wait in the queue');
    setQuote(undefined);
  });
  const assets = [...new Set(rates.data?.items.flatMap(({ fromAsset, toAsset }) => [fromAsset, toAsset]))].sort();
  const [fromAsset, setFrom] = useState('');
  const [text, setText] = useState('');
  const paid = fromAsset || assets[0] || 'EUR/2';
  const dealing = (banks.data?.items ?? []).filter(
    ({ accounts, state }) => state === 'active' && accounts.some(({ asset }) => asset === paid),
  );
  function submit(event: FormEvent<HTMLFormElement>) {
    const form = readForm(event);
    const amount = readAmount(paid, text);
    if ('units' in amount)
      ask.mutate({ participant: form('participant'), fromAsset: paid, toAsset: form('toAsset'), payUnits: amount.units, ttlSeconds: 60 });
  }
  return (
    <Card title="Exchange" aside={rates.data && `${count(rates.data.items.length)} rates hold now`}>
      {rates.data?.items.length === 0 ? (
        <Empty icon="transfers" title="No rates hold now">
          Banks publish theirs with <code className="font-mono">POST /v1/fx/rates</code>.
        </Empty>
      ) : (
        <div className="px-4 pb-4">
          {allowed(createFxQuote) && (
            <form onSubmit={submit} className="grid gap-3 sm:grid-cols-2">
              <SelectField label="Bank" name="participant">
                {dealing.map(({ bic, name }) => (
                  <option key={bic} value={bic}>
                    {name}
                  </option>
                ))}
              </SelectField>
              <SelectField label="Pays in" value={paid} onChange={(event) => setFrom(event.target.value)}>
                {assets.map((asset) => (
                  <option key={asset} value={asset}>
                    {codeOf(asset)}
                  </option>
                ))}
              </SelectField>
              <AmountField asset={paid} text={text} onText={setText} />
              <SelectField label="Receives" name="toAsset">
                {assets
                  .filter((asset) => asset !== paid)
                  .map((asset) => (
                    <option key={asset} value={asset}>
                      {codeOf(asset)}
                    </option>
                  ))}
              </SelectField>
              <div className="sm:col-span-2">
                <Button type="submit" busy={ask.isPending}>
                  Ask for a price
                </Button>
              </div>
            </form>
          )}
          <BestRates rates={rates.data?.items ?? []} assets={assets} />
          <div className="mt-3" aria-live="polite">
            <ProblemNote problem={ask.error ?? accept.error} />
            {quote && (
              <Offer
                quote={quote}
                busy={accept.isPending}
                onAccept={(reference) => accept.mutate({ id: quote.id, ...(reference !== '' && { reference }) })}
              />
            )}
          </div>
        </div>
      )}
    </Card>
  );
}

/** The best of each pair after its fee, whoever gives it. */
function BestRates({ rates, assets }: { rates: readonly Rate[]; assets: readonly string[] }) {
  const best = useMemo(() => {
    const found = new Map<string, Rate>();
    const net = ({ rate, feeBps }: Rate) => Number(rate) * (1 - feeBps / 10_000);
    for (const one of rates) {
      const key = `${one.fromAsset} ${one.toAsset}`;
      const standing = found.get(key);
      if (!standing || net(one) > net(standing)) found.set(key, one);
    }
    return found;
  }, [rates]);
  if (assets.length === 0 || assets.length > 12) return null;
  return (
    <Scroll label="The best rate of each pair" className="mt-4">
      <table aria-label="The best rate of each pair" className="w-full border-separate border-spacing-0.5 text-xs">
        <thead>
          <tr>
            <th scope="col" className="py-1 text-left font-medium whitespace-nowrap text-ink-3">
              one of ↓ for →
            </th>
            {assets.map((asset) => (
              <th key={asset} scope="col" className="px-1 text-right font-medium text-ink-3">
                {codeOf(asset)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {assets.map((from) => (
            <tr key={from}>
              <th scope="row" className="text-left font-medium">
                {codeOf(from)}
              </th>
              {assets.map((to) => {
                const one = best.get(`${from} ${to}`);
                return (
                  <td
                    key={to}
                    title={one && `${one.provider.name}, ${one.source}, fee ${one.feeBps / 100} %`}
                    className={`num rounded px-1 py-1 text-right ${from === to ? '' : one ? 'bg-sunken' : 'bg-sunken/40 text-ink-3'}`}
                  >
                    {from === to ? '' : one ? Number(one.rate).toPrecision(4) : '–'}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** The way of a quote: what is paid, by whom it is exchanged at which rate, what arrives. */
function Offer({ quote, busy, onAccept }: { quote: Quote; busy: boolean; onAccept: (reference: string) => void }) {
  const [reference, setReference] = useState('');
  return (
    <div className="mt-3 rounded-lg border border-line bg-sunken/50 p-3">
      <ol className="flex flex-wrap items-center gap-x-2 gap-y-2 text-sm">
        <li className="font-medium">
          <Money asset={quote.fromAsset} units={quote.payUnits} />
        </li>
        {quote.hops.map((hop) => (
          <li key={hop.rateId} className="flex items-center gap-2">
            <span className="flex flex-col items-center">
              <span className="num text-2xs text-ink-3">× {hop.rate}</span>
              <Icon name="arrow" size={16} className="text-accent" />
              <span className="max-w-28 truncate text-2xs text-ink-2" title={hop.provider.name}>
                {hop.provider.name}
              </span>
            </span>
            <span className="font-medium">
              <Money asset={hop.toAsset} units={hop.received} />
            </span>
          </li>
        ))}
      </ol>
      <TextField
        label="Reference of the bank"
        hint="Optional: its statements and reports call the exchange so"
        value={reference}
        maxLength={35}
        onChange={(event) => setReference(event.target.value)}
        className="mt-3 max-w-sm"
      />
      <div className="mt-3 flex flex-wrap items-center justify-between gap-3">
        <p className="text-xs text-ink-2">
          Fees{' '}
          {quote.hops
            .filter(({ fee }) => fee !== '0')
            .map(({ fee, fromAsset }) => moneyText(fromAsset, fee))
            .join(' and ') || 'none'}
          . Good once, until <Time at={quote.expiresAt} show="clock" />.
        </p>
        <Button tone="primary" busy={busy} onClick={() => onAccept(reference.trim())}>
          Exchange
        </Button>
      </div>
    </div>
  );
}

const moneyText = (asset: string, units: string) => `${moneyShort(asset, units)} ${codeOf(asset)}`;

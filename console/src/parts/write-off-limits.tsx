import { useState, type FormEvent } from 'react';
import type { WireOutput } from '../../../src/base/client.ts';
import { codeOf, fromDecimalText } from '../../../src/base/money.ts';
import { getCustody, setWriteOffLimit } from '../../../src/settlement/custody/contract.ts';
import { getReserves } from '../../../src/settlement/custody/reserves-contract.ts';
import { useAllowed, useCommand, useOperation } from '../api/queries.ts';
import { TextField } from '../ui/field.tsx';
import { FormButtons } from '../ui/form-buttons.tsx';
import { money } from '../ui/format.ts';
import { Card } from '../ui/layout.tsx';
import { Money } from '../ui/money.tsx';
import { ProblemNote, Skeleton } from '../ui/states.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { toast } from '../ui/toast.tsx';
import { CurrencyField } from './currency-field.tsx';
import { Proposing } from './propose.tsx';

type Limit = WireOutput<typeof getCustody>['writeOffLimits'][number];

const columns: readonly Column<Limit>[] = [
  { head: 'Currency', grow: true, cell: ({ asset }) => <span className="font-medium">{codeOf(asset)}</span> },
  { head: 'Two people write off up to', end: true, cell: ({ asset, units }) => <Money asset={asset} units={units} /> },
];

/** Up to how much of each currency two people write off; above it an administrator approves. */
export function WriteOffLimits() {
  const allowed = useAllowed();
  const custody = useOperation(getCustody, {});
  return (
    <Card
      title="Write-offs"
      aside={
        allowed(setWriteOffLimit) &&
        custody.data && (
          <Proposing
            act="Set a limit"
            title="Limit of write-offs"
            lead="For more than this an administrator has to be the one who approves."
          >
            {(close) => <LimitForm limits={custody.data.writeOffLimits} close={close} />}
          </Proposing>
        )
      }
    >
      {custody.data?.writeOffLimits.length === 0 ? (
        <p className="px-4 pb-4 text-sm text-ink-2">Two people write off any amount, in every currency.</p>
      ) : (
        <Table
          label="Limits of write-offs"
          columns={columns}
          rows={custody.data?.writeOffLimits}
          keyOf={({ asset }) => asset}
          problem={custody.error}
          retry={() => void custody.refetch()}
          empty={{ title: 'No limits' }}
          skeletons={1}
        />
      )}
    </Card>
  );
}

function LimitForm({ limits, close }: { limits: readonly Limit[]; close: () => void }) {
  const reserves = useOperation(getReserves, {}, { staleMs: 60_000 });
  if (!reserves.data) return reserves.error ? <ProblemNote problem={reserves.error} /> : <Skeleton className="h-40 rounded-lg" />;
  const assets = [...new Set([...reserves.data.items, ...limits].map(({ asset }) => asset))].sort();
  if (assets.length === 0) return <p className="text-sm text-ink-2">A limit can be set once a participant holds a currency.</p>;
  return <LimitFields assets={assets} limits={limits} close={close} />;
}

function LimitFields({ assets, limits, close }: { assets: readonly string[]; limits: readonly Limit[]; close: () => void }) {
  const [asset, setAsset] = useState(assets[0]!);
  const [text, setText] = useState('');
  const limit = readLimit(asset, text);
  const command = useCommand(setWriteOffLimit, ({ items }) => {
    const set = items.find((one) => one.asset === asset);
    toast(set ? `Above ${money(asset, set.units)} an administrator approves` : `No limit for ${codeOf(asset)} any more`);
    close();
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!('error' in limit)) command.mutate({ asset, ...limit });
  };
  const before = limits.find((one) => one.asset === asset);
  return (
    <form onSubmit={submit} className="mt-2 space-y-4">
      <CurrencyField
        assets={assets}
        value={asset}
        onChange={(event) => setAsset(event.target.value)}
        hint={before ? `${money(asset, before.units)} now` : 'No limit now'}
      />
      <TextField
        label={`Up to, in ${codeOf(asset)}`}
        inputMode="decimal"
        autoComplete="off"
        value={text}
        onChange={(event) => setText(event.target.value)}
        hint="Empty for any amount, 0 when an administrator is to approve each"
        error={'error' in limit ? limit.error : undefined}
        style={{ fontVariantNumeric: 'tabular-nums' }}
      />
      <ProblemNote problem={command.error} />
      <FormButtons close={close} act="Set" busy={command.isPending} />
    </form>
  );
}

function readLimit(asset: string, text: string): { units?: string } | { error: string } {
  const plain = text.replaceAll(',', '').trim();
  if (plain === '') return {};
  try {
    const { units } = fromDecimalText(asset, plain);
    return units >= 0n ? { units: units.toString() } : { error: 'Not less than zero.' };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

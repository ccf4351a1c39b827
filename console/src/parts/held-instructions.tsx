import { useState } from 'react';
import type { WireOutput } from '../../../src/base/client.ts';
import { listInstructions, proposeHeldInstruction } from '../../../src/settlement/rail/contract.ts';
import { useAllowed, useCommand, useOperation } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { count } from '../ui/format.ts';
import { Card } from '../ui/layout.tsx';
import { Money } from '../ui/money.tsx';
import { ProblemNote } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';

type Instruction = WireOutput<typeof listInstructions>['items'][number];

/** What suspended participants have asked for: each waits for two people, of whom this is the first. */
export function HeldInstructions() {
  const allowed = useAllowed();
  const asked = useOperation(listInstructions, { state: 'held', limit: '100' }, { everyMs: 15_000 });
  const items = asked.data?.items ?? [];
  if (items.length === 0 || !allowed(proposeHeldInstruction)) return null;
  return (
    <Card title="Held, since the participant is suspended" aside={count(items.length)}>
      <ul className="divide-y divide-line px-4 pb-2">
        {items.map((one) => (
          <HeldInstruction key={one.id} one={one} />
        ))}
      </ul>
    </Card>
  );
}

function HeldInstruction({ one }: { one: Instruction }) {
  const [reason, setReason] = useState('');
  const propose = useCommand(proposeHeldInstruction, () => {
    setReason('');
    toast('Proposed; another person decides on it');
  });
  const decide = (decision: 'release' | 'refuse') => propose.mutate({ id: one.id, decision, reason: reason.trim() });
  const isReady = reason.trim().length >= 5;
  return (
    <li className="space-y-2 py-3 text-sm">
      <div className="flex flex-wrap items-baseline justify-between gap-2">
        <span>
          <span className="font-medium">{one.reference}</span> <span className="text-ink-2">to {one.creditor.name}</span>
        </span>
        <Money asset={one.asset} units={one.units} />
      </div>
      <TextField label="Why" value={reason} minLength={5} maxLength={500} onChange={(event) => setReason(event.target.value)} />
      <ProblemNote problem={propose.error} />
      <div className="flex gap-2">
        <Button disabled={!isReady} busy={propose.isPending} onClick={() => decide('release')}>
          Propose to let it go
        </Button>
        <Button tone="quiet" disabled={!isReady} busy={propose.isPending} onClick={() => decide('refuse')}>
          Propose to refuse it
        </Button>
      </div>
    </li>
  );
}

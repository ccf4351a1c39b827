import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { WireOutput } from '../../../src/base/client.ts';
import { listParticipants } from '../../../src/settlement/participant/contract.ts';
import { getInstruction, listInstructions, proposeHeldInstruction } from '../../../src/settlement/rail/contract.ts';
import { useAllowed, useCommand, useOperation } from '../api/queries.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { count } from '../ui/format.ts';
import { Card } from '../ui/layout.tsx';
import { Money } from '../ui/money.tsx';
import { ProblemNote } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast.tsx';

type Instruction = WireOutput<typeof listInstructions>['items'][number];
type Bank = WireOutput<typeof listParticipants>['items'][number];

/** What participants asked for before they were suspended, or before a list named whom it is paid to: each waits for two people, of whom this is the first. */
export function HeldInstructions() {
  const allowed = useAllowed();
  const asked = useOperation(listInstructions, { state: 'held', limit: '100' }, { everyMs: 15_000 });
  const items = asked.data?.items ?? [];
  const isShown = items.length > 0 && allowed(proposeHeldInstruction);
  const banks = useOperation(listParticipants, { limit: '500' }, { enabled: isShown && allowed(listParticipants), staleMs: 60_000 });
  if (!isShown) return null;
  return (
    <Card title="Payouts held for two people" aside={count(items.length)}>
      <ul className="divide-y divide-line px-4 pb-2">
        {items.map((one) => (
          <HeldInstruction key={one.id} one={one} bank={banks.data?.items.find(({ id }) => id === one.participantId)} />
        ))}
      </ul>
    </Card>
  );
}

function HeldInstruction({ one, bank }: { one: Instruction; bank: Bank | undefined }) {
  return (
    <li className="space-y-3 py-3 text-sm">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <p className="min-w-0 break-words">
          <span className="font-medium">{one.reference}</span> <span className="text-ink-2">to {one.creditor.name}</span>
        </p>
        <span className="ml-auto font-medium">
          <Money asset={one.asset} units={one.units} />
        </span>
        <p className="w-full text-xs text-ink-2">
          {one.participantId ? (
            <Link to="/participants/$id" params={{ id: one.participantId }} className="font-medium text-accent hover:underline">
              {bank?.name ?? 'The participant'}
            </Link>
          ) : (
            one.requestedBy
          )}{' '}
          {standingOf(one, bank)}asked for this <Time at={one.requestedAt} />
        </p>
        <Why id={one.id} />
      </div>
      {one.caseId === undefined ? <Decide id={one.id} /> : <Listed caseId={one.caseId} />}
    </li>
  );
}

function standingOf({ caseId }: Instruction, bank: Bank | undefined): string {
  if (!bank) return '';
  if (bank.state === 'suspended') return 'is suspended; it ';
  return caseId === undefined ? 'was let in again; it ' : '';
}

/** What a list holds is for the people of its case. */
function Listed({ caseId }: { caseId: string }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
      <p className="text-ink-2">A list names whom it is paid to. Two people decide on that in its case.</p>
      <Link to="/cases/$id" params={{ id: caseId }} className={buttonClass()}>
        Open its case
      </Link>
    </div>
  );
}

/** What was said when it was held, which the bank is not told; asked for when somebody wants to know. */
function Why({ id }: { id: string }) {
  const [open, setOpen] = useState(false);
  const asked = useOperation(getInstruction, { id }, { enabled: open });
  const held = asked.data?.moves.findLast(({ toState }) => toState === 'held');
  if (!open)
    return (
      <button type="button" onClick={() => setOpen(true)} className="rounded text-xs text-accent hover:underline">
        Why it is held
      </button>
    );
  if (asked.error) return <ProblemNote problem={asked.error} />;
  return <p className="w-full text-xs break-words text-ink-2">{asked.data ? `Held: ${held?.detail ?? 'nothing was said'}` : '…'}</p>;
}

function Decide({ id }: { id: string }) {
  const [reason, setReason] = useState('');
  const propose = useCommand(proposeHeldInstruction, () => {
    setReason('');
    toast('Proposed; another person decides on it');
  });
  const decide = (decision: 'release' | 'refuse') => propose.mutate({ id, decision, reason: reason.trim() });
  const isReady = reason.trim().length >= 5;
  return (
    <>
      <div className="flex flex-wrap items-end gap-2">
        <TextField
          label="Why you propose it"
          value={reason}
          minLength={5}
          maxLength={500}
          placeholder="At least five letters, for the second person"
          onChange={(event) => setReason(event.target.value)}
          className="min-w-56 flex-1"
        />
        <Button disabled={!isReady} busy={propose.isPending} onClick={() => decide('release')}>
          Propose to let it go
        </Button>
        <Button tone="danger" disabled={!isReady} busy={propose.isPending} onClick={() => decide('refuse')}>
          Propose to refuse it
        </Button>
      </div>
      <ProblemNote problem={propose.error} />
    </>
  );
}

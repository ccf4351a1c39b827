import { useState, type FormEvent } from 'react';
import { Link } from '@tanstack/react-router';
import { getInstruction } from '../../../src/settlement/rail/contract.ts';
import { proposeBreakReturn } from '../../../src/settlement/reconciliation/return-contract.ts';
import { useCommand, useOperation } from '../api/queries.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { SelectField, TextField } from '../ui/field.tsx';
import { ProblemNote } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import type { BreakDetail } from './break-work.tsx';
import { WayHead } from './way-head.tsx';

/** Reasons for which money that nobody expected goes back; the API takes every one of ISO 20022. */
const REASONS: readonly (readonly [string, string])[] = [
  ['AC01', 'Account number wrong'],
  ['AC04', 'Account closed'],
  ['AC06', 'Account blocked'],
  ['AG01', 'Not allowed on this account'],
  ['AM05', 'Sent twice'],
  ['BE01', 'Account and name do not fit'],
  ['CUST', 'Asked for by the customer'],
  ['FOCR', 'Recalled by the sender'],
  ['FRAD', 'Fraud'],
  ['MD07', 'Customer has died'],
  ['MS03', 'No reason told'],
  ['RR04', 'Regulatory reason'],
  ['NARR', 'In words'],
];

/** Whether somebody outside has sent what a break is about. */
export function isReturnable({ kind, units, entry }: BreakDetail): boolean {
  return kind === 'entry' && !units.startsWith('-') && entry?.kind === 'entry' && !entry.reversal;
}

/** Sending it back to where it came from; what the statement names of the sender is filled in. */
export function ReturnBreak({ one }: { one: BreakDetail }) {
  const sender = one.entry?.sender ?? {};
  const [holder, setHolder] = useState(sender.name ?? one.entry?.counterparty ?? '');
  const [number, setNumber] = useState(sender.number ?? '');
  const [agentBic, setAgentBic] = useState(sender.agentBic ?? '');
  const [code, setCode] = useState('AC01');
  const [text, setText] = useState('');
  const [reason, setReason] = useState('');
  const propose = useCommand(proposeBreakReturn, () => {
    setReason('');
    toast('Proposed; another person decides on it under Custody');
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    const told = text.trim() === '' ? {} : { text: text.trim() };
    // A number as the statement writes it need not be one as people give it.
    const to = number === sender.number ? {} : { number: number.replace(/\s/g, '').toUpperCase() };
    const bank = agentBic === sender.agentBic ? {} : { agentBic: agentBic.trim().toUpperCase() };
    propose.mutate({ id: one.id, holder: holder.trim(), ...to, ...bank, code, ...told, reason: reason.trim() });
  }
  return (
    <form onSubmit={submit} aria-label="Return to the sender" className="space-y-2">
      <WayHead>Return it to its sender, whole</WayHead>
      <div className="grid gap-2 sm:grid-cols-2">
        <TextField label="Sender" value={holder} required maxLength={140} onChange={(event) => setHolder(event.target.value)} />
        <SenderField label="Account" known={sender.number} value={number} onValue={setNumber} most={42} />
        <SenderField label="Bank (BIC)" known={sender.agentBic} value={agentBic} onValue={setAgentBic} most={11} />
        <SelectField label="Reason" value={code} onChange={(event) => setCode(event.target.value)}>
          {REASONS.map(([value, words]) => (
            <option key={value} value={value}>
              {value} · {words}
            </option>
          ))}
        </SelectField>
        <TextField
          label="Told to the sender"
          value={text}
          required={code === 'NARR'}
          maxLength={105}
          onChange={(event) => setText(event.target.value)}
        />
        <TextField label="Why" value={reason} required minLength={5} maxLength={500} onChange={(event) => setReason(event.target.value)} />
      </div>
      <ProblemNote problem={propose.error} />
      <Button type="submit" busy={propose.isPending}>
        Propose to return it
      </Button>
    </form>
  );
}

type SenderProps = { label: string; known: string | undefined; value: string; onValue: (value: string) => void; most: number };

/** Something of the sender: what the statement says of it stands. */
function SenderField({ label, known, value, onValue, most }: SenderProps) {
  const isKnown = known !== undefined;
  return (
    <TextField label={label} value={value} required maxLength={most} readOnly={isKnown} onChange={(event) => onValue(event.target.value)} />
  );
}

/** How the instruction stands that sends it back, or was to. */
export function ReturnState({ id }: { id: string }) {
  const asked = useOperation(getInstruction, { id }, { everyMs: 15_000 });
  if (!asked.data) return <span className="text-ink-3">…</span>;
  const { state, creditor } = asked.data;
  return (
    <span className="flex flex-wrap items-center gap-2">
      <Link to="/custody" className="rounded text-accent hover:underline">
        to {creditor.name}
      </Link>
      <Badge>{state === 'unknown' ? 'awaiting answer' : state}</Badge>
    </span>
  );
}

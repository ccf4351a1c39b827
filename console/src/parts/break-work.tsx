import { useNavigate } from '@tanstack/react-router';
import { useRef, useState, type FormEvent } from 'react';
import type { WireOutput } from '../../../src/base/client.ts';
import { codeOf } from '../../../src/base/money.ts';
import { listAccounts } from '../../../src/ledger/contract.ts';
import { listParticipants } from '../../../src/settlement/participant/contract.ts';
import {
  assignBreak,
  commentBreak,
  type getBreak,
  linkBreak,
  linkBreakPart,
  proposeBreakFunding,
  proposeBreakReversal,
  proposeWriteOff,
} from '../../../src/settlement/reconciliation/break-contract.ts';
import { useAllowed, useCommand, useLogin, useOperation } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { CheckField, SelectField, TextField } from '../ui/field.tsx';
import { Card } from '../ui/layout.tsx';
import { Money } from '../ui/money.tsx';
import { ProblemNote } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast.tsx';
import { usePageKeys } from './case-keys.ts';
import { isReturnable, ReturnBreak } from './return-break.tsx';
import { WayHead } from './way-head.tsx';

export type BreakDetail = WireOutput<typeof getBreak>;

/** All that can be done about a break; t, l and c are its keys. `next` is gone on with when it is resolved. */
export function BreakWork({ one, next }: { one: BreakDetail; next: string | undefined }) {
  const allowed = useAllowed();
  const { email } = useLogin().user;
  const note = useRef<HTMLInputElement>(null);
  const link = useLink(one, next);
  const assign = useCommand(assignBreak, (row) => toast(row.assignee ? `Given to ${row.assignee}` : 'Given back'));
  const isOpen = one.state === 'open' && allowed(linkBreak);
  const isMine = one.assignee === email;
  const take = () => assign.mutate({ id: one.id, ...(isMine ? {} : { assignee: email }) });
  usePageKeys({
    t: isOpen ? take : undefined,
    c: isOpen ? () => note.current?.focus() : undefined,
    l: isOpen && link.canLink ? link.send : undefined,
  });
  if (!isOpen) return null;
  return (
    <Card
      title="Work it out"
      aside={
        <Button busy={assign.isPending} onClick={take}>
          {isMine ? 'Give back' : 'Take it'} <kbd className="ml-1 text-2xs text-ink-3 max-sm:hidden">t</kbd>
        </Button>
      }
    >
      <div className="space-y-4 px-4 pb-4 *:not-first:border-t *:not-first:border-line *:not-first:pt-4">
        <div>
          <ProblemNote problem={assign.error} />
          <Links one={one} link={link} />
        </div>
        <Resolve one={one} />
        {one.kind === 'missing' && <Reverse id={one.id} />}
        {isReturnable(one) && <ReturnBreak one={one} />}
        <Note id={one.id} field={note} />
      </div>
    </Card>
  );
}

type Linking = ReturnType<typeof useLink>;

/** Movements that are ticked; at first the one that has the amount, if there is only one. */
function useLink(one: BreakDetail, next: string | undefined) {
  const navigate = useNavigate();
  const fitting = one.candidates.filter(({ units }) => units === one.units);
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set(fitting.length === 1 ? [fitting[0]!.transferId] : []));
  const command = useCommand(linkBreak, () => {
    toast('Linked; the break is resolved');
    void navigate({ to: '/reconciliation', search: (before: object) => ({ ...before, break: next }) });
  });
  const sum = one.candidates.reduce((total, { transferId, units }) => (ticked.has(transferId) ? total + BigInt(units) : total), 0n);
  const toggle = (id: string) =>
    setTicked((before) => (before.has(id) ? new Set([...before].filter((each) => each !== id)) : new Set([...before, id])));
  const canLink = ticked.size > 0 && sum === BigInt(one.units) && !command.isPending;
  return { ticked, toggle, sum, canLink, command, send: () => command.mutate({ id: one.id, transferIds: [...ticked] }) };
}

/** Whether a movement has more open than the break is. */
function isPart(one: BreakDetail, { units }: BreakDetail['candidates'][number]): boolean {
  const [whole, part] = [BigInt(units), BigInt(one.units)];
  return part > 0n ? whole > part : whole < part;
}

function Links({ one, link }: { one: BreakDetail; link: Linking }) {
  const part = useCommand(linkBreakPart, () => toast('Linked as a part; the break is resolved'));
  if (one.kind === 'missing')
    return (
      <p className="text-sm text-ink-2">
        It closes by itself when a statement shows it. Ask the custodian, and note what it says; what never comes is written off, or booked
        back with the participant.
      </p>
    );
  if (one.candidates.length === 0)
    return <p className="text-sm text-ink-2">Nothing on the ledger waits to be shown on this side of the account.</p>;
  return (
    <section aria-label="Link with movements">
      <WayHead>Link with movements that no statement shows</WayHead>
      <ul className="mt-1 max-h-64 overflow-y-auto">
        {one.candidates.map((movement) => (
          <li
            key={movement.transferId}
            className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1 border-t border-line py-1.5 text-sm first:border-0"
          >
            <CheckField
              label={
                <span className="min-w-0">
                  <span className="font-medium break-words">{movement.reference}</span>{' '}
                  <span className="text-xs text-ink-3">
                    <Time at={movement.recordedAt} show="day" />
                  </span>
                </span>
              }
              checked={link.ticked.has(movement.transferId)}
              onChange={() => link.toggle(movement.transferId)}
            />
            <span className="ml-auto flex items-center gap-2">
              {isPart(one, movement) && (
                <Button tone="quiet" busy={part.isPending} onClick={() => part.mutate({ id: one.id, transferId: movement.transferId })}>
                  A part of this
                </Button>
              )}
              <Money asset={one.asset} units={movement.units} signed />
            </span>
          </li>
        ))}
      </ul>
      <div className="mt-2 flex flex-wrap items-center justify-between gap-2">
        <p className="text-xs text-ink-2">
          Ticked: <Money asset={one.asset} units={link.sum.toString()} signed /> of <Money asset={one.asset} units={one.units} signed />
        </p>
        <Button tone="primary" disabled={!link.canLink} busy={link.command.isPending} onClick={link.send}>
          Link <kbd className="ml-1 text-2xs max-sm:hidden">l</kbd>
        </Button>
      </div>
      <ProblemNote problem={link.command.error ?? part.error} />
    </section>
  );
}

/** Minting to a participant, or booking on an own account: what another person then has to approve. */
function Resolve({ one }: { one: BreakDetail }) {
  const isIncoming = one.kind === 'entry' && !one.units.startsWith('-');
  const [to, setTo] = useState('');
  const [reason, setReason] = useState('');
  const banks = useOperation(listParticipants, { limit: '500' }, { enabled: isIncoming, staleMs: 60_000 });
  const accounts = useOperation(listAccounts, { asset: one.asset, limit: '500' }, { staleMs: 60_000 });
  const proposed = () => {
    setReason('');
    toast('Proposed; another person decides on it under Custody');
  };
  const fund = useCommand(proposeBreakFunding, proposed);
  const writeOff = useCommand(proposeWriteOff, proposed);
  const holders = (banks.data?.items ?? []).filter((bank) => bank.accounts.some(({ asset }) => asset === one.asset));
  const own = (accounts.data?.items ?? []).filter(
    ({ memberId, kind }) => memberId === undefined && (kind === 'income' || kind === 'expense' || kind === 'equity'),
  );
  function submit(event: FormEvent) {
    event.preventDefault();
    if (to.startsWith('mem_')) fund.mutate({ id: one.id, participantId: to, reason: reason.trim() });
    else writeOff.mutate({ id: one.id, accountId: to, reason: reason.trim() });
  }
  return (
    <form onSubmit={submit} aria-label="Propose" className="space-y-2">
      <WayHead>{isIncoming ? 'Mint it to a participant, or write it off' : 'Write it off'}</WayHead>
      <div className="grid gap-2 sm:grid-cols-2">
        <SelectField label="Book it on" value={to} required onChange={(event) => setTo(event.target.value)}>
          <option value="">Choose…</option>
          {isIncoming && (
            <optgroup label="Mint to a participant">
              {holders.map((bank) => (
                <option key={bank.id} value={bank.id}>
                  {bank.name}
                </option>
              ))}
            </optgroup>
          )}
          <optgroup label={`Write off to an own account in ${codeOf(one.asset)}`}>
            {own.map((account) => (
              <option key={account.id} value={account.id}>
                {account.name}
              </option>
            ))}
          </optgroup>
        </SelectField>
        <TextField label="Why" value={reason} required minLength={5} maxLength={500} onChange={(event) => setReason(event.target.value)} />
      </div>
      <ProblemNote problem={fund.error ?? writeOff.error} />
      <Button type="submit" busy={fund.isPending || writeOff.isPending}>
        {isIncoming && to === '' ? 'Propose it' : to.startsWith('mem_') ? 'Propose to mint it' : 'Propose to write it off'}
      </Button>
    </form>
  );
}

/** Taking back from the participant, or giving back to it, what no statement has ever shown. */
function Reverse({ id }: { id: string }) {
  const [reason, setReason] = useState('');
  const reverse = useCommand(proposeBreakReversal, () => {
    setReason('');
    toast('Proposed; another person decides on it under Custody');
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    reverse.mutate({ id, reason: reason.trim() });
  }
  return (
    <form onSubmit={submit} aria-label="Book back" className="space-y-2">
      <WayHead>Book it back with the participant</WayHead>
      <TextField label="Why" value={reason} required minLength={5} maxLength={500} onChange={(event) => setReason(event.target.value)} />
      <ProblemNote problem={reverse.error} />
      <Button type="submit" busy={reverse.isPending}>
        Propose to book it back
      </Button>
    </form>
  );
}

function Note({ id, field }: { id: string; field: React.RefObject<HTMLInputElement | null> }) {
  const [text, setText] = useState('');
  const comment = useCommand(commentBreak, () => setText(''));
  function submit(event: FormEvent) {
    event.preventDefault();
    comment.mutate({ id, text: text.trim() });
  }
  return (
    <form onSubmit={submit} aria-label="Note" className="flex flex-wrap items-end gap-2">
      <label className="flex min-w-40 flex-1 flex-col gap-1 text-xs font-medium text-ink-2">
        <span>
          Note <span className="max-sm:hidden">(c)</span>
        </span>
        <input
          ref={field}
          value={text}
          required
          maxLength={2000}
          onChange={(event) => setText(event.target.value)}
          className="control w-full font-normal"
        />
      </label>
      <Button type="submit" busy={comment.isPending} disabled={!text.trim()}>
        Add
      </Button>
    </form>
  );
}

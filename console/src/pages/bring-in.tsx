import { useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { submitObligations } from '../../../src/settlement/obligation/contract.ts';
import { listParticipants } from '../../../src/settlement/participant/contract.ts';
import { useCommand, useLogin, useOperation } from '../api/queries.ts';
import { BankField } from '../parts/bank-field.tsx';
import { draftOf, ObligationFields, type ObligationLine } from '../parts/obligation-lines.tsx';
import { Button } from '../ui/button.tsx';
import { Drawer } from '../ui/dialog.tsx';
import { count } from '../ui/format.ts';
import { ProblemNote } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';

/** As many as the contract takes at once. */
const MOST = 1_000;

/** Brings in what a bank owes or is owed, one or several; all of them or none. */
export function BringIn() {
  const navigate = useNavigate();
  const { user } = useLogin();
  const banks = useOperation(listParticipants, { limit: '500' }, { staleMs: 60_000 }).data?.items ?? [];
  const own = banks.find(({ id }) => id === user.memberId)?.bic;
  const [picked, setPicked] = useState('');
  const submitter = own ?? picked;
  const assets = [...new Set(['EUR/2', ...banks.flatMap(({ accounts }) => accounts.map(({ asset }) => asset))])].sort();
  const empty = (key: number, asset = 'EUR/2'): ObligationLine => ({
    key,
    owes: false,
    other: '',
    asset,
    amount: '',
    dueDay: '',
    reference: '',
  });
  const [lines, setLines] = useState([empty(1)]);
  const close = () => void navigate({ to: '/set-off', search: true });
  const submit = useCommand(submitObligations, ({ items }) => {
    toast(
      items.length === 1
        ? user.memberId === undefined
          ? 'Brought in; both banks have to confirm it'
          : 'Brought in; the other bank has to confirm it'
        : `${count(items.length)} are brought in`,
    );
    close();
  });
  function send(event: FormEvent) {
    event.preventDefault();
    const obligations = lines.flatMap((line) => draftOf(line, submitter) ?? []);
    if (submitter && obligations.length === lines.length) submit.mutate({ submitter, obligations });
  }
  const others = banks.filter(({ bic }) => bic !== submitter);
  const last = lines.at(-1)!;
  return (
    <Drawer
      open
      onClose={close}
      title="Bring in obligations"
      lead={`${user.memberId === undefined ? 'Both banks confirm or dispute' : 'The other bank confirms or disputes'} each. Only what both have agreed on is set off.`}
    >
      <form onSubmit={send} className="space-y-4 pt-2">
        <BankField
          label={user.memberId === undefined ? 'Between' : 'Brought in by'}
          banks={banks}
          value={submitter}
          disabled={own !== undefined}
          onPick={setPicked}
        />
        {lines.map((line, index) => (
          <ObligationFields
            key={line.key}
            line={line}
            number={index + 1}
            banks={others}
            assets={assets}
            onChange={(changed) => setLines(lines.with(index, changed))}
            {...(lines.length > 1 && { onRemove: () => setLines(lines.toSpliced(index, 1)) })}
          />
        ))}
        <ProblemNote problem={submit.error} />
        <div className="flex flex-wrap justify-between gap-2">
          <Button
            icon="plus"
            disabled={lines.length >= MOST}
            onClick={() => setLines([...lines, { ...empty(last.key + 1, last.asset), owes: last.owes }])}
          >
            One more
          </Button>
          <span className="flex gap-2">
            <Button onClick={close}>Cancel</Button>
            <Button type="submit" tone="primary" busy={submit.isPending}>
              Bring in
            </Button>
          </span>
        </div>
      </form>
    </Drawer>
  );
}

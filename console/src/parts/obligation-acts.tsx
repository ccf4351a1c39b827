import { useState } from 'react';
import type { WireOutput } from '../../../src/base/client.ts';
import { answerObligation, withdrawObligation, type listObligations } from '../../../src/settlement/obligation/contract.ts';
import { useAllowed, useCommand, useLogin } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { Card } from '../ui/layout.tsx';
import { ProblemNote } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';

export type Obligation = WireOutput<typeof listObligations>['items'][number];

/** The bank that has to answer what the other one has brought in. */
export const answererOf = ({ submittedBy, debtor, creditor }: Obligation) => (submittedBy === 'debtor' ? creditor : debtor);
const submitterOf = ({ submittedBy, debtor, creditor }: Obligation) => (submittedBy === 'debtor' ? debtor : creditor);

type Acts = { confirm: boolean; dispute: boolean; withdraw: boolean };

/** What may be done with an obligation by a bank, or by the operator in place of either. The server decides all the same. */
function actsOn(obligation: Obligation, memberId: string | undefined): Acts {
  const { state, creditor } = obligation;
  const is = (bank: { id: string }) => memberId === undefined || bank.id === memberId;
  const isWaiting = state === 'proposed' || state === 'disputed';
  return {
    confirm: isWaiting && is(answererOf(obligation)),
    dispute: state === 'proposed' && is(answererOf(obligation)),
    withdraw: (isWaiting && is(submitterOf(obligation))) || (state === 'confirmed' && is(creditor)),
  };
}

/** The answer of the other side, or the taking back, with a reason where one is due. */
export function ObligationActs({ obligation }: { obligation: Obligation }) {
  const allowed = useAllowed();
  const { memberId } = useLogin().user;
  const [reason, setReason] = useState('');
  const done = (said: string) => () => {
    setReason('');
    toast(said);
  };
  const confirm = useCommand(answerObligation, done('Confirmed: the next round can set it off'));
  const dispute = useCommand(answerObligation, done('Disputed; the other bank is told'));
  const withdraw = useCommand(withdrawObligation, done('Withdrawn'));
  const can = actsOn(obligation, memberId);
  if (!allowed(answerObligation) || !(can.confirm || can.dispute || can.withdraw)) return null;
  const { id } = obligation;
  const why = reason.trim();
  const busy = confirm.isPending || dispute.isPending || withdraw.isPending;
  return (
    <Card title={can.confirm ? `Is it owed? ${answererOf(obligation).name} answers` : 'Take it back'}>
      <div className="space-y-3 px-4 pb-4">
        {can.confirm && memberId === undefined && (
          <p className="text-sm text-ink-2">You act in place of the banks; both are told that the operator did.</p>
        )}
        {(can.dispute || can.withdraw) && (
          <TextField
            label="Reason"
            hint={can.dispute ? 'Wanted for a dispute; both banks read it' : 'Both banks read it'}
            value={reason}
            maxLength={140}
            placeholder={can.dispute ? 'Delivered in part only' : 'Paid by transfer'}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
        <ProblemNote problem={confirm.error ?? dispute.error ?? withdraw.error} />
        <div className="flex flex-wrap gap-2">
          {can.confirm && (
            <Button
              tone="primary"
              icon="check"
              disabled={busy}
              busy={confirm.isPending}
              onClick={() => confirm.mutate({ id, answer: 'confirm' })}
            >
              Confirm
            </Button>
          )}
          {can.dispute && (
            <Button
              tone="danger"
              disabled={busy || !why}
              busy={dispute.isPending}
              onClick={() => dispute.mutate({ id, answer: 'dispute', reason: why })}
            >
              Dispute
            </Button>
          )}
          {can.withdraw && (
            <Button disabled={busy} busy={withdraw.isPending} onClick={() => withdraw.mutate({ id, ...(why && { reason: why }) })}>
              Withdraw
            </Button>
          )}
        </div>
      </div>
    </Card>
  );
}

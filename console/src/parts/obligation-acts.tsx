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

type Side = 'debtor' | 'creditor';
const SIDES: readonly Side[] = ['debtor', 'creditor'];
const agrees = (obligation: Obligation, side: Side) => (side === 'debtor' ? obligation.debtorAgrees : obligation.creditorAgrees);

/** The banks that have said nothing to it yet. */
export const askedOf = (obligation: Obligation) =>
  SIDES.filter((side) => agrees(obligation, side) === undefined).map((side) => obligation[side]);

type Acts = { confirm: boolean; dispute: boolean; withdraw: boolean };

/** What may be done with an obligation by a bank or by the operator, who answers for nobody. The server decides all the same. */
function actsOn(obligation: Obligation, memberId: string | undefined): Acts {
  const { state, submittedAs } = obligation;
  const own = SIDES.find((side) => obligation[side].id === memberId);
  const isWaiting = state === 'proposed' || state === 'disputed';
  const isAsked = isWaiting && own !== undefined && own !== submittedAs;
  const takesBack = state === 'confirmed' ? 'creditor' : (submittedAs ?? 'creditor');
  return {
    confirm: isAsked && agrees(obligation, own) !== true,
    dispute: isAsked && agrees(obligation, own) !== false,
    withdraw: (isWaiting || state === 'confirmed') && (memberId === undefined || own === takesBack),
  };
}

/** The answer of a bank that is asked, or the taking back, with a reason where one is due. */
export function ObligationActs({ obligation }: { obligation: Obligation }) {
  const allowed = useAllowed();
  const { memberId } = useLogin().user;
  const [reason, setReason] = useState('');
  const done = (said: string) => () => {
    setReason('');
    toast(said);
  };
  const confirm = useCommand(answerObligation, ({ state }) =>
    done(state === 'confirmed' ? 'Confirmed: the next round can set it off' : 'Confirmed; the other bank is asked, too')(),
  );
  const dispute = useCommand(answerObligation, done('Disputed; the other bank is told'));
  const withdraw = useCommand(withdrawObligation, done('Withdrawn'));
  const can = actsOn(obligation, memberId);
  if (!allowed(answerObligation) || !(can.confirm || can.dispute || can.withdraw)) return null;
  const { id, state } = obligation;
  const isWaiting = state === 'proposed' || state === 'disputed';
  const waits = askedOf(obligation);
  const why = reason.trim();
  const busy = confirm.isPending || dispute.isPending || withdraw.isPending;
  return (
    <Card title={can.confirm || can.dispute ? 'Is it owed?' : 'Take it back'}>
      <div className="space-y-3 px-4 pb-4">
        {memberId === undefined && (
          <p className="text-sm text-ink-2">
            {isWaiting &&
              waits.length > 0 &&
              `Waits for ${waits.map(({ name }) => name).join(' and ')}: only a bank itself can say yes or no. `}
            You may take it back; both banks see that the operator did.
          </p>
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

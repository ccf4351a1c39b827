import { useState, type FormEvent } from 'react';
import { setParticipantState, type getParticipant } from '../../../src/settlement/participant/contract.ts';
import type { WireOutput } from '../../../src/base/client.ts';
import { useCommand } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { Modal } from '../ui/dialog.tsx';
import { TextArea } from '../ui/field.tsx';
import { FormButtons } from '../ui/form-buttons.tsx';
import { readForm } from '../ui/form.ts';
import { ProblemNote } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';

type Bank = WireOutput<typeof getParticipant>;

const WORDS = {
  suspended: {
    act: 'Suspend',
    title: (name: string) => `Suspend ${name}?`,
    lead: 'Its payments are refused from now on. Payouts that no rail has been handed wait for two people; what is reserved still settles.',
    hint: 'In the audit log and with each payout that is held. The bank is told that it is suspended, and not why.',
  },
  active: {
    act: 'Let in again',
    title: (name: string) => `Let ${name} in again?`,
    lead: 'It is screened first. Payouts that were held go on waiting for two people.',
    hint: 'In the audit log. The bank is not told why.',
  },
} as const;

/** A button and the question behind it: a bank is suspended, or let in again, for a reason. */
export function StateButton({ bank }: { bank: Bank }) {
  const [open, setOpen] = useState(false);
  const to = bank.state === 'active' ? 'suspended' : 'active';
  const words = WORDS[to];
  return (
    <>
      <Button tone={to === 'suspended' ? 'danger' : 'plain'} onClick={() => setOpen(true)}>
        {words.act}
      </Button>
      <Modal open={open} onClose={() => setOpen(false)} title={words.title(bank.name)} lead={words.lead}>
        <StateForm bank={bank} to={to} close={() => setOpen(false)} />
      </Modal>
    </>
  );
}

function StateForm({ bank, to, close }: { bank: Bank; to: keyof typeof WORDS; close: () => void }) {
  const command = useCommand(setParticipantState, ({ name, state }) => {
    toast(`${name} is ${state}`);
    close();
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    const reason = readForm(event)('reason').trim();
    command.mutate({ id: bank.id, state: to, ...(reason !== '' && { reason }) });
  }
  const { act, hint } = WORDS[to];
  return (
    <form onSubmit={submit} className="mt-2 space-y-4">
      <TextArea label="Why (may be left empty)" name="reason" maxLength={300} hint={hint} />
      <ProblemNote problem={command.error} />
      <FormButtons close={close} act={act} busy={command.isPending} tone={to === 'suspended' ? 'danger' : 'primary'} />
    </form>
  );
}

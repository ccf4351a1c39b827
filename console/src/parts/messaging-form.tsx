import { useState, type FormEvent } from 'react';
import { setParticipantMessaging, type getParticipant } from '../../../src/settlement/participant/contract.ts';
import type { WireOutput } from '../../../src/base/client.ts';
import { useCommand } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { Modal } from '../ui/dialog.tsx';
import { SelectField, TextField } from '../ui/field.tsx';
import { ProblemNote } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';

type Bank = WireOutput<typeof getParticipant>;
type Usage = Bank['messaging']['usage'];

/** A button and the form behind it that says what a bank's messages are held to, and who sends them for it. */
export function MessagingButton({ bank }: { bank: Bank }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>Messages</Button>
      <Modal
        open={open}
        onClose={() => setOpen(false)}
        title={`Messages of ${bank.name}`}
        lead="A message whose own header names CBPR+ is held to its usage rules in any case."
      >
        <MessagingForm bank={bank} onDone={() => setOpen(false)} />
      </Modal>
    </>
  );
}

function MessagingForm({ bank, onDone }: { bank: Bank; onDone: () => void }) {
  const [usage, setUsage] = useState<Usage>(bank.messaging.usage);
  const [agents, setAgents] = useState(bank.messaging.agents.join(' '));
  const command = useCommand(setParticipantMessaging, ({ name }) => {
    toast(`The messages of ${name} are held to this from now on`);
    onDone();
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    const bics = agents.toUpperCase().split(/[\s,;]+/);
    command.mutate({ id: bank.id, usage, agents: [...new Set(bics.filter((bic) => bic !== ''))] });
  }
  return (
    <form onSubmit={submit} className="mt-2 space-y-4">
      <SelectField label="Held to" value={usage} onChange={(event) => setUsage(event.target.value as Usage)}>
        <option value="network">The rules of the network</option>
        <option value="cbpr">The usage rules of CBPR+ besides</option>
      </SelectField>
      <TextField
        label="Also sent by"
        value={agents}
        onChange={(event) => setAgents(event.target.value)}
        placeholder="SRVBDEFF"
        hint="BICs that may stand as sender in the header of its messages"
      />
      <ProblemNote problem={command.error} />
      <div className="flex justify-end gap-2">
        <Button onClick={onDone}>Cancel</Button>
        <Button type="submit" tone="primary" busy={command.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}

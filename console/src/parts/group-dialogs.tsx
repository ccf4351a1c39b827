import { useNavigate } from '@tanstack/react-router';
import type { WireOutput } from '../../../src/base/client.ts';
import { closeAllWindows, closeWindow } from '../../../src/settlement/window/contract.ts';
import { extendCutOff, type listWindowGroups } from '../../../src/settlement/window/group-contract.ts';
import { useCommand } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { FormButtons } from '../ui/form-buttons.tsx';
import { Modal } from '../ui/dialog.tsx';
import { SelectField, TextField } from '../ui/field.tsx';
import { readForm } from '../ui/form.ts';
import { clock, count } from '../ui/format.ts';
import { ProblemNote } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';

type Group = WireOutput<typeof listWindowGroups>['items'][number];
type Props = { group: Group; open: boolean; onClose: () => void };

/** Cuts off the open window of a group; final, therefore asked first. */
export function CutOffDialog({ group, open, onClose }: Props) {
  const navigate = useNavigate();
  const close = useCommand(closeWindow, (window) => {
    onClose();
    toast(`Window #${window.number} is cut off`);
    void navigate({ to: '/windows/$id', params: { id: window.id } });
  });
  const then = group.settles === 'at_once' ? 'netted and settled' : 'netted; a person settles them';
  return (
    <Modal
      open={open}
      onClose={onClose}
      title={`Cut off ${group.name} now?`}
      lead={`What is owed in ${group.assets.length} currencies is fixed and ${then}. This is final. The next window opens at once.`}
    >
      <Confirm
        problem={close.error}
        busy={close.isPending}
        verb="Cut off"
        onCancel={onClose}
        onConfirm={() => close.mutate({ group: group.id })}
      />
    </Modal>
  );
}

/** Cuts off every group in which something is owed. */
export function CutOffAllDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const close = useCommand(closeAllWindows, ({ items }) => {
    onClose();
    toast(items.length === 0 ? 'Nothing is owed: nothing was cut off' : `${count(items.length)} windows are cut off`);
  });
  return (
    <Modal open={open} onClose={onClose} title="Cut off every group now?" lead="Each group in which something is owed. This is final.">
      <Confirm problem={close.error} busy={close.isPending} verb="Cut off all" onCancel={onClose} onConfirm={() => close.mutate({})} />
    </Modal>
  );
}

type ConfirmProps = {
  problem: Parameters<typeof ProblemNote>[0]['problem'];
  busy: boolean;
  verb: string;
  onCancel: () => void;
  onConfirm: () => void;
};

function Confirm({ problem, busy, verb, onCancel, onConfirm }: ConfirmProps) {
  return (
    <div className="mt-2 space-y-4">
      <ProblemNote problem={problem} />
      <div className="flex justify-end gap-2">
        <Button onClick={onCancel}>Cancel</Button>
        <Button tone="primary" busy={busy} onClick={onConfirm}>
          {verb}
        </Button>
      </div>
    </div>
  );
}

const MINUTES = [5, 15, 30, 60, 120];

/** Puts the next cut-off of a group off, with a reason. */
export function ExtendDialog({ group, open, onClose }: Props) {
  const extend = useCommand(extendCutOff, ({ window }) => {
    onClose();
    toast(`The cut-off is at ${clock(window.cutOffAt!)} UTC`);
  });
  return (
    <Modal
      open={open}
      onClose={onClose}
      title={`Put the cut-off of ${group.name} off`}
      lead={group.window.cutOffAt ? `It stands at ${clock(group.window.cutOffAt)} UTC.` : 'From now on, nothing is cut off before.'}
    >
      <form
        className="mt-2 space-y-4"
        onSubmit={(event) => {
          const read = readForm(event);
          extend.mutate({ id: group.id, minutes: Number(read('minutes')), reason: read('reason').trim() });
        }}
      >
        <SelectField label="By" name="minutes" defaultValue="15">
          {MINUTES.map((minutes) => (
            <option key={minutes} value={minutes}>
              {minutes} minutes
            </option>
          ))}
        </SelectField>
        <TextField
          label="Reason"
          name="reason"
          required
          minLength={5}
          maxLength={500}
          placeholder="A participant is late with its pay-in"
        />
        {group.window.extensions.map(({ at, by, reason, to }) => (
          <p key={at} className="text-xs text-ink-3">
            Put off to {clock(to)} by {by}: {reason}
          </p>
        ))}
        <ProblemNote problem={extend.error} />
        <FormButtons close={onClose} act="Put off" busy={extend.isPending} />
      </form>
    </Modal>
  );
}

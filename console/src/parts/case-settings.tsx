import { useState } from 'react';
import { toDecimalText } from '../../../src/base/money.ts';
import { getComplianceSettings, setComplianceSettings } from '../../../src/settlement/compliance/settings-contract.ts';
import type { WireOutput } from '../../../src/base/client.ts';
import { useAllowed, useCommand, useOperation } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { FormButtons } from '../ui/form-buttons.tsx';
import { Modal } from '../ui/dialog.tsx';
import { CheckField, TextField } from '../ui/field.tsx';
import { readForm } from '../ui/form.ts';
import { ProblemNote } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import { readAmount } from './read-amount.ts';

type Settings = WireOutput<typeof getComplianceSettings>;

/** Rules name their reference currency; the amount here is in its minor units, two decimals as most have. */
const REFERENCE = 'EUR/2';
const PRIORITIES = ['critical', 'high', 'medium', 'low'] as const;

/** Whether two people decide, and by when; for those who may also give rights. */
export function CaseSettings() {
  const allowed = useAllowed();
  const [open, setOpen] = useState(false);
  const asked = useOperation(getComplianceSettings, {}, { enabled: open });
  if (!allowed(setComplianceSettings)) return null;
  return (
    <>
      <Button icon="users" onClick={() => setOpen(true)}>
        How cases are decided
      </Button>
      <Modal open={open} onClose={() => setOpen(false)} title="How cases are decided" lead="Holds for every decision from now on.">
        {asked.data ? <Form settings={asked.data} onClose={() => setOpen(false)} /> : <ProblemNote problem={asked.error} />}
      </Modal>
    </>
  );
}

function Form({ settings, onClose }: { settings: Settings; onClose: () => void }) {
  const [fourEyes, setFourEyes] = useState(settings.fourEyes);
  const [wrong, setWrong] = useState<string>();
  const save = useCommand(setComplianceSettings, () => {
    onClose();
    toast(fourEyes ? 'Two people decide' : 'One person decides');
  });
  const from = settings.fourEyesFrom === undefined ? '' : toDecimalText({ asset: REFERENCE, units: BigInt(settings.fourEyesFrom) });
  return (
    <form
      className="mt-2 space-y-4"
      onSubmit={(event) => {
        const read = readForm(event);
        const amount = read('from').trim() === '' ? undefined : readAmount(REFERENCE, read('from'));
        if (amount && 'error' in amount) return setWrong(amount.error);
        const caseMinutes = Object.fromEntries(PRIORITIES.map((name) => [name, Number(read(name))])) as Settings['caseMinutes'];
        save.mutate({ fourEyes, ...(fourEyes && amount && { fourEyesFrom: amount.units }), caseMinutes });
      }}
    >
      <CheckField
        label="Two people decide"
        hint="One proposes, another confirms; also for limits."
        checked={fourEyes}
        onChange={(event) => setFourEyes(event.target.checked)}
      />
      {fourEyes && (
        <TextField
          label="From which amount on"
          name="from"
          inputMode="decimal"
          defaultValue={from}
          error={wrong}
          hint="In the reference currency of the rules; all when empty."
        />
      )}
      <fieldset className="grid grid-cols-2 gap-3 sm:grid-cols-4">
        <legend className="mb-1 text-xs font-medium text-ink-2">Due within so many minutes</legend>
        {PRIORITIES.map((name) => (
          <TextField
            key={name}
            label={name}
            name={name}
            type="number"
            min={1}
            max={525_600}
            required
            defaultValue={settings.caseMinutes[name]}
          />
        ))}
      </fieldset>
      <ProblemNote problem={save.error} />
      <FormButtons close={onClose} act="Save" busy={save.isPending} />
    </form>
  );
}

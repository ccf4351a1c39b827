import { useState } from 'react';
import type { WireOutput } from '../../../src/base/client.ts';
import { codeOf } from '../../../src/base/money.ts';
import { listWindowGroups, setWindowGroup } from '../../../src/settlement/window/group-contract.ts';
import { useCommand, useOperation } from '../api/queries.ts';
import { FormButtons } from '../ui/form-buttons.tsx';
import { Modal } from '../ui/dialog.tsx';
import { SelectField, TextField } from '../ui/field.tsx';
import { readForm } from '../ui/form.ts';
import { ProblemNote } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';

type Group = WireOutput<typeof listWindowGroups>['items'][number];
type Mode = Group['mode'];

const MODES: Record<Mode, string> = {
  interval: 'Every so many seconds',
  schedule: 'At times of business days',
  by_hand: 'By hand only',
};
const MAIN = 'main';
const wordsIn = (text: string) => text.split(/[\s,;]+/).filter((word) => word !== '');

/** Makes a group, or changes one: its currencies, when it is cut off, how it settles. */
export function GroupForm({ group, open, onClose }: { group?: Group; open: boolean; onClose: () => void }) {
  const [mode, setMode] = useState<Mode>(group?.mode ?? 'schedule');
  const set = useCommand(setWindowGroup, ({ name }) => {
    onClose();
    toast(`${name} is set`);
  });
  const submit = (read: (name: string) => string) => {
    const assets = wordsIn(read('assets').toUpperCase());
    const schedule = {
      zone: read('zone').trim(),
      cutOffs: wordsIn(read('cutOffs')).toSorted(),
      calendars: wordsIn(read('calendars').toUpperCase()),
    };
    set.mutate({
      id: group?.id ?? read('id').trim(),
      name: read('name').trim(),
      mode,
      settles: read('settles') as 'at_once' | 'by_hand',
      ...(mode === 'schedule' && { schedule }),
      ...(group?.id !== MAIN && { assets }),
    });
  };
  return (
    <Modal
      open={open}
      onClose={onClose}
      title={group ? `Change ${group.name}` : 'A group of currencies'}
      lead="What is owed and not cut off yet goes along with a currency; nothing that was cut off is touched."
    >
      <form className="mt-2 space-y-4" onSubmit={(event) => submit(readForm(event))}>
        {!group && (
          <TextField label="Short name, for addresses" name="id" required pattern="[a-z0-9][a-z0-9\-]{0,39}" placeholder="europe" />
        )}
        <TextField label="Name" name="name" required maxLength={80} defaultValue={group?.name} placeholder="Euro and pound" />
        {group?.id !== MAIN && <Assets group={group} />}
        <SelectField label="Cut off" value={mode} onChange={(event) => setMode(event.target.value as Mode)}>
          {Object.entries(MODES).map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </SelectField>
        {mode === 'schedule' && <ScheduleFields schedule={group?.schedule} />}
        <SelectField label="A netted window settles" name="settles" defaultValue={group?.settles ?? 'at_once'}>
          <option value="at_once">at once</option>
          <option value="by_hand">when a person says so</option>
        </SelectField>
        <ProblemNote problem={set.error} />
        <FormButtons close={onClose} act="Save" busy={set.isPending} />
      </form>
    </Modal>
  );
}

function Assets({ group }: { group: Group | undefined }) {
  const groups = useOperation(listWindowGroups, {}).data?.items ?? [];
  const others = groups.filter(({ id }) => id !== group?.id).flatMap(({ assets }) => assets);
  return (
    <TextField
      label="Currencies"
      name="assets"
      defaultValue={group?.assets.join(' ')}
      placeholder="EUR/2 GBP/2"
      hint={others.length > 0 ? `In other groups now: ${others.join(' ')}` : 'With their number of decimals'}
    />
  );
}

function ScheduleFields({ schedule }: { schedule: Group['schedule'] }) {
  return (
    <div className="space-y-4 rounded-lg bg-sunken p-3">
      <TextField
        label="Cut-offs, times of day"
        name="cutOffs"
        required
        defaultValue={schedule?.cutOffs.join(' ')}
        placeholder="10:00 13:00 16:30"
      />
      <TextField label="Time zone" name="zone" required defaultValue={schedule?.zone} placeholder="Europe/Berlin" />
      <TextField
        label="Open are"
        name="calendars"
        required
        defaultValue={schedule?.calendars.join(' ')}
        placeholder={`${codeOf('EUR/2')} GBP`}
        hint="Currencies whose settlement systems must be open that day"
      />
    </div>
  );
}

import { useState, type FormEvent } from 'react';
import type { WireInput, WireOutput } from '../../../src/base/client.ts';
import { getNotificationPreferences, setNotificationPreferences } from '../../../src/settlement/notification/preference-contract.ts';
import { useCommand, useOperation } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { CheckField, SelectField, TextField } from '../ui/field.tsx';
import { readForm } from '../ui/form.ts';
import { Card } from '../ui/layout.tsx';
import { Failure, ProblemNote, Skeleton } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';

type Preferences = WireOutput<typeof getNotificationPreferences>;

/** Every zone that the browser knows, the user's own first. */
const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const ZONES = [...new Set(['UTC', OWN_ZONE, ...Intl.supportedValuesOf('timeZone')])];

/** Of what the signed-in user is told by mail, and when. */
export function MailPreferences() {
  const asked = useOperation(getNotificationPreferences, {});
  return (
    <Card title="Mail to you" aside={asked.data && (asked.data.mail ? asked.data.email : 'This installation sends no mail')}>
      {asked.data ? (
        <Form key={JSON.stringify(asked.data)} preferences={asked.data} />
      ) : asked.error ? (
        <Failure problem={asked.error} retry={() => void asked.refetch()} />
      ) : (
        <div className="space-y-3 px-4 pt-2 pb-4">
          <Skeleton className="h-4 w-64" />
          <Skeleton className="h-4 w-72" />
          <Skeleton className="h-4 w-56" />
        </div>
      )}
    </Card>
  );
}

function Form({ preferences }: { preferences: Preferences }) {
  const [on, setOn] = useState(() => preferences.kinds.filter((kind) => kind.on).map(({ kind }) => kind));
  const [delivery, setDelivery] = useState(preferences.delivery);
  const [quiet, setQuiet] = useState(preferences.quiet !== undefined);
  const save = useCommand(setNotificationPreferences, () => toast('Saved'));
  function submit(event: FormEvent<HTMLFormElement>) {
    const said = readForm(event);
    save.mutate({
      kinds: on,
      delivery,
      dailyAt: said('dailyAt') || preferences.dailyAt,
      zone: said('zone'),
      ...(quiet && { quiet: { from: said('quietFrom'), to: said('quietTo') } }),
    } as WireInput<typeof setNotificationPreferences>);
  }
  return (
    <form onSubmit={submit} className="space-y-5 px-4 pt-1 pb-4">
      {!preferences.mail && (
        <p className="text-sm text-ink-2">What you choose is kept and holds as soon as the operator sets up mail (SMTP_URL).</p>
      )}
      <fieldset>
        <legend className="mb-2.5 text-xs font-medium text-ink-2">Tell me of</legend>
        <div className="grid gap-x-8 gap-y-3 md:grid-cols-2">
          {preferences.kinds.map(({ kind, label, about }) => (
            <CheckField
              key={kind}
              label={label}
              hint={about}
              checked={on.includes(kind)}
              onChange={(event) => setOn(event.target.checked ? [...on, kind] : on.filter((one) => one !== kind))}
            />
          ))}
        </div>
      </fieldset>
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
        <SelectField
          label="When"
          value={delivery}
          onChange={(event) => setDelivery(event.target.value as typeof delivery)}
          hint={delivery === 'at_once' ? 'At most one mail in five minutes' : 'All of a day in one mail'}
        >
          <option value="at_once">At once</option>
          <option value="daily">Once a day</option>
        </SelectField>
        {delivery === 'daily' && <TextField label="At" name="dailyAt" type="time" required defaultValue={preferences.dailyAt} />}
        <SelectField label="Time zone" name="zone" defaultValue={preferences.zone}>
          {[...new Set([preferences.zone, ...ZONES])].map((zone) => (
            <option key={zone} value={zone}>
              {zone}
            </option>
          ))}
        </SelectField>
      </div>
      <div className="space-y-3">
        <CheckField
          label="Quiet hours"
          hint="Mail waits until they are over"
          checked={quiet}
          onChange={(event) => setQuiet(event.target.checked)}
        />
        {quiet && (
          <div className="grid max-w-md grid-cols-2 gap-4">
            <TextField label="From" name="quietFrom" type="time" required defaultValue={preferences.quiet?.from ?? '22:00'} />
            <TextField label="To" name="quietTo" type="time" required defaultValue={preferences.quiet?.to ?? '07:00'} />
          </div>
        )}
      </div>
      <ProblemNote problem={save.error} />
      <Button type="submit" tone="primary" busy={save.isPending}>
        Save
      </Button>
    </form>
  );
}

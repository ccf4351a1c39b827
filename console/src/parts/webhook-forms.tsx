import { useState, type FormEvent } from 'react';
import type { WireInput, WireOutput } from '../../../src/base/client.ts';
import {
  createWebhook,
  deleteWebhook,
  type listWebhooks,
  rotateWebhookSecret,
  updateWebhook,
} from '../../../src/settlement/notification/webhook-contract.ts';
import { useCommand } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { Copyable } from '../ui/copy.tsx';
import { Modal } from '../ui/dialog.tsx';
import { CheckField, SelectField, TextField } from '../ui/field.tsx';
import { readForm } from '../ui/form.ts';
import { ProblemNote } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';

export type Webhooks = WireOutput<typeof listWebhooks>;
export type Webhook = Webhooks['items'][number];
type EventTypes = Webhooks['eventTypes'];

/** The host of an address, which is what people know it by. */
export const hostOf = (url: string): string => URL.parse(url)?.host ?? url;

function Buttons({ onCancel, children }: { onCancel: () => void; children: React.ReactNode }) {
  return (
    <div className="flex justify-end gap-2">
      <Button onClick={onCancel}>Cancel</Button>
      {children}
    </div>
  );
}

/** Which events: all, or those that are ticked. */
function TypesField({ types, known, onChange }: { types: readonly string[]; known: EventTypes; onChange: (types: string[]) => void }) {
  const all = types.includes('*');
  return (
    <fieldset>
      <legend className="mb-2 text-xs font-medium text-ink-2">Events</legend>
      <div className="space-y-2">
        <CheckField label="All, also those to come" checked={all} onChange={(event) => onChange(event.target.checked ? ['*'] : [])} />
        <div className="grid max-h-64 gap-x-6 gap-y-2.5 overflow-y-auto rounded-lg border border-line p-3 sm:grid-cols-2">
          {known.map(({ type, summary }) => (
            <CheckField
              key={type}
              label={<span className="block font-mono text-xs break-all">{type.replace(/^settlement\./, '')}</span>}
              hint={summary}
              disabled={all}
              checked={all || types.includes(type)}
              onChange={(event) => onChange(event.target.checked ? [...types, type] : types.filter((one) => one !== type))}
            />
          ))}
        </div>
      </div>
    </fieldset>
  );
}

/** A new webhook; `onMade` gets it with its secret, which nothing else shows. */
export function NewWebhook({
  known,
  onMade,
  onCancel,
}: {
  known: EventTypes;
  onMade: (made: WireOutput<typeof createWebhook>) => void;
  onCancel: () => void;
}) {
  const [types, setTypes] = useState<string[]>([]);
  const create = useCommand(createWebhook, onMade);
  function submit(event: FormEvent<HTMLFormElement>) {
    const said = readForm(event);
    create.mutate({ url: said('url').trim(), types, description: said('description').trim() } as WireInput<typeof createWebhook>);
  }
  return (
    <form onSubmit={submit} className="mt-2 space-y-4">
      <TextField
        label="Address"
        name="url"
        type="url"
        required
        maxLength={2000}
        placeholder="https://bank.example/rialto"
        hint="https, on the public internet"
      />
      <TextField label="What it is (optional)" name="description" maxLength={200} placeholder="Treasury system" />
      <TypesField types={types} known={known} onChange={setTypes} />
      <ProblemNote problem={create.error} />
      <Buttons onCancel={onCancel}>
        <Button type="submit" tone="primary" busy={create.isPending} disabled={types.length === 0}>
          Make the webhook
        </Button>
      </Buttons>
    </form>
  );
}

/** Changes address, description and events. */
export function EditWebhook({ webhook, known, onDone }: { webhook: Webhook; known: EventTypes; onDone: () => void }) {
  const [types, setTypes] = useState<string[]>([...webhook.types]);
  const update = useCommand(updateWebhook, () => {
    toast('Saved');
    onDone();
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    const said = readForm(event);
    update.mutate({ id: webhook.id, url: said('url').trim(), description: said('description').trim(), types } as WireInput<
      typeof updateWebhook
    >);
  }
  return (
    <form onSubmit={submit} className="mt-2 space-y-4">
      <TextField label="Address" name="url" type="url" required maxLength={2000} defaultValue={webhook.url} />
      <TextField label="What it is" name="description" maxLength={200} defaultValue={webhook.description} />
      <TypesField types={types} known={known} onChange={setTypes} />
      <ProblemNote problem={update.error} />
      <Buttons onCancel={onDone}>
        <Button type="submit" tone="primary" busy={update.isPending} disabled={types.length === 0}>
          Save
        </Button>
      </Buttons>
    </form>
  );
}

/** The signing secret, this once. */
export function SecretShown({ secret, onClose }: { secret: string; onClose: () => void }) {
  return (
    <Modal
      open
      onClose={onClose}
      title="Copy the secret now"
      lead="Messages are signed with it, as Standard Webhooks has it. It cannot be shown again."
    >
      <div className="mt-3 space-y-4">
        <div className="rounded-lg bg-sunken px-3 py-2.5">
          <Copyable text={secret} whole label="secret" />
        </div>
        <div className="flex justify-end">
          <Button tone="primary" onClick={onClose}>
            I have it
          </Button>
        </div>
      </div>
    </Modal>
  );
}

const OVERLAPS: readonly [number, string][] = [
  [0, 'at once'],
  [3_600, 'after an hour'],
  [86_400, 'after a day'],
  [604_800, 'after a week'],
];

export function RotateSecret({ webhook, onShow, onCancel }: { webhook: Webhook; onShow: (secret: string) => void; onCancel: () => void }) {
  const [seconds, setSeconds] = useState(86_400);
  const rotate = useCommand(rotateWebhookSecret, (made) => onShow(made.secret));
  return (
    <Modal open onClose={onCancel} title="New signing secret" lead="Until the old one ends, messages carry a signature of each.">
      <div className="mt-2 space-y-4">
        <SelectField label="The old secret ends" value={String(seconds)} onChange={(event) => setSeconds(Number(event.target.value))}>
          {OVERLAPS.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </SelectField>
        <ProblemNote problem={rotate.error} />
        <Buttons onCancel={onCancel}>
          <Button tone="primary" busy={rotate.isPending} onClick={() => rotate.mutate({ id: webhook.id, overlapSeconds: seconds })}>
            Make it
          </Button>
        </Buttons>
      </div>
    </Modal>
  );
}

export function DeleteWebhook({ webhook, onDone, onCancel }: { webhook: Webhook; onDone: () => void; onCancel: () => void }) {
  const remove = useCommand(deleteWebhook, () => {
    toast(`The webhook to ${hostOf(webhook.url)} is deleted`);
    onDone();
  });
  return (
    <Modal
      open
      onClose={onCancel}
      title={`Delete the webhook to ${hostOf(webhook.url)}?`}
      lead="What waits for it is not sent, and its attempts are forgotten."
    >
      <div className="mt-2 space-y-4">
        <ProblemNote problem={remove.error} />
        <Buttons onCancel={onCancel}>
          <Button tone="danger" busy={remove.isPending} onClick={() => remove.mutate({ id: webhook.id })}>
            Delete
          </Button>
        </Buttons>
      </div>
    </Modal>
  );
}

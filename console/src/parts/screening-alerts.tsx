import { useState } from 'react';
import type { WireOutput } from '../../../src/base/client.ts';
import { dismissScreeningAlert, listScreeningAlerts } from '../../../src/settlement/screening/refresh/contract.ts';
import { useAllowed, useCommand, useOperation } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { Modal } from '../ui/dialog.tsx';
import { TextArea } from '../ui/field.tsx';
import { count } from '../ui/format.ts';
import { Icon } from '../ui/icon.tsx';
import { ProblemNote } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast.tsx';

type Alert = WireOutput<typeof listScreeningAlerts>['items'][number];

/** Lists that could not be replaced by a newer file: shown above everything while one is open. */
export function ScreeningAlerts() {
  const allowed = useAllowed();
  const asked = useOperation(listScreeningAlerts, {}, { everyMs: 30_000 });
  const [dismissed, setDismissed] = useState<Alert>();
  const open = asked.data?.items.filter(({ closedAt }) => closedAt === undefined) ?? [];
  return (
    <>
      {open.map((alert) => (
        <section key={alert.id} role="alert" className="card flex flex-wrap items-start gap-x-4 gap-y-3 border-bad/50 px-4 py-4">
          <span className="flex size-9 shrink-0 items-center justify-center rounded-full bg-bad-soft text-bad">
            <Icon name="warning" size={18} />
          </span>
          <div className="min-w-0 flex-1 basis-64">
            <p className="font-medium">
              {alert.inForce
                ? `${alert.listId} could not be replaced; an older file is in force`
                : `${alert.listId} could not be loaded; no payment is screened against it`}
            </p>
            <p className="mt-0.5 text-sm break-words text-ink-2">{alert.detail}</p>
            <p className="mt-1 text-xs break-words text-ink-3">
              Since <Time at={alert.raisedAt} />
              {alert.times > 1 && `, ${count(alert.times)} times`} · {alert.source}
            </p>
          </div>
          {allowed(dismissScreeningAlert) && <Button onClick={() => setDismissed(alert)}>Dismiss</Button>}
        </section>
      ))}
      {dismissed && <Dismiss alert={dismissed} close={() => setDismissed(undefined)} />}
    </>
  );
}

function Dismiss({ alert, close }: { alert: Alert; close: () => void }) {
  const [comment, setComment] = useState('');
  const dismiss = useCommand(dismissScreeningAlert, () => {
    close();
    toast('Alert dismissed');
  });
  return (
    <Modal open onClose={close} title="Dismiss the alert" lead={`It stays closed while the same goes on with ${alert.listId}.`}>
      <div className="mt-2 space-y-4">
        <TextArea
          label="Why"
          value={comment}
          maxLength={500}
          placeholder="The publisher is told; the file of Monday is used."
          onChange={(event) => setComment(event.target.value)}
        />
        <ProblemNote problem={dismiss.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={close}>Cancel</Button>
          <Button
            tone="primary"
            disabled={comment.trim().length < 5}
            busy={dismiss.isPending}
            onClick={() => dismiss.mutate({ id: alert.id, comment: comment.trim() })}
          >
            Dismiss
          </Button>
        </div>
      </div>
    </Modal>
  );
}

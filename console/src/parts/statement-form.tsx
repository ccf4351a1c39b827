import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { codeOf } from '../../../src/base/money.ts';
import { getStatement, type getParticipant } from '../../../src/settlement/participant/contract.ts';
import type { Problem, WireOutput } from '../../../src/base/client.ts';
import { call } from '../api/session.ts';
import { Button } from '../ui/button.tsx';
import { Modal } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { ProblemNote } from '../ui/states.tsx';
import { download } from './download.ts';
import { CurrencyField } from './currency-field.tsx';

type Bank = WireOutput<typeof getParticipant>;

/** Downloads a day's statement of one settlement account as camt.053. */
export function StatementForm({ bank }: { bank: Bank }) {
  const [open, setOpen] = useState(false);
  const [asset, setAsset] = useState(bank.accounts[0]?.asset ?? '');
  const [day, setDay] = useState(() => new Date().toISOString().slice(0, 10));
  const fetching = useMutation<string, Problem>({
    mutationFn: () => call(getStatement, { id: bank.id, asset, day }),
    onSuccess(xml) {
      download(`camt.053-${bank.bic}-${codeOf(asset)}-${day}.xml`, xml, 'application/xml');
      setOpen(false);
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    fetching.mutate();
  }
  return (
    <>
      <Button icon="download" onClick={() => setOpen(true)}>
        Statement
      </Button>
      <Modal open={open} onClose={() => setOpen(false)} title="Statement of a day" lead={`camt.053 of ${bank.name}`}>
        <form onSubmit={submit} className="mt-2 space-y-4">
          <CurrencyField
            assets={bank.accounts.map((account) => account.asset)}
            value={asset}
            onChange={(event) => setAsset(event.target.value)}
          />
          <TextField label="Day (UTC)" type="date" required value={day} onChange={(event) => setDay(event.target.value)} />
          <ProblemNote problem={fetching.error} />
          <div className="flex justify-end gap-2">
            <Button onClick={() => setOpen(false)}>Cancel</Button>
            <Button type="submit" tone="primary" icon="download" busy={fetching.isPending}>
              Download
            </Button>
          </div>
        </form>
      </Modal>
    </>
  );
}

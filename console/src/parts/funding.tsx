import { useState, type FormEvent } from 'react';
import { defundParticipant, fundParticipant, type getParticipant } from '../../../src/settlement/participant/contract.ts';
import type { WireOutput } from '../../../src/base/client.ts';
import { useCommand } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { Modal } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { FormButtons } from '../ui/form-buttons.tsx';
import { money } from '../ui/format.ts';
import { ProblemNote } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import { AmountField } from './amount-field.tsx';
import { CurrencyField } from './currency-field.tsx';
import { readAmount } from './read-amount.ts';

type Bank = WireOutput<typeof getParticipant>;

const WORDS = {
  fund: { verb: 'Fund', lead: 'Mints tokens against money that arrived in custody.', done: 'Funded' },
  defund: { verb: 'Defund', lead: 'Burns tokens against money that was paid out of custody.', done: 'Defunded' },
} as const;

/** A button and the form behind it that moves money in or out of the network. */
export function FundButton({ bank, kind }: { bank: Bank; kind: 'fund' | 'defund' }) {
  const [open, setOpen] = useState(false);
  const { verb, lead } = WORDS[kind];
  return (
    <>
      <Button tone={kind === 'fund' ? 'primary' : 'plain'} onClick={() => setOpen(true)}>
        {verb}
      </Button>
      <Modal open={open} onClose={() => setOpen(false)} title={`${verb} ${bank.name}`} lead={lead}>
        <FundForm bank={bank} kind={kind} onDone={() => setOpen(false)} />
      </Modal>
    </>
  );
}

function FundForm({ bank, kind, onDone }: { bank: Bank; kind: 'fund' | 'defund'; onDone: () => void }) {
  const [asset, setAsset] = useState(bank.accounts[0]?.asset ?? '');
  const [text, setText] = useState('');
  const [reference, setReference] = useState('');
  const amount = readAmount(asset, text);
  const command = useCommand(kind === 'fund' ? fundParticipant : defundParticipant, (moved) => {
    toast(`${WORDS[kind].done} ${money(moved.asset, moved.units)}`);
    onDone();
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if ('units' in amount) command.mutate({ id: bank.id, asset, units: amount.units, reference: reference.trim() });
  }
  const held = bank.accounts.find((account) => account.asset === asset);
  return (
    <form onSubmit={submit} className="mt-2 space-y-4">
      <CurrencyField
        assets={bank.accounts.map((account) => account.asset)}
        value={asset}
        onChange={(event) => setAsset(event.target.value)}
        hint={held && `${money(asset, held.available)} available`}
      />
      <AmountField asset={asset} text={text} onText={setText} />
      <TextField
        label="Reference"
        required
        maxLength={35}
        value={reference}
        onChange={(event) => setReference(event.target.value)}
        placeholder="FUND-2026-0001"
      />
      <ProblemNote problem={command.error} />
      <FormButtons close={onDone} act={WORDS[kind].verb} busy={command.isPending} disabled={!('units' in amount)} />
    </form>
  );
}

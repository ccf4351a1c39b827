import { useState, type ReactNode } from 'react';
import type { Problem, WireOutput } from '../../../src/base/client.ts';
import { getCustody, proposeCustodyAccount, proposeCustodyPolicy, proposePayoutAccount } from '../../../src/settlement/custody/contract.ts';
import { getReserves } from '../../../src/settlement/custody/reserves-contract.ts';
import { proposeRail } from '../../../src/settlement/rail/contract.ts';
import type { getParticipant } from '../../../src/settlement/participant/contract.ts';
import { useCommand, useOperation } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { Modal } from '../ui/dialog.tsx';
import { SelectField, TextArea, TextField } from '../ui/field.tsx';
import { FormButtons } from '../ui/form-buttons.tsx';
import { readForm } from '../ui/form.ts';
import { ProblemNote, Skeleton } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import { CurrencyField } from './currency-field.tsx';

type Bank = WireOutput<typeof getParticipant>;

/** A button and the dialog behind it, in which one person proposes what another decides. */
export function Proposing({
  act,
  title,
  lead,
  children,
}: {
  act: string;
  title: string;
  lead: string;
  children: (close: () => void) => ReactNode;
}) {
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>{act}</Button>
      <Modal open={open} onClose={close} title={title} lead={lead}>
        {children(close)}
      </Modal>
    </>
  );
}

/** What is said once it is proposed, and how the dialog ends. */
export const proposed = (close: () => void) => () => {
  toast('Proposed; another person has to approve it');
  close();
};

const BIC = {
  maxLength: 11,
  pattern: '[A-Za-z0-9]{8}([A-Za-z0-9]{3})?',
  title: '8 or 11 letters and digits',
  autoCapitalize: 'characters',
};
const NUMBER = { maxLength: 42, pattern: '[A-Za-z0-9 ]{4,42}', title: 'An IBAN or another number', autoCapitalize: 'characters' };

const RAIL_ID = { maxLength: 40, pattern: '[a-z0-9][a-z0-9\\-]{0,39}', title: 'Small letters, digits and hyphens' };

/** Where money is: the number of an account and its bank. */
export function AccountFields({ bank, hint }: { bank: string; hint?: string }) {
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <TextField name="number" label="Account number" hint={hint} required {...NUMBER} />
      <TextField name="bic" label={bank} required {...BIC} placeholder="MARKDEFF" />
    </div>
  );
}

/** An account's number as statements write it. */
export const numberOf = (text: string): string => text.replaceAll(' ', '').toUpperCase();

type Asked = { error: Problem | null; isPending: boolean };

/** Why, and off with it. */
export function Ending({ close, command }: { close: () => void; command: Asked }) {
  return (
    <>
      <TextArea
        name="reason"
        label="Reason"
        hint="Whoever decides reads it, and so does the audit log"
        required
        minLength={5}
        maxLength={500}
      />
      <ProblemNote problem={command.error} />
      <FormButtons close={close} act="Propose" busy={command.isPending} />
    </>
  );
}

export function ProposeCustodyAccount() {
  return (
    <Proposing
      act="Connect an account"
      title="Connect a custody account"
      lead="From its approval on its statements are held against the books."
    >
      {(close) => <AccountForm close={close} />}
    </Proposing>
  );
}

function AccountForm({ close }: { close: () => void }) {
  const used = useOperation(getReserves, {}, { staleMs: 60_000 });
  const command = useCommand(proposeCustodyAccount, proposed(close));
  if (!used.data) return used.error ? <ProblemNote problem={used.error} /> : <Skeleton className="h-64 rounded-lg" />;
  if (used.data.items.length === 0) return <p className="text-sm text-ink-2">A currency can be connected once a participant holds it.</p>;
  return (
    <form
      className="mt-2 space-y-4"
      onSubmit={(event) => {
        const said = readForm(event);
        const [asset, name, reason] = [said('asset'), said('name').trim(), said('reason').trim()];
        command.mutate({ asset, name, number: numberOf(said('number')), servicerBic: said('bic').toUpperCase(), reason });
      }}
    >
      <CurrencyField name="asset" assets={used.data.items.map(({ asset }) => asset)} />
      <TextField name="name" label="Name" required maxLength={70} placeholder="Bundesbank, euro" />
      <AccountFields bank="BIC of the bank" hint="As its statements name it" />
      <Ending close={close} command={command} />
    </form>
  );
}

export function ProposeFundingPolicy() {
  return (
    <Proposing act="Change funding" title="Funding by one person" lead="Whether one person alone may fund and defund participants.">
      {(close) => <PolicyForm close={close} />}
    </Proposing>
  );
}

function PolicyForm({ close }: { close: () => void }) {
  const custody = useOperation(getCustody, {});
  const command = useCommand(proposeCustodyPolicy, proposed(close));
  if (!custody.data) return custody.error ? <ProblemNote problem={custody.error} /> : <Skeleton className="h-40 rounded-lg" />;
  return (
    <form
      className="mt-2 space-y-4"
      onSubmit={(event) => {
        const said = readForm(event);
        const directFunding = said('directFunding') as 'until_connected' | 'allowed' | 'denied';
        command.mutate({ directFunding, reason: said('reason').trim() });
      }}
    >
      <SelectField name="directFunding" label="One person may" defaultValue={custody.data.directFunding}>
        <option value="until_connected">until a custody account of the currency is connected</option>
        <option value="allowed">in every currency</option>
        <option value="denied">in none</option>
      </SelectField>
      <Ending close={close} command={command} />
    </form>
  );
}

/** How instructions reach a custodian bank. */
export function ProposeRail() {
  return (
    <Proposing act="Add a rail" title="Add a rail" lead="Payouts and sweeps of accounts at this bank are sent by it from its approval on.">
      {(close) => <RailForm close={close} />}
    </Proposing>
  );
}

function RailForm({ close }: { close: () => void }) {
  const [kind, setKind] = useState<'iso20022_file' | 'http'>('iso20022_file');
  const command = useCommand(proposeRail, proposed(close));
  return (
    <form
      className="mt-2 space-y-4"
      onSubmit={(event) => {
        const said = readForm(event);
        const [id, name, url, cutOff] = [said('id').trim(), said('name').trim(), said('url').trim(), said('cutOff')];
        command.mutate({
          id,
          kind,
          name,
          servicerBic: said('bic').toUpperCase(),
          zone: said('zone').trim(),
          ...(kind === 'http' && { url }),
          ...(cutOff !== '' && { cutOff }),
          reason: said('reason').trim(),
        });
      }}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField name="name" label="Name" required maxLength={70} placeholder="Files of the Bundesbank" />
        <TextField name="id" label="Short name" required {...RAIL_ID} placeholder="bundesbank-files" />
        <SelectField name="kind" label="Sends" value={kind} onChange={(event) => setKind(event.target.value as typeof kind)}>
          <option value="iso20022_file">ISO 20022 files in a folder</option>
          <option value="http">signed JSON over HTTP</option>
        </SelectField>
        <TextField name="bic" label="BIC of the bank" required {...BIC} placeholder="MARKDEFF" />
      </div>
      {kind === 'http' && (
        <TextField name="url" label="Address" type="url" required maxLength={300} placeholder="https://rail.bank.example/v1" />
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField name="cutOff" label="Cut-off" type="time" hint="Empty when it runs around the clock" />
        <TextField
          name="zone"
          label="Time zone"
          required
          maxLength={60}
          defaultValue={new Intl.DateTimeFormat().resolvedOptions().timeZone}
        />
      </div>
      <Ending close={close} command={command} />
    </form>
  );
}

/** Where a participant is paid out to. */
export function ProposePayoutAccount({ bank }: { bank: Bank }) {
  return (
    <Proposing act="Payout account" title={`Payout account of ${bank.name}`} lead="Where its money in a currency is paid out to.">
      {(close) => <PayoutForm bank={bank} close={close} />}
    </Proposing>
  );
}

function PayoutForm({ bank, close }: { bank: Bank; close: () => void }) {
  const command = useCommand(proposePayoutAccount, proposed(close));
  return (
    <form
      className="mt-2 space-y-4"
      onSubmit={(event) => {
        const said = readForm(event);
        const [asset, holder, reason] = [said('asset'), said('holder').trim(), said('reason').trim()];
        command.mutate({ id: bank.id, asset, holder, number: numberOf(said('number')), agentBic: said('bic').toUpperCase(), reason });
      }}
    >
      <CurrencyField name="asset" assets={bank.accounts.map(({ asset }) => asset)} />
      <TextField name="holder" label="Holder" required maxLength={140} defaultValue={bank.name} />
      <AccountFields bank="BIC of its bank" />
      <Ending close={close} command={command} />
    </form>
  );
}

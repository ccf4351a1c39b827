import { useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { codeOf } from '../../../src/base/money.ts';
import { listParticipants } from '../../../src/settlement/participant/contract.ts';
import { sendPayment } from '../../../src/settlement/payment/contract.ts';
import { useCommand, useLogin, useOperation } from '../api/queries.ts';
import { AmountField } from '../parts/amount-field.tsx';
import { BankField } from '../parts/bank-field.tsx';
import { readAmount } from '../parts/read-amount.ts';
import { Button } from '../ui/button.tsx';
import { Drawer } from '../ui/dialog.tsx';
import { SelectField, TextField } from '../ui/field.tsx';
import { ProblemNote } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';

const FIELDS = {
  from: '',
  to: '',
  asset: '',
  amount: '',
  endToEndId: '',
  debtor: '',
  debtorAccount: '',
  creditor: '',
  creditorAccount: '',
  purpose: '',
  remittance: '',
};
type Fields = typeof FIELDS;

/** The order as the contract wants it; empty optional fields stay out. */
function orderOf(fields: Fields, asset: string, units: string) {
  const party = (name: string, account: string) => ({ name, ...(account ? { account } : {}) });
  return {
    endToEndId: fields.endToEndId,
    debtorAgent: fields.from,
    creditorAgent: fields.to,
    debtor: party(fields.debtor, fields.debtorAccount),
    creditor: party(fields.creditor, fields.creditorAccount),
    asset,
    units,
    ...(fields.purpose ? { purpose: fields.purpose } : {}),
    ...(fields.remittance ? { remittance: fields.remittance } : {}),
  };
}

/** A form for one payment, beside the list. */
export function SendPayment() {
  const navigate = useNavigate();
  const { user } = useLogin();
  const banks = useOperation(listParticipants, { limit: '500' }).data?.items ?? [];
  const [fields, setFields] = useState(FIELDS);
  const own = banks.find((bank) => bank.id === user.memberId)?.bic;
  const filled = own ? { ...fields, from: own } : fields;
  const payer = banks.find((bank) => bank.bic === filled.from);
  const assets = payer?.accounts.map((account) => account.asset) ?? [];
  const asset = assets.includes(fields.asset) ? fields.asset : (assets[0] ?? 'EUR/2');
  const amount = readAmount(asset, fields.amount);
  const close = () => void navigate({ to: '/payments', search: true });
  const send = useCommand(sendPayment, (payment) => {
    toast(payment.status === 'rejected' ? `Rejected: ${payment.reason?.text}` : `Payment ${payment.status}`);
    void navigate({ to: '/payments/$id', params: { id: payment.id }, search: true });
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if ('units' in amount) send.mutate(orderOf(filled, asset, amount.units));
  }
  const text = (name: keyof Fields) => ({
    value: fields[name],
    onChange: (event: { target: { value: string } }) => setFields({ ...fields, [name]: event.target.value }),
  });
  return (
    <Drawer open onClose={close} title="Send a payment" lead="It is screened, its funds are reserved, and it joins the open window.">
      <form onSubmit={submit} className="space-y-5 pt-2">
        <div className="grid gap-4 sm:grid-cols-2">
          <BankField
            label="From bank"
            banks={banks}
            value={filled.from}
            disabled={own !== undefined}
            onPick={(from) => setFields({ ...fields, from })}
          />
          <BankField
            label="To bank"
            banks={banks.filter((bank) => bank.bic !== filled.from)}
            value={fields.to}
            onPick={(to) => setFields({ ...fields, to })}
          />
          <AmountField asset={asset} text={fields.amount} onText={(value) => setFields({ ...fields, amount: value })} />
          <SelectField label="Currency" {...text('asset')} value={asset} hint={payer ? undefined : 'Those that the paying bank holds.'}>
            {(assets.length > 0 ? assets : [asset]).map((one) => (
              <option key={one} value={one}>
                {codeOf(one)}
              </option>
            ))}
          </SelectField>
          <TextField label="Debtor" required maxLength={140} {...text('debtor')} />
          <TextField label="Debtor's account (optional)" maxLength={34} {...text('debtorAccount')} />
          <TextField label="Creditor" required maxLength={140} {...text('creditor')} />
          <TextField label="Creditor's account (optional)" maxLength={34} {...text('creditorAccount')} />
          <TextField label="End-to-end id" required maxLength={35} placeholder="INV-2026-0042" {...text('endToEndId')} />
          <TextField
            label="Purpose (optional)"
            pattern="[A-Z0-9]{4}"
            title="Four capital letters or digits"
            placeholder="SUPP"
            {...text('purpose')}
          />
          <TextField label="Remittance (optional)" maxLength={140} className="sm:col-span-2" {...text('remittance')} />
        </div>
        <ProblemNote problem={send.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" tone="primary" busy={send.isPending} disabled={!('units' in amount)}>
            Send
          </Button>
        </div>
      </form>
    </Drawer>
  );
}

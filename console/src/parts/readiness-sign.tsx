import type { FormEvent, ReactNode } from 'react';
import type { WireInput, WireOutput } from '../../../src/base/client.ts';
import type { Operation } from '../../../src/base/operation.ts';
import {
  approveLines,
  decideRelease,
  grantWaiver,
  planLine,
  requestWaiver,
  ruleOutLine,
  signLine,
  withdrawRecord,
} from '../../../src/readiness/signing-contract.ts';
import { confirmBindings } from '../../../src/readiness/contract.ts';
import { confirmRollback } from '../../../src/readiness/watch-contract.ts';
import { useCommand } from '../api/queries.ts';
import { useSigned } from '../api/signed.ts';
import { FormButtons } from '../ui/form-buttons.tsx';
import { Modal } from '../ui/dialog.tsx';
import { SelectField, TextArea, TextField } from '../ui/field.tsx';
import { count } from '../ui/format.ts';
import { readForm } from '../ui/form.ts';
import { ProblemNote } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import { decisionOf, DecisionWord, type Checklist, type Line, type LineDetail } from './readiness-state.tsx';

type Text = (name: string) => string;

type Props<T extends Operation> = {
  operation: T;
  title: string;
  lead: ReactNode;
  act: string;
  done: string;
  input: (text: Text) => WireInput<T>;
  close: () => void;
  children?: ReactNode;
};

/** A form that ends in a signature: its fields, and the password again unless it was proved minutes ago. */
function SignedForm<T extends Operation>({ operation, title, lead, act, done, input, close, children }: Props<T>) {
  const signed = useSigned(operation, (_: WireOutput<T>) => {
    close();
    toast(done);
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    const text = readForm(event);
    signed.mutate({ input: input(text), password: text('password') });
  }
  return (
    <Modal open onClose={close} title={title} lead={lead}>
      <form onSubmit={submit} className="mt-2 space-y-4">
        {children}
        {signed.asks && (
          <TextField
            label="Your password"
            name="password"
            type="password"
            autoComplete="current-password"
            required
            hint="Asked for again because this is your signature. It holds for five minutes."
          />
        )}
        <ProblemNote problem={signed.error} />
        <FormButtons close={close} act={act} busy={signed.isPending} />
      </form>
    </Modal>
  );
}

const Quoted = ({ line }: { line: Pick<Line, 'title'> }) => <bdi>“{line.title}”</bdi>;

function Reason({ label, name, hint }: { label: string; name: string; hint?: string }) {
  return <TextArea label={label} name={name} required minLength={3} maxLength={2_000} {...(hint === undefined ? {} : { hint })} />;
}

/** A day as the end of it, in UTC. */
const endOfDay = (day: string): string => `${day}T23:59:59.000Z`;
const today = (): string => new Date().toISOString().slice(0, 10);

function Day({ label, name }: { label: string; name: string }) {
  return <TextField label={label} name={name} type="date" required min={today()} hint="To the end of this day, UTC." />;
}

/** Has the rollback script called that is advised. */
export function ConfirmRollbackForm({ name, watch, close }: { name: string; watch: string; close: () => void }) {
  return (
    <SignedForm
      operation={confirmRollback}
      title="Roll back"
      lead="The rollback script of the settings is called within half a minute, once, in your name. What it prints is kept."
      act="Roll back"
      done="Confirmed: the script is called now"
      close={close}
      input={() => ({ name, id: watch })}
    />
  );
}

/** Puts the caller's name to what decides lines. */
export function ConfirmBindingsForm({ name, lines, close }: { name: string; lines: readonly Pick<Line, 'id'>[]; close: () => void }) {
  return (
    <SignedForm
      operation={confirmBindings}
      title={lines.length === 1 ? 'Confirm what decides this line' : `Confirm what decides ${count(lines.length)} lines`}
      lead="From then on it counts, in your name."
      act="Confirm"
      done="Confirmed"
      close={close}
      input={() => ({ name, lines: lines.map(({ id }) => id) })}
    />
  );
}

type OfLine = { line: LineDetail; close: () => void };

/** Attests a line in one of the caller's roles. */
export function SignForm({ line, close }: OfLine) {
  const { checklist: name, id } = line;
  const roles = line.role === undefined ? line.roles : [line.role];
  return (
    <SignedForm
      operation={signLine}
      title="Sign"
      lead={<Quoted line={line} />}
      act="Sign"
      done="Signed"
      close={close}
      input={(text) => ({ name, line: id, role: text('role'), statement: text('statement').trim() })}
    >
      <SelectField label="As" name="role">
        {roles.map((role) => (
          <option key={role}>{role}</option>
        ))}
      </SelectField>
      <Reason label="What you attest" name="statement" hint="Where the proof is, and what you looked at yourself." />
    </SignedForm>
  );
}

export function RuleOutForm({ line, close }: OfLine) {
  return (
    <SignedForm
      operation={ruleOutLine}
      title="Does not apply"
      lead={<Quoted line={line} />}
      act="Rule out"
      done="Ruled out"
      close={close}
      input={(text) => ({ name: line.checklist, line: line.id, reason: text('reason').trim() })}
    >
      <Reason label="Why it does not apply here" name="reason" />
    </SignedForm>
  );
}

export function PlanForm({ line, close }: OfLine) {
  return (
    <SignedForm
      operation={planLine}
      title="Plan"
      lead={<Quoted line={line} />}
      act="Sign the plan"
      done="Planned"
      close={close}
      input={(text) => ({ name: line.checklist, line: line.id, plan: text('plan').trim(), due: endOfDay(text('due')) })}
    >
      <Reason label="What will be done" name="plan" />
      <Day label="Until" name="due" />
    </SignedForm>
  );
}

/** Asking takes no signature; granting does, and another person. */
export function WaiverForm({ line, close }: OfLine) {
  const request = useCommand(requestWaiver, () => {
    close();
    toast('Asked for a waiver');
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    const text = readForm(event);
    request.mutate({ name: line.checklist, line: line.id, reason: text('reason').trim(), until: endOfDay(text('until')) });
  }
  return (
    <Modal open onClose={close} title="Ask for a waiver" lead={<Quoted line={line} />}>
      <form onSubmit={submit} className="mt-2 space-y-4">
        <Reason
          label="Why the release can go without it"
          name="reason"
          hint="Another person has to grant it. A waived line is never counted as passed."
        />
        <Day label="Until" name="until" />
        <ProblemNote problem={request.error} />
        <FormButtons close={close} act="Ask" busy={request.isPending} />
      </form>
    </Modal>
  );
}

export function GrantForm({ request, close }: { request: Checklist['waiverRequests'][number]; close: () => void }) {
  return (
    <SignedForm
      operation={grantWaiver}
      title="Grant the waiver"
      lead={`${request.requestedBy} asks: ${request.reason}`}
      act="Waive"
      done="Waived"
      close={close}
      input={() => ({ id: request.id })}
    >
      <p className="text-sm text-ink-2">The line is waived until {request.until.slice(0, 10)} and shown as such, never as passed.</p>
    </SignedForm>
  );
}

export function WithdrawForm({ line, record, close }: OfLine & { record: number }) {
  return (
    <SignedForm
      operation={withdrawRecord}
      title="Withdraw"
      lead="The entry stays in the log and no longer counts."
      act="Withdraw"
      done="Withdrawn"
      close={close}
      input={(text) => ({ name: line.checklist, record: String(record), reason: text('reason').trim() })}
    >
      <Reason label="Why" name="reason" />
    </SignedForm>
  );
}

export function ApproveForm({ checklist, lines, close }: { checklist: Checklist; lines: readonly Line[]; close: () => void }) {
  return (
    <SignedForm
      operation={approveLines}
      title="Approve open lines"
      lead={`You take the risk of ${lines.length} lines of a high tier that do not hold, for this run.`}
      act="Approve"
      done="Approved"
      close={close}
      input={(text) => ({ name: checklist.name, lines: lines.map(({ id }) => id), reason: text('reason').trim() })}
    >
      <ul className="max-h-48 list-disc overflow-y-auto pl-5 text-sm text-ink-2">
        {lines.map((line) => (
          <li key={line.id}>
            <bdi>{line.title}</bdi>
          </li>
        ))}
      </ul>
      <Reason label="Why the release can go all the same" name="reason" />
    </SignedForm>
  );
}

/** The verdict says what the gate says; whoever signs only puts their name to it. */
export function DecideForm({ checklist, close }: { checklist: Checklist; close: () => void }) {
  const { gate } = checklist;
  return (
    <SignedForm
      operation={decideRelease}
      title="Sign the verdict"
      lead="It goes into the log with your name, and speaks of this checklist, commit and configuration only."
      act="Sign the verdict"
      done={`Signed: ${decisionOf(gate.decision).word}`}
      close={close}
      input={() => ({ name: checklist.name })}
    >
      <p>
        <DecisionWord decision={gate.decision} />
        <span className="ml-3 text-sm text-ink-2">
          {gate.blocks.length === 0 ? 'Nothing in the way' : `${gate.blocks.length} lines in the way`}
        </span>
      </p>
    </SignedForm>
  );
}

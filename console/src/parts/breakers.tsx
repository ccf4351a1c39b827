import { useState } from 'react';
import { closeBreaker, listBreakers, openBreaker } from '../../../src/settlement/risk/contract.ts';
import { listParticipants } from '../../../src/settlement/participant/contract.ts';
import type { WireInput, WireOutput } from '../../../src/base/client.ts';
import { useAllowed, useCommand, useOperation } from '../api/queries.ts';
import { Badge, type Tone } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { FormButtons } from '../ui/form-buttons.tsx';
import { Modal } from '../ui/dialog.tsx';
import { SelectField, TextField } from '../ui/field.tsx';
import { readForm } from '../ui/form.ts';
import { duration, words } from '../ui/format.ts';
import { Card, Facts } from '../ui/layout.tsx';
import { ProblemNote } from '../ui/states.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast.tsx';

type Answer = WireOutput<typeof listBreakers>;
type Breaker = Answer['items'][number];
type Move = Answer['moves'][number];

const TONES: Readonly<Record<string, Tone>> = { open: 'bad', half_open: 'warn', closed: 'good' };

type NameOf = (key: string) => string;

function openColumns(nameOf: NameOf, mayClose: boolean): readonly Column<Breaker>[] {
  return [
    { head: 'What is stopped', grow: true, cell: (row) => <span className="block truncate font-medium">{nameOf(row.key)}</span> },
    { head: 'State', cell: (row) => <Badge tone={TONES[row.state] ?? 'plain'}>{words(row.state)}</Badge> },
    { head: 'Why', from: 'md', cell: (row) => <span className="block max-w-72 truncate text-ink-2">{row.reason}</span> },
    { head: 'By', from: 'lg', cell: (row) => <span className="text-ink-2">{row.movedBy}</span> },
    { head: 'Since', from: 'sm', cell: (row) => <Time at={row.movedAt} /> },
    ...(mayClose ? [{ head: '', end: true, cell: (row: Breaker) => <Close breaker={row} name={nameOf(row.key)} /> }] : []),
  ];
}

function moveColumns(nameOf: NameOf): readonly Column<Move>[] {
  return [
    { head: 'When', cell: (row) => <Time at={row.movedAt} /> },
    { head: 'Breaker', grow: true, cell: (row) => <span className="block truncate">{nameOf(row.key)}</span> },
    { head: 'Move', cell: (row) => <Badge tone={TONES[row.to] ?? 'plain'}>{words(row.to)}</Badge> },
    { head: 'Why', from: 'md', cell: (row) => <span className="block max-w-72 truncate text-ink-2">{row.reason}</span> },
    { head: 'By', from: 'lg', cell: (row) => <span className="text-ink-2">{row.movedBy}</span> },
  ];
}

/** What stops payments: of the network, a corridor or a participant. */
export function Breakers() {
  const asked = useOperation(listBreakers, {}, { everyMs: 10_000 });
  const banks = useOperation(listParticipants, { limit: '500' }, { staleMs: 60_000 }).data?.items ?? [];
  const allowed = useAllowed();
  const nameOf = (key: string) => {
    const [kind, what = ''] = key.split(':');
    if (kind === 'network') return 'The whole network';
    return kind === 'corridor' ? what.replace('>', ' → ') : (banks.find(({ id }) => id === what)?.name ?? what);
  };
  const columns = openColumns(nameOf, allowed(closeBreaker));
  const moves = moveColumns(nameOf);
  return (
    <div className="space-y-4">
      <Card title="Open now" aside={allowed(openBreaker) && <Open banks={banks} />}>
        <Table
          label="Open breakers"
          columns={columns}
          rows={asked.data?.items}
          keyOf={(row) => row.key}
          problem={asked.error}
          retry={() => void asked.refetch()}
          empty={{ icon: 'check', title: 'Everything flows', children: 'A breaker that opens shows here, and stops what it stands for.' }}
          skeletons={2}
        />
      </Card>
      {asked.data && <Policy policy={asked.data.policy} />}
      {(asked.data?.moves.length ?? 0) > 0 && (
        <Card title="What moved">
          <Table
            label="Moves"
            columns={moves}
            rows={asked.data?.moves}
            keyOf={(row) => row.key + row.movedAt + row.to}
            empty={{ title: 'Nothing moved' }}
          />
        </Card>
      )}
    </div>
  );
}

function Policy({ policy }: Pick<Answer, 'policy'>) {
  return (
    <Card title="When breakers open by themselves">
      <div className="px-4 pb-4">
        <Facts
          items={[
            ['By themselves', policy.automatic ? 'yes' : 'no, by hand only'],
            ['What counts as a failure', policy.counts.length > 0 ? policy.counts.join(', ') : 'nothing'],
            ['Opens at', `${policy.failures} failures within ${duration(policy.windowMs)} that are ${policy.percent} % of all`],
            ['Stays open for', `${duration(policy.openMs)}, twice as long each time, at most ${duration(policy.longestOpenMs)}`],
            ['Closes after', `${policy.probes} payments that went well`],
          ]}
        />
      </div>
    </Card>
  );
}

function Close({ breaker, name }: { breaker: Breaker; name: string }) {
  const close = useCommand(closeBreaker, () => toast(`${name}: payments pass again`));
  return (
    <Button busy={close.isPending} onClick={() => close.mutate({ scope: breaker.scope, reason: 'Closed in the console' })}>
      Let through
    </Button>
  );
}

type Scope = WireInput<typeof openBreaker>['scope'];

function Open({ banks }: { banks: readonly { id: string; name: string }[] }) {
  const [shown, setShown] = useState(false);
  const [kind, setKind] = useState<Scope['kind']>('participant');
  const open = useCommand(openBreaker, () => {
    setShown(false);
    toast('Payments are stopped');
  });
  return (
    <>
      <Button tone="danger" icon="warning" onClick={() => setShown(true)}>
        Stop payments
      </Button>
      <Modal open={shown} onClose={() => setShown(false)} title="Stop payments" lead="Until someone lets them through again.">
        <form
          className="mt-2 space-y-4"
          onSubmit={(event) => {
            const read = readForm(event);
            const scope: Scope =
              kind === 'participant'
                ? { kind, participantId: read('participantId') }
                : kind === 'corridor'
                  ? { kind, from: read('from'), to: read('to') }
                  : { kind };
            open.mutate({ scope, reason: read('reason') });
          }}
        >
          <SelectField label="What" value={kind} onChange={(event) => setKind(event.target.value as Scope['kind'])}>
            <option value="participant">A participant</option>
            <option value="corridor">A corridor between countries</option>
            <option value="network">The whole network</option>
          </SelectField>
          {kind === 'participant' && (
            <SelectField label="Participant" name="participantId" required>
              {banks.map((bank) => (
                <option key={bank.id} value={bank.id}>
                  {bank.name}
                </option>
              ))}
            </SelectField>
          )}
          {kind === 'corridor' && (
            <div className="grid grid-cols-2 gap-3">
              <TextField label="From" name="from" required pattern="[A-Z]{2}" title="Two capital letters" placeholder="NO" />
              <TextField label="To" name="to" required pattern="[A-Z]{2}" title="Two capital letters" placeholder="SE" />
            </div>
          )}
          <TextField label="Why" name="reason" required minLength={3} maxLength={500} />
          <ProblemNote problem={open.error} />
          <FormButtons close={() => setShown(false)} act="Stop" busy={open.isPending} tone="danger" />
        </form>
      </Modal>
    </>
  );
}

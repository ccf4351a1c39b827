import { useId, useState, type ComponentProps, type FormEvent } from 'react';
import type { WireInput, WireOutput } from '../../../src/base/client.ts';
import { codeOf } from '../../../src/base/money.ts';
import { listParticipants } from '../../../src/settlement/participant/contract.ts';
import { createReportSchedule, listReportKinds, startReport } from '../../../src/settlement/report/contract.ts';
import { listWindows } from '../../../src/settlement/window/contract.ts';
import { useAllowed, useCommand, useOperation } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { FormButtons } from '../ui/form-buttons.tsx';
import { Modal } from '../ui/dialog.tsx';
import { CheckField, SelectField, TextField } from '../ui/field.tsx';
import { words } from '../ui/format.ts';
import { readForm } from '../ui/form.ts';
import { ProblemNote } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import { useFilters } from './filters.tsx';

type Kind = WireOutput<typeof listReportKinds>['items'][number];
type Asked = WireInput<typeof startReport>;

const PERIODS = ['today', 'yesterday', 'previous_business_day', 'last_week', 'this_month', 'last_month'];
const STATUSES = ['reserved', 'clearing', 'settled', 'queued', 'held', 'rejected'];
/** The currencies with a built-in calendar; an installation may have more. */
const CALENDARS = 'EUR USD GBP CHF JPY NOK SEK DKK PLN CAD AUD HKD KRW SGD CNY AED KWD BHD INR'.split(' ');
const TIMES = [
  { cron: '30 6 * * *', text: 'Each morning, 06:30' },
  { cron: '0 7 * * 1', text: 'Mondays, 07:00' },
  { cron: '0 8 1 * *', text: 'The first of each month, 08:00' },
];

/** The zone of whoever looks at the screen. */
const ownZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Asks for a report, now or again and again; whether it is open is in the address. */
export function ReportForm() {
  const [search, set] = useFilters();
  const kinds = useOperation(listReportKinds, {}, { staleMs: 600_000 });
  const open = search.new !== undefined;
  const close = () => set({ new: undefined });
  const kind = kinds.data?.items.find((one) => one.kind === search.new) ?? kinds.data?.items[0];
  return (
    <>
      <Button tone="primary" icon="plus" onClick={() => set({ new: 'payments' })}>
        New report
      </Button>
      <Modal open={open} onClose={close} title="New report" lead={kind?.about}>
        {kind ? <Form key={kind.kind} kind={kind} kinds={kinds.data!.items} close={close} /> : <ProblemNote problem={kinds.error} />}
      </Modal>
    </>
  );
}

function Form({ kind, kinds, close }: { kind: Kind; kinds: readonly Kind[]; close: () => void }) {
  const [, set] = useFilters();
  const allowed = useAllowed();
  const [repeated, setRepeated] = useState(false);
  const start = useCommand(startReport, () => {
    toast('The report is being written');
    close();
  });
  const schedule = useCommand(createReportSchedule, ({ name }) => {
    toast(`${name} is scheduled`);
    close();
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    const field = readForm(event);
    const asked = { kind: kind.kind, format: field('format') as Asked['format'], parameters: parametersOf(field) };
    if (!repeated) return start.mutate(asked);
    const businessDays = field('businessDays');
    schedule.mutate({
      ...asked,
      name: field('name'),
      cron: field('cron'),
      zone: ownZone(),
      ...(businessDays && { businessDays }),
    });
  }
  return (
    <form onSubmit={submit} className="mt-2 space-y-4">
      <div className="grid grid-cols-[1fr_7rem] gap-3">
        <SelectField label="Report" value={kind.kind} onChange={(event) => set({ new: event.target.value })}>
          {kinds.map((one) => (
            <option key={one.kind} value={one.kind}>
              {one.title}
            </option>
          ))}
        </SelectField>
        <SelectField label="Format" name="format" defaultValue="xlsx">
          <option value="xlsx">XLSX</option>
          <option value="csv">CSV</option>
          <option value="pdf">PDF</option>
        </SelectField>
      </div>
      {kind.takes.includes('from') && <Days fixed={repeated} />}
      <Parameters kind={kind} />
      {allowed(createReportSchedule) && kind.takes.includes('period') && (
        <CheckField label="Repeat by the clock" checked={repeated} onChange={(event) => setRepeated(event.target.checked)} />
      )}
      {repeated && <Times title={kind.title} />}
      <ProblemNote problem={start.error ?? schedule.error} />
      <FormButtons close={close} act={repeated ? 'Schedule' : 'Write the report'} busy={start.isPending || schedule.isPending} />
    </form>
  );
}

const FIELDS = ['from', 'to', 'calendar', 'participantId', 'asset', 'windowId', 'status', 'largeFrom'] as const;

function parametersOf(field: (name: string) => string): Asked['parameters'] {
  const period = field('period');
  const filled = FIELDS.map((name) => [name, field(name)] as const).filter(([, value]) => value !== '');
  return { ...Object.fromEntries(filled), ...(PERIODS.includes(period) && { period }) } as Asked['parameters'];
}

/** A period that moves with the clock, or days; a schedule needs the former. */
function Days({ fixed }: { fixed: boolean }) {
  const [period, setPeriod] = useState('today');
  const [today] = useState(() => new Date().toISOString().slice(0, 10));
  const shown = fixed && period === 'days' ? 'yesterday' : period;
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <SelectField
        label="Days (UTC)"
        name="period"
        value={shown}
        onChange={(event) => setPeriod(event.target.value)}
        className="sm:col-span-2"
      >
        {PERIODS.map((one) => (
          <option key={one} value={one}>
            {words(one)}
          </option>
        ))}
        {!fixed && <option value="days">from … to …</option>}
      </SelectField>
      {shown === 'days' && (
        <>
          <TextField label="From" name="from" type="date" required defaultValue={today} max={today} />
          <TextField label="To" name="to" type="date" required defaultValue={today} />
        </>
      )}
      {shown === 'previous_business_day' && (
        <CalendarField label="Business days of" name="calendar" required defaultValue="EUR" className="sm:col-span-2" />
      )}
    </div>
  );
}

function CalendarField(props: ComponentProps<typeof TextField>) {
  const known = useId();
  return (
    <>
      <TextField {...props} list={known} pattern="[A-Z]{3}" title="A currency, such as EUR" />
      <datalist id={known}>
        {CALENDARS.map((code) => (
          <option key={code}>{code}</option>
        ))}
      </datalist>
    </>
  );
}

function Parameters({ kind }: { kind: Kind }) {
  const takes = (name: string) => kind.takes.includes(name);
  const needs = (name: string) => kind.needs.includes(name);
  return (
    <div className="grid gap-3 empty:hidden sm:grid-cols-2">
      {takes('participantId') && <Participant required={needs('participantId')} />}
      {takes('asset') && <Currency required={needs('asset')} />}
      {takes('windowId') && <WindowField />}
      {takes('status') && (
        <SelectField label="Status" name="status" defaultValue="">
          <option value="">Any</option>
          {STATUSES.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </SelectField>
      )}
      {takes('largeFrom') && (
        <TextField
          label="Large payments from"
          name="largeFrom"
          pattern="[1-9][0-9]{0,18}"
          placeholder="1000000"
          hint="Whole units of each currency"
        />
      )}
    </div>
  );
}

function useBanks() {
  const allowed = useAllowed();
  return useOperation(listParticipants, { limit: '500' }, { staleMs: 60_000, enabled: allowed(listParticipants) }).data?.items ?? [];
}

function Participant({ required }: { required: boolean }) {
  return (
    <SelectField label="Participant" name="participantId" required={required} defaultValue="">
      <option value="">{required ? 'Choose one' : 'All'}</option>
      {useBanks().map((bank) => (
        <option key={bank.id} value={bank.id}>
          {bank.name}
        </option>
      ))}
    </SelectField>
  );
}

function Currency({ required }: { required: boolean }) {
  const assets = [...new Set(useBanks().flatMap(({ accounts }) => accounts.map(({ asset }) => asset)))].toSorted();
  return (
    <SelectField label="Currency" name="asset" required={required} defaultValue="">
      <option value="">{required ? 'Choose one' : 'All'}</option>
      {assets.map((asset) => (
        <option key={asset} value={asset}>
          {codeOf(asset)}
        </option>
      ))}
    </SelectField>
  );
}

function WindowField() {
  const windows = useOperation(listWindows, { limit: '100' }).data?.items ?? [];
  return (
    <SelectField label="Window" name="windowId" required defaultValue="" className="sm:col-span-2">
      <option value="">Choose one</option>
      {windows
        .filter(({ state }) => state !== 'open')
        .map((one) => (
          <option key={one.id} value={one.id}>
            #{one.number}, {words(one.state)}
          </option>
        ))}
    </SelectField>
  );
}

function Times({ title }: { title: string }) {
  const [cron, setCron] = useState(TIMES[0]!.cron);
  const own = !TIMES.some((one) => one.cron === cron);
  return (
    <div className="space-y-3 rounded-lg border border-line p-3">
      <TextField label="Name" name="name" required maxLength={100} defaultValue={title} />
      <div className="grid gap-3 sm:grid-cols-2">
        <SelectField
          label="When"
          value={own ? 'own' : cron}
          onChange={(event) => setCron(event.target.value === 'own' ? '' : event.target.value)}
        >
          {TIMES.map((one) => (
            <option key={one.cron} value={one.cron}>
              {one.text}
            </option>
          ))}
          <option value="own">Other</option>
        </SelectField>
        <CalendarField label="Only on business days of" name="businessDays" placeholder="Every day" />
      </div>
      <TextField
        label="Minute, hour, day, month, weekday"
        name="cron"
        required
        value={cron}
        readOnly={!own}
        onChange={(event) => setCron(event.target.value)}
        hint={`On the clock of ${ownZone()}`}
        style={{ fontFamily: 'var(--font-mono, monospace)' }}
      />
    </div>
  );
}

import { useState } from 'react';
import {
  activateAmlRuleSet,
  backTestAmlRuleSet,
  getAmlRuleSet,
  listAmlRuleSets,
  proposeAmlRuleSet,
} from '../../../src/settlement/aml/contract.ts';
import type { WireOutput } from '../../../src/base/client.ts';
import { useAllowed, useCommand, useOperation } from '../api/queries.ts';
import { Badge, type Tone } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { FormButtons } from '../ui/form-buttons.tsx';
import { Modal } from '../ui/dialog.tsx';
import { TextArea, TextField } from '../ui/field.tsx';
import { count, day, money, percent } from '../ui/format.ts';
import { Card } from '../ui/layout.tsx';
import { FailurePage, ProblemNote, Skeleton } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast.tsx';
import { useFilters } from './filters.tsx';

type Set = WireOutput<typeof getAmlRuleSet>;
type Report = NonNullable<Set['backTest']>;
type Rule = { id: string; title: string; severity: string; score: number; when: unknown };

const TONES: Readonly<Record<string, Tone>> = { hold: 'bad', alert: 'warn', note: 'plain' };

/** Sets of AML rules: those in force, proposals, and what a set would have found. */
export function AmlRules() {
  const asked = useOperation(listAmlRuleSets, {});
  const [search, set] = useFilters();
  if (asked.error && !asked.data) return <FailurePage problem={asked.error} retry={() => void asked.refetch()} />;
  const sets = asked.data?.items;
  if (sets?.length === 0)
    return <p className="card px-4 py-8 text-center text-sm text-ink-2">The shipped rules come into force with the first payment.</p>;
  const inForce = sets?.find((one) => one.inForce) ?? sets?.[0];
  const chosen = search.set ?? (inForce ? String(inForce.number) : undefined);
  return (
    <div className="grid gap-4 xl:grid-cols-[18rem_minmax(0,1fr)]">
      <Card title="Sets">
        <ul className="px-2 pb-2">
          {sets?.map((one) => (
            <li key={one.number}>
              <button
                type="button"
                aria-current={String(one.number) === chosen}
                onClick={() => set({ set: String(one.number) })}
                className={`w-full rounded-lg px-2 py-2 text-left text-sm hover:bg-sunken ${String(one.number) === chosen ? 'bg-sunken' : ''}`}
              >
                <span className="flex items-center justify-between gap-2">
                  <span className="truncate font-medium">
                    <span className="num mr-2 text-ink-3">{one.number}</span>
                    {one.name}
                  </span>
                  {one.inForce ? <Badge tone="good">in force</Badge> : !one.activatedAt && <Badge tone="accent">proposed</Badge>}
                </span>
                <span className="block truncate text-xs text-ink-3">
                  {one.note} · {one.proposedBy}
                </span>
              </button>
            </li>
          )) ?? <Skeleton className="m-2 h-10" />}
        </ul>
      </Card>
      {chosen && <RuleSet key={chosen} number={chosen} />}
    </div>
  );
}

function RuleSet({ number }: { number: string }) {
  const asked = useOperation(getAmlRuleSet, { number });
  const allowed = useAllowed();
  const test = useCommand(backTestAmlRuleSet, (report) =>
    toast(`${count(report.flagged)} of ${count(report.payments)} payments met a rule`),
  );
  const activate = useCommand(activateAmlRuleSet, () => toast('The rules are in force'));
  const found = asked.data;
  if (asked.error && !found) return <FailurePage problem={asked.error} retry={() => void asked.refetch()} />;
  if (!found) return <Skeleton className="h-96 rounded-xl" />;
  const content = found.content as { rules: readonly Rule[]; reference?: { asset: string } };
  const report = test.data ?? found.backTest;
  return (
    <div className="min-w-0 space-y-4">
      <Card
        title={found.name}
        aside={
          allowed(proposeAmlRuleSet) && (
            <span className="flex flex-wrap gap-2">
              <Propose content={found.content} />
              <Button busy={test.isPending} onClick={() => test.mutate({ number })}>
                Back-test
              </Button>
              {!found.inForce && (
                <Button tone="primary" disabled={!report} busy={activate.isPending} onClick={() => activate.mutate({ number })}>
                  Activate
                </Button>
              )}
            </span>
          )
        }
      >
        <div className="space-y-2 px-4 pb-2">
          <ProblemNote problem={test.error ?? activate.error} />
        </div>
        <ul className="px-4 pb-3">
          {content.rules.map((rule) => (
            <li key={rule.id} className="border-t border-line py-2.5 text-sm first:border-0">
              <div className="flex items-start justify-between gap-3">
                <p className="font-medium">
                  {rule.title} <span className="ident ml-1">{rule.id}</span>
                </p>
                <span className="flex items-center gap-2">
                  <span className="num text-xs text-ink-3">{rule.score}</span>
                  <Badge tone={TONES[rule.severity] ?? 'plain'}>{rule.severity}</Badge>
                </span>
              </div>
              <p className="mt-0.5 text-ink-2">
                <span className="inline-block first-letter:uppercase">{inWords(rule.when, content.reference?.asset ?? 'EUR/2')}</span>
              </p>
              {report && <Found report={report} rule={rule.id} />}
            </li>
          ))}
        </ul>
      </Card>
      {report && <BackTest report={report} />}
    </div>
  );
}

type Condition = {
  all?: Condition[];
  any?: Condition[];
  not?: Condition;
  feature?: string;
  window?: string;
  op?: string;
  value?: string | number;
  from?: string;
  to?: string;
};

const COMPARED: Readonly<Record<string, string>> = {
  '>=': 'at least',
  '>': 'more than',
  '<=': 'at most',
  '<': 'less than',
  '==': 'exactly',
};
const FEATURES: Readonly<Record<string, string>> = {
  amount: 'amount',
  sum: 'sum paid',
  count: 'number of payments',
  sum_between: 'sum of amounts',
  count_between: 'number of amounts',
  round_digits: 'zeros at the end',
  corridor_risk: 'risk of the corridor',
  counterparty_payments: 'earlier payments to the counterparty',
  days_idle: 'days without a payment',
  days_known: 'days known',
  times_mean: 'multiple of the usual amount',
};

/** A condition as a sentence; amounts in the currency of the rules. */
function inWords(when: unknown, asset: string): string {
  const one = when as Condition;
  const inner = (part: Condition) => inWords(part, asset);
  if (one.all) return one.all.map(inner).join(' and ');
  if (one.any) return `(${one.any.map(inner).join(' or ')})`;
  if (one.not) return `not (${inner(one.not)})`;
  const amount = (digits: string | number | undefined) => money(asset, String(digits ?? 0));
  const band = one.from === undefined ? '' : ` from ${amount(one.from)} to below ${amount(one.to)}`;
  const value = typeof one.value === 'string' ? amount(one.value) : one.value;
  return `${FEATURES[one.feature ?? ''] ?? one.feature}${band}${one.window ? ` within ${one.window}` : ''} ${COMPARED[one.op ?? ''] ?? one.op} ${value}`;
}

function Found({ report, rule }: { report: Report; rule: string }) {
  const one = report.rules.find(({ ruleId }) => ruleId === rule);
  if (!one) return null;
  const widest = Math.max(1, ...report.rules.map(({ hits }) => hits));
  return (
    <div className="mt-1.5 flex items-center gap-3 text-xs text-ink-3">
      <span className="h-1.5 w-40 overflow-hidden rounded-full bg-sunken" aria-hidden="true">
        <span className="block h-full rounded-full bg-net" style={{ width: `${(one.hits / widest) * 100}%` }} />
      </span>
      <span className="num">
        {count(one.hits)} of {count(report.payments)} payments, {count(one.alone)} by this rule alone
        {one.precision !== undefined && `, right in ${percent(one.precision, 0)}`}
      </span>
    </div>
  );
}

/** Every day of a back-test, also those on which nothing was found. */
function everyDay({ from, to, byDay }: Report): { day: string; flagged: number }[] {
  const found = new Map(byDay.map((one) => [one.day, one.flagged]));
  const days: { day: string; flagged: number }[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += 86_400_000) {
    const day = new Date(at).toISOString().slice(0, 10);
    days.push({ day, flagged: found.get(day) ?? 0 });
  }
  return days;
}

function BackTest({ report }: { report: Report }) {
  const days = everyDay(report);
  const most = Math.max(1, ...days.map(({ flagged }) => flagged));
  return (
    <Card
      title="Back-test"
      aside={
        <>
          {day(report.from)} to {day(report.to)}, run by {report.runBy} <Time at={report.runAt} />
        </>
      }
    >
      <div className="grid gap-6 px-4 pb-4 sm:grid-cols-2">
        <div>
          <p className="num text-2xl font-semibold">
            {count(report.flagged)}
            <span className="ml-2 text-sm font-normal text-ink-2">of {count(report.payments)} payments met a rule</span>
          </p>
          <p className="mt-1 text-sm text-ink-2">
            {report.labelled === 0
              ? 'People have decided on none of them yet, so nobody can say how often the rules are right.'
              : `People decided on ${count(report.labelled)} of them${report.precision === undefined ? '' : `; the rules were right in ${percent(report.precision, 0)}`}.`}
          </p>
        </div>
        <div role="img" aria-label="Payments that met a rule, by day" className="flex h-24 items-end gap-1">
          {days.map((one) => (
            <span
              key={one.day}
              className="flex-1 rounded-t-xs bg-net"
              style={{ height: `${Math.max(2, (one.flagged / most) * 100)}%` }}
              title={`${day(one.day)}: ${count(one.flagged)}`}
            />
          ))}
        </div>
      </div>
      {report.overlap.length > 0 && (
        <p className="border-t border-line px-4 py-3 text-sm text-ink-2">
          Often together:{' '}
          {report.overlap
            .slice(0, 4)
            .map(({ a, b, both }) => `${a} and ${b} (${count(both)})`)
            .join(', ')}
        </p>
      )}
    </Card>
  );
}

function Propose({ content }: { content: unknown }) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState<string>();
  const [, set] = useFilters();
  const propose = useCommand(proposeAmlRuleSet, (made) => {
    setOpen(false);
    set({ set: String(made.number) });
    toast('Proposed: try it, then another person activates it');
  });
  return (
    <>
      <Button
        tone="quiet"
        onClick={() => {
          setText(JSON.stringify(content, null, 2));
          setOpen(true);
        }}
      >
        Change
      </Button>
      <Modal
        open={open}
        onClose={() => setOpen(false)}
        title="Propose rules"
        lead="Nothing changes before another person activates them."
        wide
      >
        <form
          className="mt-2 space-y-4"
          onSubmit={(event) => {
            event.preventDefault();
            const note = new FormData(event.currentTarget).get('note');
            try {
              setWrong(undefined);
              propose.mutate({ content: JSON.parse(text) as unknown, note: typeof note === 'string' ? note : '' });
            } catch (error) {
              setWrong((error as Error).message);
            }
          }}
        >
          <TextField label="What changes" name="note" required minLength={3} maxLength={500} />
          <TextArea
            label="Rules"
            rows={18}
            spellCheck={false}
            value={text}
            error={wrong}
            onChange={(event) => setText(event.target.value)}
            className="font-mono text-xs"
          />
          <ProblemNote problem={propose.error} />
          <FormButtons close={() => setOpen(false)} act="Propose" busy={propose.isPending} />
        </form>
      </Modal>
    </>
  );
}

import { useState } from 'react';
import { codeOf } from '../../../src/base/money.ts';
import { listAmlRuleSets } from '../../../src/settlement/aml/contract.ts';
import { listParticipants } from '../../../src/settlement/participant/contract.ts';
import {
  activateLimits,
  listBreakers,
  listExposures,
  listLimits,
  proposeLimits,
  simulateLimitsOperation,
} from '../../../src/settlement/risk/contract.ts';
import type { WireOutput } from '../../../src/base/client.ts';
import { useAllowed, useCommand, useOperation } from '../api/queries.ts';
import { AmlRules } from '../parts/aml-rules.tsx';
import { Breakers } from '../parts/breakers.tsx';
import { useFilters } from '../parts/filters.tsx';
import { draftOf, LimitEditor, lineOf, type DraftLine, type Line } from '../parts/limit-editor.tsx';
import { SimulationResult } from '../parts/limit-simulation.tsx';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { money, moneyShort, share } from '../ui/format.ts';
import { Card, PageHead } from '../ui/layout.tsx';
import { FailurePage, ProblemNote, Skeleton } from '../ui/states.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast.tsx';

type LimitSet = WireOutput<typeof listLimits>['items'][number];

const TABS = [
  ['limits', 'Limits', listLimits],
  ['breakers', 'Circuit breakers', listBreakers],
  ['rules', 'AML rules', listAmlRuleSets],
] as const;

/** What may go through: limits, circuit breakers, and the rules that raise alerts. */
export function LimitsPage() {
  const [search, set] = useFilters();
  const allowed = useAllowed();
  const tabs = TABS.filter(([, , operation]) => allowed(operation)).map(([name, label]) => [name, label] as const);
  const tab = tabs.find(([name]) => name === search.tab)?.[0] ?? tabs[0]?.[0];
  return (
    <>
      <PageHead title="Limits and rules" name="Limits" lead="What may go through, what is stopped, and what raises an alert" />
      {tab && <Tabs label="Parts" tabs={tabs} at={tab} onPick={(name) => set({ tab: name, set: undefined })} />}
      {tab === 'limits' && <Limits />}
      {tab === 'breakers' && <Breakers />}
      {tab === 'rules' && <AmlRules />}
    </>
  );
}

function Limits() {
  const asked = useOperation(listLimits, {});
  const [search] = useFilters();
  if (asked.error && !asked.data) return <FailurePage problem={asked.error} retry={() => void asked.refetch()} />;
  if (!asked.data) return <Skeleton className="h-72 rounded-xl" />;
  const sets = asked.data.items;
  const shown = sets.find(({ number }) => String(number) === search.set) ?? sets.find(({ inForce }) => inForce) ?? sets[0];
  return (
    <div className="space-y-4">
      <Editor key={shown?.number ?? 0} shown={shown} />
      <div className="grid gap-4 xl:grid-cols-2">
        <Sets sets={sets} shown={shown?.number} />
        <Exposures />
      </div>
    </div>
  );
}

/** The lines of a set to edit, to try on a day, and to propose. */
function Editor({ shown }: { shown: LimitSet | undefined }) {
  const allowed = useAllowed();
  const banks = useOperation(listParticipants, { limit: '500' }, { staleMs: 60_000 }).data?.items ?? [];
  const [drafts, setDrafts] = useState<DraftLine[]>(() => (shown?.lines ?? []).map((line) => draftOf(line as Line)));
  const [day, setDay] = useState('');
  const [note, setNote] = useState('');
  const [, set] = useFilters();
  const simulate = useCommand(simulateLimitsOperation);
  const propose = useCommand(proposeLimits, (made) => {
    setNote('');
    set({ set: String(made.number) });
    toast(`Proposed as set ${made.number}: put it in force when it is right`);
  });
  const lines = drafts.map(lineOf);
  const isReadable = lines.every((line) => line !== undefined);
  const all = lines.filter((line) => line !== undefined);
  const may = allowed(proposeLimits);
  return (
    <>
      <Card
        title={shown ? `Set ${shown.number}` : 'No limits yet'}
        aside={shown ? <StateOf set={shown} /> : 'Whatever is covered goes through'}
      >
        <LimitEditor lines={drafts} banks={banks} disabled={!may} onLines={setDrafts} />
        <div className="flex flex-wrap items-end gap-3 border-t border-line px-4 py-3">
          <TextField
            label="Try on the traffic of"
            type="date"
            value={day}
            onChange={(event) => setDay(event.target.value)}
            hint="Yesterday unless chosen"
            className="w-44"
          />
          <Button
            disabled={!isReadable}
            busy={simulate.isPending}
            onClick={() => simulate.mutate({ lines: all, ...(day && { day }) })}
            className="mb-5"
          >
            Simulate
          </Button>
          {may && (
            <form
              className="ml-auto flex flex-wrap items-end gap-2"
              onSubmit={(event) => {
                event.preventDefault();
                propose.mutate({ lines: all, note: note.trim() });
              }}
            >
              <TextField
                label="What changes"
                value={note}
                minLength={3}
                maxLength={500}
                required
                onChange={(event) => setNote(event.target.value)}
                hint="Kept with the set"
                className="w-64"
              />
              <Button type="submit" tone="primary" className="mb-5" disabled={!isReadable} busy={propose.isPending}>
                Propose
              </Button>
            </form>
          )}
        </div>
        {(simulate.error ?? propose.error) && (
          <div className="px-4 pb-4">
            <ProblemNote problem={simulate.error ?? propose.error} />
          </div>
        )}
      </Card>
      {simulate.data && <SimulationResult result={simulate.data} />}
    </>
  );
}

function StateOf({ set }: { set: LimitSet }) {
  if (set.inForce) return <Badge tone="good">in force</Badge>;
  return set.activatedAt ? <Badge>was in force</Badge> : <Badge tone="accent">proposed</Badge>;
}

function Sets({ sets, shown }: { sets: readonly LimitSet[]; shown: number | undefined }) {
  const allowed = useAllowed();
  const [, set] = useFilters();
  const activate = useCommand(activateLimits, (made) => toast(`Set ${made.number} is in force`));
  return (
    <Card title="Sets">
      {activate.error && (
        <div className="px-4 pb-3">
          <ProblemNote problem={activate.error} />
        </div>
      )}
      {sets.length === 0 && <p className="px-4 pb-4 text-sm text-ink-2">Propose the first set above.</p>}
      <ul className="px-4 pb-3">
        {sets.map((one) => (
          <li key={one.number} className="flex items-center gap-3 border-t border-line py-2 text-sm first:border-0">
            <button
              type="button"
              aria-current={one.number === shown}
              className={`min-w-0 flex-1 rounded text-left hover:underline ${one.number === shown ? 'font-medium' : ''}`}
              onClick={() => set({ set: String(one.number) })}
            >
              <span className="num mr-2 text-ink-3">{one.number}</span>
              {one.note}
              <span className="block truncate text-xs font-normal text-ink-3">
                {one.proposedBy}, <Time at={one.proposedAt} />
              </span>
            </button>
            <StateOf set={one} />
            {!one.inForce && allowed(activateLimits) && (
              <Button
                busy={activate.isPending && activate.variables?.number === String(one.number)}
                onClick={() => activate.mutate({ number: String(one.number) })}
              >
                Put in force
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** How far the caps are used now. */
function Exposures() {
  const asked = useOperation(listExposures, {}, { everyMs: 10_000 });
  const banks = useOperation(listParticipants, { limit: '500' }, { staleMs: 60_000 }).data?.items ?? [];
  const bic = (id: string) => banks.find((bank) => bank.id === id)?.bic ?? '';
  const rows = asked.data?.items.slice(0, 12);
  return (
    <Card title="Use of the caps" aside="the fullest first">
      {rows?.length === 0 && <p className="px-4 pb-4 text-sm text-ink-2">No cap is in force.</p>}
      <ul className="px-4 pb-3">
        {rows?.map((row) => {
          const net = row.net.startsWith('-') ? '0' : row.net;
          const [used, cap] = row.cap === undefined ? [row.sentToday, row.dayCap ?? '0'] : [net, row.cap];
          const full = Math.min(1, share(used, cap));
          return (
            <li
              key={row.participantId + (row.counterpartyId ?? '') + row.asset}
              className="grid grid-cols-[9rem_1fr_7rem] items-center gap-x-3 py-1 text-sm"
            >
              <span className="ident truncate">
                {bic(row.participantId)}
                {row.counterpartyId && ` → ${bic(row.counterpartyId)}`}
              </span>
              <span
                className="h-2 overflow-hidden rounded-full bg-sunken"
                role="img"
                aria-label={`${money(row.asset, used)} of ${money(row.asset, cap)}`}
              >
                <span
                  className={`block h-full rounded-full ${full > 0.9 ? 'bg-bad' : full > 0.7 ? 'bg-warn' : 'bg-net'}`}
                  style={{ width: `${full * 100}%` }}
                />
              </span>
              <span className="num text-right text-xs text-ink-2">
                {moneyShort(row.asset, used)} of {moneyShort(row.asset, cap)} {codeOf(row.asset)}
              </span>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}

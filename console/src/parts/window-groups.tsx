import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { WireOutput } from '../../../src/base/client.ts';
import { codeOf } from '../../../src/base/money.ts';
import { extendCutOff, listWindowGroups, setWindowGroup } from '../../../src/settlement/window/group-contract.ts';
import { closeWindow } from '../../../src/settlement/window/contract.ts';
import { useAllowed, useOperation } from '../api/queries.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Badge } from '../ui/badge.tsx';
import { day, words } from '../ui/format.ts';
import { Failure, Skeleton } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { Countdown } from './countdown.tsx';
import { useFilters } from './filters.tsx';
import { CutOffDialog, ExtendDialog } from './group-dialogs.tsx';
import { GroupForm } from './group-form.tsx';

export type Group = WireOutput<typeof listWindowGroups>['items'][number];

/** Groups of currencies with what is next for each; one of them may be chosen, which filters the list below. */
export function WindowGroups() {
  const asked = useOperation(listWindowGroups, {}, { everyMs: 10_000 });
  if (asked.error && !asked.data) return <Failure problem={asked.error} retry={() => void asked.refetch()} />;
  const groups = asked.data?.items;
  if (groups?.length === 0) return null;
  return (
    <ul aria-label="Groups of currencies" className="mb-4 grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
      {groups ? (
        groups.map((group) => <GroupCard key={group.id} group={group} isOnly={groups.length === 1} />)
      ) : (
        <Skeleton className="h-36 rounded-xl" />
      )}
    </ul>
  );
}

function GroupCard({ group, isOnly }: { group: Group; isOnly: boolean }) {
  const [search] = useFilters();
  const isChosen = search.group === group.id;
  return (
    <li className={`card flex min-w-0 flex-col p-4 ${isChosen ? 'outline-2 outline-accent' : ''}`}>
      <div className="flex items-start justify-between gap-3">
        <div className="min-w-0">
          <Link
            to="."
            search={(before: object) => ({ ...before, after: undefined, page: undefined, group: isChosen ? undefined : group.id })}
            aria-current={isChosen}
            className="block truncate rounded text-sm font-semibold hover:underline"
            title="Show the windows of this group alone"
          >
            {group.name === 'All currencies' && !isOnly ? 'All other currencies' : group.name}
          </Link>
          <p className="text-xs text-ink-2">{group.assets.map(codeOf).join('  ') || 'no currency'}</p>
        </div>
        <GroupActions group={group} />
      </div>
      <Next group={group} />
    </li>
  );
}

function Next({ group }: { group: Group }) {
  const { window } = group;
  return (
    <div className="mt-3 flex grow items-end justify-between gap-4">
      <div>
        <p className="text-xs text-ink-3">{window.cutOffAt ? (window.endsDay ? 'Day ends in' : 'Cut-off in') : 'Next cut-off'}</p>
        <p className="text-lg leading-tight font-semibold tracking-tight">
          {window.cutOffAt ? <Countdown to={window.cutOffAt} /> : rhythm(group)}
        </p>
        <p className="mt-0.5 text-xs text-ink-3">
          {window.cutOffAt ? <Time at={window.cutOffAt} /> : group.closings[0] ? `Closed: ${group.closings[0].name}` : modeWords(group)}
        </p>
      </div>
      <div className="flex flex-col items-end gap-1">
        {window.extensions.length > 0 && <Badge tone="warn">extended</Badge>}
        {group.settles === 'by_hand' && <Badge tone="calm">settles by hand</Badge>}
        <Link to="/windows/$id" params={{ id: window.id }} className="num rounded text-xs text-accent hover:underline">
          #{window.number} open
        </Link>
      </div>
    </div>
  );
}

function rhythm({ mode, everySeconds }: Group): string {
  if (mode === 'interval' && everySeconds) return `every ${everySeconds} s`;
  return mode === 'schedule' ? 'not planned' : 'by hand';
}

function modeWords({ mode, everySeconds, window }: Group): string {
  if (mode === 'interval') return everySeconds ? 'when something is owed' : 'the interval is switched off';
  return window.businessDay ? `Business day ${day(window.businessDay)}` : words(mode);
}

function GroupActions({ group }: { group: Group }) {
  const [open, setOpen] = useState<'close' | 'extend' | 'edit'>();
  const allowed = useAllowed();
  if (!allowed(closeWindow)) return null;
  const done = () => setOpen(undefined);
  return (
    <span className="-mt-1 -mr-1.5 flex shrink-0">
      <IconButton label={`Cut off ${group.name} now`} icon="cut" onClick={() => setOpen('close')} />
      {allowed(extendCutOff) && (
        <IconButton label={`Put the cut-off of ${group.name} off`} icon="windows" onClick={() => setOpen('extend')} />
      )}
      {allowed(setWindowGroup) && <IconButton label={`Change ${group.name}`} icon="limits" onClick={() => setOpen('edit')} />}
      <CutOffDialog group={group} open={open === 'close'} onClose={done} />
      <ExtendDialog group={group} open={open === 'extend'} onClose={done} />
      <GroupForm group={group} open={open === 'edit'} onClose={done} />
    </span>
  );
}

/** A button that makes a group of its own for some currencies. */
export function NewGroup() {
  const [open, setOpen] = useState(false);
  const allowed = useAllowed();
  if (!allowed(setWindowGroup)) return null;
  return (
    <>
      <Button icon="plus" onClick={() => setOpen(true)}>
        New group
      </Button>
      <GroupForm open={open} onClose={() => setOpen(false)} />
    </>
  );
}

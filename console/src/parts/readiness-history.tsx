import { useState } from 'react';
import { withdrawRecord } from '../../../src/readiness/signing-contract.ts';
import { useAllowed } from '../api/queries.ts';
import { Badge } from '../ui/badge.tsx';
import { clock, day, words } from '../ui/format.ts';
import { Icon } from '../ui/icon.tsx';
import { Card } from '../ui/layout.tsx';
import { WithdrawForm } from './readiness-sign.tsx';
import { markOf, StateMark, type LineDetail } from './readiness-state.tsx';

type Entry = LineDetail['history'][number];

const TAKEN_BACK = new Set(['signed', 'waived', 'not_applicable', 'approved', 'planned']);

/** Runs in which the line stayed as it was, as one entry; what people put down, each by itself. */
function condensed(history: readonly Entry[]): (Entry & { times: number })[] {
  const shown: (Entry & { times: number })[] = [];
  for (const entry of history) {
    const last = shown.at(-1);
    if (entry.kind === 'run' && last?.kind === 'run' && last.state === entry.state && last.text === entry.text) last.times += 1;
    else shown.push({ ...entry, times: 1 });
  }
  return shown;
}

/** What became of a line: its states in the latest runs, and everything that people signed, the newest first. */
export function LineHistory({ detail }: { detail: LineDetail }) {
  const runs = detail.history.filter(({ kind }) => kind === 'run').toReversed();
  return (
    <Card title="History" aside={runs.length > 1 ? `the latest ${runs.length} runs` : undefined}>
      <div className="px-4 pb-4">
        {runs.length > 1 && (
          <div className="mb-3 flex h-3 gap-px" aria-hidden="true">
            {runs.map((run) => (
              <span
                key={run.record}
                title={`${run.at}: ${run.state}`}
                className={`flex-1 first:rounded-l last:rounded-r ${run.state ? markOf(run.state).fill : ''}`}
              />
            ))}
          </div>
        )}
        {detail.history.length === 0 && <p className="text-sm text-ink-3">Nothing happened to it yet.</p>}
        <ol>
          {condensed(detail.history).map((entry) => (
            <HistoryEntry key={`${entry.record}${entry.kind}`} entry={entry} detail={detail} />
          ))}
        </ol>
      </div>
    </Card>
  );
}

function HistoryEntry({ entry, detail }: { entry: Entry & { times: number }; detail: LineDetail }) {
  const allowed = useAllowed();
  const [withdrawing, setWithdrawing] = useState(false);
  const mayWithdraw = TAKEN_BACK.has(entry.kind) && !entry.withdrawn && allowed(withdrawRecord);
  return (
    <li className="flex gap-2.5 border-t border-line py-2 text-sm first:border-0">
      <span className="mt-0.5">
        {entry.state ? <StateMark state={entry.state} /> : <Icon name="users" size={15} className="text-ink-3" />}
      </span>
      <div className="min-w-0 flex-1">
        <p className={`break-words ${entry.withdrawn ? 'text-ink-3 line-through' : ''}`}>
          {entry.by && (
            <span className="font-medium">
              {words(entry.kind)} by {entry.by}
              {entry.role && ` as ${entry.role}`}:{' '}
            </span>
          )}
          {entry.text}
        </p>
        <p className="num flex flex-wrap items-center gap-2 text-xs text-ink-3">
          {day(entry.at)} {clock(entry.at)}
          {entry.times > 1 && ` and ${entry.times - 1} times before`}
          {entry.genuine === true && <Badge tone="good">signature verified</Badge>}
          {entry.genuine === false && <Badge tone="bad">signature not genuine</Badge>}
          {mayWithdraw && (
            <button type="button" onClick={() => setWithdrawing(true)} className="rounded text-accent hover:underline">
              Withdraw
            </button>
          )}
        </p>
      </div>
      {withdrawing && <WithdrawForm line={detail} record={entry.record} close={() => setWithdrawing(false)} />}
    </li>
  );
}

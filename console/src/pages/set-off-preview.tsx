import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { WireInput, WireOutput } from '../../../src/base/client.ts';
import { codeOf } from '../../../src/base/money.ts';
import { listObligations } from '../../../src/settlement/obligation/contract.ts';
import { previewSetOff, runSetOff } from '../../../src/settlement/obligation/round-contract.ts';
import { useCommand, useOperation } from '../api/queries.ts';
import { useFilters } from '../parts/filters.tsx';
import { SetOffCleared } from '../parts/set-off-cleared.tsx';
import { SetOffShares } from '../parts/set-off-shares.tsx';
import { Button } from '../ui/button.tsx';
import { Modal } from '../ui/dialog.tsx';
import { SelectField, TextField } from '../ui/field.tsx';
import { count, day, money } from '../ui/format.ts';
import { Card, Facts, PageHead } from '../ui/layout.tsx';
import { Empty, Failure, ProblemNote, Skeleton } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';

type Preview = WireOutput<typeof previewSetOff>;
type Asked = WireInput<typeof previewSetOff>;

/** What a round would clear now, before anything is done; what is looked at here is what is run. */
export function SetOffPreviewPage() {
  const [search, set] = useFilters();
  const confirmed = useOperation(listObligations, { state: 'confirmed', limit: '500' }, { staleMs: 60_000 });
  const assets = [...new Set([...(search.asset ? [search.asset] : []), ...(confirmed.data?.items ?? []).map((one) => one.asset)])].sort();
  const asset = search.asset ?? assets[0];
  const asked = asset && {
    asset,
    ...(search.order === 'overdue_first' && { order: 'overdue_first' as const }),
    ...(search.dueUntil && { dueUntil: search.dueUntil }),
  };
  return (
    <>
      <PageHead
        title="A round before it is run"
        name="Round before it is run"
        lead="What would be cleared of all that is confirmed. Nothing changes until it is run, and then exactly this is done."
      />
      <div className="space-y-4">
        {assets.length > 0 && (
          <div className="card grid gap-4 p-4 sm:grid-cols-3">
            <SelectField label="Currency" value={asset} onChange={(event) => set({ asset: event.target.value })}>
              {assets.map((one) => (
                <option key={one} value={one}>
                  {codeOf(one)}
                </option>
              ))}
            </SelectField>
            <SelectField
              label="Cleared first"
              value={asked && asked.order ? asked.order : 'amount'}
              onChange={(event) => set({ order: event.target.value === 'amount' ? undefined : event.target.value })}
            >
              <option value="amount">as much as can be</option>
              <option value="overdue_first">overdue before others</option>
            </SelectField>
            <TextField
              label="Only what is due until"
              type="date"
              hint="Empty for everything that is confirmed"
              value={search.dueUntil ?? ''}
              onChange={(event) => set({ dueUntil: event.target.value || undefined })}
            />
          </div>
        )}
        {asked ? <Look asked={asked} /> : confirmed.isPending ? <Skeleton className="h-72 rounded-xl" /> : <Nothing />}
      </div>
    </>
  );
}

function Nothing() {
  return (
    <div className="card">
      <Empty icon="setOff" title="Nothing is confirmed">
        Banks bring in what they owe each other, and confirm what the other side has brought in. Then there is something to set off.
      </Empty>
    </div>
  );
}

function Look({ asked: input }: { asked: Asked }) {
  const asked = useOperation(previewSetOff, input, { staleMs: Infinity });
  const preview = asked.data;
  if (asked.error && !preview) {
    return (
      <div className="card">
        <Failure problem={asked.error} retry={() => void asked.refetch()} />
      </div>
    );
  }
  if (!preview) return <Skeleton className="h-72 rounded-xl" />;
  return (
    <div className="grid items-start gap-4 xl:grid-cols-3">
      <Card title="Would be cleared">
        <div className="space-y-4 px-4 pb-4">
          <SetOffCleared asset={preview.asset} gross={preview.gross} cleared={preview.cleared} verb="would be cleared" />
          <Facts
            items={[
              ['Obligations', count(preview.obligations)],
              ['Of them in full', count(preview.discharged)],
              preview.order === 'overdue_first' && ['Overdue as of', day(preview.day)],
            ]}
          />
          <div className="flex flex-wrap gap-2">
            <Run input={input} preview={preview} again={() => void asked.refetch()} />
            <Button busy={asked.isFetching} onClick={() => void asked.refetch()}>
              Look again
            </Button>
          </div>
          {preview.cleared === '0' && <p className="text-sm text-ink-2">No debts run in a circle: nothing cancels out.</p>}
        </div>
      </Card>
      <Card title={`For each participant in ${codeOf(preview.asset)}`} className="xl:col-span-2">
        <SetOffShares asset={preview.asset} shares={preview.shares} />
      </Card>
    </div>
  );
}

/** Asked once more, since it is final. */
function Run({ input, preview, again }: { input: Asked; preview: Preview; again: () => void }) {
  const [asking, setAsking] = useState(false);
  const navigate = useNavigate();
  const run = useCommand(runSetOff, (round) => {
    toast(`Round #${round.number} is done`);
    void navigate({ to: '/set-off/rounds/$id', params: { id: round.id } });
  });
  const isChanged = run.error?.code === 'settlement.set_off_changed';
  function lookAgain() {
    run.reset();
    setAsking(false);
    again();
  }
  return (
    <>
      <Button tone="primary" icon="setOff" disabled={preview.cleared === '0'} onClick={() => setAsking(true)}>
        Run this round
      </Button>
      <Modal
        open={asking}
        onClose={() => setAsking(false)}
        title={`Set off ${money(preview.asset, preview.cleared)}?`}
        lead={`Of ${count(preview.obligations)} obligations, ${count(preview.discharged)} are discharged in full. No money moves, and this is final. Both banks of each are told.`}
      >
        <div className="mt-2 space-y-4">
          <ProblemNote problem={run.error} />
          <div className="flex justify-end gap-2">
            <Button onClick={() => setAsking(false)}>Cancel</Button>
            {isChanged ? (
              <Button tone="primary" onClick={lookAgain}>
                Look again
              </Button>
            ) : (
              <Button tone="primary" busy={run.isPending} onClick={() => run.mutate({ ...input, inputHash: preview.inputHash })}>
                Set off
              </Button>
            )}
          </div>
        </div>
      </Modal>
    </>
  );
}

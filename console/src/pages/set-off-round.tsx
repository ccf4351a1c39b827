import { useParams } from '@tanstack/react-router';
import type { WireOutput } from '../../../src/base/client.ts';
import { codeOf } from '../../../src/base/money.ts';
import { getSetOffFlows, getSetOffRound } from '../../../src/settlement/obligation/round-contract.ts';
import { useLogin, useOperation } from '../api/queries.ts';
import { SetOffCertificate, SetOffFile } from '../parts/set-off-certificate.tsx';
import { SetOffCleared } from '../parts/set-off-cleared.tsx';
import { SetOffPicture } from '../parts/set-off-picture.tsx';
import { SetOffShares } from '../parts/set-off-shares.tsx';
import { Badge } from '../ui/badge.tsx';
import { Copyable } from '../ui/copy.tsx';
import { count, day } from '../ui/format.ts';
import { Icon } from '../ui/icon.tsx';
import { Card, Facts, PageHead } from '../ui/layout.tsx';
import { Failure, FailurePage, Skeleton } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { orderWords } from './set-off.tsx';

type Detail = WireOutput<typeof getSetOffRound>;

/** A round of set-off: what it cleared, who owed whom before and after, and why nothing else could have cleared more. */
export function SetOffRoundPage() {
  const { id } = useParams({ strict: false });
  const asked = useOperation(getSetOffRound, { id: id! }, { staleMs: 60_000 });
  const round = asked.data;
  if (asked.error && !round) return <FailurePage problem={asked.error} retry={() => void asked.refetch()} />;
  const name = round ? `Round #${round.number}` : 'Round';
  return (
    <>
      <PageHead
        name={name}
        title={
          <span className="flex flex-wrap items-center gap-3">
            <span className="num">{name}</span>
            {round && (
              <Badge tone="good">
                <Icon name="check" size={12} /> done
              </Badge>
            )}
          </span>
        }
        lead={round ? `Set-off in ${codeOf(round.asset)}, ${count(round.obligations)} obligations` : <Skeleton className="mt-1.5" />}
      >
        {round && <SetOffFile id={round.id} number={round.number} />}
      </PageHead>
      {round ? <Body round={round} /> : <Skeleton className="h-96 rounded-xl" />}
    </>
  );
}

function Body({ round }: { round: Detail }) {
  const isBank = useLogin().user.memberId !== undefined;
  const { asset, gross, cleared, order } = round;
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <Card title={isBank ? 'Cleared of what you owed' : 'Cleared'}>
        <div className="space-y-4 px-4 pb-4">
          <SetOffCleared asset={asset} gross={gross} cleared={cleared} verb="cleared" />
          <Facts
            items={[
              ['Carried out', <Time key="t" at={round.ranAt} />],
              ['Obligations', count(round.obligations)],
              ['Cleared first', order === 'amount' ? orderWords(order) : `${orderWords(order)}, as of ${day(round.day)}`],
              ['Root', <Copyable key="r" text={round.root} label="root" />],
            ]}
          />
        </div>
      </Card>
      <SetOffCertificate round={round} />
      <Card title="Before and after" aside={<span className="max-sm:hidden">both drawn to one scale</span>} className="lg:col-span-2">
        <Picture round={round} />
      </Card>
      <Card title={isBank ? 'Your share' : `Participants in ${codeOf(asset)}`} className="lg:col-span-2">
        <SetOffShares asset={asset} shares={round.shares} priced={!isBank} />
      </Card>
    </div>
  );
}

function Picture({ round: { id, asset } }: { round: Detail }) {
  const asked = useOperation(getSetOffFlows, { id }, { staleMs: 60_000 });
  if (asked.error && !asked.data) return <Failure problem={asked.error} retry={() => void asked.refetch()} />;
  return asked.data ? <SetOffPicture asset={asset} flows={asked.data} /> : <Skeleton className="m-4 h-80 rounded-lg" />;
}

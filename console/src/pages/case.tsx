import { Link, useNavigate, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { assignCase, getCase, listCases } from '../../../src/settlement/compliance/contract.ts';
import type { WireInput } from '../../../src/base/client.ts';
import { useAllowed, useCommand, useLogin, useOperation } from '../api/queries.ts';
import { CaseDecision } from '../parts/case-decision.tsx';
import { Evidence, Links } from '../parts/case-evidence.tsx';
import { CaseHistory } from '../parts/case-history.tsx';
import { usePageKeys } from '../parts/case-keys.ts';
import { CaseState, Due, PriorityMark } from '../parts/case-marks.tsx';
import { Traffic } from '../parts/case-traffic.tsx';
import { CaseFacts, Why, type CaseDetail } from '../parts/case-why.tsx';
import { useFilters, type Search } from '../parts/filters.tsx';
import { State } from '../ui/badge.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { Card, PageHead } from '../ui/layout.tsx';
import { Money } from '../ui/money.tsx';
import { FailurePage, Skeleton } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';

/** One case: why it is here, what is known, what was done, and the decision. */
export function CasePage() {
  const { id } = useParams({ strict: false });
  const asked = useOperation(getCase, { id: id! }, { everyMs: 20_000 });
  const detail = asked.data;
  const [{ act }, set] = useFilters();
  const begin = (what: string) => () => set({ act: what });
  const take = useTake();
  const near = useNeighbours(id!);
  const navigate = useNavigate();
  const allowed = useAllowed();
  const to = (other: string | undefined) =>
    other === undefined ? undefined : () => void navigate({ to: '/cases/$id', params: { id: other }, search: withoutAct as never });
  const back = () => void navigate({ to: '/cases', search: withoutAct as never });
  usePageKeys({
    j: to(near.next) ?? (() => undefined),
    k: to(near.before) ?? (() => undefined),
    Escape: back,
    ...(allowed(assignCase) && {
      a: begin('approve'),
      r: begin('reject'),
      c: begin('comment'),
      m: () => take.mutate({ id: id!, to: 'me' }),
    }),
  });
  if (asked.error && !detail) return <FailurePage problem={asked.error} retry={() => void asked.refetch()} />;
  const name = detail ? `Case ${detail.number}` : 'Case';
  return (
    <>
      <PageHead name={name} title={<Title detail={detail} />} lead={detail ? detail.summary : <Skeleton className="mt-1.5" />}>
        {detail && <Actions detail={detail} near={near} />}
      </PageHead>
      {detail ? (
        <Body key={detail.id} detail={detail} act={act} onActed={() => set({ act: undefined })} />
      ) : (
        <Skeleton className="h-96 rounded-xl" />
      )}
    </>
  );
}

const withoutAct = ({ act: _, ...before }: Search): Search => before;

function useTake() {
  return useCommand(assignCase, (row) => toast(row.assignee ? `With ${row.assignee.name}` : 'Given back'));
}

/** The cases before and behind this one in the list that one came from. */
function useNeighbours(id: string): { before?: string | undefined; next?: string | undefined } {
  const [search] = useFilters();
  const { page: _page, act: _act, ...input } = search;
  const asked = useOperation(listCases, { state: 'active', ...input } as WireInput<typeof listCases>, { staleMs: 60_000 });
  const ids = asked.data?.items.map((row) => row.id) ?? [];
  const at = ids.indexOf(id);
  return at < 0 ? { next: ids[0] } : { before: ids[at - 1], next: ids[at + 1] };
}

function Title({ detail }: { detail: CaseDetail | undefined }) {
  if (!detail) return 'Case';
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <span className="num text-ink-3">{detail.number}</span>
      <bdi>{detail.title}</bdi>
      <PriorityMark priority={detail.priority} />
      <CaseState {...detail} />
      {detail.state !== 'closed' && (
        <span className="text-sm font-normal">
          <Due {...detail} />
        </span>
      )}
    </span>
  );
}

function Actions({ detail, near }: { detail: CaseDetail; near: { before?: string | undefined; next?: string | undefined } }) {
  const allowed = useAllowed();
  const { user } = useLogin();
  const take = useTake();
  const isMine = detail.assignee?.id === user.id;
  return (
    <>
      {near.next && (
        <Link to="/cases/$id" params={{ id: near.next }} search={withoutAct as never} className={buttonClass()}>
          Next case <Icon name="chevron" size={13} />
        </Link>
      )}
      {allowed(assignCase) && detail.state !== 'closed' && (!isMine || detail.state !== 'proposed') && (
        <Button busy={take.isPending} onClick={() => take.mutate({ id: detail.id, to: isMine ? 'nobody' : 'me' })}>
          {isMine ? 'Give back' : 'Take it'}
        </Button>
      )}
    </>
  );
}

/** Two columns where there is room; on a phone the payment comes first, then the decision, then what it rests on. */
function Body({ detail, act, onActed }: { detail: CaseDetail; act: string | undefined; onActed: () => void }) {
  return (
    <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_24rem]">
      <div className="min-w-0 space-y-4 max-xl:contents">
        {detail.instructionId && detail.asset !== undefined && (
          <Placed at="max-xl:order-1">
            <Held detail={detail} />
          </Placed>
        )}
        {detail.payment && (
          <Placed at="max-xl:order-1">
            <Payment payment={detail.payment} />
          </Placed>
        )}
        <Placed at="max-xl:order-3">
          <Why detail={detail} />
        </Placed>
        <Placed at="max-xl:order-5">
          <Traffic detail={detail} />
        </Placed>
      </div>
      <div className="min-w-0 space-y-4 max-xl:contents">
        <Placed at="max-xl:order-2">
          <CaseDecision detail={detail} act={act} onActed={onActed} />
        </Placed>
        <Placed at="max-xl:order-4">
          <CaseHistory detail={detail} act={act} />
        </Placed>
        <Placed at="space-y-4 max-xl:order-6">
          <Evidence detail={detail} />
          <Links detail={detail} />
          <Card title="Details">
            <div className="px-4 pb-4">
              <CaseFacts detail={detail} />
            </div>
          </Card>
        </Placed>
      </div>
    </div>
  );
}

function Placed({ at, children }: { at: string; children: ReactNode }) {
  return <div className={`min-w-0 empty:hidden ${at}`}>{children}</div>;
}

/** What waits for its rail, held until the case decides. */
function Held({ detail }: { detail: CaseDetail }) {
  return (
    <section aria-label="Instruction" className="card px-5 py-4">
      <p className="text-2xl font-semibold tracking-tight">
        <Money asset={detail.asset!} units={detail.units!} />
      </p>
      <p className="mt-2 text-sm text-ink-2">
        to <bdi className="font-medium text-ink">{detail.title}</bdi>; no bank has been handed it. Released, it goes; rejected, its money is
        free again.
      </p>
      <p className="ident mt-2 break-all">{detail.instructionId}</p>
    </section>
  );
}

function Payment({ payment }: { payment: NonNullable<CaseDetail['payment']> }) {
  return (
    <section aria-label="Payment" className="card px-5 py-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="text-2xl font-semibold tracking-tight">
          <Money asset={payment.asset} units={payment.units} />
        </p>
        <span className="flex items-center gap-3">
          <State of={payment.status} />
          <Link to="/payments/$id" params={{ id: payment.id }} className="rounded text-sm text-accent hover:underline">
            {payment.endToEndId}
          </Link>
        </span>
      </div>
      <div className="mt-3 grid gap-3 sm:grid-cols-[1fr_auto_1fr] sm:items-center">
        <Side party={payment.debtor} agent={payment.debtorAgent} />
        <Icon name="arrow" size={20} className="hidden text-ink-3 sm:block" />
        <Side party={payment.creditor} agent={payment.creditorAgent} />
      </div>
      {payment.remittance && <p className="mt-3 border-t border-line pt-2 text-sm text-ink-2">{payment.remittance}</p>}
    </section>
  );
}

type Party = NonNullable<CaseDetail['payment']>['debtor'];
type Agent = NonNullable<CaseDetail['payment']>['debtorAgent'];

function Side({ party, agent }: { party: Party; agent: Agent }) {
  return (
    <div className="min-w-0">
      <p className="font-medium break-words">
        <bdi>{party.name}</bdi>
      </p>
      {party.account && <p className="ident break-all">{party.account}</p>}
      <p className="text-sm text-ink-2">
        {agent.name} <span className="ident">{agent.bic}</span>
        {party.country && ` · ${party.country}`}
      </p>
    </div>
  );
}

import { Link, useNavigate, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { getTransfer } from '../../../src/ledger/contract.ts';
import { getPayment } from '../../../src/settlement/payment/contract.ts';
import type { WireOutput } from '../../../src/base/client.ts';
import { useAllowed, useOperation } from '../api/queries.ts';
import { Decision } from '../parts/decision.tsx';
import { Explanation } from '../parts/explanation.tsx';
import { JudgementCard } from '../parts/judgement.tsx';
import { ProofBadge } from '../parts/proof-check.tsx';
import { Badge, State } from '../ui/badge.tsx';
import { Copyable } from '../ui/copy.tsx';
import { Drawer } from '../ui/dialog.tsx';
import { clock, day, duration, percent, words } from '../ui/format.ts';
import { Icon } from '../ui/icon.tsx';
import { Card, Facts } from '../ui/layout.tsx';
import { Money } from '../ui/money.tsx';
import { Failure, Skeleton } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';

type Detail = WireOutput<typeof getPayment>;

/** One payment beside the list: what it is, what happened to it and why, and the proof that it is on the books. */
export function PaymentDrawer() {
  const { id } = useParams({ strict: false });
  const navigate = useNavigate();
  const asked = useOperation(getPayment, { id: id! });
  const payment = asked.data;
  return (
    <Drawer
      open
      onClose={() => void navigate({ to: '/payments', search: true })}
      title="Payment"
      lead={payment ? payment.endToEndId : undefined}
    >
      {payment ? (
        <Body payment={payment} />
      ) : asked.error ? (
        <Failure problem={asked.error} retry={() => void asked.refetch()} />
      ) : (
        <Loading />
      )}
    </Drawer>
  );
}

function Loading() {
  return (
    <div className="space-y-4">
      <Skeleton className="h-24 rounded-xl" />
      <Skeleton className="h-40 rounded-xl" />
      <Skeleton className="h-56 rounded-xl" />
    </div>
  );
}

function Body({ payment }: { payment: Detail }) {
  const tookMs = payment.settledAt ? Date.parse(payment.settledAt) - Date.parse(payment.receivedAt) : undefined;
  return (
    <div className="space-y-4">
      <div className="card px-5 py-4">
        <div className="flex flex-wrap items-center justify-between gap-3">
          <p className="text-2xl font-semibold tracking-tight">
            <Money asset={payment.asset} units={payment.units} />
          </p>
          <State of={payment.status} />
        </div>
        {payment.reason && (
          <p className="mt-2 text-sm text-ink-2">
            <span className="mr-2 font-mono text-xs text-ink">{payment.reason.code}</span>
            {payment.reason.text}
          </p>
        )}
        {tookMs !== undefined && <p className="mt-1 text-sm text-ink-2">Final after {duration(tookMs)}</p>}
      </div>
      {payment.status === 'held' && <Decision paymentId={payment.id} />}
      <div className="grid gap-3 sm:grid-cols-[1fr_auto_1fr] sm:items-stretch">
        <Side title="From" agent={payment.debtorAgent} party={payment.debtor} />
        <span className="hidden self-center text-ink-3 sm:block">
          <Icon name="arrow" size={20} />
        </span>
        <Side title="To" agent={payment.creditorAgent} party={payment.creditor} />
      </div>
      {marksOf(payment).length > 0 && <Screening payment={payment} />}
      {payment.judgement && <JudgementCard payment={payment} judgement={payment.judgement} />}
      <Card title="What happened">
        <Timeline steps={payment.timeline} />
      </Card>
      {payment.transferIds.length > 0 && <Transfers ids={payment.transferIds} />}
      <Card title="Details">
        <div className="px-4 pb-4">
          <Details payment={payment} />
        </div>
      </Card>
    </div>
  );
}

function Side({ title, agent, party }: { title: string; agent: Detail['debtorAgent']; party: Detail['debtor'] }) {
  return (
    <div className="card min-w-0 px-4 py-3">
      <p className="text-xs text-ink-3">{title}</p>
      <p className="mt-0.5 font-medium break-words">{party.name}</p>
      {party.account && <p className="ident break-all">{party.account}</p>}
      <Particulars party={party} />
      <p className="mt-2 text-sm">
        <Link to="/participants/$id" params={{ id: agent.id }} className="rounded text-accent hover:underline">
          {agent.name}
        </Link>
      </p>
      <p className="ident">
        {agent.bic}
        {party.country && ` · ${party.country}`}
      </p>
    </div>
  );
}

/** Whoever stands beside a party, by name and numbers. */
function behindOf({ name, country, bic, lei, ids = [] }: NonNullable<Detail['debtor']['ultimate']>): string {
  return [name, country, bic, lei, ...ids.map(({ id }) => id)].filter(Boolean).join(', ');
}

/** What the travel rule asks for, as far as the bank said it. */
function Particulars({ party }: { party: Detail['debtor'] }) {
  const { street, town, country, bic, lei, nationalId, customerId, birth, ultimate, initiator, banks = [], mentions = [] } = party;
  const lines: [what: string, value: string | undefined][] = [
    ['Address', [street, town, (street ?? town) && country].filter(Boolean).join(', ') || undefined],
    ['Born', birth && `${birth.on}, ${birth.town}, ${birth.country}`],
    ['BIC', bic],
    ['LEI', lei],
    ['State number', nationalId],
    ['Customer', customerId],
    ['On behalf of', ultimate && behindOf(ultimate)],
    ['Initiated by', initiator && behindOf(initiator)],
    ['Banks', banks.map(({ name, bic: code, lei: legal }) => name ?? code ?? legal).join(', ') || undefined],
    ['Also named', mentions.map((one) => `${behindOf(one)} (${one.at})`).join('; ') || undefined],
  ];
  const given = lines.filter(([, value]) => value !== undefined);
  if (given.length === 0) return null;
  return (
    <dl className="mt-1 text-sm text-ink-2">
      {given.map(([what, value]) => (
        <div key={what} className="flex gap-2">
          <dt className="shrink-0 text-ink-3">{what}</dt>
          <dd className="min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

type Mark = Detail['screening']['hits'][number] & { note?: string };

/** What the lists say of the parties: hits, what is only noted, and what lists that came later changed. */
function marksOf({ screening: { hits, notices = [], cleared = [], later = [] } }: Detail): Mark[] {
  const plain = ({ party, name, listed, listId, entryId, score, explanation }: Mark) => ({
    party,
    ...(name !== undefined && { name }),
    listed,
    listId,
    entryId,
    score,
    explanation,
  });
  return [
    ...hits,
    ...notices.map((mark) => ({ ...plain(mark), note: 'exposed person' })),
    ...cleared.map((mark) => ({ ...plain(mark), note: 'set aside by an exception' })),
    ...later.map((mark) => ({ ...plain(mark), note: mark.change === 'gone' ? 'no longer listed' : 'listed since' })),
  ];
}

function Screening({ payment }: { payment: Detail }) {
  const { hits, set } = payment.screening;
  return (
    <Card
      title="Screening"
      aside={[`${hits.length} ${hits.length === 1 ? 'hit' : 'hits'}`, set && `lists ${set}`].filter(Boolean).join(' · ')}
    >
      <ul className="px-4 pb-4">
        {marksOf(payment).map((mark) => (
          <li
            key={`${mark.note}${mark.party}${mark.name}${mark.listId}${mark.entryId}`}
            className="border-t border-line py-3 first:border-0 first:pt-1 last:pb-0"
          >
            <div className="flex items-start justify-between gap-4">
              <div className="min-w-0">
                <p className="font-medium break-words">
                  {mark.listed} {mark.note && <Badge tone={mark.note === 'listed since' ? 'bad' : 'plain'}>{mark.note}</Badge>}
                </p>
                <p className="text-xs text-ink-3">
                  {mark.name === undefined ? mark.party : `behind the ${mark.party}`} “{mark.name ?? payment[mark.party].name}” ·{' '}
                  {mark.listId} · {mark.entryId}
                </p>
              </div>
              <div className="w-24 shrink-0">
                <p className="num text-right text-sm font-medium">{percent(mark.score, 0)}</p>
                <div className="mt-1 h-1.5 rounded-full bg-sunken">
                  <div className="h-full rounded-full bg-warn" style={{ width: `${mark.score * 100}%` }} />
                </div>
              </div>
            </div>
            <Explanation lines={mark.explanation} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Timeline({ steps }: { steps: Detail['timeline'] }) {
  return (
    <ol className="px-4 pt-1 pb-4">
      {steps.map((step, index) => (
        <li key={`${step.step}${index}`} className="relative flex gap-3 pb-4 last:pb-0">
          {index < steps.length - 1 && <span className="absolute top-4 bottom-0 left-[4.5px] w-px bg-line-strong" aria-hidden="true" />}
          <span
            className={`mt-1.5 size-2.5 shrink-0 rounded-full ${index === steps.length - 1 ? 'bg-accent' : 'bg-line-strong'}`}
            aria-hidden="true"
          />
          <div className="min-w-0 flex-1">
            <div className="flex flex-wrap justify-between gap-x-4">
              <p className="text-sm font-medium first-letter:uppercase">{words(step.step)}</p>
              <p className="num text-xs text-ink-3" title={`${step.at} UTC`}>
                {day(step.at)} {clock(step.at)}.{step.at.slice(20, 23)}
              </p>
            </div>
            <p className="text-sm text-ink-2">
              {step.text}
              {step.actor && <span className="text-ink-3"> · {step.actor}</span>}
            </p>
          </div>
        </li>
      ))}
    </ol>
  );
}

function Transfers({ ids }: { ids: readonly string[] }) {
  const allowed = useAllowed();
  if (!allowed(getTransfer)) return null;
  return (
    <Card title="On the ledger" aside="checked in this browser">
      <ul className="px-4 pb-2">
        {ids.map((id) => (
          <li key={id} className="flex flex-wrap items-center justify-between gap-3 border-t border-line py-2.5 first:border-0">
            <TransferLine id={id} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function TransferLine({ id }: { id: string }) {
  const asked = useOperation(getTransfer, { id });
  const transfer = asked.data?.transfer;
  if (!transfer) return asked.error ? <span className="text-sm text-bad">{asked.error.message}</span> : <Skeleton className="h-5 w-56" />;
  return (
    <>
      <Link to="/ledger/transfers/$id" params={{ id }} search={{}} className="flex items-center gap-3 rounded hover:underline">
        <span className="num w-16 text-xs text-ink-3">№ {transfer.seq}</span>
        <State of={transfer.kind} />
        <span className="text-sm">
          <Money asset={transfer.asset} units={transfer.units} />
        </span>
      </Link>
      <ProofBadge transfer={transfer} />
    </>
  );
}

function Details({ payment }: { payment: Detail }) {
  const listVersion = payment.judgement?.listVersion ?? payment.screening.listVersion;
  const rows: (readonly [string, ReactNode] | false | undefined)[] = [
    ['Payment', <Copyable key="id" text={payment.id} label="payment id" />],
    ['UETR', <Copyable key="uetr" text={payment.uetr} label="UETR" />],
    ['End-to-end id', payment.endToEndId],
    ['Received', <Time key="at" at={payment.receivedAt} />],
    ['Value date', day(payment.valueDate)],
    payment.window && [
      'Window',
      <Link key="window" to="/windows/$id" params={{ id: payment.window.id }} className="rounded text-accent hover:underline">
        #{payment.window.number}
      </Link>,
    ],
    !!payment.seq && [
      'Sequence in the book',
      <span key="seq" className="num">
        {payment.seq}
      </span>,
    ],
    ['Came by', payment.channel === 'iso20022' ? 'ISO 20022 file' : payment.channel === 'batch' ? 'JSON batch' : 'JSON'],
    !!payment.purpose && ['Purpose', payment.purpose],
    !!payment.remittance && ['Remittance', payment.remittance],
    !!listVersion && ['Screened against', <Copyable key="list" text={listVersion} label="list version" />],
  ];
  return <Facts items={rows} />;
}

import { useState, type ReactNode } from 'react';
import { confirmBindings, getEvidence, getLine } from '../../../src/readiness/contract.ts';
import { planLine, refuseWaiver, requestWaiver, ruleOutLine, signLine } from '../../../src/readiness/signing-contract.ts';
import { useAllowed, useCommand, useLogin, useOperation } from '../api/queries.ts';
import { fetchFile } from '../api/session.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Drawer } from '../ui/dialog.tsx';
import { duration, nameOf, percent, shortId, words } from '../ui/format.ts';
import { Card, Facts } from '../ui/layout.tsx';
import { Failure, ProblemNote, Skeleton } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast.tsx';
import { LineHistory } from './readiness-history.tsx';
import { ConfirmBindingsForm, GrantForm, PlanForm, RuleOutForm, SignForm, WaiverForm } from './readiness-sign.tsx';
import { EffectBadge, StateBadge, TierBadge, type Checklist, type LineDetail } from './readiness-state.tsx';

/** One line beside the checklist: what decides it, what was seen, who signed, how it went, and who may sign. */
export function LineDrawer({ name, line, close }: { name: string; line: string; close: () => void }) {
  const asked = useOperation(getLine, { name, line });
  const detail = asked.data;
  return (
    <Drawer open onClose={close} title={detail ? <bdi>{detail.title}</bdi> : 'Line'} lead={detail?.section.join(' › ')}>
      {detail ? (
        <Body detail={detail} />
      ) : asked.error ? (
        <Failure problem={asked.error} retry={() => void asked.refetch()} />
      ) : (
        <div className="space-y-4">
          <Skeleton className="h-24 rounded-xl" />
          <Skeleton className="h-48 rounded-xl" />
        </div>
      )}
    </Drawer>
  );
}

function Body({ detail }: { detail: LineDetail }) {
  return (
    <div className="space-y-4">
      <div className="card p-4">
        <div className="flex flex-wrap items-center gap-2">
          <StateBadge state={detail.state} />
          <EffectBadge effect={detail.effect} />
          <TierBadge tier={detail.tier} from={detail.tierFrom} />
        </div>
        {detail.detail && <p className="mt-2 text-sm">{detail.detail}</p>}
        <p className="mt-2 text-sm break-words text-ink-2">{detail.summary}</p>
        {detail.because !== detail.summary && <p className="mt-1 text-xs break-words text-ink-3">{detail.because}</p>}
        <Acts detail={detail} />
      </div>
      <Requests detail={detail} />
      {detail.checks.length > 0 && <Checks detail={detail} />}
      <Decides detail={detail} />
      <LineHistory detail={detail} />
      <Written detail={detail} />
    </div>
  );
}

type Form = 'sign' | 'waiver' | 'rule' | 'plan';

function Acts({ detail }: { detail: LineDetail }) {
  const allowed = useAllowed();
  const [form, setForm] = useState<Form>();
  const close = () => setForm(undefined);
  const open = detail.state !== 'pass' && detail.state !== 'not_applicable';
  const { user } = useLogin();
  const mine = detail.state !== 'pass' && detail.signers.some(({ id }) => id === user.id);
  return (
    <div className="mt-3 flex flex-wrap gap-2 empty:hidden">
      {allowed(signLine) && mine && (
        <Button tone="primary" onClick={() => setForm('sign')}>
          Sign as {detail.role}
        </Button>
      )}
      {open && allowed(requestWaiver) && <Button onClick={() => setForm('waiver')}>Ask for a waiver</Button>}
      {open && allowed(planLine) && <Button onClick={() => setForm('plan')}>Plan</Button>}
      {open && allowed(ruleOutLine) && <Button onClick={() => setForm('rule')}>Does not apply</Button>}
      {form === 'sign' && <SignForm line={detail} close={close} />}
      {form === 'waiver' && <WaiverForm line={detail} close={close} />}
      {form === 'plan' && <PlanForm line={detail} close={close} />}
      {form === 'rule' && <RuleOutForm line={detail} close={close} />}
    </div>
  );
}

/** Waivers that somebody asked for and nobody has decided. */
function Requests({ detail }: { detail: LineDetail }) {
  const open = detail.waiverRequests.filter(({ state }) => state === 'open');
  if (open.length === 0) return null;
  return (
    <Card title="Asked for a waiver">
      <ul className="px-4 pb-3">
        {open.map((request) => (
          <Request key={request.id} request={request} />
        ))}
      </ul>
    </Card>
  );
}

function Request({ request }: { request: Checklist['waiverRequests'][number] }) {
  const allowed = useAllowed();
  const [granting, setGranting] = useState(false);
  const refuse = useCommand(refuseWaiver, () => toast(request.own ? 'Taken back' : 'Refused'));
  return (
    <li className="border-t border-line py-2.5 text-sm first:border-0">
      <p>{request.reason}</p>
      <p className="text-xs text-ink-3">
        {request.requestedBy}, until {request.until.slice(0, 10)}
      </p>
      <div className="mt-2 flex gap-2">
        {!request.own && allowed(signLine) && (
          <Button tone="primary" onClick={() => setGranting(true)}>
            Grant
          </Button>
        )}
        {allowed(refuseWaiver) && (
          <Button busy={refuse.isPending} onClick={() => refuse.mutate({ id: request.id })}>
            {request.own ? 'Take back' : 'Refuse'}
          </Button>
        )}
      </div>
      <ProblemNote problem={refuse.error} />
      {granting && <GrantForm request={request} close={() => setGranting(false)} />}
    </li>
  );
}

function Checks({ detail }: { detail: LineDetail }) {
  return (
    <Card title="What was seen" aside={detail.any ? 'one of these is enough' : undefined}>
      <ul className="px-4 pb-4">
        {detail.checks.map((check, i) => (
          <li key={`${check.kind}${i}`} className="border-t border-line py-3 first:border-0 first:pt-1 last:pb-0">
            <div className="flex items-start justify-between gap-3">
              <p className="min-w-0 text-sm break-words">
                <span className="mr-2 font-mono text-xs text-ink-3">{check.kind}</span>
                {check.asked}
              </p>
              <StateBadge state={check.state} />
            </div>
            <p className="mt-1 text-sm break-words text-ink-2">{check.summary}</p>
            <Measured check={check} />
            <p className="num mt-1 text-xs text-ink-3">
              <Time at={check.startedAt} /> · {duration(check.ms)}
            </p>
            {check.evidence && <Evidence sha256={check.evidence} />}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Measured({ check: { measurements } }: { check: LineDetail['checks'][number] }) {
  if (measurements.length === 0) return null;
  return (
    <table className="mt-2 w-full text-xs">
      <tbody>
        {measurements.map((one, i) => (
          <tr key={`${one.name}${i}`} className="border-t border-line/60">
            <th scope="row" className="py-1 pr-3 text-left font-normal text-ink-2">
              {one.name}
            </th>
            <td className="num py-1 pr-3 font-medium break-all">
              {one.value} {one.unit}
            </td>
            <td className="num py-1 text-right text-ink-3">{one.demanded && `demanded ${one.demanded}`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** More than is ever kept of a check; what people attach may be longer. */
const MOST_SHOWN = 100_000;

/** The kept output of a check; text only, whatever it was. */
function Evidence({ sha256 }: { sha256: string }) {
  const [text, setText] = useState<string>();
  const [failed, setFailed] = useState<string>();
  const show = async () => {
    try {
      const whole = await (await fetchFile(getEvidence, { sha256 })).text();
      setText(
        whole.length > MOST_SHOWN ? `${whole.slice(0, MOST_SHOWN)}\n… cut: ${MOST_SHOWN} of ${whole.length} characters are shown` : whole,
      );
    } catch (error) {
      setFailed((error as Error).message);
    }
  };
  return (
    <div className="mt-2">
      <button
        type="button"
        aria-expanded={text !== undefined}
        onClick={() => (text === undefined ? void show() : setText(undefined))}
        className="rounded text-xs text-accent hover:underline"
      >
        Evidence <span className="font-mono">{shortId(sha256)}</span>
      </button>
      {failed && <p className="text-xs text-bad">{failed}</p>}
      {text !== undefined && (
        <pre
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached by keys
          tabIndex={0}
          aria-label="Evidence"
          className="mt-1 max-h-72 overflow-auto rounded-lg bg-sunken p-3 font-mono text-xs whitespace-pre-wrap break-all"
        >
          {text}
        </pre>
      )}
    </div>
  );
}

function Decides({ detail }: { detail: LineDetail }) {
  const allowed = useAllowed();
  const [confirming, setConfirming] = useState(false);
  const unconfirmed = !detail.confirmed && (detail.decides !== undefined || detail.proposal !== undefined);
  return (
    <Card title="What decides it">
      <div className="space-y-3 px-4 pb-4">
        <Facts
          items={[
            ['Kind', detail.decides ? words(detail.decides) : 'nothing: it fails until something does'],
            detail.role !== undefined && ['Signs', detail.role],
            detail.role !== undefined && ['Who may', <Signers key="who" detail={detail} />],
            detail.confirmedBy !== undefined && [
              'Confirmed by',
              <Confirmed key="by" by={detail.confirmedBy} on={detail.confirmedAt?.slice(0, 10)} />,
            ],
            detail.validUntil !== undefined && [
              detail.state === 'stale' ? 'Held until' : 'Holds until',
              <Time key="until" at={detail.validUntil} />,
            ],
            detail.reason !== undefined && ['Reason', detail.reason],
            detail.note !== undefined && ['Note', detail.note],
          ]}
        />
        <Asks detail={detail} />
        <Proposal detail={detail} />
        {unconfirmed && allowed(confirmBindings) && <Button onClick={() => setConfirming(true)}>Confirm that this decides it</Button>}
        {confirming && <ConfirmBindingsForm name={detail.checklist} lines={[detail]} close={() => setConfirming(false)} />}
      </div>
    </Card>
  );
}

/** Somebody by name; the account behind it is told to whoever asks. */
function Confirmed({ by, on }: { by: string; on: string | undefined }) {
  return (
    <span title={by}>
      {nameOf(by)}, {on}
    </span>
  );
}

/** What might decide a line that nothing is bound to, with how sure that is and why. */
function Proposal({ detail: { proposal } }: { detail: LineDetail }) {
  if (!proposal) return null;
  return (
    <div className="rounded-lg border border-line bg-sunken px-3 py-2.5 text-sm">
      <p className="font-medium">
        Proposed: {words(proposal.decides)} <span className="num font-normal text-ink-3">{percent(proposal.confidence, 0)} sure</span>
      </p>
      <ul className="mt-1 space-y-0.5 text-ink-2">
        {proposal.checks.map((check) => (
          <li key={check} className="break-words">
            {check}
          </li>
        ))}
      </ul>
      {proposal.missing.length > 0 && (
        <p className="mt-1 text-xs break-words text-warn">
          Still to be said, in the bindings: {proposal.missing.map(({ name, what }) => `${name} (${what})`).join(', ')}
        </p>
      )}
      <p className="mt-1 text-xs break-words text-ink-3">{proposal.reason}</p>
    </div>
  );
}

function Signers({ detail }: { detail: LineDetail }): ReactNode {
  if (detail.signers.length === 0) return <span className="text-warn">nobody yet: name somebody under “Who may sign”</span>;
  return detail.signers.map(({ name }) => name).join(', ');
}

function Asks({ detail }: { detail: LineDetail }) {
  if (detail.asks.length === 0) return null;
  return (
    <ul className="space-y-1 text-sm text-ink-2">
      {detail.asks.map((ask, i) => (
        <li key={i} className="flex gap-2">
          <Badge>{ask.kind}</Badge>
          <span className="min-w-0 break-words" title={ask.summary}>
            {ask.params}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** How the document says it: thresholds, windows, claims, and commands that nobody runs. */
function Written({ detail }: { detail: LineDetail }) {
  const { thresholds, window, claim, hints, environment, guessed } = detail;
  return (
    <Card title="As it is written" aside={`line ${detail.line}`}>
      <div className="space-y-3 px-4 pb-4">
        <Facts
          items={[
            ['Box', detail.ticked === undefined ? 'none' : detail.ticked ? 'ticked, which is a claim' : 'empty'],
            thresholds.length > 0 && ['Demands', thresholds.join(' · ')],
            window !== undefined && ['Window', window],
            environment !== undefined && ['Environment', environment],
            guessed.length > 0 && ['Guessed', <span key="guessed">{guessed.join(' ')} Write it more clearly if that is not meant.</span>],
            claim && ['Claims', `${claim.text}: ${claim.agrees ? 'agrees' : `differs${claim.found ? `, found ${claim.found}` : ''}`}`],
            [
              'Identity',
              <span key="id" className="ident break-all">
                {detail.id}
              </span>,
            ],
          ]}
        />
        {hints.map((hint, i) => (
          <div key={i}>
            <p className="text-xs text-ink-3">A command that the document shows; never run from here</p>
            <pre className="mt-1 overflow-x-auto rounded-lg bg-sunken p-3 font-mono text-xs whitespace-pre-wrap">{hint.text}</pre>
          </div>
        ))}
      </div>
    </Card>
  );
}

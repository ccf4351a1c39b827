import type { WireOutput } from '../../../src/base/client.ts';
import type { getPayment } from '../../../src/settlement/payment/contract.ts';
import { Badge } from '../ui/badge.tsx';
import { money, words } from '../ui/format.ts';
import { Card } from '../ui/layout.tsx';
import { Explanation } from './explanation.tsx';

type Payment = WireOutput<typeof getPayment>;
type Judgement = NonNullable<Payment['judgement']>;

const SHADES = ['bg-bad', 'bg-warn', 'bg-outgoing', 'bg-net', 'bg-calm', 'bg-accent', 'bg-gross', 'bg-ink-3', 'bg-line-strong'];

/** How a payment was judged at the door: its score with the parts, and what rules, limits and breakers said. */
export function JudgementCard({ payment, judgement }: { payment: Payment; judgement: Judgement }) {
  const { limits = [], breaker, rules = [], missing = [] } = judgement;
  return (
    <Card title="Judgement" aside={<JudgedBy by={judgement} />}>
      <div className="space-y-4 px-4 pb-4">
        <Score risk={judgement.risk} corridor={judgement.corridor} />
        {breaker !== undefined && (
          <Finding title={`The circuit breaker of ${breakerName(breaker, payment)} was open`} badge="stopped" tone="bad" />
        )}
        {limits.map((one) => (
          <Finding
            key={one.limit}
            title={`Limit: ${words(one.limit)}`}
            badge="refused"
            tone="bad"
            lines={[one.text, ...amountsOf(one, payment.asset)]}
          />
        ))}
        <RuleHits rules={rules} />
        <Missing missing={missing} />
      </div>
    </Card>
  );
}

function breakerName(key: string, { debtorAgent, creditorAgent }: Payment): string {
  const [kind, what = ''] = key.split(':');
  if (kind === 'corridor') return `the corridor ${what.replace('>', ' → ')}`;
  if (kind !== 'participant') return 'the whole network';
  return [debtorAgent, creditorAgent].find(({ id }) => id === what)?.name ?? 'a participant';
}

type Limit = NonNullable<Judgement['limits']>[number];

/** What a limit allows and what it would have come to; of concentration these are no amounts. */
function amountsOf({ limit, allowed, wouldBe }: Limit, asset: string): string[] {
  if (limit === 'concentration' || allowed === undefined || wouldBe === undefined) return [];
  return [`It would have come to ${money(asset, wouldBe)}; ${money(asset, allowed)} are allowed.`];
}

type Tone = 'bad' | 'warn' | 'plain';

function Finding({ title, id, badge, tone, lines = [] }: { title: string; id?: string; badge: string; tone: Tone; lines?: string[] }) {
  return (
    <section>
      <div className="flex items-start justify-between gap-4">
        <p className="min-w-0 font-medium break-words">
          {title} {id !== undefined && <span className="ident ml-1">{id}</span>}
        </p>
        <Badge tone={tone}>{badge}</Badge>
      </div>
      {lines.length > 0 && <Explanation lines={lines} />}
    </section>
  );
}

/** The rules that were met, each with its reasons. */
export function RuleHits({
  rules,
}: {
  rules: readonly Pick<NonNullable<Judgement['rules']>[number], 'ruleId' | 'title' | 'severity' | 'reasons'>[];
}) {
  const toneOf = (severity: string) => (severity === 'hold' ? 'bad' : severity === 'alert' ? 'warn' : 'plain');
  return rules.map(({ ruleId, title, severity, reasons }) => (
    <Finding key={ruleId} title={title} id={ruleId} badge={severity} tone={toneOf(severity)} lines={reasons} />
  ));
}

/** What the travel rule asks for and the bank did not say. */
export function Missing({ missing }: { missing: NonNullable<Judgement['missing']> }) {
  if (missing.length === 0) return null;
  return (
    <section>
      <p className="font-medium">Information that does not travel with it</p>
      <Explanation lines={missing.map(({ path, why }) => `${path}: ${why}`)} />
    </section>
  );
}

type Versions = { ruleSet?: number | undefined; limitSet?: number | undefined; screeningSet?: number | undefined };

/** The numbers of what something was judged by. */
export function JudgedBy({ by: { ruleSet, limitSet, screeningSet } }: { by: Versions }) {
  const parts = [
    ruleSet !== undefined && `rules ${ruleSet}`,
    limitSet ? `limits ${limitSet}` : false,
    screeningSet !== undefined && `lists ${screeningSet}`,
  ].filter(Boolean);
  return parts.length > 0 ? <span className="num">{parts.join(' · ')}</span> : null;
}

/** The score as a bar of its parts, which add up to it; one bar where the parts are not kept. */
export function Score({ risk: { score, level = 'low', reasons }, corridor }: { risk: Judgement['risk']; corridor?: string | undefined }) {
  const parts = reasons ?? [{ factor: 'risk', points: score }];
  return (
    <section aria-label="Risk score">
      <div className="flex items-baseline justify-between gap-4">
        <p className="text-sm text-ink-2">
          Risk of the payment
          {corridor !== undefined && <span className="text-ink-3"> · {corridor.replace('>', ' → ')}</span>}
        </p>
        <p className="num text-lg font-semibold whitespace-nowrap">
          {score}
          <span className="ml-1 text-xs font-normal text-ink-3">of 100, {level}</span>
        </p>
      </div>
      <div className="mt-1.5 flex h-3 overflow-hidden rounded-sm bg-sunken" role="img" aria-label={`${score} of 100`}>
        {parts.map(({ factor, points }, index) => (
          <span
            key={factor}
            className={`${reasons ? (SHADES[index] ?? 'bg-ink-3') : 'bg-calm'} border-r border-surface`}
            style={{ width: `${points}%` }}
            title={factor}
          />
        ))}
      </div>
      {reasons && (
        <ul className="mt-2 grid gap-x-6 gap-y-1 text-sm sm:grid-cols-2">
          {reasons.map(({ factor, points, text }, index) => (
            <li key={factor} className="flex min-w-0 items-baseline gap-2">
              <span className={`size-2.5 shrink-0 rounded-xs ${SHADES[index] ?? 'bg-ink-3'}`} aria-hidden="true" />
              <span className="min-w-0 flex-1 break-words text-ink-2">{text}</span>
              <span className="num">{points}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

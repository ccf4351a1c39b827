import type { WireOutput } from '../../../src/base/client.ts';
import type { getCase } from '../../../src/settlement/compliance/contract.ts';
import { Explanation } from '../pages/payment.tsx';
import { Badge } from '../ui/badge.tsx';
import { percent } from '../ui/format.ts';
import { Card, Facts } from '../ui/layout.tsx';

export type CaseDetail = WireOutput<typeof getCase>;

const SHADES = ['bg-bad', 'bg-warn', 'bg-outgoing', 'bg-net', 'bg-calm', 'bg-accent', 'bg-gross', 'bg-ink-3', 'bg-line-strong'];

/** Why a case was opened: the score with its parts, the rules that were met, the names that match. */
export function Why({ detail }: { detail: CaseDetail }) {
  const { inputs, payment } = detail;
  const hits = payment?.screening.hits ?? [];
  const rules = inputs.rules ?? [];
  return (
    <Card title="Why it is here" aside={<Versions inputs={inputs} />}>
      <div className="space-y-5 px-4 pb-4">
        {inputs.risk ? <Score risk={inputs.risk} /> : <p className="text-sm text-ink-2">{detail.summary}</p>}
        {hits.map((hit) => (
          <section key={`${hit.party}${hit.listId}${hit.entryId}`}>
            <div className="flex items-start justify-between gap-4">
              <div className="min-w-0">
                <p className="font-medium break-words">{hit.listed}</p>
                <p className="text-xs text-ink-3">
                  matches the {hit.party} “{payment?.[hit.party].name}” · {hit.listId} · {hit.entryId}
                </p>
              </div>
              <Badge tone={hit.score >= 0.97 ? 'bad' : 'warn'}>{percent(hit.score, 0)}</Badge>
            </div>
            <Explanation lines={hit.explanation} />
          </section>
        ))}
        {rules.map((rule) => (
          <section key={rule.ruleId}>
            <div className="flex items-start justify-between gap-4">
              <p className="font-medium">
                {rule.title} <span className="ident ml-1">{rule.ruleId}</span>
              </p>
              <Badge tone={rule.severity === 'hold' ? 'bad' : rule.severity === 'alert' ? 'warn' : 'plain'}>{rule.severity}</Badge>
            </div>
            <Explanation lines={rule.reasons} />
          </section>
        ))}
        {inputs.missing && (
          <section>
            <p className="font-medium">Information that does not travel with it</p>
            <Explanation lines={inputs.missing.map(({ path, why }) => `${path}: ${why}`)} />
          </section>
        )}
      </div>
    </Card>
  );
}

function Versions({ inputs }: Pick<CaseDetail, 'inputs'>) {
  const parts = [
    inputs.ruleSet !== undefined && `rules ${inputs.ruleSet}`,
    inputs.limitSet ? `limits ${inputs.limitSet}` : false,
    inputs.screeningSet !== undefined && `lists ${inputs.screeningSet}`,
  ].filter(Boolean);
  return parts.length > 0 ? <span className="num">judged by {parts.join(' · ')}</span> : null;
}

/** The score as a bar of its parts, which add up to it. */
function Score({ risk }: { risk: NonNullable<CaseDetail['inputs']['risk']> }) {
  return (
    <section aria-label="Risk score">
      <div className="flex items-baseline justify-between gap-4">
        <p className="text-sm text-ink-2">Risk of the payment</p>
        <p className="num text-lg font-semibold">
          {risk.score}
          <span className="ml-1 text-xs font-normal text-ink-3">of 100, {risk.level}</span>
        </p>
      </div>
      <div className="mt-1.5 flex h-3 overflow-hidden rounded-sm bg-sunken" role="img" aria-label={`${risk.score} of 100`}>
        {risk.reasons.map(({ factor, points }, index) => (
          <span
            key={factor}
            className={`${SHADES[index] ?? 'bg-ink-3'} border-r border-surface`}
            style={{ width: `${points}%` }}
            title={factor}
          />
        ))}
      </div>
      <ul className="mt-2 grid gap-x-6 gap-y-1 text-sm sm:grid-cols-2">
        {risk.reasons.map(({ factor, points, text }, index) => (
          <li key={factor} className="flex min-w-0 items-center gap-2">
            <span className={`size-2.5 shrink-0 rounded-xs ${SHADES[index] ?? 'bg-ink-3'}`} aria-hidden="true" />
            <span className="min-w-0 flex-1 truncate text-ink-2">{text}</span>
            <span className="num">{points}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What else is known of a case. */
export function CaseFacts({ detail }: { detail: CaseDetail }) {
  const { inputs } = detail;
  return (
    <Facts
      columns={1}
      items={[
        ['With', detail.assignee?.name ?? 'nobody'],
        inputs.corridor !== undefined && ['Corridor', inputs.corridor.replace('>', ' → ')],
        !!inputs.listVersion && [
          'Screened against',
          <span key="v" className="ident break-all">
            {inputs.listVersion.slice(0, 24)}
          </span>,
        ],
        !!detail.closedBy && ['Decided by', detail.closedBy],
      ]}
    />
  );
}

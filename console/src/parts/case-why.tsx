import type { WireOutput } from '../../../src/base/client.ts';
import type { getCase } from '../../../src/settlement/compliance/contract.ts';
import { Badge } from '../ui/badge.tsx';
import { percent } from '../ui/format.ts';
import { Card, Facts } from '../ui/layout.tsx';
import { Explanation } from './explanation.tsx';
import { JudgedBy, Missing, RuleHits, Score } from './judgement.tsx';

export type CaseDetail = WireOutput<typeof getCase>;

/** Why a case was opened: the score with its parts, the rules that were met, the names that match. */
export function Why({ detail }: { detail: CaseDetail }) {
  const { inputs, payment } = detail;
  const hits = payment?.screening.hits ?? [];
  return (
    <Card title="Why it is here" aside={<JudgedBy by={inputs} />}>
      <div className="space-y-5 px-4 pb-4">
        {inputs.risk ? <Score risk={inputs.risk} /> : <p className="text-sm text-ink-2">{detail.summary}</p>}
        {hits.map((hit) => (
          <section key={`${hit.party}${hit.name}${hit.listId}${hit.entryId}`}>
            <div className="flex items-start justify-between gap-4">
              <div className="min-w-0">
                <p className="font-medium break-words">{hit.listed}</p>
                <p className="text-xs text-ink-3">
                  matches {hit.name === undefined ? `the ${hit.party}` : `on the side of the ${hit.party},`} “
                  {hit.name ?? payment?.[hit.party].name}” · {hit.listId} · {hit.entryId}
                </p>
              </div>
              <Badge tone={hit.score >= 0.97 ? 'bad' : 'warn'}>{percent(hit.score, 0)}</Badge>
            </div>
            <Explanation lines={hit.explanation} />
          </section>
        ))}
        <RuleHits rules={inputs.rules ?? []} />
        <Missing missing={inputs.missing ?? []} />
      </div>
    </Card>
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

import type { Ctx } from '../../base/context.ts';
import type { Uuid } from '../../base/id.ts';
import { AppError } from '../../base/error.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { bindingsInForce } from '../binding/lint-bindings.ts';
import { boundChecks } from '../binding/bound-checks.ts';
import type { Binding, BoundCheck } from '../binding/binding.ts';
import type { getLine as contract } from '../contract.ts';
import type { ReadinessDeps } from '../deps.ts';
import { proposedStand } from './proposed-for.ts';
import type { Standing } from '../ledger.ts';
import { holdsRole } from '../people-roles.ts';
import type { ReadinessRecord } from '../record/record.ts';
import { selectWaiverRequests } from '../store/people-store.ts';
import { linesAbout, viewOfLines, wordsOf } from '../view.ts';
import { listSigners, rolesOf } from './manage-signers.ts';
import { viewOfWaiver } from './manage-waivers.ts';
import { viewOfCheck } from './read-runs.ts';

type LineDetail = OutputOf<typeof contract>;
type History = LineDetail['history'];

/** How many earlier runs are looked into. */
const RUNS_SHOWN = 20;

/** One line with everything that is known of it. Errors: `readiness.checklist_not_found`, `readiness.line_unknown`. */
export async function getLine(deps: ReadinessDeps, ctx: Ctx, { name, line }: InputOf<typeof contract>): Promise<LineDetail> {
  const standing = await deps.ledgers.standing(ctx.tenantId, await deps.library.find(ctx, name));
  const shown = viewOfLines(standing).find(({ id }) => id === line);
  if (!shown) throw new AppError('not_found', 'readiness.line_unknown', `No line of ${name} has the identity ${line}.`);
  const { checklist, bindings } = standing.document;
  const binding = bindingsInForce(checklist, bindings).get(line) ?? bindings.bindings.find((one) => one.line === line);
  const result = standing.verdict.lines.find(({ lineId }) => lineId === line)!.result;
  const signers = (await listSigners(deps, ctx)).items.filter(({ roles }) => shown.role !== undefined && holdsRole(roles, shown.role));
  const waivers = await deps.db.read(ctx, (tx) => selectWaiverRequests(tx, name));
  return {
    ...shown,
    checklist: name,
    checks: result.checks.map(viewOfCheck),
    ...bindingView(deps, binding),
    ...(!binding && (await proposalView(deps, standing, line))),
    hints: (checklist.items.find(({ id }) => id === line)?.hints ?? []).map(({ text, language, expects }) => ({
      text,
      ...(language !== undefined && { language }),
      expects: [...expects],
    })),
    roles: ctx.actor.kind === 'user' ? await rolesOf(deps, ctx.tenantId, ctx.actor.id) : [],
    signers,
    history: await historyOf(deps, ctx.tenantId, standing, line),
    waiverRequests: waivers.filter(({ lineId }) => lineId === line).map((row) => viewOfWaiver(ctx, row)),
  };
}

/** What might decide a line that nothing is bound to. */
async function proposalView(deps: ReadinessDeps, { document }: Standing, line: string): Promise<Pick<LineDetail, 'proposal'>> {
  const proposal = (await proposedStand(deps, document)).lines.find((one) => one.line.id === line)?.proposal;
  if (!proposal) return {};
  const { disposition } = proposal.binding;
  const checks = 'checks' in disposition ? (disposition.checks ?? []) : [];
  return {
    proposal: {
      decides: disposition.kind,
      checks: checks.map((check) => `${check.kind}: ${askOf(deps, check).params}`),
      confidence: proposal.confidence,
      reason: proposal.reason,
      missing: proposal.missing.map(({ name, what }) => ({ name, what })),
    },
  };
}

function bindingView(deps: ReadinessDeps, binding: Binding | undefined) {
  const disposition = binding?.disposition;
  const checks = disposition ? boundChecks(disposition) : [];
  return {
    asks: checks.map((check) => askOf(deps, check)),
    any: disposition?.kind === 'checked' && disposition.any === true,
    ...(binding?.confirmed && { confirmedBy: binding.confirmed.by, confirmedAt: binding.confirmed.at }),
    ...(binding?.note !== undefined && { note: binding.note }),
    ...(disposition && 'reason' in disposition && { reason: disposition.reason }),
    ...(disposition && 'until' in disposition && { until: disposition.until }),
  };
}

function askOf({ kinds }: ReadinessDeps, { kind, params }: BoundCheck): LineDetail['asks'][number] {
  const known = kinds.find(kind);
  return { kind, params: describe(known, params), summary: known?.summary ?? 'There is no check of this kind here.' };
}

/** Parameters were held against their shape when the bindings were read; a description that fails all the same is none. */
function describe(kind: { describe(params: unknown): string } | undefined, params: unknown): string {
  try {
    return kind?.describe(params) ?? JSON.stringify(params);
  } catch {
    return JSON.stringify(params);
  }
}

/** What people put down about the line, and what the latest runs found, the newest first. */
async function historyOf(deps: ReadinessDeps, tenantId: Uuid, standing: Standing, line: string): Promise<History> {
  const { entries, trusted } = standing;
  const withdrawn = new Set(standing.state.voided.filter(({ why }) => why.includes('withdrawn')).map(({ index }) => index));
  const mine = new Set(entries.filter(({ body }) => linesAbout(body).includes(line)).map(({ index }) => index));
  const people = entries.flatMap((entry): History => {
    const { body, index, at } = entry;
    const about = mine.has(index) || (body.kind === 'withdrawn' && mine.has(body.record));
    if (!about || !('signature' in body)) return [];
    const { name, roles } = body.signature;
    return [
      {
        at,
        kind: body.kind,
        text: wordsOf(body),
        by: name,
        ...('role' in body ? { role: body.role } : roles.length > 0 && { role: roles.join(', ') }),
        record: index,
        ...('evidence' in body && body.evidence !== undefined && { evidence: body.evidence }),
        withdrawn: withdrawn.has(index),
        genuine: trusted.has(index),
      },
    ];
  });
  const runs = await Promise.all(
    entries
      .filter(isRun)
      .slice(-RUNS_SHOWN)
      .map((entry) => runEntry(deps, tenantId, entry, line)),
  );
  return [...people, ...runs.flat()].toSorted((a, b) => b.record - a.record);
}

type RunEntry = ReadinessRecord & { body: Extract<ReadinessRecord['body'], { kind: 'run_finished' }> };

function isRun(entry: ReadinessRecord): entry is RunEntry {
  return entry.body.kind === 'run_finished';
}

async function runEntry(deps: ReadinessDeps, tenantId: Uuid, { at, index, body }: RunEntry, line: string): Promise<History> {
  const run = await deps.ledgers.run(tenantId, body.results);
  const result = run.results.find(({ lineId }) => lineId === line);
  return result ? [{ at, kind: 'run', text: result.summary, state: result.state, record: index, withdrawn: false }] : [];
}

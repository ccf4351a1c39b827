import type { BoundCheck, Disposition } from '../../../readiness/binding/binding.ts';
import type { LineStand, Stand } from '../../../readiness/catalogue/stand.ts';
import { themeOf } from '../../../readiness/catalogue/themes.ts';
import { table } from '../output.ts';

const WIDTH = 60;

/** What decides a line, in a few words. */
function dispositionText(disposition: Disposition): string {
  switch (disposition.kind) {
    case 'checked':
      return disposition.checks.map(({ kind }) => kind).join(disposition.any ? ' or ' : ' + ');
    case 'attested':
      return `signed by ${disposition.role}`;
    case 'outside':
      return `outside, signed by ${disposition.role}${disposition.checks ? ` (and ${disposition.checks.map(({ kind }) => kind).join(' + ')})` : ''}`;
    case 'derived':
      return 'from the lines below';
    case 'not_applicable':
      return `not applicable (${disposition.by})`;
    case 'waived':
      return `waived until ${disposition.until} (${disposition.by})`;
  }
}

function countsOf({ lines }: Stand): Record<LineStand['state'], number> {
  const counts = { bound: 0, suggested: 0, bound_twice: 0, unbound: 0 };
  for (const { state } of lines) counts[state] += 1;
  return counts;
}

function sumText(stand: Stand): string {
  const { bound, suggested, bound_twice: twice, unbound } = countsOf(stand);
  return `${stand.lines.length} lines: ${bound} bound, ${suggested} suggested, ${unbound} unbound${twice > 0 ? `, ${twice} bound twice` : ''}.`;
}

const short = (text: string) => (text.length > WIDTH ? `${text.slice(0, WIDTH - 1)}…` : text);

/** Every line with what decides it. */
export function describeStand(stand: Stand): string {
  const rows = stand.lines.map(({ line, state, binding }) => [
    line.id,
    String(line.line),
    state,
    binding?.theme ?? '',
    binding ? dispositionText(binding.disposition) : '',
    short(line.title),
  ]);
  return [...(rows.length > 0 ? [table(rows)] : []), sumText(stand)].join('\n');
}

/** Lines that wait for a person, with what is proposed and why. */
export function describeSuggestions(stand: Stand): string {
  const blocks = stand.lines.flatMap(({ line, state, binding, proposal }) => {
    if (state === 'bound' || state === 'bound_twice') return [];
    const made = binding ?? proposal?.binding;
    const head = `${line.id}  ${line.line}: ${line.title}`;
    const themes = (proposal?.themes ?? []).map(
      ({ theme, confidence, reason }) => `    ${theme.id} ${Math.round(confidence * 100)} %  ${theme.title}  [${reason}]`,
    );
    const sure = proposal && proposal.confidence > 0 ? `, ${percent(proposal.confidence)} sure` : '';
    const decided = made ? [`    → ${dispositionText(made.disposition)}${proposal ? `: ${proposal.reason}${sure}` : ''}`] : [];
    const checks = made ? checksOf(made.disposition).map(({ kind, params }) => `        ${kind} ${paramsText(params)}`) : [];
    const missing = (proposal?.missing ?? []).map(({ at, what }) => `        TO FILL IN ${at}: ${what}`);
    return [[head, ...themes, ...decided, ...checks, ...missing].join('\n')];
  });
  return [...blocks, sumText(stand)].join('\n');
}

/** The same, a row for each check that is proposed: line, what decides, its parameters, how sure that is, and why. */
export function tableOfSuggestions(stand: Stand): string {
  const rows = stand.lines.flatMap(({ line, state, binding, proposal }) => {
    const made = state === 'bound' || state === 'bound_twice' ? undefined : (binding ?? proposal?.binding);
    if (!made) return [];
    const checks = checksOf(made.disposition);
    const asks =
      checks.length > 0 ? checks.map(({ kind, params }) => [kind, paramsText(params)]) : [[dispositionText(made.disposition), '']];
    const why = proposal ? [percent(proposal.confidence), proposal.reason] : ['', ''];
    return asks.map(([kind, params]) => [line.id, String(line.line), kind!, params!, ...why]);
  });
  return `${table([['id', 'line', 'kind', 'parameters', 'sure', 'reason'], ...rows])}\n${sumText(stand)}`;
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

function checksOf(disposition: Disposition): readonly BoundCheck[] {
  return 'checks' in disposition ? (disposition.checks ?? []) : [];
}

/** Parameters in a line: `path: /health, status: [200]`. */
function paramsText(params: BoundCheck['params']): string {
  return Object.entries(params)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}

/** What the coverage law finds. */
export function describeFindings(stand: Stand): string {
  const lines = stand.findings.map(({ kind, line, lineId, text }) => [kind, lineId ?? '', line === undefined ? '' : String(line), text]);
  return lines.length === 0 ? `Every line is decided exactly once. ${sumText(stand)}` : `${table(lines)}\n${sumText(stand)}`;
}

/** The stand for machines. */
export function standJson(stand: Stand): unknown {
  return {
    counts: countsOf(stand),
    lines: stand.lines.map(({ line, state, binding, proposal }) => ({
      id: line.id,
      line: line.line,
      title: line.title,
      state,
      ...(binding && { theme: binding.theme, disposition: binding.disposition, confirmed: binding.confirmed }),
      ...(proposal && {
        proposal: {
          theme: proposal.binding.theme,
          title: themeOf(proposal.binding.theme ?? '')?.title,
          disposition: proposal.binding.disposition,
          confidence: proposal.confidence,
          reason: proposal.reason,
          missing: proposal.missing,
        },
        themes: proposal.themes.map(({ theme, confidence, reason }) => ({ id: theme.id, title: theme.title, confidence, reason })),
      }),
    })),
    findings: stand.findings,
  };
}

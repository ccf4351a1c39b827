import { boundChecks } from '../../../readiness/binding/bound-checks.ts';
import type { CheckResult, Measurement } from '../../../readiness/run/result.ts';
import type { OpenedLine } from '../../../readiness/report/opened-line.ts';
import { plain } from '../../../readiness/report/plain.ts';
import { STATE_WORDS } from '../../../readiness/report/report.ts';

const TIMES = 16;

/** An opened line for people, from what is written to who may sign. */
export function describeOpenedLine(opened: OpenedLine): string {
  const parts = [
    headOf(opened),
    ['As written', ...opened.written.map((line) => `  ${plain(line)}`)],
    ...(opened.guessed.length > 0 ? [['Guessed when it was read', ...opened.guessed.map((text) => `  ${plain(text)}`)]] : []),
    ['What decides it', ...bindingOf(opened)],
    ['How it stands', ...resultOf(opened)],
    ...(opened.result?.checks ?? []).map(checkOf),
    ['Over the runs', ...historyOf(opened)],
    ['What people put down', ...signaturesOf(opened)],
    ['Who may sign', ...signersOf(opened)],
  ];
  return parts.map((lines) => lines.join('\n')).join('\n\n');
}

function headOf({ checklist, line, title, section, tier, polarity, thresholds, id }: OpenedLine): string[] {
  const about = [tier, polarity === 'bad_when_true' ? 'bad when true' : '', ...thresholds.map((text) => `demands ${plain(text)}`)];
  return [
    `${checklist}:${line}  ${plain(title)}`,
    `  ${section.map(plain).join(' > ') || 'before any heading'}`,
    `  ${about.filter((word) => word !== '').join(' · ')}  [${id}]`,
  ];
}

function bindingOf({ binding }: OpenedLine): string[] {
  if (!binding) return ['  Nothing is bound to it, so it fails. Propose something with: rialto readiness bind'];
  const { disposition, confirmed, note, holdsDemand } = binding;
  const checks = boundChecks(disposition);
  const answered = confirmed
    ? `confirmed by ${plain(confirmed.by)} on ${confirmed.at.slice(0, 10)}`
    : 'NOT CONFIRMED, so it decides nothing';
  return [
    `  ${kindOf(disposition)}; ${answered}`,
    ...checks.map(({ kind, params }) => `  ${kind} ${plain(JSON.stringify(params))}`),
    ...('reason' in disposition ? [`  ${plain(disposition.reason)} (${plain(disposition.by)})`] : []),
    ...(holdsDemand === undefined ? [] : [`  holds what the line demands: ${plain(holdsDemand)}`]),
    ...(note === undefined ? [] : [`  note: ${plain(note)}`]),
  ];
}

function kindOf(disposition: NonNullable<OpenedLine['binding']>['disposition']): string {
  switch (disposition.kind) {
    case 'checked':
      return disposition.any ? 'checks, one of which has to pass' : 'checks, all of which have to pass';
    case 'attested':
      return `the signature of ${plain(disposition.role)}`;
    case 'derived':
      return 'the lines under it';
    case 'outside':
      return `the signature of ${plain(disposition.role)}, as no check reaches it`;
    case 'not_applicable':
      return 'not applicable';
    case 'waived':
      return `waived until ${disposition.until.slice(0, 10)}`;
  }
}

function resultOf({ result, effect, because }: OpenedLine): string[] {
  const now = `  ${effect.replaceAll('_', ' ')}: ${plain(because)}`;
  if (!result) return ['  No run has looked at it. Make one with: rialto readiness run', now];
  const { run, at, state, summary, claim } = result;
  return [
    `  ${STATE_WORDS[state]}: ${plain(summary)}`,
    `  run ${run} of ${timeOf(at)}`,
    ...(claim
      ? [
          `  the document claims ${plain(claim.text)}${claim.agrees ? '' : `, which is not so: ${plain(claim.found ?? 'nothing was found')}`}`,
        ]
      : []),
    now,
  ];
}

function checkOf({ kind, asked, state, summary, measurements, ms, evidence, seen }: CheckResult & { seen?: string }): string[] {
  const kept =
    evidence === undefined
      ? '  no evidence was kept'
      : `  evidence ${evidence}${seen === undefined ? ', which is not there or no text' : ''}`;
  return [
    `${kind} ${plain(asked)}: ${STATE_WORDS[state]} (${ms} ms)`,
    `  ${plain(summary)}`,
    ...measurements.map((one) => `  ${measuredOf(one)}`),
    kept,
    ...(seen === undefined ? [] : seen.split('\n').map((line) => `  | ${plain(line)}`.trimEnd())),
  ];
}

function measuredOf({ name, value, unit, demanded, samples }: Measurement): string {
  const much = samples === undefined ? '' : ` (${samples} samples)`;
  return plain(`${name}: ${value}${unit ? ` ${unit}` : ''}${demanded === undefined ? '' : `, demanded ${demanded}`}${much}`);
}

function historyOf({ history }: OpenedLine): string[] {
  if (history.length === 0) return ['  none yet'];
  return history.map(({ at, run, state, summary }) => `  ${timeOf(at)}  ${STATE_WORDS[state]}  ${plain(summary)}  [${run}]`);
}

function signaturesOf({ signatures }: OpenedLine): string[] {
  if (signatures.length === 0) return ['  nothing'];
  return signatures.map(({ at, kind, by, role, text, record, evidence, genuine, voided }) => {
    const voidedBy = [...(genuine ? [] : ['the signature is NOT genuine']), ...voided.map((why) => why.replaceAll('_', ' '))];
    return [
      `  ${timeOf(at)}  ${kind.replaceAll('_', ' ')} by ${plain(by)}${role ? ` as ${plain(role)}` : ''}: ${plain(text)}  [record ${record}]`,
      ...(evidence === undefined ? [] : [`    evidence ${evidence}`]),
      ...(voidedBy.length === 0 ? [] : [`    does not count: ${voidedBy.join(', ')}`]),
    ].join('\n');
  });
}

function signersOf({ maySign }: OpenedLine): string[] {
  if ('why' in maySign) return [`  nobody: ${plain(maySign.why)}`];
  const names = maySign.people.map(({ id, name }) => `${plain(name)} (${id})`).join(', ');
  return [`  ${plain(maySign.role)}: ${names || 'nobody has this role; enrol somebody with: rialto readiness enrol'}`];
}

const timeOf = (at: string): string => at.slice(0, TIMES).replace('T', ' ');

import type { CheckResult, Measurement, ResultState } from '../run/result.ts';
import type { About } from './html-document.ts';
import { escaped } from './plain.ts';
import { isOpen, OBSTACLE_WORDS, shownDuration, shownKind, shownTime, STATE_WORDS, type ReportLine, type ReportNote } from './report.ts';

type Hue = 'good' | 'bad' | 'warn' | 'none';

/** Which colour says it; the words beside it say the same. */
export const HUES: Readonly<Record<ResultState, Hue>> = {
  pass: 'good',
  warn: 'warn',
  fail: 'bad',
  error: 'bad',
  unreachable: 'bad',
  stale: 'warn',
  awaiting_sign_off: 'warn',
  not_applicable: 'none',
  waived: 'none',
};

/** A state in its colour. */
export function pill(state: ResultState): string {
  return `<span class="pill p-${HUES[state]}">${STATE_WORDS[state]}</span>`;
}

/** Digests, commits and the like. */
export function mono(text: string): string {
  return `<span class="mono">${escaped(text)}</span>`;
}

/** What is known of the lines that stand in one line of the source: the marks beside it, and results and evidence below. */
export function aboutOf(lines: readonly ReportLine[]): About {
  const classes = [
    'known',
    ...(lines.some(isOpen) ? ['open'] : []),
    ...(lines.some(({ blocks }) => blocks !== undefined) ? ['blocks'] : []),
  ];
  return {
    id: `line-${lines[0]!.line}`,
    classes: classes.join(' '),
    mark: `<div class="mark">${lines.map(({ state }) => pill(state)).join('')}</div>`,
    below: lines.map((line) => (lines.length > 1 ? `<div class="soft">${escaped(line.title)}</div>` : '') + below(line)).join(''),
  };
}

function below(line: ReportLine): string {
  const open = isOpen(line);
  return `${tags(line)}<details class="found${open ? ' open' : ''}"><summary>${escaped(line.summary)}</summary>${[
    line.blocks ? `<p><b>In the way, ${OBSTACLE_WORDS[line.blocks]}:</b> ${escaped(line.because)}</p>` : '',
    line.claim
      ? `<p>The document says <q>${escaped(line.claim.text)}</q>, which ${line.claim.agrees ? 'agrees' : 'does not agree'} with what was found.</p>`
      : '',
    ...line.notes.map(noteHtml),
    ...line.checks.map(checkHtml),
    line.validUntil ? `<p class="soft">Holds until ${shownTime(line.validUntil)}.</p>` : '',
  ].join('')}</details>`;
}

function tags({ tier, environment, window, polarity, ticked, state, claim, later }: ReportLine): string {
  const shown = [
    tier,
    environment,
    window,
    polarity === 'bad_when_true' ? 'must not happen' : undefined,
    later ? 'due later' : undefined,
  ].flatMap((tag) => (tag ? [`<span>${escaped(tag)}</span>`] : []));
  if (ticked) shown.push(state === 'pass' ? '<span>ticked</span>' : '<span class="no">ticked, but not so</span>');
  if (claim && !claim.agrees) shown.push(`<span class="no">claims ${escaped(claim.text)}</span>`);
  return shown.length > 0 ? `<div class="tags">${shown.join('')}</div>` : '';
}

function noteHtml({ kind, by, at, text }: ReportNote): string {
  return `<p>${escaped(shownKind(kind))} by ${escaped(by)}, ${shownTime(at)}: ${escaped(text)}</p>`;
}

function checkHtml({ kind, asked, state, summary, measurements, startedAt, ms, evidence }: CheckResult): string {
  return `<div class="check"><div>${pill(state)} <b>${escaped(kind)}</b> <code>${escaped(asked)}</code></div><div>${escaped(summary)}</div>${measured(measurements)}
<div class="soft">${shownTime(startedAt)}, ${shownDuration(ms)}${evidence ? ` · evidence ${mono(evidence)}` : ' · no evidence kept'}</div></div>`;
}

function measured(measurements: readonly Measurement[]): string {
  if (measurements.length === 0) return '';
  const rows = measurements.map(({ name, value, unit, demanded, samples }) => {
    const cells = [name, unit ? `${value} ${unit}` : String(value), demanded ?? '', samples === undefined ? '' : String(samples)];
    return `<tr>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`;
  });
  return `<div class="wide"><table><thead><tr><th>Measured</th><th>Value</th><th>Demanded</th><th>Samples</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

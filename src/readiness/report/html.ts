import { createHash } from 'node:crypto';
import { RESULT_STATES, type ResultState } from '../run/result.ts';
import { documentHtml, lineHtml } from './html-document.ts';
import { isHeavy, linesHtml } from './html-lines.ts';
import { aboutOf, HUES, mono, pill } from './html-line.ts';
import { HTML_STYLE } from './html-style.ts';
import { escaped } from './plain.ts';
import {
  bySection,
  DECISION_WORDS,
  isPutOff,
  OBSTACLE_WORDS,
  shownRun,
  shownTime,
  STATE_WORDS,
  notUnderstoodWords,
  voidedWords,
  type Report,
  type ReportLine,
} from './report.ts';
import { sourceText } from './source-text.ts';

/** The page may style itself and do nothing else: no script, no picture, no address is ever loaded. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(HTML_STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`;

/**
 * The report as one page that needs nothing else: the decision, what stands in the way, what is claimed against what was found, and
 * the checklist as it was written with the result and the evidence of each line. `source` is the document, its bytes or its text.
 */
export function htmlReport(report: Report, source: Uint8Array | string): string {
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}"><meta name="referrer" content="no-referrer">`,
    `<title>${DECISION_WORDS[report.decision]}: ${escaped(report.checklist.title)}</title>`,
    `<style>${HTML_STYLE}</style></head><body><div class="page">`,
    head(report),
    '<main>',
    blocking(report),
    putOff(report),
    contradictions(report),
    signOffs(report),
    voided(report),
    notUnderstood(report),
    findings(report),
    `<div class="body">${contents(report)}${body(report, sourceText(source))}</div></main>`,
    footer(report),
    '</div></body></html>',
    '',
  ].join('\n');
}

function head(report: Report): string {
  const { checklist, subject, decision, counts, lines, score, madeAt } = report;
  const { commit, configHash, environment } = subject;
  const facts: [string, string][] = [
    ['Environment', escaped(environment)],
    ['Commit', mono(commit.slice(0, 12))],
    ['Configuration', mono(configHash.slice(0, 12))],
    ['Checklist', mono(checklist.sha256.slice(0, 12))],
    ['Run', shownRun(report)],
    ['Report', shownTime(madeAt)],
    ...(report.holdsUntil === undefined ? [] : [['Holds until', shownTime(report.holdsUntil)] as [string, string]]),
  ];
  const legend = RESULT_STATES.filter((state) => counts[state] > 0).map(
    (state) => `<li><span class="dot d-${HUES[state]}"></span><b>${counts[state]}</b> ${STATE_WORDS[state]}</li>`,
  );
  return `<header class="card"><div class="top"><div><h1>${escaped(checklist.title)}</h1>
<div class="soft">${escaped(checklist.name)} · ${lines.length} lines · ${score.toFixed(1)} % of what is due was shown</div></div>
<div class="verdict ${decision}">${DECISION_WORDS[decision]}</div></div>
${bar(counts, lines.length)}<ul class="legend">${legend.join('')}</ul>
<dl class="facts">${facts.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`).join('')}</dl></header>`;
}

/** Results side by side, as wide as there are many. */
function bar(counts: Readonly<Record<ResultState, number>>, total: number, small = false): string {
  let x = 0;
  const parts = (['good', 'none', 'warn', 'bad'] as const).map((hue) => {
    const count = RESULT_STATES.filter((state) => HUES[state] === hue).reduce((sum, state) => sum + counts[state], 0);
    const width = total === 0 ? 0 : (100 * count) / total;
    const part = width === 0 ? '' : `<rect class="f-${hue}" x="${x.toFixed(3)}" y="0" width="${width.toFixed(3)}" height="1"/>`;
    x += width;
    return part;
  });
  return `<svg class="bar${small ? ' small' : ''}" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">${parts.join('')}</svg>`;
}

function blocking({ lines, reasons }: Report): string {
  const blocks = lines.filter((line) => line.blocks !== undefined);
  if (blocks.length === 0 && reasons.length === 0) return '';
  const entries = blocks.map(
    (line) =>
      `<li>${pill(line.state)}<a href="#line-${line.line}">${escaped(line.title)}</a><span class="why">${OBSTACLE_WORDS[line.blocks!]}: ${escaped(line.because)}</span></li>`,
  );
  const more = reasons.map((reason) => `<li><span></span><span>${escaped(reason)}</span></li>`);
  return `<section class="card"><h2>What stands in the way (${blocks.length})</h2>${folded([...entries, ...more])}</section>`;
}

function putOff({ lines }: Report): string {
  const later = lines.filter(isPutOff);
  if (later.length === 0) return '';
  const entries = later.map(
    (line) =>
      `<li>${pill(line.state)}<a href="#line-${line.line}">${escaped(line.title)}</a><span class="why">${escaped(line.because)}</span></li>`,
  );
  return `<section class="card"><h2>Put off, and not shown (${later.length})</h2>${folded(entries)}</section>`;
}

/** What is shown at once of a long list. */
const SHOWN = 12;

/** A list of which the first are shown, and the rest when somebody asks. */
function folded(entries: readonly string[]): string {
  const list = (some: readonly string[]): string => `<ul class="plain">${some.join('')}</ul>`;
  if (entries.length <= SHOWN + 2) return list(entries);
  return `${list(entries.slice(0, SHOWN))}<details class="more"><summary>${entries.length - SHOWN} more</summary>${list(entries.slice(SHOWN))}</details>`;
}

function contradictions({ contradictions, lines }: Report): string {
  if (contradictions.length === 0) return '';
  const byId = new Map(lines.map((line) => [line.id, line]));
  const entries = contradictions.map(({ lineId, claimed, found }) => {
    const line = byId.get(lineId);
    const title = line ? `<a href="#line-${line.line}">${escaped(line.title)}</a>` : escaped(lineId);
    return `<li>${line ? pill(line.state) : '<span></span>'}${title}<span class="why">${escaped(claimed)}; found: ${escaped(found)}</span></li>`;
  });
  return `<section class="card"><h2>Claimed, but not so (${contradictions.length})</h2>${folded(entries)}</section>`;
}

function signOffs({ signOffs }: Report): string {
  if (signOffs.length === 0) return '';
  const rows = signOffs.map(({ role, by, at }) => {
    const who = by ? `${escaped(by)}${at ? `, ${shownTime(at)}` : ''}` : '<span class="pill p-warn">not signed</span>';
    return `<tr><td>${escaped(role)}</td><td>${who}</td></tr>`;
  });
  return `<section class="card"><h2>Signatures</h2><div class="wide"><table><thead><tr><th>Role</th><th>Signed by</th></tr></thead><tbody>${rows.join('')}</tbody></table></div></section>`;
}

function voided({ voided }: Report): string {
  if (voided.length === 0) return '';
  const entries = voided.map((record) => `<li><span class="pill p-none">void</span><span>${escaped(voidedWords(record))}</span></li>`);
  return `<section class="card"><h2>No longer counts (${voided.length})</h2>${folded(entries)}</section>`;
}

function notUnderstood({ notUnderstood }: Report): string {
  if (notUnderstood.length === 0) return '';
  const entries = notUnderstood.map((finding) => {
    const mark = finding.lost ? '<span class="pill p-bad">not read</span>' : '<span class="pill p-none">told</span>';
    return `<li>${mark}<span>${escaped(notUnderstoodWords(finding))}</span></li>`;
  });
  return `<section class="card"><h2>Not understood (${notUnderstood.length})</h2>${folded(entries)}</section>`;
}

function findings({ findings }: Report): string {
  if (findings.length === 0) return '';
  const entries = findings.map(({ line, text }) => `<li><span>line ${line}</span><span>${escaped(text)}</span></li>`);
  return `<section class="card"><h2>Found in the document (${findings.length})</h2>${folded(entries)}</section>`;
}

function contents({ lines }: Report): string {
  const entries = bySection(lines).map(({ section, lines }) => {
    const count = (state: ResultState): number => lines.filter((line) => line.state === state).length;
    const counts = Object.fromEntries(RESULT_STATES.map((state) => [state, count(state)])) as Report['counts'];
    const title = escaped(section.at(-1) ?? 'Before the first heading');
    const passing = `<span>${counts.pass}/${lines.length}</span>`;
    return `<li><a href="#line-${lines[0]!.line}"><span>${title}</span>${passing}</a>${bar(counts, lines.length, true)}</li>`;
  });
  return `<nav class="card" aria-label="Sections"><h2>Sections</h2><ol>${entries.join('')}</ol></nav>`;
}

const FILTER = `<fieldset class="pick"><legend>Show</legend>
<input type="radio" name="show" id="all" checked><label for="all">All lines</label>
<input type="radio" name="show" id="only-open"><label for="only-open">Not passing</label>
<input type="radio" name="show" id="only-blocks"><label for="only-blocks">In the way</label></fieldset>`;

function body({ lines }: Report, source: string): string {
  const waiting = new Map<number, ReportLine[]>();
  for (const line of lines) waiting.set(line.line, [...(waiting.get(line.line) ?? []), line]);
  const draw = isHeavy(source) ? linesHtml : documentHtml;
  const document = draw(source, {
    take(number) {
      const found = waiting.get(number);
      waiting.delete(number);
      return found && aboutOf(found);
    },
  });
  // Nothing that was found out may be lost because a line was not found in the document.
  const left = [...waiting.values()].map((found) => lineHtml(aboutOf(found), escaped(found.map(({ title }) => title).join(' · '))));
  return `<section class="card doc" aria-label="Checklist">${FILTER}${document}${left.length > 0 ? `<h3>Further lines</h3>${left.join('')}` : ''}</section>`;
}

function footer({ checklist, subject, run, log }: Report): string {
  const { bindingsSha256, commit, configHash } = subject;
  const digests: [string, string][] = [
    ['Checklist SHA-256', checklist.sha256],
    ['Bindings SHA-256', bindingsSha256],
    ['Commit', commit],
    ['Configuration', configHash],
    ...(run ? ([['Run', run.id]] as [string, string][]) : []),
    ...(log ? ([[`Root of ${log.size} records`, log.root]] as [string, string][]) : []),
  ];
  const rows = digests.map(([name, value]) => `<tr><td>${escaped(name)}</td><td>${mono(value)}</td></tr>`);
  return `<footer><div class="wide"><table><tbody>${rows.join('')}</tbody></table></div>
<p>A tick in the document is a claim. What is not known counts against a release. The score decides nothing.</p></footer>`;
}

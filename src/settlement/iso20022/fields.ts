import { isLocalDate, type LocalDate, type Millis } from '../../base/time.ts';
import type { ReasonCode, Refusal } from './reason.ts';
import type { XmlElement } from './xml.ts';

/** A place in a message: the element and its path from the document's root element. */
export type Place = { element: XmlElement; path: string };

/** Collects why something cannot be taken; the first reason is the one that is told. */
export type Findings = { refusals: Refusal[] };

/** Notes a reason; answers undefined, so that a reader can return it. */
export function refuse(findings: Findings, code: ReasonCode, path: string, text: string): undefined {
  findings.refusals.push({ code, text, path });
  return undefined;
}

const below = (path: string, name: string) => (path === '' ? name : `${path}/${name}`);

/** The one child of that name in the message's own namespace. Given twice it would be ambiguous, and is refused. */
export function childOf(findings: Findings, place: Place | undefined, name: string): Place | undefined {
  if (!place) return undefined;
  let found: XmlElement | undefined;
  for (const element of place.element.children) {
    if (element.name !== name || element.uri !== place.element.uri) continue;
    if (found) return refuse(findings, 'CH17', below(place.path, name), `${name} is given more than once.`);
    found = element;
  }
  return found && { element: found, path: below(place.path, name) };
}

/** Follows names downwards. */
export function descend(findings: Findings, place: Place | undefined, ...names: string[]): Place | undefined {
  return names.reduce<Place | undefined>((at, name) => childOf(findings, at, name), place);
}

/** Every child of that name, with numbered paths. */
export function childrenOf(place: Place | undefined, name: string): Place[] {
  const all = place?.element.children.filter((element) => element.name === name && element.uri === place.element.uri) ?? [];
  return all.map((element, i) => ({ element, path: `${below(place!.path, name)}[${i + 1}]` }));
}

/** An element's text with white space brought to single blanks, as banks' line breaks and indentation mean nothing. */
export function textOf(place: Place | undefined): string | undefined {
  const text = place?.element.text.replace(/[\t\n\r ]+/g, ' ').trim();
  return text === '' ? undefined : text;
}

export type TextRule = { max?: number; form?: RegExp; code?: ReasonCode; missing?: ReasonCode; what?: string };

// eslint-disable-next-line no-control-regex -- this is the check that there are none
const CONTROL = /[\u0000-\u001f\u007f]/;

/** A child's text, held against its rule. Absent is refused only when the rule names a code for it. */
export function field(findings: Findings, place: Place | undefined, name: string, rule: TextRule = {}): string | undefined {
  const at = childOf(findings, place, name);
  const text = textOf(at);
  const path = at?.path ?? below(place?.path ?? '', name);
  const what = rule.what ?? name;
  if (text === undefined) return rule.missing && refuse(findings, rule.missing, path, `${what} is missing.`);
  const code = rule.code ?? 'CH16';
  if (rule.max !== undefined && text.length > rule.max && Array.from(text).length > rule.max) {
    return refuse(findings, code, path, `${what} is longer than ${rule.max} characters.`);
  }
  if (CONTROL.test(text)) return refuse(findings, code, path, `${what} has a control character.`);
  if (rule.form && !rule.form.test(text)) return refuse(findings, code, path, `${what} does not have the right form: ${quote(text)}.`);
  return text;
}

/** Text in an explanation: short, in quotation marks. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40).toWellFormed()}…` : text);
}

const ZONE = '(?:Z|[+-](?:0\\d|1[0-4]):[0-5]\\d)?';
const DATE = new RegExp(`^(\\d{4}-\\d{2}-\\d{2})${ZONE}$`);
const DATE_TIME = new RegExp(`^(\\d{4}-\\d{2}-\\d{2})T(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,9})?${ZONE}$`);

/** A calendar day; a time zone behind it (XML Schema allows one) does not change the day. */
export function dateField(findings: Findings, place: Place | undefined, name: string): LocalDate | undefined {
  const text = field(findings, place, name, { code: 'DT01' });
  if (text === undefined) return undefined;
  const day = DATE.exec(text)?.[1];
  if (day !== undefined && isLocalDate(day)) return day;
  return refuse(findings, 'DT01', below(place!.path, name), `${name} is not a day of the calendar: ${quote(text)}.`);
}

/** A point in time; without a zone it is taken as UTC. */
export function dateTimeField(findings: Findings, place: Place | undefined, name: string): Millis | undefined {
  const text = field(findings, place, name, { code: 'DT01', missing: 'CH21' });
  if (text === undefined) return undefined;
  const day = DATE_TIME.exec(text)?.[1];
  const ms = day !== undefined && isLocalDate(day) ? Date.parse(/[Z+]|-\d{2}:\d{2}$/.test(text.slice(10)) ? text : `${text}Z`) : NaN;
  if (!Number.isNaN(ms)) return Math.floor(ms);
  return refuse(findings, 'DT01', below(place!.path, name), `${name} is not a date and time: ${quote(text)}.`);
}

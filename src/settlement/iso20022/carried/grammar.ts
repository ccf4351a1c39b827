import { dayOfText, instantOfText } from '../kinds.ts';
import { amount, leaf, tag, type Xml } from '../xml-writer.ts';
import grammar from './grammar.json' with { type: 'json' };
import type { Said } from './said.ts';

/**
 * The forms of the elements of outgoing messages: what may stand where, how often and in which order. `grammar.json` tells of each type
 * `sequence` or `choice` of elements (`name[least,most]:type`), or the form of a text.
 */

/** Messages that are written with what came in. */
export type CarryingMessage = keyof typeof grammar.roots;

type Part = { name: string; type: string; least: number; most: number };
type Form =
  | { kind: 'sequence' | 'choice'; parts: readonly Part[] }
  | { kind: 'text'; hasCurrency: boolean; fits: (text: string) => boolean };

const TYPES: Readonly<Record<string, string>> = grammar.types;
const forms = new Map<string, Form>();

function formOf(type: string): Form {
  const known = forms.get(type);
  if (known) return known;
  const form = readForm(TYPES[type]!);
  forms.set(type, form);
  return form;
}

function readForm(written: string): Form {
  const [kind, ...words] = written.split(' ');
  if (kind === 'sequence' || kind === 'choice') return { kind, parts: words.map(partOf) };
  return { kind: 'text', hasCurrency: kind === 'amount', fits: (TEXTS[kind!] ?? everything)(words) };
}

function partOf(word: string): Part {
  const [, name, least = '1', most = '1', type] = /^(\w+)(?:\[(\d+),(\d*)\])?:(\w+)$/.exec(word)!;
  return { name: name!, type: type!, least: Number(least), most: most === '' ? Infinity : Number(most) };
}

type Fits = (text: string) => boolean;
const everything = (): Fits => () => true;
const matching = (pattern: RegExp) => (): Fits => (text) => pattern.test(text);

const TEXTS: Readonly<Record<string, (words: readonly string[]) => Fits>> = {
  text:
    ([most]) =>
    (text) =>
      Array.from(text).length <= Number(most),
  code: (words) => (text) => words.includes(text),
  pattern: ([pattern]) => matching(new RegExp(`^(?:${pattern})$`, 'u'))(),
  decimal: numberOf,
  amount: (words) => (text) => !text.startsWith('-') && numberOf(words)(text),
  boolean: matching(/^(?:true|false|0|1)$/),
  date: () => (text) => dayOfText(text) !== undefined,
  dateTime: () => (text) => instantOfText(text) !== undefined,
  time: matching(/^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d)?$/),
  base64:
    ([most]) =>
    (text) =>
      /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text) && (text.length / 4) * 3 <= Number(most),
};

/** A number of XML Schema, whose zeros before and behind do not count. */
function numberOf([total, fraction]: readonly string[]): Fits {
  return (text) => {
    const match = /^[+-]?0*(\d*?)(?:\.(\d*?)0*)?$/.exec(text);
    if (!match || !/\d/.test(text)) return false;
    const [whole, behind] = [match[1]!.length, match[2]?.length ?? 0];
    return whole + behind <= Number(total) && behind <= Number(fraction);
  };
}

/** The elements of a transaction of a message, in its order. */
export function elementsOf(message: CarryingMessage): readonly string[] {
  const form = formOf(grammar.roots[message]);
  return form.kind === 'text' ? [] : form.parts.map(({ name }) => name);
}

/** The text at a place where the order has it. */
export type InOrder = (path: string) => string | undefined;

/**
 * What was said of one element of a transaction, as its message may have it: in its order, as often as it may come, with texts of the
 * right form. What has no place is left out with what cannot stand without it; empty when nothing is left.
 */
export function conforming(message: CarryingMessage, name: string, said: readonly Said[], inOrder: InOrder): Xml {
  const form = formOf(grammar.roots[message]);
  const part = form.kind === 'text' ? undefined : form.parts.find((one) => one.name === name);
  return part ? repeated(part, said, { inOrder, path: name }) : '';
}

type Place = { inOrder: InOrder; path: string };

function repeated({ type, least, most }: Part, said: readonly Said[], place: Place): Xml {
  const written: Xml[] = [];
  for (const one of said) {
    const xml = elementOf(formOf(type), one, place);
    if (xml !== '' && written.length < most) written.push(xml);
  }
  return written.length < least ? '' : written.join('');
}

function elementOf(form: Form, [name, content, currency]: Said, { inOrder, path }: Place): Xml {
  if (form.kind !== 'text') return Array.isArray(content) ? tag(name, insideOf(form, content, { inOrder, path })) : '';
  const text = content === null ? inOrder(path) : content;
  if (typeof text !== 'string') return '';
  if (form.hasCurrency) return currencyFits(currency) && form.fits(text) ? amount(name, currency, text) : '';
  return form.fits(text) ? leaf(name, text) : '';
}

const currencyFits = (currency: string | undefined): currency is string => currency !== undefined && /^[A-Z]{3}$/.test(currency);

function insideOf({ kind, parts }: Extract<Form, { parts: unknown }>, said: readonly Said[], { inOrder, path }: Place): Xml {
  let inside = '';
  for (const part of parts) {
    const own = said.filter(([name]) => name === part.name);
    const xml = own.length === 0 ? '' : repeated(part, own, { inOrder, path: `${path}/${part.name}` });
    if (kind === 'choice' && xml !== '') return xml;
    if (kind === 'sequence' && xml === '' && part.least > 0) return '';
    inside += xml;
  }
  return inside;
}

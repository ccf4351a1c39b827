import { leiOf } from '../../src/base/check-digit.ts';
import { readAnyXml, type XmlElement } from '../../src/settlement/iso20022/xml.ts';
import type { Grammar } from './iso-grammar.ts';

/** Messages with any one of their elements, made of the grammar of what may stand in them. */

type Part = { name: string; type: string; isNeeded: boolean };

/** The parts of a type; undefined for a text. */
function partsOf({ types }: Grammar, type: string): { kind: string; parts: Part[] } | undefined {
  const [kind, ...words] = types[type]!.split(' ');
  if (kind !== 'sequence' && kind !== 'choice') return undefined;
  const parts = words.map((word) => {
    const [, name, least, of] = /^(\w+)(?:\[(\d+),\d*\])?:(\w+)$/.exec(word)!;
    return { name: name!, type: of!, isNeeded: least !== '0' };
  });
  return { kind, parts };
}

/** Every element of a message's record that holds a text, by its path, with the type of the text. */
export function textPaths(grammar: Grammar, message: string): [path: string, type: string][] {
  const below = (type: string, path: string): [string, string][] => {
    const form = partsOf(grammar, type);
    if (!form) return [[path, type]];
    return form.parts.flatMap((part) => below(part.type, path === '' ? part.name : `${path}/${part.name}`));
  };
  return below(grammar.roots[message]!, '');
}

/** A record with texts at some paths, and whatever its form demands beside them. */
export function recordWith(grammar: Grammar, message: string, texts: ReadonlyMap<string, string>): string {
  const inside = (type: string, path: string): string => {
    const form = partsOf(grammar, type);
    if (!form) return texts.get(path) ?? sampleOf(grammar, type);
    const isAsked = ({ name }: Part) => {
      const own = path === '' ? name : `${path}/${name}`;
      return [...texts.keys()].some((asked) => asked === own || asked.startsWith(`${own}/`));
    };
    const asked = form.parts.filter(isAsked);
    const needed = form.kind === 'sequence' ? form.parts.filter((part) => part.isNeeded || isAsked(part)) : asked.slice(0, 1);
    // An element that may be empty says nothing.
    const chosen = needed.length > 0 ? needed : form.parts.slice(0, 1);
    return chosen.map(({ name, type: of }) => element(name, of, path === '' ? name : `${path}/${name}`)).join('');
  };
  const element = (name: string, type: string, path: string) => {
    const currency = grammar.types[type]!.startsWith('amount') ? ' Ccy="EUR"' : '';
    return `<${name}${currency}>${inside(type, path)}</${name}>`;
  };
  return inside(grammar.roots[message]!, '');
}

/** Texts of one form or another: the first that fits is taken. */
const FORMED = [
  'FJORNOKK',
  'NO9386011117947',
  leiOf('TESTNOTLISTED00000'),
  'SE',
  'USD',
  '07',
  'AB12',
  '123',
  '+47-12345678',
  '97ed4827-7b6f-4491-a06f-b548d5a7512d',
  'AB'.repeat(32),
];

/** A text of a type. */
export function sampleOf({ types }: Grammar, type: string): string {
  const [kind, ...words] = types[type]!.split(' ');
  switch (kind) {
    case 'code':
      return words.at(-1)!;
    case 'pattern':
      return FORMED.find((text) => new RegExp(`^(?:${words[0]})$`).test(text))!;
    case 'text':
      if (type.startsWith('External')) return 'ABCD';
      return `A & <B> of Solvik`.slice(0, Number(words[0])).trim().replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
    case 'decimal':
      return words[1] === '0' ? '3' : '1.25';
    case 'amount':
      return '2.75';
    case 'date':
      return '2026-02-03';
    case 'dateTime':
      return '2026-02-03T04:05:06+01:00';
    case 'time':
      return '07:08:09';
    case 'gYear':
      return '2026';
    case 'base64':
      return 'AAEC';
    default:
      return 'true';
  }
}

/** The texts of the transaction of a document with their paths, in their order. */
export function linesOf(document: string): string[] {
  const steps = readAnyXml(document);
  let step = steps.next();
  while (!step.done) step = steps.next();
  const transaction = step.value.children[0]!.children.find(({ name }) => name === 'CdtTrfTxInf')!;
  const below = ({ name, children, text, attributes }: XmlElement, above: string): string[] =>
    children.length === 0
      ? [`${above}${name} ${attributes['Ccy'] ?? ''}${text}`]
      : children.flatMap((child) => below(child, `${above}${name}/`));
  return transaction.children.flatMap((child) => below(child, ''));
}

import { readFileSync } from 'node:fs';
import { readAnyXml, type XmlElement } from '../../src/settlement/iso20022/xml.ts';
import { sharedData } from './shared-data.ts';

const FOLDER = sharedData('iso20022/', 'the test that holds the grammar of what is carried against the official schemas');

/** A message, and the type of its record, e.g. `pacs.008.001.09`. */
export type Grammar = { roots: Record<string, string>; types: Record<string, string> };

/** Whether the schemas are there of which the grammar is made. */
export const haveSchemas = FOLDER !== undefined;

/** Of a return nothing is carried but what it says of charges: all else of it is this network's own, or tells of the payment returned. */
const OF_RETURNS = new Set(['RtrdInstdAmt', 'XchgRate', 'CompstnAmt', 'ChrgBr', 'ChrgsInf']);

/** The forms of the records of messages in the words of `carried/grammar.ts`, made of the schemas. */
export function grammarOf(messages: readonly string[]): Grammar {
  const roots: Record<string, string> = {};
  const types: Record<string, string> = {};
  for (const message of messages) {
    const named = new Map(rootOf(readFileSync(`${FOLDER}${message}.xsd`, 'utf8')).children.map((one) => [one.attributes['name']!, one]));
    const visit = (name: string): void => {
      if (Object.hasOwn(types, name) || name.startsWith('xs:')) return;
      const only = name.startsWith('PaymentTransaction') ? OF_RETURNS : undefined;
      const { form, uses } = formOf(named, named.get(name)!, only);
      types[name] = form;
      uses.forEach(visit);
    };
    const record = message.startsWith('pacs.004') ? /^PaymentTransaction\d+$/ : /^CreditTransferTransaction\d+$/;
    roots[message] = [...named.keys()].find((name) => record.test(name))!;
    visit(roots[message]);
  }
  const sorted = Object.fromEntries(Object.entries(types).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { roots, types: sorted };
}

function rootOf(text: string): XmlElement {
  const steps = readAnyXml(text);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

type Form = { form: string; uses: string[] };

function formOf(named: ReadonlyMap<string, XmlElement>, type: XmlElement, only?: ReadonlySet<string>): Form {
  if (type.name === 'simpleType') return { form: simpleForm(type.children.find(({ name }) => name === 'restriction')!), uses: [] };
  const [content] = type.children;
  if (content!.name === 'simpleContent') {
    const base = named.get(content!.children[0]!.attributes['base']!)!;
    return { form: simpleForm(base.children[0]!).replace('decimal', 'amount'), uses: [] };
  }
  const parts = content!.children
    .filter(({ name, attributes }) => name === 'element' && (only?.has(attributes['name']!) ?? true))
    .map(({ attributes }) => attributes);
  const words = parts.map(({ name, type: of, minOccurs = '1', maxOccurs = '1' }) => `${name}${times(minOccurs, maxOccurs)}:${of}`);
  return { form: [content!.name, ...words].join(' '), uses: parts.map(({ type: of }) => of!) };
}

function times(least: string, most: string): string {
  return least === '1' && most === '1' ? '' : `[${least},${most === 'unbounded' ? '' : most}]`;
}

function simpleForm({ attributes, children }: XmlElement): string {
  const values = (name: string) => children.filter((one) => one.name === name).map((one) => one.attributes['value']!);
  const [enumeration, pattern] = [values('enumeration'), values('pattern')];
  if (enumeration.length > 0) return ['code', ...enumeration].join(' ');
  if (pattern.length > 0) return `pattern ${pattern[0]!}`;
  const base = attributes['base']!.replace('xs:', '');
  if (base === 'decimal') return `decimal ${values('totalDigits')[0]} ${values('fractionDigits')[0]}`;
  if (base === 'string' || base === 'base64Binary') return `${base === 'string' ? 'text' : 'base64'} ${values('maxLength')[0]}`;
  return base;
}

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { sharedData, whereThere } from '../../../test/support/shared-data.ts';
import { CATALOGUE, type Definition, definitionOf, nameOf } from './catalogue.ts';
import type { Kind } from './shape.ts';

const folder = sharedData('iso20022/', 'the mappings are not held against the published schemas');

/** Type → its elements: type and whether they may come several times. */
type Types = Map<string, Map<string, { type: string; repeats: boolean }>>;

function typesOf(xsd: string): Types {
  const types: Types = new Map();
  for (const [, name, body] of xsd.matchAll(/<xs:complexType name="([^"]+)">([\s\S]*?)<\/xs:complexType>/g)) {
    const elements = [...body!.matchAll(/<xs:element ([^>]*?)\/?>/g)].map(([, attributes]) => {
      const of = Object.fromEntries([...attributes!.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key!, value!]));
      return [of['name']!, { type: of['type']!, repeats: of['maxOccurs'] !== undefined && of['maxOccurs'] !== '1' }] as const;
    });
    types.set(name!, new Map(elements));
  }
  return types;
}

/** What is wrong with a mapping: fields that no name leads to, and steps that repeat in the schema but not in the mapping. */
function faultsOf(kind: Kind<unknown>, type: string, types: Types, at: string): string[] {
  return Object.entries(kind.fields ?? {}).flatMap(([field, part]) => {
    const found = part.path.split('|').map((name) => walk(name, type, types));
    const there = found.filter((one) => one.type !== undefined);
    if (there.length === 0) return [`${at}.${field}: no ${part.path}`];
    const repeating = there.flatMap(({ unstarred }) => unstarred.map((step) => `${at}.${field}: ${step} may come several times`));
    return [...repeating, ...there.flatMap((one) => faultsOf(part.kind, one.type!, types, `${at}.${field}`))];
  });
}

function walk(name: string, from: string, types: Types): { type?: string; unstarred: string[] } {
  let type: string | undefined = from;
  const unstarred: string[] = [];
  for (const step of name.split('/')) {
    const element: { type: string; repeats: boolean } | undefined =
      type === undefined ? undefined : types.get(type)?.get(step.replace('*', ''));
    if (!element) return { unstarred: [] };
    if (element.repeats && !step.endsWith('*')) unstarred.push(step);
    type = element.type;
  }
  return { type, unstarred };
}

/** Fields that some versions or kinds of message do not have; everything else has to be in all of them. */
const NOT_EVERYWHERE =
  /\.(unit|acceptedAt|uetr|clearingReference|agent|balances|structured|due|remitted|amounts|careOf|exchangeAgent|underlyingOfBanks)$|\.systemReference$|tax\.ultimateDebtor$/;

const published = Object.entries(CATALOGUE as Readonly<Record<string, Definition>>).flatMap(([family, { versions }]) =>
  versions.map((version) => nameOf(family, version)),
);
const fileOf = (message: string) => ['', '_1'].map((ending) => path.join(folder ?? '', `${message}${ending}.xsd`));

whereThere(folder, () =>
  describe('every mapping', () => {
    const there = published.flatMap((message) => {
      const xsd = fileOf(message).flatMap((file) => {
        try {
          return [readFileSync(file, 'utf8')];
        } catch {
          return [];
        }
      })[0];
      return xsd === undefined ? [] : [[message, xsd] as const];
    });

    test('is held against several versions of most messages', () => {
      expect(there.length).toBeGreaterThan(18);
    });

    test.each(there)('of %s names elements that its schema has, repeating where they may repeat', (message, xsd) => {
      const types = typesOf(xsd);
      const { definition } = definitionOf(message)!;
      const root = types.get('Document')!.get(definition.root)!.type;
      const inGroup = definition.group && types.get(root)!.get(definition.group.name)!.type;
      const record = types.get(inGroup ?? root)!.get(definition.record.name)!.type;
      const faults = [
        ...faultsOf(definition.header, root, types, 'header'),
        ...(definition.group ? faultsOf(definition.group.kind, inGroup!, types, 'group') : []),
        ...faultsOf(definition.record.kind, record, types, 'record'),
      ];
      expect(faults.filter((fault) => !NOT_EVERYWHERE.test(fault.split(': no ')[0]!) || fault.includes('several times'))).toEqual([]);
    });
  }),
);

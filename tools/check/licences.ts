import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Check, Finding } from './finding.ts';

/** Licences under which a dependency may be used and passed on together with ours (Apache-2.0). */
const ALLOWED = new Set([
  'MIT',
  'MIT-0',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MPL-2.0',
  '0BSD',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'Unlicense',
  'Python-2.0',
]);

/** Data, not code. */
const ALLOWED_FOR_DATA = new Map([['caniuse-lite', 'CC-BY-4.0']]);

/** Packages that say it in their LICENSE file only, as read there. */
const READ_BY_HAND = new Map([['png-js', 'MIT']]);

type Locked = { version?: string; license?: string | { type?: string }; link?: boolean; name?: string };

/** Licences of all dependencies, those of other platforms included: as the lockfile tells, else as the package itself does. */
export const licencesCheck: Check = {
  name: 'licences',
  about: 'dependencies are permissively licensed',
  async run(root) {
    const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, Locked> };
    return Object.entries(lock.packages).flatMap(([place, locked]) => (place.includes('node_modules/') ? refuse(root, place, locked) : []));
  },
};

function refuse(root: string, place: string, locked: Locked): Finding[] {
  if (locked.link) return [];
  const name = locked.name ?? place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const licence = textOf(locked) ?? textOf(installed(root, place)) ?? READ_BY_HAND.get(name) ?? '';
  if (isAllowed(licence) || ALLOWED_FOR_DATA.get(name) === licence) return [];
  const what = licence === '' ? 'names no licence' : `is licensed under ${licence}`;
  return [{ message: `${name} ${locked.version ?? ''} ${what}, which is not on the list of tools/check/licences.ts` }];
}

function installed(root: string, place: string): Locked {
  const file = path.join(root, place, 'package.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Locked) : {};
}

function textOf({ license }: Locked): string | undefined {
  return typeof license === 'string' ? license : license?.type;
}

/** Whether an SPDX expression can be met: one side of an OR, both sides of an AND, with parentheses. */
export function isAllowed(expression: string): boolean {
  const tokens = expression.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const operator = (word: string) => tokens[at]?.toUpperCase() === word && ++at > 0;
  const term = (): boolean => {
    const token = tokens[at++];
    if (token !== '(') return token !== undefined && ALLOWED.has(token);
    const inner = either();
    return tokens[at++] === ')' && inner;
  };
  const both = (): boolean => {
    let met = term();
    while (operator('AND')) met = term() && met;
    return met;
  };
  const either = (): boolean => {
    let met = both();
    while (operator('OR')) met = both() || met;
    return met;
  };
  return either() && at === tokens.length;
}

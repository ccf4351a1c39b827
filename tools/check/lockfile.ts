import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Check, Finding } from './finding.ts';

type Dependencies = Readonly<Record<string, string>>;
type Locked = {
  dependencies?: Dependencies;
  devDependencies?: Dependencies;
  optionalDependencies?: Dependencies;
  engines?: unknown;
  link?: boolean;
  resolved?: string;
};
type Packages = Readonly<Record<string, Locked>>;

/**
 * Whether `npm ci` will accept the lockfile: it states what package.json asks for, and holds every dependency of every
 * package, those of other platforms included. npm leaves a platform's package out, without a word, when it could not find
 * it at that moment, and `npm ci` then refuses everywhere. What a package asks of Node must not be in it: npm holds that
 * against the Node that npm itself runs on, and leaves out optional packages, which compilers and linters are made of, for a
 * Node too old, although they would run on the one that it brings.
 */
export const lockfileCheck: Check = {
  name: 'lockfile',
  about: '`npm ci` can install it, on every platform',
  async run(root) {
    const read = (file: string) => JSON.parse(readFileSync(path.join(root, file), 'utf8')) as unknown;
    const { packages } = read('package-lock.json') as { packages: Packages };
    const places = Object.keys(packages).filter((place) => !packages[place]!.link);
    const own = places.filter((place) => !place.includes('node_modules'));
    return [
      ...own.flatMap((place) => differences(place, packages[place]!, read(path.posix.join(place, 'package.json')) as Locked)),
      ...places.flatMap((place) => missing(packages, place)),
      ...places.filter((place) => !own.includes(place) && packages[place]!.engines !== undefined).map(asksForNode),
    ];
  },
};

const KINDS = ['dependencies', 'devDependencies', 'optionalDependencies'] as const;

function differences(place: string, locked: Locked, asked: Locked): Finding[] {
  return KINDS.flatMap((kind) => {
    const names = new Set([...Object.keys(locked[kind] ?? {}), ...Object.keys(asked[kind] ?? {})]);
    return [...names]
      .filter((name) => locked[kind]?.[name] !== asked[kind]?.[name])
      .map((name) => ({
        file: path.posix.join(place, 'package.json'),
        message: `asks for ${name} ${asked[kind]?.[name] ?? '(nothing)'}, the lockfile has it as ${locked[kind]?.[name] ?? '(nothing)'}; run npm install`,
      }));
  });
}

/** The lockfile's text without what packages ask of Node, laid out as npm does. */
export function withoutEngines(text: string): string {
  const lockfile = JSON.parse(text) as { packages: Record<string, Locked> };
  for (const [place, locked] of Object.entries(lockfile.packages)) if (place.includes('node_modules')) delete locked.engines;
  return `${JSON.stringify(lockfile, null, 2)}\n`;
}

function asksForNode(place: string): Finding {
  return { file: 'package-lock.json', message: `${place} says which Node it asks for; run npm run lockfile` };
}

function missing(packages: Packages, place: string): Finding[] {
  const { dependencies, devDependencies, optionalDependencies } = packages[place]!;
  const names = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
  return names
    .filter((name) => !isLocked(packages, place, name))
    .map((name) => ({
      file: 'package-lock.json',
      message: `lacks ${name}, which ${place === '' ? 'package.json' : place} needs; npm ci would refuse`,
    }));
}

/** Looks as Node does: in the package's own node_modules, then upwards. */
function isLocked(packages: Packages, place: string, name: string): boolean {
  for (let folder = place; ; folder = path.posix.dirname(folder)) {
    if (folder === '.') folder = '';
    if (packages[path.posix.join(folder, 'node_modules', name)]) return true;
    if (folder === '') return false;
  }
}

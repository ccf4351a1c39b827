import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { filesBelow, isSource, isTest } from './files.ts';
import type { Check, Finding } from './finding.ts';
import { type Import, importsOf } from './imports.ts';

/** What arrows.mjs exports. */
export type Arrows = {
  arrows: Readonly<Record<string, readonly string[]>>;
  floor: readonly string[];
  packages: Readonly<Record<string, readonly string[]>>;
};

type Edge = Import & { from: string; to: string };
type Graph = ReadonlyMap<string, readonly Edge[]>;

/** Every import of the checkout against arrows.mjs, plus cycles between files and what the console drags into a browser. */
export const arrowsCheck: Check = {
  name: 'boundaries',
  about: 'imports follow arrows.mjs, no cycles',
  async run(root) {
    const table = (await import(pathToFileURL(path.join(root, 'arrows.mjs')).href)) as Arrows;
    const files = ['src', 'console', 'test', 'tools', 'bench'].flatMap((folder) => filesBelow(root, folder)).filter(isSource);
    const imports = files.map((file) => ({ file, imports: importsOf(file, readFileSync(path.join(root, file), 'utf8')) }));
    const graph: Graph = new Map(imports.map(({ file, imports: all }) => [file, edgesOf(root, file, all)]));
    return [
      ...imports.flatMap(({ file, imports: all }) => all.flatMap((one) => refusePackage(table, file, one))),
      ...[...graph.values()].flat().flatMap((edge) => refuseEdge(table, edge)),
      ...cyclesIn(graph),
      ...nodeInBrowser(graph, imports),
    ];
  },
};

/** Relative imports as paths from the root. A file that is missing, or a folder, is for the compiler to refuse. */
function edgesOf(root: string, from: string, imports: readonly Import[]): Edge[] {
  return imports.flatMap((one) => {
    if (!one.specifier?.startsWith('.')) return [];
    const to = path.posix.join(path.posix.dirname(from), one.specifier.replace(/\?.*$/, ''));
    return isSource(to) && existsSync(path.join(root, to)) ? [{ ...one, from, to }] : [];
  });
}

/** `src/ledger/port.ts` → `ledger`; outside of src the first folder: `console`, `test`, `tools`, `bench`. */
function moduleOf(file: string): string {
  const [first, second] = file.split('/') as [string, string];
  return first === 'src' ? second : first;
}

/** `contract.ts`, or `<noun>-contract.ts` where a part has several. */
const isContract = (name: string) => name === 'contract.ts' || name.endsWith('-contract.ts');

const FREE = new Set(['test', 'tools', 'bench']);

function refuseEdge({ arrows, floor }: Arrows, { from, to, line }: Edge): Finding[] {
  const refuse = (message: string): Finding[] => [{ file: from, line, message }];
  const [source, target] = [moduleOf(from), moduleOf(to)];
  if (source === target || FREE.has(source)) return isTest(to) && !isTest(from) ? refuse(`imports the test ${to}`) : [];
  if (FREE.has(target)) {
    return isTest(from) || source === 'console' ? [] : refuse(`imports ${to}; only tests may use what lies in ${target}`);
  }
  const ending = path.posix.basename(to);
  if (source === 'console') {
    const fine = target === 'base' || isContract(ending);
    return fine && !isTest(to) ? [] : refuse(`imports ${to}; the console may import contracts and base only`);
  }
  const allowed = arrows[source];
  if (!allowed) return refuse(`the module ${source} is not in arrows.mjs`);
  if (!allowed.includes(target)) return refuse(`imports ${to}; ${source} may import ${allowed.join(', ') || 'nothing'} (arrows.mjs)`);
  if (isTest(to)) return refuse(`imports the test ${to}`);
  const open = floor.includes(target) || source === 'app' || isContract(ending) || ending === 'port.ts';
  // A test may set up the modules below, by the same factory that the composition root uses.
  if (open || (isTest(from) && ending === 'index.ts')) return [];
  return refuse(`imports ${to}; of another module only contract.ts and port.ts may be imported`);
}

/** A module with a list of packages may use no other; computed imports are for the application's own start only. */
function refusePackage({ packages }: Arrows, file: string, { specifier, line }: Import): Finding[] {
  const module = moduleOf(file);
  if (isTest(file) || FREE.has(module)) return [];
  if (specifier === undefined) {
    return module === 'app'
      ? []
      : [{ file, line, message: 'imports what is computed at run time, which cannot be checked; write the path as a literal' }];
  }
  const allowed = packages[module];
  if (!allowed || specifier.startsWith('.')) return [];
  const fine = allowed.some((name) => specifier === name || specifier.startsWith(`${name}/`));
  return fine ? [] : [{ file, line, message: `imports ${specifier}; ${module} may use ${allowed.join(', ')} (arrows.mjs)` }];
}

/** Cycles of imports that exist at run time (a type import is gone by then), each once, beginning with its first file by name. */
function cyclesIn(graph: Graph): Finding[] {
  const found = new Map<string, Finding>();
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (file: string) => {
    const at = trail.indexOf(file);
    if (at !== -1) {
      const cycle = trail.slice(at);
      const first = cycle.indexOf(cycle.toSorted()[0]!);
      const turned = [...cycle.slice(first), ...cycle.slice(0, first)];
      found.set(turned.join(), { file: turned[0]!, message: `imports itself in a circle: ${[...turned, turned[0]].join(' → ')}` });
    }
    if (at !== -1 || done.has(file)) return;
    trail.push(file);
    for (const edge of graph.get(file) ?? []) if (!edge.typeOnly) visit(edge.to);
    trail.pop();
    done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return [...found.values()];
}

/** What a browser would have to load for the console, and cannot: modules of Node. */
function nodeInBrowser(graph: Graph, imports: readonly { file: string; imports: readonly Import[] }[]): Finding[] {
  const reached = new Set<string>();
  const queue = [...graph.keys()].filter((file) => file.startsWith('console/src/') && !isTest(file));
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    for (const edge of graph.get(file) ?? []) if (!edge.typeOnly) queue.push(edge.to);
  }
  return imports
    .filter(({ file }) => reached.has(file))
    .flatMap(({ file, imports: all }) =>
      all
        .filter(({ specifier, typeOnly }) => !typeOnly && specifier?.startsWith('node:'))
        .map(({ specifier, line }) => ({ file, line, message: `imports ${specifier}, but the console loads this file in a browser` })),
    );
}

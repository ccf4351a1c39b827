import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sharedData } from './shared-data.ts';
import type { Bindings } from '../../src/readiness/binding/binding.ts';
import { readBindings } from '../../src/readiness/binding/read-bindings.ts';
import { builtInChecks } from '../../src/readiness/check/built-in.ts';
import { createKinds } from '../../src/readiness/check/kinds.ts';
import type { Checklist } from '../../src/readiness/checklist/checklist.ts';
import { readChecklist } from '../../src/readiness/checklist/read-checklist.ts';

/** One of the five checklists that the product is proved by, which are not ours to hand on, with our bindings. */
export type Seed = { name: string; text: string; checklist: Checklist; bindings: Bindings; file: string };

/** Every kind of check that comes with the product. */
export const kinds = createKinds([builtInChecks()]);

/** Bindings of the catalogue by the name of their file, held against the kinds. */
export function catalogueBindings(name: string): { file: string; bindings: Bindings } {
  const path = fileURLToPath(new URL(`../../src/readiness/catalogue/${name}.bindings.yaml`, import.meta.url));
  const file = readFileSync(path, 'utf8');
  return { file, bindings: readBindings(file, { file: path, kinds }) };
}

/** The five, or undefined where they are not beside the checkout. */
export function readSeeds(): readonly Seed[] | undefined {
  const folder = sharedData('../seeds', 'the bindings of five checklists of others');
  if (folder === undefined) return undefined;
  return readdirSync(folder)
    .sort()
    .map((name, at) => {
      const source = readFileSync(join(folder, name));
      const text = source.toString('utf8');
      return { name: `seed-${at}`, text, checklist: readChecklist(source, `seed-${at}`), ...catalogueBindings(`seeds/seed-${at}`) };
    });
}

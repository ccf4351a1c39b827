import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EventKind } from '../../src/base/event.ts';
import type { Operation } from '../../src/base/operation.ts';

/** What a module offers: `operations` and `events` of its contract.ts. */
export type Contract = { module: string; operations: readonly Operation[]; events: readonly EventKind[] };

/** The contracts of all modules, in the order of their names. */
export async function contractsIn(root: string): Promise<Contract[]> {
  const folder = path.join(root, 'src');
  const modules = existsSync(folder) ? readdirSync(folder).sort() : [];
  const contracts: Contract[] = [];
  for (const module of modules) {
    const file = path.join(folder, module, 'contract.ts');
    if (!existsSync(file)) continue;
    const { operations = [], events = [] } = (await import(pathToFileURL(file).href)) as Partial<Contract>;
    contracts.push({ module, operations, events });
  }
  return contracts;
}

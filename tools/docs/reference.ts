import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Check, Finding } from '../check/finding.ts';
import { contractsIn, type Contract } from './contracts.ts';
import { errorsIn, type FoundError, statusOf } from './found-errors.ts';
import { programIn } from './program.ts';
import { renderCommands, renderSettings } from './render-program.ts';
import { renderErrors, renderEvents, renderOperations } from './render.ts';

/** The generated pages (path → text), and what in the code keeps them from being complete. */
export type Reference = { pages: ReadonlyMap<string, string>; findings: readonly Finding[] };

/** Makes docs/reference out of the contracts, the settings, the commands and the code of a checkout. */
export async function referenceOf(root: string): Promise<Reference> {
  const contracts = await contractsIn(root);
  const { errors, findings } = errorsIn(root);
  const { settings, command } = await programIn(root);
  const pages = new Map([
    ['docs/reference/errors.md', renderErrors(errors, contracts)],
    ['docs/reference/operations.md', renderOperations(contracts)],
    ['docs/reference/events.md', renderEvents(contracts)],
    ...(settings.length > 0 ? [['docs/reference/settings.md', renderSettings(settings)] as const] : []),
    ...(command ? [['docs/reference/commands.md', renderCommands(command)] as const] : []),
  ]);
  return { pages, findings: [...findings, ...promisedButNeverMade(contracts, errors), ...ambiguous(errors)] };
}

/** Codes that a contract names and no code makes: a caller would wait for them in vain. */
function promisedButNeverMade(contracts: readonly Contract[], errors: readonly FoundError[]): Finding[] {
  const made = new Set(errors.map(({ code }) => code));
  return contracts.flatMap(({ module, operations }) =>
    operations.flatMap(({ name, errors: codes }) =>
      codes
        .filter((code) => !made.has(code))
        .map((code) => ({ file: `src/${module}/contract.ts`, message: `${name} names the error ${code}, which nothing makes` })),
    ),
  );
}

/** A code has one meaning, so it has one status. */
function ambiguous(errors: readonly FoundError[]): Finding[] {
  return [...Map.groupBy(errors, ({ code }) => code)].flatMap(([code, found]) => {
    const statuses = [...new Set(found.map(({ kind }) => statusOf(kind)))];
    return statuses.length > 1
      ? [{ file: found.at(-1)!.file, message: `the error ${code} is made with different statuses: ${statuses.join(', ')}` }]
      : [];
  });
}

/** Part of `npm run check`: the pages in the checkout are those that `npm run docs` would write. */
export const referenceCheck: Check = {
  name: 'reference',
  about: 'docs/reference is up to date; `npm run docs` makes it so',
  async run(root) {
    const { pages, findings } = await referenceOf(root);
    const stale = [...pages].filter(([file, text]) => {
      const there = path.join(root, file);
      return !existsSync(there) || readFileSync(there, 'utf8') !== text;
    });
    return [...findings, ...stale.map(([file]) => ({ file, message: 'is out of date; run `npm run docs`' }))];
  },
};

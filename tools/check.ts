/**
 * `npm run check`: everything that is held against the checkout, beside the tests. Names as arguments run only those
 * (`npm run check -- lint format`). Fails when one of them finds something, and prints what.
 */
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { arrowsCheck } from './check/arrows.ts';
import { lengthsCheck } from './check/lengths.ts';
import { licencesCheck } from './check/licences.ts';
import { linksCheck } from './check/links.ts';
import { lockfileCheck } from './check/lockfile.ts';
import { formatCheck, lintCheck, typesCheck, unusedCheck } from './check/programs.ts';
import { choose, formatResults, runChecks } from './check/run.ts';
import { referenceCheck } from './docs/reference.ts';

const root = path.join(fileURLToPath(import.meta.url), '../..');
const all = [
  typesCheck,
  lintCheck,
  formatCheck,
  unusedCheck,
  arrowsCheck,
  lengthsCheck,
  linksCheck,
  referenceCheck,
  lockfileCheck,
  licencesCheck,
];

const results = await runChecks(choose(all, process.argv.slice(2)), root, Math.min(2, availableParallelism()));
console.log(formatResults(results));
process.exitCode = results.some(({ findings }) => findings.length > 0) ? 1 : 0;

/** `npm run lockfile`: after `npm install`, takes out of package-lock.json what would keep `npm ci` on an older Node from installing it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { withoutEngines } from './check/lockfile.ts';

const file = new URL('../package-lock.json', import.meta.url);
writeFileSync(file, withoutEngines(readFileSync(file, 'utf8')));

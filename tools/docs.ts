/** `npm run docs`: writes docs/reference/*.md. `--check` only compares, and fails when something would change. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatFinding } from './check/finding.ts';
import { referenceCheck, referenceOf } from './docs/reference.ts';

const root = path.join(fileURLToPath(import.meta.url), '../..');

if (process.argv.includes('--check')) {
  const findings = await referenceCheck.run(root);
  for (const finding of findings) console.error(formatFinding(finding));
  process.exitCode = findings.length > 0 ? 1 : 0;
} else {
  const { pages, findings } = await referenceOf(root);
  for (const [file, text] of pages) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
    console.log(`wrote ${file}`);
  }
  for (const finding of findings) console.error(formatFinding(finding));
  process.exitCode = findings.length > 0 ? 1 : 0;
}

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { filesBelow, isSource, isTest } from './files.ts';
import type { Check } from './finding.ts';

const MAX_LINES = 400;

/** Files that a person can still read in one go. Tests are exempt. */
export const lengthsCheck: Check = {
  name: 'file length',
  about: `at most ${MAX_LINES} lines a file`,
  async run(root) {
    const files = ['src', 'console', 'tools', 'bench']
      .flatMap((folder) => filesBelow(root, folder))
      .filter((file) => isSource(file) && !isTest(file));
    return files.flatMap((file) => {
      const lines = readFileSync(path.join(root, file), 'utf8').trimEnd().split('\n').length;
      return lines > MAX_LINES ? [{ file, message: `has ${lines} lines; divide it (at most ${MAX_LINES})` }] : [];
    });
  },
};

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');

test('what must pass before a change goes in is the test command that the README tells people', () => {
  const command = 'npm ci && npm test';
  expect(read('README.md').split('\n')).toContain(command);
  expect(read('.ci/run')).toContain(`(${command})`);
});

import { expect, test } from 'vitest';
import { AppError } from '../../base/error.ts';
import { readRollbackPolicy } from './watch-settings.ts';

const probe = {
  root: '/srv/release',
  setting(name: string) {
    if (name !== 'STAGE') throw new AppError('forbidden', 'readiness.setting_refused', name);
    return 'blue';
  },
};
const read = (text: string) => readRollbackPolicy(text, probe);
const refused = (text: string) => expect(() => read(text)).toThrow(expect.objectContaining({ code: 'readiness.settings_invalid' }));

test('without settings of its own, and with the policy off, nothing is ever called', () => {
  for (const text of ['', 'version: 1', 'watch:', 'watch: {}', 'watch: { rollback: { policy: off, argv: [./undo] } }'])
    expect(read(text)).toEqual({ mode: 'off' });
});

test('the script is the words of the settings, below the root, with the settings that it may see', () => {
  const text = 'watch:\n  rollback: { policy: confirm, argv: [./undo, "--to=$(previous)"], folder: ops, env: [STAGE], timeoutMs: 5000 }';
  expect(read(text)).toEqual({
    mode: 'confirm',
    name: './undo --to=$(previous)',
    script: { argv: ['./undo', '--to=$(previous)'], cwd: '/srv/release/ops', env: { STAGE: 'blue' }, timeoutMs: 5_000 },
  });
});

test('what cannot be meant is refused: unknown keys, a policy without a script, a folder outside, a secret', () => {
  refused('watch: { rollbacks: {} }');
  refused('watch: { rollback: { policy: always, argv: [./undo] } }');
  refused('watch: { rollback: { policy: automatic } }');
  refused('watch: { rollback: { policy: automatic, argv: [./undo], folder: ../other } }');
  refused('watch: { rollback: { policy: automatic, argv: "./undo; rm -rf /" } }');
  expect(() => read('watch: { rollback: { policy: automatic, argv: [./undo], env: [PASSWORD] } }')).toThrow(
    expect.objectContaining({ code: 'readiness.setting_refused' }),
  );
});

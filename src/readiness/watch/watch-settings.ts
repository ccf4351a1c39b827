import { resolve, sep } from 'node:path';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { parse } from 'yaml';
import { AppError } from '../../base/error.ts';
import type { Probe } from '../check/check.ts';
import { fields, oneOf, Text } from '../check/define.ts';
import type { RollbackPolicy } from './call-rollback.ts';

const DEFAULT_TIMEOUT_MS = 10 * 60_000;
const MOST_TIMEOUT_MS = 6 * 3_600_000;

const Shape = fields({
  rollback: Type.Optional(
    fields({
      policy: oneOf('off', 'confirm', 'automatic'),
      /** Called as it stands, without a shell. It is no command that a check could be bound to. */
      argv: Type.Optional(Type.Array(Text, { minItems: 1, maxItems: 100 })),
      /** Below the root of the settings. */
      folder: Type.Optional(Text),
      /** Settings that it gets as its environment; they must be among `settings.names`. */
      env: Type.Optional(Type.Array(Text, { maxItems: 100 })),
      timeoutMs: Type.Optional(Type.Integer({ minimum: 1_000, maximum: MOST_TIMEOUT_MS })),
    }),
  ),
});
const shape = Compile(Shape);

/** The key of `readiness.yaml` that is the watch's own. */
export const WATCH_KEY = 'watch';

/**
 * Reads when the rollback script may be called, and which it is, from the text of `readiness.yaml`. Without the key it is
 * never called. `probe` gives the settings that the script may see, and the root below which it runs.
 * Errors: `readiness.settings_invalid`, `readiness.setting_refused`.
 */
export function readRollbackPolicy(text: string, probe: Pick<Probe, 'root' | 'setting'>): RollbackPolicy {
  const whole: unknown = parse(text, { maxAliasCount: 100, logLevel: 'error' });
  const own: unknown = whole !== null && typeof whole === 'object' ? (whole as Record<string, unknown>)[WATCH_KEY] : undefined;
  if (own === undefined || own === null) return { mode: 'off' };
  if (!shape.Check(own)) {
    const problems = [...shape.Errors(own)].map(
      ({ instancePath, message }) => `${WATCH_KEY}${instancePath.replaceAll('/', '.')} ${message}`,
    );
    throw invalid(problems.join('; '));
  }
  return policyOf((own as Static<typeof Shape>).rollback, probe);
}

function policyOf(rollback: Static<typeof Shape>['rollback'], probe: Pick<Probe, 'root' | 'setting'>): RollbackPolicy {
  if (!rollback || rollback.policy === 'off') return { mode: 'off' };
  const { policy, argv, folder = '.', env = [], timeoutMs = DEFAULT_TIMEOUT_MS } = rollback;
  if (!argv) throw invalid(`${WATCH_KEY}.rollback.policy is ${policy}, and there is no ${WATCH_KEY}.rollback.argv to call`);
  const cwd = resolve(probe.root, folder);
  if (cwd !== probe.root && !cwd.startsWith(probe.root.endsWith(sep) ? probe.root : probe.root + sep))
    throw invalid(`${WATCH_KEY}.rollback.folder leads out of ${probe.root}`);
  const seen = env.flatMap((name) => {
    const value = probe.setting(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const [file, ...args] = argv as [string, ...string[]];
  return {
    mode: policy,
    name: [file, ...args].join(' '),
    script: { argv: [file, ...args], cwd, env: Object.fromEntries(seen), timeoutMs },
  };
}

function invalid(why: string): AppError {
  return new AppError('invalid', 'readiness.settings_invalid', `The settings of the watch cannot be used: ${why}.`);
}

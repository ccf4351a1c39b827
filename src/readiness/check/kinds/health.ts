import { fields, defineKind, Text } from '../define.ts';
import type { Check } from '../../../infra/module.ts';
import type { CheckProvider } from '../check.ts';
import { AppError } from '../../../base/error.ts';

const Params = fields({ check: Text });
/** Stands among the house's checks only so that the kind can be seen to fail. */
const PLANTED = 'planted: never well';
const UNSEEN = 'planted: nothing to look at';

/** The checks of a house's own modules, asked in the process itself: the kind `health`. */
export function houseChecks(checks: readonly Check[]): CheckProvider {
  const planted: Check = { name: PLANTED, run: async () => ({ ok: false, detail: 'This one is never well.' }) };
  const unseen: Check = { name: UNSEEN, run: async () => ({ ok: true, unseen: true, detail: 'There was nothing to look at.' }) };
  const byName = new Map([...checks, planted, unseen].map((check) => [check.name, check]));
  const health = defineKind({
    name: 'health',
    summary: 'A dependency or invariant that the house itself watches is well.',
    params: Params,
    describe: ({ check }) => check,
    async run({ check: name }) {
      const check = byName.get(name);
      if (!check) throw new AppError('not_found', 'readiness.health_unknown', `The house has no check called ${name.slice(0, 64)}.`);
      const { ok, detail, unseen } = await check.run();
      const found = !ok ? 'not well' : unseen ? 'not known to be well' : 'well';
      return {
        state: found === 'well' ? 'pass' : 'fail',
        summary: `${name}: ${detail}`,
        measurements: [{ name, value: found }],
        output: `${name} says that it is ${found}: ${detail}`,
      };
    },
    negative: [
      { name: 'a dependency that is not well', arrange: async () => ({ params: { check: PLANTED }, end: async () => {} }) },
      { name: 'an invariant with nothing to look at', arrange: async () => ({ params: { check: UNSEEN }, end: async () => {} }) },
    ],
  });
  return { name: 'house', kinds: [health] };
}

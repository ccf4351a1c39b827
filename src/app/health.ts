import { createHealth, type Health } from '../infra/health/health.ts';
import type { OpenHouse } from './house.ts';

/** Health of the whole process, for all its doors; the log has a line when a dependency is lost and one when it is back. */
export function healthOf({ checks, ground }: OpenHouse): Health {
  const log = ground.log.child({ module: 'health' });
  return createHealth({
    checks,
    onError: (check, error) => log.warn('a check of health broke', { check, error }),
    onChange: ({ name: check, ok, detail }) =>
      ok ? log.info('a check of health holds again', { check, detail }) : log.warn('a check of health fails', { check, detail }),
  });
}

import { expect, test } from 'vitest';
import { createMetrics } from '../../infra/metrics/metrics.ts';
import { CASE_KINDS } from './case.ts';
import { complianceMetrics } from './metrics.ts';

test('cases that were opened are counted from nought for every kind, so that the first of each is seen as an increase', async () => {
  const registry = createMetrics({ processMetrics: false });
  complianceMetrics(registry);
  const text = await registry.text();
  for (const kind of CASE_KINDS) expect(text).toContain(`rialto_settlement_case_moves_total{kind="${kind}",move="open"} 0`);
});

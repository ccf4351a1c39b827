import { expect, test } from 'vitest';
import { operations as access } from '../access/contract.ts';
import { codecOf } from '../base/codec.ts';
import { operations as ledger } from '../ledger/contract.ts';
import { operations as readiness } from '../readiness/contract.ts';
import { operations as settlement } from '../settlement/contract.ts';
import { publicOperations } from './operations.ts';

test.each(publicOperations.map((operation) => [operation.name, operation] as const))(
  '%s carries an example, and a request as in the example fits the contract',
  (_, { example, input, consumes, method }) => {
    expect(example).toBeDefined();
    for (const place of ['params', 'query', 'body'] as const)
      expect(() => codecOf(input[place]).decode(example?.[place] ?? {})).not.toThrow();
    expect(example?.document !== undefined).toBe(method !== 'GET' && consumes !== 'application/json');
  },
);

test.each([
  ['access', access],
  ['ledger', ledger],
  ['settlement', settlement],
  ['readiness', readiness],
])('every operation of %s bears its name, by which callers know whether an installation has it', (module, operations) => {
  for (const { name } of operations) expect(name).toMatch(new RegExp(`^${module}\\.`));
});

import { expect, test } from 'vitest';
import { codecOf } from '../base/codec.ts';
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

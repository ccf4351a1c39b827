import { expect, test } from 'vitest';
import { grammarOf, haveSchemas } from '../../../../test/support/iso-grammar.ts';
import { whereThere } from '../../../../test/support/shared-data.ts';
import grammar from './grammar.json' with { type: 'json' };

whereThere(haveSchemas, () => {
  test('the grammar of what is carried is that of the schemas', () => {
    expect(grammarOf(Object.keys(grammar.roots))).toEqual(grammar);
  });
});

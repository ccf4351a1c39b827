import { expect, test } from 'vitest';
import { newId } from '../../base/id.ts';
import { texts } from '../postgres/columns.ts';
import { toRows } from './append.ts';

const draft = { id: newId(), tenantId: newId(), type: 'a.b', version: 1, subject: 's', data: {}, at: 0 };

test('drafts are split by tenant and keep their order', () => {
  const other = newId();
  const rows = toRows([
    { ...draft, subject: '1' },
    { ...draft, tenantId: other, subject: '2' },
    { ...draft, subject: '3' },
  ]);
  expect(rows.map(({ tenantId, events, subjects }) => [tenantId, events, subjects])).toEqual([
    [draft.tenantId, 2, texts(['1', '3'])],
    [other, 1, texts(['2'])],
  ]);
});

test('the event that is too large is named', () => {
  const large = { ...draft, type: 'a.large', data: { text: 'x'.repeat(300_000) } };
  expect(() => toRows([draft, large])).toThrow(
    expect.objectContaining({ code: 'outbox.event_too_large', message: expect.stringContaining('a.large') }),
  );
  const middle = { ...draft, data: { text: 'x'.repeat(200_000) } };
  expect(toRows([middle, middle])).toHaveLength(1);
});

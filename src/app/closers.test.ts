import { expect, test } from 'vitest';
import { createClosers } from './closers.ts';

test('everything is let go of, the last first, even when something fails, and the failure is told', async () => {
  const closed: string[] = [];
  const closers = createClosers();
  closers.add(() => void closed.push('lock'));
  closers.add(async () => void closed.push('database'));
  closers.add(() => Promise.reject(new Error('the bus is gone')));
  await expect(closers.close()).rejects.toThrow('the bus is gone');
  expect(closed).toEqual(['database', 'lock']);
  await closers.close();
  expect(closed).toEqual(['database', 'lock']);
});

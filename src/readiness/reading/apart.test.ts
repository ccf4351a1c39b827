import { describe, expect, test } from 'vitest';
import { turn } from '../../infra/turns.ts';
import { SAMPLE, sampleReport } from '../report/report.fixture.ts';
import { apart } from './apart.ts';

const source = new TextEncoder().encode(SAMPLE);

/** How many turns others get in the event loop meanwhile. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  const seen = { turns: 0, over: false };
  const end = work.finally(() => (seen.over = true));
  while (!seen.over) {
    await turn();
    seen.turns += 1;
  }
  await end;
  return seen.turns;
}

describe('what takes long', () => {
  test.each(['text', 'markdown', 'pdf'] as const)('a report as %s is the same from a thread as from here', async (format) => {
    const given = { format, report: sampleReport(), source };
    const [here, there] = [await apart('report', given, false), await apart('report', given, true)];
    expect(Buffer.from(there).equals(here)).toBe(true);
    expect(here.length).toBeGreaterThan(200);
  });

  test('a long report leaves others their turns', async () => {
    const long = `# Long\n${'- [ ] The parcels of one more street are counted, and somebody has looked at the sum\n'.repeat(3_000)}`;
    const given = { format: 'pdf' as const, report: sampleReport(long), source: new TextEncoder().encode(long) };
    expect(await turnsDuring(apart('report', given, true))).toBeGreaterThan(1_000);
  });

  test('what a task refuses in its thread has the name that it has here', async () => {
    const given = { format: 'markdown' as const, report: sampleReport(), source: new TextEncoder().encode('- [ ] another\n') };
    for (const large of [false, true])
      await expect(apart('report', given, large)).rejects.toMatchObject({ kind: 'conflict', code: 'readiness.checklist_changed' });
    for (const large of [false, true])
      await expect(apart('read', { name: 'x', source, bindings: 'version: 7' }, large)).rejects.toMatchObject({
        code: 'readiness.bindings_invalid',
      });
  });

  test('keeps other callers waiting by no more than its own turn, and who reads not at all', async () => {
    const given = { format: 'json' as const, report: sampleReport(), source };
    const ended: string[] = [];
    const asked = (name: string) => apart('report', given, true, name).then(() => void ended.push(name));
    const flood = Promise.all(Array.from({ length: 8 }, () => asked('flood')));
    const read = apart('read', { name: 'x', source, bindings: 'version: 1\nchecklist: x\nbindings: []\n' }, true);
    await Promise.all([asked('honest'), read.then(() => ended.push('read'))]);
    await flood;
    expect(ended.indexOf('honest')).toBeLessThan(5);
    expect(ended.indexOf('read')).toBeLessThan(5);
  });

  test('many at once are all answered, a few threads at a time', async () => {
    const given = { format: 'json' as const, report: sampleReport(), source };
    const all = await Promise.all(Array.from({ length: 4 }, () => apart('report', given, true)));
    expect(new Set(all.map((bytes) => Buffer.from(bytes).toString('utf8'))).size).toBe(1);
  });
});

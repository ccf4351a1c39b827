import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newId } from '../../base/id.ts';
import { sealed } from '../../settlement/netting/window-file.ts';
import { planRound } from '../../settlement/obligation/plan.ts';
import { entryLine, roundLine, shareLine } from '../../settlement/obligation/round-file.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { describeSetOff, verifySetOffFile } from './verify-set-off.ts';

const [a, b] = [newId(), newId()];

async function roundAt(folder: string): Promise<{ path: string; root: string }> {
  const open = [
    { id: newId(), debtor: a, creditor: b, units: 70n, dueDay: null },
    { id: newId(), debtor: b, creditor: a, units: 50n, dueDay: null },
  ];
  const plan = planRound({ asset: 'EUR/2', ordering: 'amount', day: '2026-11-23', open });
  const root = Buffer.from(plan.root);
  const lines = [
    roundLine({ ...plan, id: newId(), number: 4, obligations: 2, root, ranAt: 0 }),
    ...plan.shares.map((share) => shareLine(share, true)),
    ...plan.entries.map((entry, i) => entryLine(entry, i)),
  ];
  const path = join(folder, 'round.jsonl');
  await writeFile(path, Buffer.concat(await Array.fromAsync(sealed(lines))));
  return { path, root: root.toString('hex') };
}

describe('rialto settlement verify-set-off', () => {
  test('tells each check with what was found', async () => {
    const { path, root } = await roundAt(temporaryFolder());
    const verdict = await verifySetOffFile(path, { root });
    expect(verdict.ok).toBe(true);
    const told = describeSetOff(verdict);
    for (const id of ['FORM', 'ROOT', 'M1', 'M5']) expect(told).toContain(`  ok  ${id} `);
    expect(told).toContain('Round 4 of set-off');
    expect(told).toContain('100 of 120 EUR/2 cleared');
    expect(told).toContain('Everything that could be checked holds.');
  });

  test('names what fails', async () => {
    const { path } = await roundAt(temporaryFolder());
    const verdict = await verifySetOffFile(path, { root: '0'.repeat(64) });
    expect(verdict.ok).toBe(false);
    expect(describeSetOff(verdict)).toMatch(/FAILS {2}ROOT [\s\S]*ROOT: the published root was 0000/);
  });

  test('a file that is not there or is none, and a root that is none, are refused by name', async () => {
    const folder = temporaryFolder();
    await expect(verifySetOffFile(join(folder, 'absent'), {})).rejects.toMatchObject({ code: 'cli.file_unreadable' });
    await expect(verifySetOffFile('x', { root: 'abc' })).rejects.toMatchObject({ code: 'request.invalid' });
    const path = join(folder, 'none');
    await writeFile(path, 'not a file of set-off\n');
    const verdict = await verifySetOffFile(path, {});
    expect([verdict.ok, describeSetOff(verdict).startsWith('No round of set-off')]).toEqual([false, true]);
  });
});

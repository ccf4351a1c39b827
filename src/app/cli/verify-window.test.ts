import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newId } from '../../base/id.ts';
import { rootOfLeaves } from '../../base/merkle.ts';
import { columnsOf } from '../../settlement/netting/columns.ts';
import { leafOf } from '../../settlement/netting/leaf.ts';
import { netObligations, resultHashOf } from '../../settlement/netting/net.ts';
import { bilateralOf } from '../../settlement/netting/pairs.ts';
import { finalityLine, headLine, obligationLine, resultLines, sealed } from '../../settlement/netting/window-file.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { describeVerdicts, verifyWindowFiles } from './verify-window.ts';

const [a, b] = [newId(), newId()];

async function windowAt(folder: string, name: string, number: number, fromSeq: bigint): Promise<{ path: string; root: string }> {
  const obligation = { id: newId(), debtor: a, creditor: b, asset: 'EUR/2', units: 70n };
  const { currencies, positions } = netObligations([obligation]);
  const inputRoot = rootOfLeaves(leafOf(obligation));
  const times = { cutOffAt: 0, inputPublishedAt: 0, nettedAt: 0, settledAt: 0 };
  const spans = [{ asset: 'EUR/2', fromSeq, toSeq: fromSeq + 10n }];
  const lines = [
    headLine({
      id: newId(),
      number,
      group: 'main',
      state: 'settled',
      ...times,
      obligations: 1,
      inputRoot,
      resultHash: resultHashOf(positions),
      spans,
    }),
    obligationLine({ ...obligation, index: 0, seq: fromSeq + 1n, leaf: leafOf(obligation) }),
    ...resultLines({ currencies, positions, bilaterals: bilateralOf(columnsOf([obligation])) }),
    finalityLine({ seq: fromSeq + 11n, at: 0, transfers: 2 }),
  ];
  const path = join(folder, name);
  await writeFile(path, Buffer.concat(await Array.fromAsync(sealed(lines))));
  return { path, root: Buffer.from(inputRoot).toString('hex') };
}

describe('rialto settlement verify', () => {
  test('tells each check with what was found', async () => {
    const { path, root } = await windowAt(temporaryFolder(), 'sound.jsonl', 3, 0n);
    const verdicts = await verifyWindowFiles([path], { root, removed: ['none'] });
    expect(verdicts.ok).toBe(true);
    const told = describeVerdicts(verdicts);
    for (const id of ['FORM', 'N1', 'N11', 'FINAL']) expect(told).toContain(`  ok  ${id} `);
    expect(told).toContain('window 3');
    expect(told).toContain('Everything that could be checked holds.');
  });

  test('names what fails', async () => {
    const { path } = await windowAt(temporaryFolder(), 'other-root.jsonl', 3, 0n);
    const verdicts = await verifyWindowFiles([path], { root: '0'.repeat(64) });
    expect(verdicts.ok).toBe(false);
    expect(describeVerdicts(verdicts)).toMatch(/FAILS {2}N3 [\s\S]*N3: the root published at cut-off was 0000/);
  });

  test('holds several files against each other', async () => {
    const folder = temporaryFolder();
    const [first, second, far] = [
      await windowAt(folder, '1', 1, 0n),
      await windowAt(folder, '2', 2, 5n),
      await windowAt(folder, '3', 3, 100n),
    ];
    const overlapping = await verifyWindowFiles([first.path, second.path], {});
    expect([overlapping.ok, overlapping.files.every(({ ok }) => ok)]).toEqual([false, true]);
    expect(describeVerdicts(overlapping)).toContain('windows 1 and 2 overlap in EUR/2');
    const apart = await verifyWindowFiles([first.path, far.path], {});
    expect(apart.ok).toBe(true);
    expect(describeVerdicts(apart)).toContain('nothing at hand covers EUR/2 from 10 to 100');
  });

  test('a file that is not there, and a root that is none, are refused by name', async () => {
    const folder = temporaryFolder();
    await expect(verifyWindowFiles([join(folder, 'absent')], {})).rejects.toMatchObject({ code: 'cli.file_unreadable' });
    await expect(verifyWindowFiles([folder], {})).rejects.toMatchObject({ code: 'cli.file_unreadable' });
    await expect(verifyWindowFiles(['x'], { root: 'abc' })).rejects.toMatchObject({ code: 'request.invalid' });
    await expect(verifyWindowFiles(['x'], { removed: ['NORDFIHH'] })).rejects.toMatchObject({ code: 'request.invalid' });
  });
});

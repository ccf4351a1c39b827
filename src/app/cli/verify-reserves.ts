import { readFile } from 'node:fs/promises';
import { AppError } from '../../base/error.ts';
import { verifyReserves, type ReserveVerdict } from '../../settlement/custody/verify-reserves.ts';
import { table } from './output.ts';

/**
 * Verifies a file of reserves that a participant was given; needs no database and no installation.
 * Errors: `cli.file_unreadable`, `settlement.reserve_file_malformed`.
 */
export async function verifyReserveFile(path: string): Promise<ReserveVerdict> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new AppError('not_found', 'cli.file_unreadable', `${path} cannot be read: ${error.code ?? error.message}.`);
  });
  return verifyReserves(text);
}

/** The verdict in words. */
export function describeReserves({ ok, number, publishedAt, hash, currencies, problems }: ReserveVerdict): string {
  const head = `Proof of reserves ${number} of ${publishedAt} ${ok ? 'holds' : 'does NOT hold'}.\nSHA-256 ${hash}`;
  const rows = currencies.map(({ asset, outstanding, confirmed, own }) => [
    asset,
    outstanding,
    confirmed ? 'confirmed by statement' : 'no statement',
    own ?? '-',
  ]);
  const figures = table([['currency', 'outstanding', 'custody', 'own balance'], ...rows]);
  return [head, figures, ...problems.map((problem) => `PROBLEM ${problem}`)].join('\n');
}

import path from 'node:path';
import { AppError } from '../../../base/error.ts';

/**
 * The SHA-256 that a published checksum file gives for the file at an address: in the manner of `sha256sum`, the line that
 * names it, or the only checksum there is. Errors: `settlement.list_checksum` when it gives none.
 */
export function findChecksum(document: Uint8Array, address: string): string {
  const lines = Buffer.from(document).toString('latin1').toLowerCase().split(/\r?\n/);
  const found = lines.flatMap((line) => {
    const sum = /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/.exec(line)?.[0];
    return sum === undefined ? [] : [{ sum, line }];
  });
  const name = path.posix.basename((URL.parse(address)?.pathname ?? address).toLowerCase());
  const named = name === '' ? [] : found.filter(({ line }) => line.split(/[\s*()=/]+/).includes(name));
  const [only, ...more] = named.length > 0 ? named : found;
  if (only !== undefined && more.every(({ sum }) => sum === only.sum)) return only.sum;
  throw new AppError(
    'unprocessable',
    'settlement.list_checksum',
    only === undefined
      ? 'The checksum file gives no SHA-256. The list in force stays.'
      : `The checksum file gives several SHA-256 and none for ${name}. The list in force stays.`,
  );
}

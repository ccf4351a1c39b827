import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Path of data that lies beside the checkout and is not ours to hand on (schemas of the registration authority, published
 * lists); undefined when it is absent, and then says what is not tested.
 */
export function sharedData(path: string, untested: string): string | undefined {
  const found = fileURLToPath(new URL(`../../../shared/data/${path}`, import.meta.url));
  if (existsSync(found)) return found;
  process.stderr.write(`Skipped: ${found} is absent, so ${untested}.\n`);
  return undefined;
}

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Path of data that lies beside the checkout and is not ours to hand on (schemas of the registration authority, published
 * lists); undefined when it is absent, and then says which extra tests (`the …`) do not run.
 */
export function sharedData(path: string, extra: string): string | undefined {
  const found = fileURLToPath(new URL(`../../../shared/data/${path}`, import.meta.url));
  if (existsSync(found)) return found;
  process.stderr.write(
    `Not run here: ${extra}. They need files that others publish and that we may not hand on; nothing is wrong, and everything of our own is tested without them.\n`,
  );
  return undefined;
}

/**
 * Declares tests only where their data is. They are not counted as skipped, which is for what a machine can be given by
 * `tools/install-test-servers`; what is not tested is said when the data is looked for.
 */
export function whereThere(present: unknown, declare: () => void): void {
  if (present) declare();
}

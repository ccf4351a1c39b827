import { systemClock } from '../../src/base/time.ts';
import { openFileStore } from '../../src/readiness/record/file-store.ts';
import { sampleBody } from './sample-body.ts';

/** A process that appends to the log of a folder and tells its parent the leaf of every entry that was acknowledged. */
const [folder, name] = process.argv.slice(2);
const store = openFileStore(folder!, { clock: systemClock });
for (let count = 0; count < 30; count += 1) {
  const { leaf } = await store.append('one', sampleBody(`${name}${count}`));
  process.send?.(leaf);
}
process.disconnect?.();

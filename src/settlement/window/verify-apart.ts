import { Worker } from 'node:worker_threads';
import { verifyWindow, type Verdict, type VerifyOptions } from '../verify-window/verify.ts';

/** A file of fewer obligations is verified where it is, in some tens of milliseconds. */
const AT_ONCE = 2_000;

type Said = { wants: true } | { verdict: Verdict };

/** Runs the verifier over the bytes of a file beside the event loop, piece by piece; a small file where it is. The verdict is the same. */
export async function verifyApart(bytes: AsyncIterable<Uint8Array>, obligations: number, options: VerifyOptions): Promise<Verdict> {
  if (obligations <= AT_ONCE) return verifyWindow(bytes, options);
  const worker = new Worker(new URL('./verify-worker.ts', import.meta.url), { workerData: options });
  const rest = bytes[Symbol.asyncIterator]();
  try {
    return await new Promise<Verdict>((resolve, reject) => {
      const answer = async (said: Said): Promise<void> => {
        if ('verdict' in said) return resolve(said.verdict);
        const { value, done } = await rest.next();
        worker.postMessage(done === true ? undefined : value);
      };
      worker.on('message', (said: Said) => void answer(said).catch(reject));
      worker.once('error', reject);
      // After the verdict this changes nothing.
      worker.once('exit', (code) => reject(new Error(`The thread that verifies windows ended with ${code} and no verdict.`)));
    });
  } finally {
    await rest.return?.();
    await worker.terminate();
  }
}

import { parentPort, workerData } from 'node:worker_threads';
import { verifyWindow, type VerifyOptions } from '../verify-window/verify.ts';

const port = parentPort!;

/** The pieces of the file as they are handed over; each is asked for, so that no more than one waits. */
async function* pieces(): AsyncGenerator<Uint8Array> {
  for (;;) {
    const next = new Promise<Uint8Array | undefined>((resolve) => port.once('message', resolve));
    port.postMessage({ wants: true });
    const piece = await next;
    if (piece === undefined) return;
    yield piece;
  }
}

port.postMessage({ verdict: await verifyWindow(pieces(), workerData as VerifyOptions) });

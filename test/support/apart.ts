import { threadId } from 'node:worker_threads';
import { AppError } from '../../src/base/error.ts';
import { serveWork } from '../../src/infra/jobs/serve-work.ts';

/** Works for a thread of its own. */
serveWork({
  /** Tells the database in which thread it runs. */
  tell: ({ db }) =>
    db.read({}, async (tx) => void (await tx.query(`select set_config('application_name', $1, false)`, [`told from ${threadId}`]))),
  async refuse() {
    throw new AppError('conflict', 'test.refused', 'No.', 'inside');
  },
  async fall() {
    throw new TypeError('fallen');
  },
  async die() {
    process.exit(3);
  },
  /** Works until it is told to stop. */
  last: (_, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
});

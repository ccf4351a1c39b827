import { chainAudit } from '../access/audit/chain.ts';
import { readMasterKey } from '../access/master-key.ts';
import { headsIn } from '../infra/heads/folder.ts';
import type { Heads } from '../infra/heads/port.ts';
import { handedOver, serveWork } from '../infra/jobs/serve-work.ts';
import { growLogs } from '../ledger/log/grow.ts';

/** What this thread is handed at its start. */
export type BackgroundData = { dataFolder: string; keyFile: string };

let opened: Promise<Heads> | undefined;

/** The keeper of heads; one that could not be opened is tried again by the next run. */
function heads(): Promise<Heads> {
  const { dataFolder, keyFile } = handedOver() as BackgroundData;
  const open = async (): Promise<Heads> => headsIn(dataFolder, await readMasterKey(keyFile));
  return (opened ??= open().catch((error: unknown) => {
    opened = undefined;
    throw error;
  }));
}

/** The thread beside the one that answers callers: the jobs that are apart, by their names. */
serveWork({
  'access.chain_audit': async (ground, signal) => chainAudit({ ...ground, heads: await heads() }, signal),
  'ledger.grow_log': async (ground, signal) => growLogs({ ...ground, heads: await heads() }, signal),
});

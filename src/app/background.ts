import { chainAudit } from '../access/audit/chain.ts';
import { serveWork } from '../infra/jobs/serve-work.ts';
import { growLogs } from '../ledger/log/grow.ts';

/** The thread beside the one that answers callers: the jobs that are apart, by their names. */
serveWork({ 'access.chain_audit': chainAudit, 'ledger.grow_log': growLogs });

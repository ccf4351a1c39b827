import { join } from 'node:path';
import type { Command } from 'commander';
import { verifyAudit } from '../../access/audit/verify.ts';
import { selectLastHeads as auditHeads } from '../../access/store/audit-chain.ts';
import { selectTenantIds } from '../../access/store/tenant.ts';
import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import { EMPTY_ROOT } from '../../base/merkle.ts';
import { acceptHead } from '../../infra/heads/folder.ts';
import type { LogName, Noted } from '../../infra/heads/port.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { lastHeads as ledgerHeads } from '../../ledger/log/store.ts';
import { verifyLedger } from '../../ledger/verify/verify.ts';
import { readConfig } from '../config.ts';
import { openTools, type Tools } from '../tools.ts';
import { readOutside, type Outside } from './noted-heads.ts';
import { digits, type Output } from './output.ts';
import type { AddCommand } from './readiness.ts';

const HEAD = ['--head <head...>', 'hold it against heads that were noted before: SIZE:ROOT, TENANT:SIZE:ROOT, or a file of them'] as const;

/** The commands over the two Merkle logs: to verify them, to tell their heads, and to take those of a copy as they are. */
export function addLogs(program: Command, command: AddCommand): void {
  const ledger = program.command('ledger').description('the books');
  command<[{ head?: string[] }]>(ledger, 'verify', 'recompute every balance, limit, chain and proof from the tables', verifyBooks).option(
    ...HEAD,
  );
  addHeads(ledger, command, 'ledger');
  const audit = program.command('audit').description('the audit log');
  command<[{ head?: string[] }]>(audit, 'verify', 'recompute the audit log and its roots from the tables', verifyLog).option(...HEAD);
  addHeads(audit, command, 'audit');
}

function verifyBooks({ print }: Output, { head = [] }: { head?: string[] }): Promise<void> {
  return withTools(async (tools) => {
    const outside = await outsideOf('ledger', tools, head);
    const verdict = await tools.db.read({ role: 'rialto_verify' }, (tx) => verifyLedger(tx, { outside }));
    const sums = verdict.books.map(
      ({ tenantId, transfers, accounts, logged, noted }) =>
        `book ${tenantId}: ${transfers} transfers, ${accounts} accounts, ${logged} in the log, held against ${noted} noted heads`,
    );
    const found = verdict.findings.map((finding) => JSON.stringify(finding, digits));
    print(
      verdict.ok ? ['The ledger is sound.', ...sums, ...warning(outside)].join('\n') : `The ledger is NOT sound:\n${found.join('\n')}`,
      verdict,
    );
    if (!verdict.ok) process.exitCode = 1;
  });
}

function verifyLog({ print }: Output, { head = [] }: { head?: string[] }): Promise<void> {
  return withTools(async (tools) => {
    const outside = await outsideOf('audit', tools, head);
    const verdict = await verifyAudit(tools.db, { outside });
    const { rows, heads, tenants, waiting, noted, differences } = verdict;
    const sound = `The audit log is sound: ${rows} rows of ${tenants} tenants under ${heads} heads, ${waiting} not chained yet, held against ${noted} noted heads.`;
    const lines = differences.map(({ tenantId, what, position, detail }) => `tenant ${tenantId}, position ${position}: ${what}, ${detail}`);
    print(differences.length === 0 ? [sound, ...warning(outside)].join('\n') : `The audit log is NOT sound:\n${lines.join('\n')}`, verdict);
    if (differences.length > 0) process.exitCode = 1;
  });
}

function warning({ noted }: Outside): string[] {
  return noted.length > 0
    ? []
    : ['Nothing from outside of the database was there to hold it against: name the data folder in RIALTO_DATA, or a noted --head.'];
}

async function outsideOf(log: LogName, { db, dataFolder }: Tools, given: readonly string[]): Promise<Outside> {
  return readOutside(log, dataFolder, given, await db.read({ role: 'rialto_verify' }, selectTenantIds));
}

function addHeads(parent: Command, command: AddCommand, log: LogName): void {
  command(parent, 'heads', 'print the last heads, a line each, to be noted elsewhere and given to verify later', ({ print }) =>
    withTools(async ({ db }) => {
      const heads = (await db.read({ role: 'rialto_verify' }, LAST[log])).map((head) => ({
        ...head,
        root: Buffer.from(head.root).toString('hex'),
      }));
      const lines = heads.map(({ tenantId, size, root, at }) => `${new Date(at).toISOString()} ${tenantId}:${size}:${root}`);
      print(lines.join('\n'), heads);
    }),
  );
  command<[{ because: string }]>(
    parent,
    'accept-heads',
    'after the database was put back from a copy: note its heads as they are instead of those in the data folder',
    ({ print }, { because }) =>
      withTools(async (tools) => {
        if (because.trim() === '') throw new AppError('invalid', 'request.invalid', '--because must say what happened.');
        const taken = await acceptAll(log, tools, because);
        const lines = taken.map(({ tenantId, before, size }) => `${tenantId}: ${size} instead of ${before ?? 'nothing noted'}`);
        print(lines.length === 0 ? 'All heads are as they were noted.' : lines.join('\n'), taken);
      }),
  ).requiredOption('--because <text>', 'what happened; it is kept beside the heads that were noted before');
}

const LAST: Record<LogName, (tx: Tx) => Promise<({ tenantId: Uuid } & Noted)[]>> = { ledger: ledgerHeads, audit: auditHeads };

/** Notes every head that differs from what is noted, also that there is none. */
async function acceptAll(log: LogName, { db, dataFolder }: Tools, because: string) {
  const { noted } = await readOutside(log, dataFolder, [], []);
  const heads = await db.read({ role: 'rialto_verify' }, LAST[log]);
  const tenants = await db.read({ role: 'rialto_verify' }, selectTenantIds);
  const taken: { tenantId: Uuid; size: number; before: number | undefined }[] = [];
  for (const tenantId of new Set([...tenants, ...noted.map((one) => one.tenantId)])) {
    const head = heads.find((one) => one.tenantId === tenantId) ?? { number: 0n, size: 0, root: EMPTY_ROOT, at: Date.now() };
    const before = noted.find((one) => one.tenantId === tenantId);
    if (before?.size === head.size && before.root === Buffer.from(head.root).toString('hex')) continue;
    await acceptHead(join(dataFolder, 'heads'), { log, tenantId }, head, { at: Date.now(), because });
    taken.push({ tenantId, size: head.size, before: before?.size });
  }
  return taken;
}

async function withTools(work: (tools: Tools) => Promise<void>): Promise<void> {
  const tools = await openTools(readConfig());
  try {
    await work(tools);
  } finally {
    await tools.close();
  }
}

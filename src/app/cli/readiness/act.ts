import { AppError } from '../../../base/error.ts';
import type { Signer } from '../../../readiness/people.ts';
import type { SignedBody } from '../../../readiness/record/leaf.ts';
import type { Output } from '../output.ts';
import { describeDecision } from './describe-verdict.ts';
import { signerOf, type SignerOptions } from './signer.ts';
import { openWorkspace, standingOf, type Standing, type WorkOptions, type Workspace } from './workspace.ts';

/** What every command takes that is somebody's signature. */
export type ActOptions = WorkOptions & SignerOptions;

/**
 * An act that is a signature: looks at how the checklist stands, has the record made and signed, puts it down, and tells
 * what is decided now. `make` may throw to refuse; nothing is put down then.
 */
export async function act(
  output: Output,
  file: string,
  options: ActOptions,
  make: (standing: Standing, signer: Signer, workspace: Workspace) => Promise<SignedBody>,
): Promise<void> {
  const workspace = await openWorkspace(file, options);
  const signer = await signerOf(workspace, options);
  const body = await make(await standingOf(workspace), signer, workspace);
  const record = await workspace.store.append(workspace.checklist.name, body);
  const { verdict } = await standingOf(workspace);
  refuseVoid(record.index, verdict.voided.find(({ index }) => index === record.index)?.why);
  const log = await workspace.store.root();
  const { decision, blocks, exitCode } = verdict;
  const text = `Record ${record.index}: ${body.kind} by ${signer.name}. Root of the log: ${log.size}:${log.root}\n\n${describeDecision(verdict)}`;
  output.print(text, { record, log, decision, exitCode, blocks });
}

/** Somebody else may have signed at the same moment: what the log does not count is told as such. */
function refuseVoid(record: number, why: readonly string[] | undefined): void {
  if (!why) return;
  const reasons = why.map((reason) => reason.replaceAll('_', ' ')).join(', ');
  throw new AppError('conflict', 'readiness.record_void', `Record ${record} was put down and does not count: ${reasons}.`);
}

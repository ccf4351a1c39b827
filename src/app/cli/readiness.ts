import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { Output } from './output.ts';
import { addApprove } from './readiness/approve.ts';
import { addBind } from './readiness/bind.ts';
import { addEnrol, addInit } from './readiness/init.ts';
import { addPlan } from './readiness/plan.ts';
import { addProve } from './readiness/prove.ts';
import { addRead } from './readiness/read.ts';
import { addRekey } from './readiness/rekey.ts';
import { addReport } from './readiness/report.ts';
import { addDecide, addRun } from './readiness/run.ts';
import { addShow } from './readiness/show.ts';
import { addSign, addWithdraw } from './readiness/sign.ts';
import { addVerify } from './readiness/verify.ts';
import { addRuleOut, addWaive } from './readiness/waive.ts';
import { addWatch } from './readiness/watch.ts';

/** How the command line adds a command: what it finds out is printed for people or, with --json, for machines. */
export type AddCommand = <A extends unknown[]>(
  parent: Command,
  usage: string,
  about: string,
  work: (output: Output, ...args: A) => Promise<void>,
) => Command;

/** The commands of `rialto readiness`. None of them needs a database, or anything else of a Rialto that runs. */
export function addReadiness(program: Command, command: AddCommand): void {
  const readiness = program.command('readiness').description('production checklists that execute');
  readiness.hook('preAction', whereItWasAsked);
  addRead(readiness, command);
  addBind(readiness, command);
  addProve(readiness, command);
  addInit(readiness, command);
  addEnrol(readiness, command);
  addRekey(readiness, command);
  addRun(readiness, command);
  addDecide(readiness, command);
  addSign(readiness, command);
  addWaive(readiness, command);
  addRuleOut(readiness, command);
  addApprove(readiness, command);
  addPlan(readiness, command);
  addWithdraw(readiness, command);
  addShow(readiness, command);
  addVerify(readiness, command);
  addReport(readiness, command);
  addWatch(readiness, command);
}

/** `npm run` goes to the package's folder; files are meant from where the person is. */
function whereItWasAsked(): void {
  const { npm_lifecycle_event: script, INIT_CWD: folder } = process.env;
  if (script === 'rialto' && folder !== undefined && existsSync(folder)) process.chdir(folder);
}

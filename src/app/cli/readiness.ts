import type { Command } from 'commander';
import type { Output } from './output.ts';
import { addBind } from './readiness/bind.ts';
import { addProve } from './readiness/prove.ts';
import { addRead } from './readiness/read.ts';

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
  addRead(readiness, command);
  addBind(readiness, command);
  addProve(readiness, command);
}

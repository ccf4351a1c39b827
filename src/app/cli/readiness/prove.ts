import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { boundChecks } from '../../../readiness/binding/bound-checks.ts';
import { AppError } from '../../../base/error.ts';
import type { Bindings, BoundCheck } from '../../../readiness/binding/binding.ts';
import { readBindings } from '../../../readiness/binding/read-bindings.ts';
import { builtInChecks } from '../../../readiness/check/built-in.ts';
import { createKinds, type KindRegistry } from '../../../readiness/check/kinds.ts';
import { houseChecks } from '../../../readiness/check/kinds/health.ts';
import { isAsExpected, proveBound, proveKinds, reasonOf, type BoundProof, type KindProof } from '../../../readiness/check/prove.ts';
import { table } from '../output.ts';
import type { AddCommand } from '../readiness.ts';

/** `rialto readiness prove`: every kind of check is put where it must fail; exit code 1 when one of them does not. */
export function addProve(parent: Command, command: AddCommand): void {
  command<[{ bindings?: string }]>(
    parent,
    'prove',
    'put each kind of check where it must fail, and demand that it does',
    async ({ print }, { bindings }) => {
      const kinds = createKinds([builtInChecks(), houseChecks([])]);
      if (bindings === undefined) {
        const proofs = await proveKinds(kinds.all());
        print(describeProofs(proofs), { proven: proofs.every(({ proven }) => proven), kinds: proofs });
        if (proofs.some(({ proven }) => !proven)) process.exitCode = 1;
        return;
      }
      const proofs = await proveBound(await boundIn(bindings, kinds), kinds);
      print(describeBound(proofs), { proven: proofs.every(({ proven }) => proven), bound: proofs });
      if (proofs.some(({ proven }) => !proven)) process.exitCode = 1;
    },
  ).option('--bindings <file>', 'only the kinds that these bindings use, and which of their checks may be relied on');
}

async function boundIn(file: string, kinds: KindRegistry): Promise<readonly BoundCheck[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new AppError('unprocessable', 'readiness.file_unreadable', `${file} cannot be read: ${error.code ?? error.message}.`);
  });
  return checksIn(readBindings(text, { file, kinds }));
}

function checksIn({ bindings }: Bindings): readonly BoundCheck[] {
  return bindings.flatMap(({ disposition }) => boundChecks(disposition));
}

function describeProofs(proofs: readonly KindProof[]): string {
  const rows = proofs.flatMap((proof) => {
    const situations = proof.fixtures.map((one) => [
      isAsExpected(one) ? '  ok' : '  NOT PROVEN',
      proof.kind,
      one.fixture,
      isAsExpected(one) ? one.found : `${one.found}, demanded ${one.expected}`,
    ]);
    return situations.length > 0 ? situations : [['  NOT PROVEN', proof.kind, reasonOf(proof.kind, proof), '']];
  });
  const bad = proofs.filter(({ proven }) => !proven);
  const situations = proofs.reduce((sum, { fixtures }) => sum + fixtures.length, 0);
  const verdict =
    bad.length === 0
      ? `All ${proofs.length} kinds of checks fail where they must, in ${situations} situations.`
      : `${bad.length} of ${proofs.length} kinds are NOT proven:\n${bad.map((proof) => `  ${proof.kind}: ${reasonOf(proof.kind, proof)}`).join('\n')}`;
  return `${table(rows)}\n\n${verdict}`;
}

function describeBound(proofs: readonly BoundProof[]): string {
  const byKind = new Map(proofs.map((proof) => [proof.check.kind, proof]));
  const rows = [...byKind.values()].map(({ check, proven, reason }) => [
    proven ? '  ok' : '  NOT PROVEN',
    check.kind,
    `${proofs.filter((proof) => proof.check.kind === check.kind).length} bound`,
    reason,
  ]);
  const bad = proofs.filter(({ proven }) => !proven).length;
  const verdict =
    bad === 0 ? `All ${proofs.length} bound checks are of proven kinds.` : `${bad} of ${proofs.length} bound checks are NOT proven.`;
  return `${table(rows)}\n\n${verdict}`;
}

import type { BoundCheck } from '../binding/binding.ts';
import type { CheckState } from '../run/result.ts';
import type { CheckKind, NegativeFixture } from './check.ts';
import type { KindRegistry } from './kinds.ts';
import { bareProbe } from './loopback.ts';
import { runCheck } from './run-check.ts';

/** What one negative fixture showed. It proves the kind only when `found` is what was `expected`. */
export type FixtureProof = { fixture: string; expected: CheckState; found: CheckState; summary: string; ms: number };

/** Whether a kind of check was seen to fail. Without a fixture it is not proven. */
export type KindProof = { kind: string; proven: boolean; fixtures: readonly FixtureProof[] };

/**
 * Arranges every situation in which each kind must fail, runs it there and compares: a check that has never failed proves
 * nothing by passing. `error` and `unreachable` do not count as `fail` unless the fixture says so. Everything happens on
 * loopback and in temporary folders. Never throws for what a fixture does.
 */
export async function proveKinds(kinds: readonly CheckKind[], onKind?: (proof: KindProof) => void): Promise<readonly KindProof[]> {
  const proofs: KindProof[] = [];
  for (const kind of kinds) {
    const fixtures: FixtureProof[] = [];
    for (const fixture of kind.negative) fixtures.push(await proveFixture(kind, fixture));
    const proof = { kind: kind.name, proven: fixtures.length > 0 && fixtures.every(({ expected, found }) => expected === found), fixtures };
    proofs.push(proof);
    onKind?.(proof);
  }
  return proofs;
}

async function proveFixture(kind: CheckKind, fixture: NegativeFixture): Promise<FixtureProof> {
  const expected = fixture.expects ?? 'fail';
  try {
    const { params, probe, end } = await fixture.arrange();
    try {
      const { result } = await runCheck(kind, params, bareProbe(probe));
      return { fixture: fixture.name, expected, found: result.state, summary: result.summary, ms: result.ms };
    } finally {
      await end();
    }
  } catch (error) {
    const summary = `The fixture itself failed: ${error instanceof Error ? error.message : typeof error}.`;
    return { fixture: fixture.name, expected, found: 'error', summary, ms: 0 };
  }
}

/** Whether a bound check may be relied on: its kind is there, and was seen to fail. */
export type BoundProof = { check: BoundCheck; proven: boolean; reason: string };

/** Says of each bound check whether its kind is proven; proves each kind that is used once. */
export async function proveBound(checks: readonly BoundCheck[], kinds: KindRegistry): Promise<readonly BoundProof[]> {
  const used = [...new Set(checks.map(({ kind }) => kind))].flatMap((name) => kinds.find(name) ?? []);
  const proofs = new Map((await proveKinds(used)).map((proof) => [proof.kind, proof]));
  return checks.map((check) => {
    const proof = proofs.get(check.kind);
    return { check, proven: proof?.proven ?? false, reason: reasonOf(check.kind, proof) };
  });
}

/** Why a kind counts as proven or not, in one line. */
export function reasonOf(kind: string, proof: KindProof | undefined): string {
  if (!proof) return `there is no kind of check called ${kind}`;
  if (proof.fixtures.length === 0) return `${kind} has no negative fixture`;
  const bad = proof.fixtures.find(({ expected, found }) => expected !== found);
  return bad
    ? `${bad.fixture}: found ${bad.found}, demanded ${bad.expected} (${bad.summary})`
    : `${proof.fixtures.length} situations found as demanded`;
}

import type { BoundCheck } from '../binding/binding.ts';
import type { CheckState } from '../run/result.ts';
import type { CheckKind, NegativeFixture, TriedSituation } from './check.ts';
import type { KindRegistry } from './kinds.ts';
import { bareProbe } from './loopback.ts';
import { runCheck } from './run-check.ts';
import { unheldIn } from './unheld.ts';

/** What one situation showed. It proves the kind only when `found` is what was `expected`. */
export type FixtureProof = { fixture: string; expected: CheckState | 'no pass'; found: CheckState; summary: string; ms: number };

/** Whether a situation was found as demanded. */
export const isAsExpected = ({ expected, found }: Pick<FixtureProof, 'expected' | 'found'>): boolean =>
  expected === 'no pass' ? found !== 'pass' && found !== 'warn' : expected === found;

/** Whether a kind of check was seen to fail. Without a fixture it is not proven. */
export type KindProof = { kind: string; proven: boolean; fixtures: readonly FixtureProof[] };

/**
 * Arranges every situation in which each kind must fail, and of each that passes every demand made impossible by itself, runs it
 * there and compares: a check that has never failed proves nothing by passing. `error` and `unreachable` do not count as `fail` unless the fixture says so. Everything happens on
 * loopback and in temporary folders. Never throws for what a fixture does.
 */
export async function proveKinds(kinds: readonly CheckKind[], onKind?: (proof: KindProof) => void): Promise<readonly KindProof[]> {
  const proofs: KindProof[] = [];
  for (const kind of kinds) {
    const fixtures: FixtureProof[] = [];
    for (const fixture of kind.negative) fixtures.push(await proveFixture(kind, fixture));
    for (const situation of kind.tried ?? []) fixtures.push(...(await proveSituation(kind, situation)));
    const proof = { kind: kind.name, proven: kind.negative.length > 0 && fixtures.every(isAsExpected), fixtures };
    proofs.push(proof);
    onKind?.(proof);
  }
  return proofs;
}

/**
 * Where the kind passes, each demand by itself is made impossible: what passes then as well does not look at that parameter. Demands
 * that the kind refuses beside the others are left out.
 */
async function proveSituation(kind: CheckKind, { name, impossible, arrange }: TriedSituation): Promise<FixtureProof[]> {
  try {
    const { params, probe, end } = await arrange();
    const proofOf = async (fixture: string, expected: FixtureProof['expected'], more: object): Promise<FixtureProof> => {
      const { result } = await runCheck(kind, { ...params, ...more }, bareProbe(probe));
      return { fixture, expected, found: result.state, summary: result.summary, ms: result.ms };
    };
    try {
      const proofs = [await proofOf(`${name}: passes where all is well`, 'pass', {})];
      for (const [parameter, value] of Object.entries(impossible))
        if (!unheldIn(kind, { ...params, [parameter]: value }))
          proofs.push(await proofOf(`${name}: ${parameter} that cannot hold`, 'no pass', { [parameter]: value }));
      return proofs;
    } finally {
      await end();
    }
  } catch (error) {
    const summary = `The situation itself failed: ${error instanceof Error ? error.message : typeof error}.`;
    return [{ fixture: name, expected: 'pass', found: 'error', summary, ms: 0 }];
  }
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
  const bad = proof.fixtures.find((fixture) => !isAsExpected(fixture));
  return bad
    ? `${bad.fixture}: found ${bad.found}, demanded ${bad.expected} (${bad.summary})`
    : `${proof.fixtures.length} situations found as demanded`;
}

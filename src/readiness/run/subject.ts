import { hash } from 'node:crypto';
import { canonicalJson } from '../../base/canonical-json.ts';
import type { Bindings } from '../binding/binding.ts';
import type { Checklist } from '../checklist/checklist.ts';
import type { Subject } from './result.ts';

/**
 * SHA-256 of bindings in hex: of what they say, so that comments and the order of keys in their file do not count, and
 * every word that decides something does.
 */
export function bindingsHash(bindings: Bindings): string {
  const known = hashes.get(bindings);
  if (known !== undefined) return known;
  // Through JSON, so that a field that is set to undefined is one that is not there.
  const made = hash('sha256', canonicalJson(JSON.parse(JSON.stringify(bindings))));
  hashes.set(bindings, made);
  return made;
}

/** Bindings are values that nobody changes, and asked for their hash whenever something is judged. */
const hashes = new WeakMap<Bindings, string>();

/** What a run, a signature and a verdict speak of. */
export function subjectFor(
  checklist: Checklist,
  bindings: Bindings,
  deployed: { commit: string; configHash: string; environment: string },
): Subject {
  const { commit, configHash, environment } = deployed;
  return { checklistSha256: checklist.sha256, bindingsSha256: bindingsHash(bindings), commit, configHash, environment };
}

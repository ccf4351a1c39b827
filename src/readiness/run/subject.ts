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
  // Through JSON, so that a field that is set to undefined is one that is not there.
  return hash('sha256', canonicalJson(JSON.parse(JSON.stringify(bindings))));
}

/** What a run, a signature and a verdict speak of. */
export function subjectFor(
  checklist: Checklist,
  bindings: Bindings,
  deployed: { commit: string; configHash: string; environment: string },
): Subject {
  const { commit, configHash, environment } = deployed;
  return { checklistSha256: checklist.sha256, bindingsSha256: bindingsHash(bindings), commit, configHash, environment };
}

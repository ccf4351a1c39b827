import { createHash } from 'node:crypto';
import { canonicalJson } from '../../base/canonical-json.ts';
import type { NamedEntry } from './match.ts';
import { wordsOf } from './normalise.ts';

/** The name that an exception is for: its words, whatever their order, script and case. */
export function nameKeyOf(name: string): string {
  return wordsOf(name)
    .map(({ text }) => text)
    .sort()
    .join(' ');
}

/** What an entry says, as one hash: when its list changes it, people look again. */
export function digestOf({ facts, names }: NamedEntry): string {
  return createHash('sha256')
    .update(canonicalJson({ facts, names: [...names].sort() }))
    .digest('hex');
}

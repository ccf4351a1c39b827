import type { Millis } from '../../base/time.ts';
import type { Bindings } from '../binding/binding.ts';
import { readBindings } from '../binding/read-bindings.ts';
import { stripConfirmations, type Stripped } from '../binding/strip-confirmations.ts';
import { changeBindings, type BindingChange } from '../binding/write-bindings.ts';
import type { ProposedFor } from '../catalogue/propose.ts';
import { standOf, type Stand } from '../catalogue/stand.ts';
import type { Checklist } from '../checklist/checklist.ts';
import { readChecklist } from '../checklist/read-checklist.ts';
import { writeReport } from '../report/write-report.ts';
import { bindingsHash } from '../run/subject.ts';

/** A checklist and what decides its lines, with the SHA-256 (hex) of what the bindings say. */
export type Readings = { checklist: Checklist; bindings: Bindings; bindingsSha256: string };

/** A file of bindings as text, and as it was read. */
export type BindingsFile = { text: string; bindings: Bindings };

const fileOf = (name: string): { file: string } => ({ file: `${name}.bindings.yaml` });

/** What takes long with large documents. Pure, and over values that can be handed from thread to thread: no kinds of checks are asked. */
export const TASKS = {
  /** Errors: `readiness.bindings_invalid`. */
  read({ name, source, bindings: text }: { name: string; source: Uint8Array; bindings: string }): Readings {
    const bindings = readBindings(text, fileOf(name));
    return { checklist: readChecklist(source, name), bindings, bindingsSha256: bindingsHash(bindings) };
  },
  checklist({ name, source }: { name: string; source: Uint8Array }): Checklist {
    return readChecklist(source, name);
  },
  /** Bindings that somebody brings, without the confirmations that are not held. Errors: `readiness.bindings_invalid`. */
  strip({ name, text, held, longestMs }: { name: string; text: string; held: Bindings; longestMs: number }): Stripped & BindingsFile {
    const stripped = stripConfirmations(text, readBindings(text, fileOf(name)), held, longestMs);
    return { ...stripped, bindings: readBindings(stripped.text, fileOf(name)) };
  },
  /** Errors: `readiness.bindings_invalid`. */
  change({ name, text, changes }: { name: string; text: string; changes: readonly BindingChange[] }): BindingsFile {
    const changed = changeBindings(text, changes);
    return { text: changed, bindings: readBindings(changed, fileOf(name)) };
  },
  stand({ checklist, bindings, now, of }: { checklist: Checklist; bindings: Bindings; now: Millis; of: ProposedFor }): Stand {
    return standOf(checklist, bindings, now, of);
  },
  /** Errors: those of `writeReport`. */
  report: writeReport,
} as const;

export type Tasks = typeof TASKS;

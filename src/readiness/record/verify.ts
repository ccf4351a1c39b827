import { createHash } from 'node:crypto';
import { canonicalJson } from '../../base/canonical-json.ts';
import type { People } from '../people.ts';
import { signedContent } from './leaf.ts';
import type { ReadinessRecord, RecordStore } from './record.ts';

/** A root that somebody noted earlier, outside the log: so many leaves, and the root over them in hex. */
export type NotedRoot = { size: number; root: string };

/** One thing that is wrong with a log. `entry` counts all entries from 0. */
export type LogFinding = {
  what:
    | 'unreadable'
    | 'index'
    | 'leaf'
    | 'signature'
    | 'key_not_valid'
    | 'signed_head'
    | 'evidence_missing'
    | 'evidence_changed'
    | 'root'
    | 'noted_root'
    | 'cut'
    | 'time';
  entry?: number;
  detail: string;
};

/** What was found of a whole log. `signatures` and `evidence` are how many were verified. */
export type LogVerdict = { ok: boolean; size: number; root: string; signatures: number; evidence: number; findings: readonly LogFinding[] };

type Verifying = {
  store: RecordStore;
  people: People;
  counts: Map<string, number>;
  /** Each run of nodes of one height, the highest first. */
  peaks: { hash: Buffer; leaves: number }[];
  seen: Set<string>;
  /** The latest time that any entry so far has told, and the root of each size so far. */
  latest: number;
  roots: string[];
  findings: LogFinding[];
  signatures: number;
  evidence: number;
};

/**
 * Verifies a log by what is kept alone: every leaf is the hash of its entry, entries count without gaps, the root follows
 * from the leaves, every signature is that of the account it names over its entry, the evidence that entries and results
 * speak of is there and is what it was. With `noted`, that the log continues the one whose root was noted. Leaves and roots
 * are computed here once more, with code of their own (RFC 9162 §2.1), and not by what wrote them.
 */
export async function verifyLog(
  { store, people }: { store: RecordStore; people: People },
  noted: readonly NotedRoot[] = [],
): Promise<LogVerdict> {
  const empty = { counts: new Map(), peaks: [], seen: new Set<string>(), findings: [], signatures: 0, evidence: 0 };
  const state: Verifying = { store, people, ...empty, latest: Number.NEGATIVE_INFINITY, roots: [rootOf([])] };
  const open = [...noted].sort((a, b) => a.size - b.size);
  let size = 0;
  checkNoted(open, { size, root: rootOf(state.peaks) }, state);
  try {
    for await (const record of store.readAll()) {
      await verifyEntry(record, size, state);
      size += 1;
      while (open.length > 0 && open[0]!.size <= size) checkNoted(open, { size, root: rootOf(state.peaks) }, state);
    }
  } catch (error) {
    state.findings.push({ what: 'unreadable', entry: size, detail: error instanceof Error ? error.message : String(error) });
  }
  for (const { size: wanted } of open)
    state.findings.push({ what: 'noted_root', detail: `The log had ${wanted} entries when its root was noted, and has ${size} now.` });
  const root = rootOf(state.peaks);
  await compareWithStore({ size, root }, state);
  const { findings, signatures, evidence } = state;
  // A key that is told as lost takes what it signed since out of what counts; the log that tells of it is sound.
  return { ok: findings.every(({ what }) => what === 'key_not_valid'), size, root, signatures, evidence, findings };
}

async function verifyEntry(record: ReadinessRecord, at: number, state: Verifying): Promise<void> {
  const { checklist, index, body } = record;
  const next = state.counts.get(checklist) ?? 0;
  if (index !== next) state.findings.push({ what: 'index', entry: at, detail: `${checklist} counts ${index} where ${next} comes next.` });
  state.counts.set(checklist, index + 1);
  const leaf = leafOf(record);
  if (leaf?.toString('hex') !== record.leaf)
    state.findings.push({ what: 'leaf', entry: at, detail: 'The entry is not the one that its leaf was made of.' });
  addLeaf(state.peaks, leaf ?? Buffer.from(record.leaf, 'hex'));
  state.roots.push(rootOf(state.peaks));
  state.latest = Math.max(state.latest, Date.parse(record.at) || Number.NEGATIVE_INFINITY);
  if (Number.isNaN(Date.parse(record.at))) state.findings.push({ what: 'time', entry: at, detail: 'The entry has no time.' });
  if ('signature' in body) await verifySignature(record, at, state);
  for (const sha256 of evidenceNamed(body)) await verifyEvidence(sha256, at, state);
}

async function verifySignature({ checklist, body }: ReadinessRecord, at: number, state: Verifying): Promise<void> {
  if (!('signature' in body)) return;
  const holds = await state.people.verify(body.signature, signedContent(checklist, body)).catch(() => false);
  if (!holds) {
    const detail = `${body.signature.name} has not signed this, or is not an account that may.`;
    return void state.findings.push({ what: 'signature', entry: at, detail });
  }
  state.signatures += 1;
  const claimed = body.signedAt !== undefined && { claimedAt: Date.parse(body.signedAt) };
  const held = await state.people.keyHeld(body.signature, { at: state.latest, place: at, ...claimed }).catch(() => false);
  if (!held)
    state.findings.push({
      what: 'key_not_valid',
      entry: at,
      detail: `The key of ${body.signature.name} did not count when this was signed.`,
    });
  if (body.log && (body.log.size > at || state.roots[body.log.size] !== body.log.root))
    state.findings.push({
      what: 'signed_head',
      entry: at,
      detail: `${body.signature.name} signed over another log of ${body.log.size} entries than stands before it.`,
    });
}

/** Evidence of an entry, and of every result within the runs that are evidence themselves. */
async function verifyEvidence(sha256: string, at: number, state: Verifying): Promise<void> {
  if (state.seen.has(sha256)) return;
  state.seen.add(sha256);
  const found = await state.store.evidence(sha256).catch((error: Error) => error);
  if (found instanceof Error) return void state.findings.push({ what: 'evidence_changed', entry: at, detail: found.message });
  if (!found) return void state.findings.push({ what: 'evidence_missing', entry: at, detail: `The evidence ${sha256} is not there.` });
  if (createHash('sha256').update(found.bytes).digest('hex') !== sha256)
    return void state.findings.push({ what: 'evidence_changed', entry: at, detail: `The evidence ${sha256} is not what was kept.` });
  state.evidence += 1;
  if (!found.mediaType.startsWith('application/json')) return;
  for (const inner of evidenceNamed(parsed(found.bytes))) await verifyEvidence(inner, at, state);
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

const SHA256 = /^[0-9a-f]{64}$/;
const EVIDENCE_FIELDS = new Set(['evidence', 'results']);

/** Hashes in the fields of a value that name evidence, at any depth. */
function evidenceNamed(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === 'string' ? (EVIDENCE_FIELDS.has(key) && SHA256.test(inner) ? [inner] : []) : evidenceNamed(inner),
  );
}

function leafOf({ index, at, checklist, body }: ReadinessRecord): Buffer | undefined {
  try {
    const text = canonicalJson({ at, body, checklist, index });
    return createHash('sha256').update(Buffer.of(0)).update(text, 'utf8').digest();
  } catch {
    return undefined;
  }
}

function node(left: Buffer, right: Buffer): Buffer {
  return createHash('sha256').update(Buffer.of(1)).update(left).update(right).digest();
}

function addLeaf(peaks: Verifying['peaks'], hash: Buffer): void {
  let peak = { hash, leaves: 1 };
  while (peaks.at(-1)?.leaves === peak.leaves) peak = { hash: node(peaks.pop()!.hash, peak.hash), leaves: 2 * peak.leaves };
  peaks.push(peak);
}

function rootOf(peaks: Verifying['peaks']): string {
  if (peaks.length === 0) return createHash('sha256').digest('hex');
  return peaks
    .map(({ hash }) => hash)
    .reduceRight((right, left) => node(left, right))
    .toString('hex');
}

/** Takes the noted roots of this size off the list. */
function checkNoted(open: NotedRoot[], now: NotedRoot, { findings }: Verifying): void {
  while (open[0]?.size === now.size) {
    const { root, size } = open.shift()!;
    if (root.toLowerCase() !== now.root)
      findings.push({ what: 'noted_root', detail: `The first ${size} entries had the root ${root}, and have ${now.root} now.` });
  }
}

async function compareWithStore(found: NotedRoot, { store, findings }: Verifying): Promise<void> {
  const told = await store.root().catch((error: Error) => error);
  if (told instanceof Error) findings.push({ what: 'root', detail: told.message });
  else if (told.root !== found.root || told.size !== found.size)
    findings.push({
      what: 'root',
      detail: `The store tells the root ${told.root} of ${told.size} entries; they come to ${found.root} of ${found.size}.`,
    });
}

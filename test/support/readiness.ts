import { createPublicKey, generateKeyPairSync, hash, sign, verify, type KeyObject } from 'node:crypto';
import type { Binding, Bindings, Disposition } from '../../src/readiness/binding/binding.ts';
import type { Checklist, Item } from '../../src/readiness/checklist/checklist.ts';
import type { People, Signer } from '../../src/readiness/people.ts';
import { DEFAULT_POLICY, fold, type FoldQuery, type RecordState } from '../../src/readiness/record/fold.ts';
import { leafOfEntry } from '../../src/readiness/record/leaf.ts';
import type { ReadinessRecord, RecordBody } from '../../src/readiness/record/record.ts';
import { trustedEntries } from '../../src/readiness/record/trusted.ts';
import type { CheckResult, CheckState, LineResult, Run, Subject } from '../../src/readiness/run/result.ts';
import { subjectFor } from '../../src/readiness/run/subject.ts';

/** An instant that the tests of the gate call now. */
export const NOW = Date.UTC(2026, 0, 5, 9);
export const isoAt = (ms: number): string => new Date(ms).toISOString();

/** A box with only what a test cares about. */
export function itemOf(id: string, fields: Partial<Item> = {}): Item {
  const empty = { thresholds: [], claims: [], roles: [], mentions: [], children: [], hints: [], section: ['Before'] };
  const line = Number(/\d+$/.exec(id)?.[0] ?? 0) + 1;
  return {
    id,
    line,
    title: `Line ${id}`,
    text: `Line ${id}`,
    polarity: 'good_when_true',
    checked: false,
    box: { from: 0, to: 1 },
    ...empty,
    ...fields,
  };
}

/** A checklist of these boxes; its hash is that of what it says. */
export function checklistOf(items: readonly Item[], fields: Partial<Checklist> = {}): Checklist {
  const sha256 = hash('sha256', JSON.stringify([items, fields]));
  const empty = { criteria: [], signOffs: [], states: [], services: [], guessed: [], notUnderstood: [], findings: [] };
  return { name: 'release', title: 'Release', sha256, items, ...empty, ...fields };
}

/** A confirmed binding. */
export function bindingOf(line: string, disposition: Disposition, fields: Partial<Binding> = {}): Binding {
  return { line, disposition, confirmed: { by: 'Grace', at: isoAt(NOW) }, ...fields };
}

/** Bound to one check of the kind `http`. */
export const checked = (): Disposition => ({ kind: 'checked', checks: [{ kind: 'http', params: {} }] });

export const bindingsOf = (...bindings: Binding[]): Bindings => ({ version: 1, checklist: 'release', bindings });

/** What a check found just now. */
export function resultOf(state: CheckState, fields: Partial<CheckResult> = {}): CheckResult {
  return { kind: 'http', asked: 'GET /', state, summary: `It is ${state}.`, measurements: [], startedAt: isoAt(NOW), ms: 1, ...fields };
}

/** A run that found these states, one check a line. */
export function runOf(subject: Subject, states: Readonly<Record<string, CheckState | readonly CheckState[]>>): Run {
  const results: LineResult[] = Object.entries(states).map(([lineId, found]) => {
    const checks = [found].flat().map((state) => resultOf(state as CheckState));
    return { lineId, state: 'error', summary: '', checks };
  });
  return { id: 'run-1', subject, startedAt: isoAt(NOW), ms: 5, results, requestedBy: 'Robin Requester' };
}

export const DEPLOYED = { commit: 'c0ffee', configHash: 'cf', environment: 'production' };
export const subjectOfTest = (checklist: Checklist, bindings: Bindings): Subject => subjectFor(checklist, bindings, DEPLOYED);

/** Accounts that sign with keys of their own, in memory. */
export type TestPeople = People & { signer(name: string, ...roles: string[]): Signer };

/** Accounts for tests: whoever was made here verifies, with the roles that they were made with. */
export function testPeople(): TestPeople {
  const known = new Map<string, { key: KeyObject; roles: readonly string[] }>();
  return {
    signer(name, ...roles) {
      const { publicKey, privateKey } = generateKeyPairSync('ed25519');
      const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
      const accountId = name.toLowerCase();
      known.set(spki, { key: createPublicKey(publicKey.export({ format: 'pem', type: 'spki' })), roles });
      return {
        accountId,
        name,
        roles,
        sign: async (content) => {
          const value = sign(null, content, privateKey).toString('base64');
          return { accountId, name, roles, algorithm: 'ed25519', publicKey: spki, value };
        },
      };
    },
    async verify(signature, content) {
      const account = known.get(signature.publicKey);
      if (!account || JSON.stringify(account.roles) !== JSON.stringify(signature.roles)) return false;
      return verify(null, content, account.key, Buffer.from(signature.value, 'base64'));
    },
    keyHeld: async () => true,
  };
}

/** The entries of a log that holds these, one a minute, the last a minute ago. */
export function entriesOf(bodies: readonly RecordBody[], at = NOW): ReadinessRecord[] {
  return bodies.map((body, index) => {
    const entry = { index, at: isoAt(at - (bodies.length - index) * 60_000), checklist: 'release', body };
    return { ...entry, leaf: leafOfEntry(entry) };
  });
}

/** What these entries come to. */
export async function stateOf(
  bodies: readonly RecordBody[],
  { people, ...query }: { people: People; subject: Subject } & Partial<FoldQuery>,
): Promise<RecordState> {
  const records = entriesOf(bodies, query.at);
  return fold(records, { at: NOW, policy: DEFAULT_POLICY, ...(await trustedEntries(records, people)), ...query });
}

/** The log's note of a run. */
export function finished(run: Run): RecordBody {
  return { kind: 'run_finished', runId: run.id, subject: run.subject, results: '0'.repeat(64), counts: {}, requestedBy: run.requestedBy };
}

import { type KeyObject, verify } from 'node:crypto';
import type { Uuid } from '../../base/id.ts';
import type { Findings } from './findings.ts';
import type { HeadRow } from './store.ts';

/** A head that somebody wrote down outside of the database; `source` says who. */
export type NotedHead = { tenantId: Uuid; size: number; root: string; source: string };

/** What the tables are held against: noted heads, and the public keys that heads may be signed with. */
export type Outside = { noted: readonly NotedHead[]; keys: readonly KeyObject[] };

/** Heads are numbered from 1, without gaps, and none is without a number behind one that has it. */
export class HeadNumbers {
  #last = 0n;

  look(head: HeadRow, findings: Findings): void {
    const { size, number } = head;
    if (number === null) return findings.expect(this.#last === 0n, 'log_head', () => `the head of ${size} transfers has no number`);
    findings.expect(number === this.#last + 1n, 'log_head', () => `behind head ${this.#last} comes head ${number}`);
    this.#last = number;
  }
}

/**
 * The signature of the newest head: its root covers all before. One that is noted word for word needs none; without keys, and
 * for heads of before they were signed, there is nothing to hold it against.
 */
export function verifySignature(tenantId: Uuid, head: HeadRow | undefined, { keys, noted }: Outside, findings: Findings): void {
  if (!head || head.number === null || keys.length === 0) return;
  const root = head.root.toString('hex');
  if (noted.some((one) => one.size === Number(head.size) && one.root === root)) return;
  const statement = Buffer.from(`rialto.head.v1\nledger\n${tenantId}\n${head.number}\n${head.size}\n${root}\n${head.at}\n`);
  const signed = keys.some((key) => verify(null, statement, key, head.signature!));
  findings.expect(signed, 'log_signature', () => `head ${head.number} of ${head.size} transfers was not signed by this installation`);
}

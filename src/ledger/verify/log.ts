import { hash } from 'node:crypto';
import { canonicalJson } from '../../base/canonical-json.ts';
import type { Uuid } from '../../base/id.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { Findings } from './findings.ts';
import { HeadNumbers, type NotedHead, type Outside, verifySignature } from './outside.ts';
import { countTiles, headsOf, type HeadRow, tileOf, type TransferRow } from './store.ts';

const TILE = 256;
const HASH = 32;

/** The document of a transfer, made from its row by the general canonical form and not by the engine's own writing. */
function documentOf(row: TransferRow): string {
  const wire = (prefix: string, id: Uuid): string => `${prefix}_${id.replaceAll('-', '')}`;
  const fields: [string, unknown][] = [
    ['seq', row.seq.toString()],
    ['id', wire('trf', row.id)],
    ['kind', row.kind],
    ['debitAccountId', wire('acc', row.debit)],
    ['creditAccountId', wire('acc', row.credit)],
    ['asset', row.asset],
    ['units', row.units.toString()],
    ['pendingId', row.pendingId === null ? null : wire('trf', row.pendingId)],
    ['timeoutMs', row.timeoutMs === null ? null : Number(row.timeoutMs)],
    ['balancing', row.balancing],
    ['effectiveOn', row.effectiveOn],
    ['reference', row.reference],
    ['metadata', row.metadata],
    ['recordedAt', new Date(row.recordedAt).toISOString()],
  ];
  return canonicalJson(Object.fromEntries(fields.filter(([, value]) => value !== null)));
}

const sha256 = (...parts: Uint8Array[]): Buffer => hash('sha256', Buffer.concat(parts), 'buffer');
const leafOf = (row: TransferRow): Buffer => sha256(Uint8Array.of(0), Buffer.from(documentOf(row)));
const nodeOf = (left: Uint8Array, right: Uint8Array): Buffer => sha256(Uint8Array.of(1), left, right);

/** A transfer that is so much older than the newest of all books has been logged. */
const LAG_MS = 3_600_000;

/**
 * Rebuilds a book's Merkle log from its transfers and compares every tile, every head and every head that was noted outside.
 * Feed it all rows in order.
 */
export class LogVerifier {
  readonly #tx: Tx;
  readonly #tenantId: Uuid;
  readonly #findings: Findings;
  readonly #heads: AsyncGenerator<HeadRow[]>;
  #chunk: HeadRow[] = [];
  #head: HeadRow | undefined;
  #ended = false;
  /** Roots of perfect subtrees, largest first, with their number of leaves. */
  #peaks: { leaves: number; root: Buffer }[] = [];
  #growing: Buffer[][] = [];
  #whole: number[] = [];
  #size = 0;
  #logged = 0;
  readonly #outside: Outside;
  /** Noted heads that the rebuilt log has not come to, smallest first. */
  #noted: NotedHead[];
  readonly #numbers = new HeadNumbers();
  #newest: HeadRow | undefined;
  /** When the first transfer behind the last head was recorded. */
  #waitingSince: number | undefined;

  constructor(tx: Tx, tenantId: Uuid, findings: Findings, outside: Outside) {
    this.#tx = tx;
    this.#tenantId = tenantId;
    this.#findings = findings;
    this.#heads = headsOf(tx, tenantId);
    this.#outside = { ...outside, noted: outside.noted.filter((one) => one.tenantId === tenantId && one.size > 0) };
    this.#noted = [...this.#outside.noted].sort((a, b) => a.size - b.size);
  }

  async take(rows: readonly TransferRow[]): Promise<void> {
    for (const row of rows) {
      if (!this.#head && !this.#ended) await this.#nextHead();
      this.#waitingSince ??= row.recordedAt;
      if (this.#ended && !this.#head && this.#noted.length === 0) return;
      const leaf = leafOf(row);
      this.#push(leaf);
      // Tiles reach as far as the heads do.
      if (this.#head) await this.#intoTiles(0, leaf);
      this.#compareNoted();
      if (this.#head && Number(this.#head.size) === this.#size) await this.#compareHead(this.#head);
    }
  }

  /** Compares the growing tiles and answers how many transfers the log has. `newestAt`: when the last of all books was recorded. */
  async finish(newestAt: number): Promise<number> {
    if (!this.#head && !this.#ended) await this.#nextHead();
    if (this.#head) this.#findings.add('log_head', `a head of ${this.#head.size} transfers, of which the book has ${this.#size}`);
    await this.#heads.return(undefined);
    let tiles = this.#whole.reduce((sum, count) => sum + count, 0);
    for (const [level, hashes] of this.#growing.entries()) {
      if (hashes.length === 0) continue;
      tiles++;
      await this.#compareTile(level, this.#whole[level] ?? 0, hashes);
    }
    const stored = await countTiles(this.#tx, this.#tenantId);
    this.#findings.expect(stored === tiles, 'log_tile', () => `the log has ${stored} tiles, ${tiles} are right`);
    for (const { size, source } of this.#noted)
      this.#findings.add('log_noted', `${source} has a head of ${size} transfers, the book has ${this.#size}`);
    for (const { size, source } of this.#outside.noted)
      this.#findings.expect(
        size <= this.#logged,
        'log_noted',
        () => `${source} has a head of ${size} transfers, the log has ${this.#logged}`,
      );
    const late = this.#waitingSince !== undefined && this.#waitingSince < newestAt - LAG_MS;
    this.#findings.expect(!late, 'log_lag', () => `transfer ${this.#logged + 1} is not in the log, which later ones would have taken in`);
    verifySignature(this.#tenantId, this.#newest, this.#outside, this.#findings);
    return this.#logged;
  }

  #compareNoted(): void {
    while (this.#noted[0]?.size === this.#size) {
      const { root, source } = this.#noted.shift()!;
      const found = this.#root().toString('hex');
      this.#findings.expect(
        found === root,
        'log_noted',
        () => `${source} has root ${root} at ${this.#size} transfers, which make ${found}`,
      );
    }
  }

  #root(): Buffer {
    return this.#peaks.map((peak) => peak.root).reduceRight((right, left) => nodeOf(left, right));
  }

  async #nextHead(): Promise<void> {
    if (this.#chunk.length === 0) {
      const next = await this.#heads.next();
      if (next.done) return void (this.#ended = true);
      this.#chunk = [...next.value];
    }
    this.#head = this.#chunk.shift();
  }

  async #compareHead(head: HeadRow): Promise<void> {
    const root = this.#root();
    this.#findings.expect(root.equals(head.root), 'log_head', () => `the head of ${head.size} transfers has another root than they make`);
    this.#logged = this.#size;
    this.#waitingSince = undefined;
    this.#numbers.look(head, this.#findings);
    this.#newest = head;
    this.#head = undefined;
    await this.#nextHead();
  }

  #push(leaf: Buffer): void {
    this.#size++;
    let peak = { leaves: 1, root: leaf };
    while (this.#peaks.at(-1)?.leaves === peak.leaves) {
      const left = this.#peaks.pop()!;
      peak = { leaves: left.leaves * 2, root: nodeOf(left.root, peak.root) };
    }
    this.#peaks.push(peak);
  }

  async #intoTiles(level: number, node: Buffer): Promise<void> {
    const tile = (this.#growing[level] ??= []);
    tile.push(node);
    if (tile.length < TILE) return;
    const index = this.#whole[level] ?? 0;
    this.#whole[level] = index + 1;
    this.#growing[level] = [];
    await this.#compareTile(level, index, tile);
    await this.#intoTiles(level + 1, rootOf(tile));
  }

  async #compareTile(level: number, index: number, hashes: readonly Buffer[]): Promise<void> {
    const stored = await tileOf(this.#tx, this.#tenantId, level, index);
    const same = stored?.length === hashes.length * HASH && Buffer.concat(hashes).equals(stored);
    this.#findings.expect(same, 'log_tile', () => `tile ${index} of level ${level} does not hold what the transfers make`);
  }
}

/** Root of a whole tile: its number of hashes is a power of two. */
function rootOf(hashes: readonly Buffer[]): Buffer {
  let level = [...hashes];
  while (level.length > 1) level = Array.from({ length: level.length / 2 }, (_, i) => nodeOf(level[2 * i]!, level[2 * i + 1]!));
  return level[0]!;
}

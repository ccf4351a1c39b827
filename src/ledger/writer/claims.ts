import type { RowSet, Tx } from '../../infra/postgres/db.ts';
import type { RowOf } from '../port.ts';

type Keys = { asked: Set<string>; taken: Set<string> };

/** A row's key that someone has claimed before. */
export type Taken = { index: number; key: string };

/** The keys that rows claim for themselves: which stand in the tables, and which were claimed earlier in the batch. */
export class Claims {
  readonly #sets = new Map<string, Keys>();
  #before: Claims | undefined;

  /** `before`: claims of a batch that is being written at this moment. */
  constructor(before?: Claims) {
    this.#before = before;
  }

  /** Nothing before this batch is in writing any more. */
  standAlone(): void {
    this.#before = undefined;
  }

  /** Asks the tables about keys of these rows that were not asked about yet: one query for each set that has some. */
  async ask(tx: Tx, rows: Iterable<RowOf>): Promise<void> {
    const unknown = new Map<RowSet<unknown>, Set<string>>();
    for (const { set, value } of rows) {
      if (!set.keys || !set.taken) continue;
      for (const key of set.keys(value)) {
        if (this.#keysOf(set).asked.has(key)) continue;
        if (!unknown.has(set)) unknown.set(set, new Set());
        unknown.get(set)!.add(key);
      }
    }
    await Promise.all(Array.from(unknown, ([set, keys]) => this.#askSet(tx, set, [...keys])));
  }

  async #askSet(tx: Tx, set: RowSet<unknown>, keys: readonly string[]): Promise<void> {
    const taken = await set.taken!(tx, keys);
    const known = this.#keysOf(set);
    for (const key of keys) known.asked.add(key);
    for (const key of taken) known.taken.add(key);
  }

  /** Whether every key of these rows has been asked about. */
  knows(rows: readonly RowOf[]): boolean {
    return rows.every(({ set, value }) => !set.keys || !set.taken || set.keys(value).every((key) => this.#keysOf(set).asked.has(key)));
  }

  /** The first row with a key that is taken, be it by another row of the same act. */
  firstTaken(rows: readonly RowOf[]): Taken | undefined {
    let own: Set<string> | undefined;
    for (let index = 0; index < rows.length; index++) {
      const { set, value } = rows[index]!;
      if (!set.keys) continue;
      for (const key of set.keys(value)) {
        const ownKey = `${claimsOf(set)} ${key}`;
        if (own?.has(ownKey) || this.#isTaken(set, key)) return { index, key };
        own = (own ?? new Set()).add(ownKey);
      }
    }
    return undefined;
  }

  claim(rows: readonly RowOf[]): void {
    for (const { set, value } of rows) {
      if (!set.keys) continue;
      for (const key of set.keys(value)) this.#keysOf(set).taken.add(key);
    }
  }

  #isTaken(set: RowSet<unknown>, key: string): boolean {
    if (this.#keysOf(set).taken.has(key)) return true;
    const before = this.#before;
    return before !== undefined && before.#keysOf(set).taken.has(key);
  }

  #keysOf(set: RowSet<unknown>): Keys {
    const name = claimsOf(set);
    let keys = this.#sets.get(name);
    if (!keys) this.#sets.set(name, (keys = { asked: new Set(), taken: new Set() }));
    return keys;
  }
}

const claimsOf = ({ name, claims = name }: RowSet<unknown>): string => claims;

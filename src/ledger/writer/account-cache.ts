import type { Uuid } from '../../base/id.ts';
import type { Account } from '../account.ts';

/**
 * Accounts of one book between batches, the rarely used ones forgotten: two generations, where what is used moves to the
 * young one and, when that is full, the old one is dropped whole. Nothing is dropped while a batch is being evaluated.
 */
export class AccountCache {
  readonly #half: number;
  #young = new Map<Uuid, Account>();
  #old = new Map<Uuid, Account>();

  /** `capacity`: most accounts kept from one batch to the next. */
  constructor(capacity: number) {
    this.#half = Math.max(1, Math.floor(capacity / 2));
  }

  get(id: Uuid): Account | undefined {
    const found = this.#young.get(id);
    if (found) return found;
    const aged = this.#old.get(id);
    if (aged) {
      this.#old.delete(id);
      this.#young.set(id, aged);
    }
    return aged;
  }

  put(account: Account): void {
    this.#young.set(account.id, account);
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** Between batches: ages what has not been used for long. */
  age(): void {
    if (this.#young.size <= this.#half) return;
    this.#old = this.#young;
    this.#young = new Map();
  }

  clear(): void {
    this.#young = new Map();
    this.#old = new Map();
  }
}

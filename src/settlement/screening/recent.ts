/**
 * Keeps what came lately, in bounded number: two generations of at most `most` each, the elder dropped when the younger is
 * full. Taking out the eldest one by one would make a Map walk over all it has lost.
 */
export class Recent<V> {
  private younger = new Map<string, V>();
  private elder = new Map<string, V>();
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  get size(): number {
    return this.younger.size + this.elder.size;
  }

  get(key: string): V | undefined {
    const value = this.younger.get(key);
    if (value !== undefined) return value;
    const kept = this.elder.get(key);
    if (kept !== undefined) this.set(key, kept);
    return kept;
  }

  has(key: string): boolean {
    return this.younger.has(key) || this.elder.has(key);
  }

  set(key: string, value: V): void {
    if (this.younger.size >= this.most) {
      this.elder = this.younger;
      this.younger = new Map();
    }
    this.younger.set(key, value);
  }
}

/** Things to let go of, the last one opened first. */
export type Closers = { add(close: () => Promise<void> | void): void; close(): Promise<void> };

/** Every closer runs, whatever becomes of the others; the first failure is thrown when all are done. Safe to call twice. */
export function createClosers(): Closers {
  const closers: (() => Promise<void> | void)[] = [];
  return {
    add: (close) => void closers.push(close),
    async close() {
      const failures: unknown[] = [];
      for (const close of closers.splice(0).reverse()) {
        try {
          await close();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}

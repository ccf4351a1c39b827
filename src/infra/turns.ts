/** When everything that waits in the event loop has had its turn: answers of the database, other callers. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Begins work on every item, so many in each turn of the event loop, and answers with all results in their order. Rejects
 * with the first error once nothing more is begun; what was begun goes on.
 */
export async function mapInTurns<T, R>(items: readonly T[], size: number, work: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const results: Promise<R>[] = [];
  for (let index = 0; index < items.length; index++) {
    if (index > 0 && index % size === 0) await turn();
    const result = work(items[index]!, index);
    // It is waited for at the end; until then a failure is nobody's.
    result.catch(ignore);
    results.push(result);
  }
  return await Promise.all(results);
}

function ignore(): void {}

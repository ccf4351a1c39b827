/**
 * Does something that a command does in this process, and answers with the exit code that it asked for, 0 when it asked for
 * none. The code is put back: a worker is kept from file to file, and the next one must not find it.
 */
export async function exitCodeOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.exitCode;
  process.exitCode = undefined;
  try {
    await work();
    return Number(process.exitCode ?? 0);
  } finally {
    process.exitCode = before;
  }
}

/**
 * Does something that a command does in this process, and answers with the exit code that it asked for, 0 when it asked for
 * none. The code is put back: a worker is kept from file to file, and the next one must not find it.
 */
export async function exitCodeOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.exitCode;
  process.exitCode = undefined;
  try {
    await work();
    return asked();
  } finally {
    process.exitCode = before;
  }
}

/** A function of its own: beside the line that clears it, the compiler takes the code for still cleared. */
function asked(): number {
  return Number(process.exitCode ?? 0);
}

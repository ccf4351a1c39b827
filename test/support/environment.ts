/**
 * What a program of ours needs of the environment in any case: where programs are, and the library without which this Node
 * may not start (bin/node.sh).
 */
export function basicEnvironment(): { PATH: string | undefined; HOME: string | undefined; LD_LIBRARY_PATH: string | undefined } {
  const { PATH, HOME, LD_LIBRARY_PATH } = process.env;
  return { PATH, HOME, LD_LIBRARY_PATH };
}

/** Options under which git starts no program of a repository: no monitor, hook, or transport. */
export const SAFE_OPTIONS: readonly string[] = [
  '--no-pager',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'protocol.allow=never',
  '-c',
  'submodule.recurse=false',
];

/**
 * The command that lists what a repository's own configuration would have git start when it compares files: filters, which
 * no option turns off, and files that may name some; `more` are patterns of further names. Exit code 0 and a name a line
 * when there is something.
 */
export function listsPrograms(...more: readonly string[]): readonly string[] {
  const names = ['filter\\..*\\.(clean|smudge|process)', 'include(if)?\\..*path', ...more];
  return ['config', '--local', '--name-only', '--get-regexp', `^(${names.join('|')})$`];
}

import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** What the folder of records ignores: keys and locks stay on a machine, records and evidence may be kept with the repository. */
export const IGNORED = 'installation.key\nlock\nlock.pid\nwatch.lock\nwatch.lock.pid\nrecords.torn\n*.draft\n';

/** Asks git anywhere in a repository; undefined when it says nothing good. */
type AskGit = (args: readonly string[]) => Promise<string | undefined>;

const HASH_GLOB = '[0-9a-f]'.repeat(64);
const LOG_FILE = /^(records\.jsonl|evidence\/[0-9a-f]{64}(\.type)?)$/;
const LOOKS_LIKE_LOG = /^(records\.jsonl|evidence\/[0-9a-f]{64}(\.type)?)(\/|$)/;

/**
 * What of the folder of records says nothing of what is judged, as pathspecs of git: the log, whose entries are signed or told as
 * what they are, evidence under its hash, and the list of what is ignored as long as it is ours. Only exactly these: any other
 * file of the folder is judged as all others, and so are these where one of them is no plain file. `root` is that of the
 * repository, both paths real; none for a folder outside of it.
 */
export async function recordsPathspec(root: string, records: string, ask: AskGit): Promise<readonly string[]> {
  const way = relative(root, records);
  if (way === '..' || way.startsWith(`..${sep}`)) return [];
  const prefix = way === '' ? '' : `${way.replaceAll(sep, '/')}/`;
  const entries = await trackedBelow(prefix, ask);
  if (entries === undefined || entries.some(hidesSomething)) return [];
  const names = ['records.jsonl', `evidence/${HASH_GLOB}`, `evidence/${HASH_GLOB}.type`];
  const isOurs =
    entries.every(({ name, object }) => name !== '.gitignore' || object === blobOf(IGNORED, object.length)) &&
    (await readFile(join(records, '.gitignore'), 'utf8').catch(() => IGNORED)) === IGNORED;
  return [...names, ...(isOurs ? ['.gitignore'] : [])].map((name) => `:(exclude,top,glob)${escaped(prefix)}${name}`);
}

type Tracked = { name: string; mode: string; object: string };

/** What the index and the commit hold below a folder, by names from there. */
async function trackedBelow(prefix: string, ask: AskGit): Promise<Tracked[] | undefined> {
  const lists = [
    await ask(['ls-files', '-s', '-z', '--full-name', '--', `:(top,literal)${prefix}`]),
    await ask(['ls-tree', '-r', '-z', '--full-tree', 'HEAD', ...(prefix === '' ? [] : ['--', prefix])]),
  ];
  if (lists.some((list) => list === undefined)) return undefined;
  return lists.flatMap((list) =>
    list!.split('\0').flatMap((entry) => {
      // `100644 <object> 0` of the index, `100644 blob <object>` of a commit.
      const [, mode = '', object = '', path = ''] = /^(\d+) (?:\w+ (?=[0-9a-f]{40}))?([0-9a-f]+)[^\t]*\t(.+)$/s.exec(entry) ?? [];
      return path === '' ? [] : [{ name: path.slice(prefix.length), mode, object }];
    }),
  );
}

/** A folder, link or program by the name of a piece of the log: whatever stands there is none. */
function hidesSomething({ name, mode }: Tracked): boolean {
  return LOOKS_LIKE_LOG.test(name) && !(LOG_FILE.test(name) && mode === '100644');
}

function blobOf(text: string, digits: number): string {
  return hash(digits === 40 ? 'sha1' : 'sha256', `blob ${Buffer.byteLength(text)}\0${text}`);
}

const escaped = (path: string): string => path.replaceAll(/[*?[\]\\]/g, '\\$&');

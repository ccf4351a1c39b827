import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commitAll, gitIn } from '../../../test/support/readiness-cli.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { historyOf, type Released } from './authors.ts';
import { IGNORED } from './records-apart.ts';

function repository(): string {
  const folder = temporaryFolder({ 'app.ts': '0' });
  gitIn(folder, ['init', '-q']);
  return folder;
}

/** A commit with its author, its committer and what its message says. */
function commitBy(folder: string, text: string, { author = 'Ann Author', committer = 'Ann Author', message = 'next' } = {}): string {
  writeFileSync(join(folder, 'app.ts'), text);
  gitIn(folder, ['add', '-A']);
  gitIn(
    folder,
    ['commit', '-q', '--author', `${author} <${author.toLowerCase().replace(' ', '.')}@example.org>`, '-m', message],
    committer,
  );
  return gitIn(folder, ['rev-parse', 'HEAD']);
}

const authorsOf = async (folder: string, commit: string, released: Released = {}) => [
  ...new Set(
    (await historyOf(folder, { commit, records: join(folder, '.readiness'), released }))!.authors.map((name) => name.replace(/ <.*/, '')),
  ),
];

describe('who wrote what is released', () => {
  test('is everybody who wrote, put in or helped with any commit since the last release, and nobody from before it', async () => {
    const folder = repository();
    const released = commitBy(folder, '1', { author: 'Before Release' });
    commitBy(folder, '2', { author: 'First Writer', committer: 'Puts In' });
    commitBy(folder, '3', {
      message: 'More\n\nCo-authored-by: Helps Out <helps@example.org>\nco-authored-by: Helps Too <too@example.org>',
    });
    const judged = commitBy(folder, '4', { author: 'Last Writer' });
    const all = ['Ann Author', 'Before Release', 'First Writer', 'Helps Out', 'Helps Too', 'Last Writer', 'Puts In'];
    expect((await authorsOf(folder, judged)).toSorted()).toEqual(all);
    const since = all.filter((name) => name !== 'Before Release');
    expect((await authorsOf(folder, `${judged}+edited`, { since: released.slice(0, 10) })).toSorted()).toEqual(since);
    expect((await authorsOf(folder, judged, { verdicts: [released] })).toSorted()).toEqual(since);
    gitIn(folder, ['tag', 'v1', released]);
    expect((await authorsOf(folder, judged, { tag: 'v*' })).toSorted()).toEqual(since);
  });

  test('counts also what was written on a branch whose work was undone again, and whoever merged it', async () => {
    const folder = repository();
    const first = commitBy(folder, '1');
    gitIn(folder, ['checkout', '-q', '-b', 'side']);
    commitBy(folder, '2', { author: 'Side Writer' });
    commitBy(folder, '1', { author: 'Undoes It' });
    gitIn(folder, ['checkout', '-q', '-']);
    writeFileSync(join(folder, 'other.ts'), '1');
    commitAll(folder);
    gitIn(folder, ['merge', '-q', '--no-ff', '-m', 'merge', 'side'], 'Merges It');
    const judged = gitIn(folder, ['rev-parse', 'HEAD']);
    expect(await authorsOf(folder, judged, { since: first })).toEqual(expect.arrayContaining(['Side Writer', 'Undoes It', 'Merges It']));
  });

  test('is not whoever kept signatures with the repository, and not changed by a map of names', async () => {
    const folder = repository();
    const first = commitBy(folder, '1');
    commitAll(folder, { '.mailmap': 'Somebody Else <x@example.org> <first.writer@example.org>' });
    const judged = commitBy(folder, '2', { author: 'First Writer' });
    commitAll(folder, { '.readiness/records.jsonl': '{}\n', '.readiness/.gitignore': IGNORED }, 'Keeps Records');
    expect((await authorsOf(folder, judged, { since: first })).toSorted()).toEqual(['Ann Author', 'First Writer']);
    const next = commitBy(folder, '3');
    expect(await authorsOf(folder, next, { since: first })).not.toContain('Keeps Records');
  });

  test('are all of them again for a go over the very commit that is judged, or one that it does not come after', async () => {
    const folder = repository();
    commitBy(folder, '1', { author: 'First Writer' });
    const judged = commitBy(folder, '2', { author: 'Second Writer' });
    gitIn(folder, ['checkout', '-q', '-b', 'side', 'HEAD~1']);
    const aside = commitBy(folder, '3', { author: 'Side Writer' });
    const all = ['Ann Author', 'First Writer', 'Second Writer'];
    for (const verdicts of [[judged], [`${judged}+edited`], [aside], ['c0ffee'], ['-x'], ['0'.repeat(40)]])
      expect((await authorsOf(folder, judged, { verdicts })).toSorted()).toEqual(all);
    for (const since of [judged, aside, 'nothing', '--all'])
      await expect(authorsOf(folder, judged, { since })).rejects.toMatchObject({ code: 'readiness.since_unknown' });
  });

  test('is not known of a shallow clone, unless the release is in it, and nothing is known outside of a repository', async () => {
    const folder = repository();
    commitBy(folder, '1', { author: 'First Writer' });
    const released = commitBy(folder, '2');
    const judged = commitBy(folder, '3', { author: 'Last Writer' });
    const clone = join(temporaryFolder(), 'clone');
    execFileSync('git', ['-c', 'protocol.file.allow=always', 'clone', '-q', '--depth', '2', `file://${folder}`, clone], { stdio: 'pipe' });
    expect((await historyOf(clone, { commit: judged, released: {} }))!.authors[0]).toMatch(/^<the clone is shallow/);
    expect(await authorsOf(clone, judged, { since: released })).toEqual(['Last Writer', 'Ann Author']);
    expect(await historyOf(temporaryFolder(), { commit: 'c0ffee', released: {} })).toBeUndefined();
  });
});

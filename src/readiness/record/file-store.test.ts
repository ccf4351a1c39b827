import { fork, type ChildProcess } from 'node:child_process';
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { manualClock } from '../../base/time.ts';
import { holdsRecords } from '../../../test/support/record-store.ts';
import { sampleBody } from '../../../test/support/sample-body.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { openFileStore } from './file-store.ts';

const clock = manualClock();

describe('a folder of records', () => {
  holdsRecords(async () => {
    const folder = join(temporaryFolder(), '.readiness');
    return { store: openFileStore(folder, { clock }), again: () => openFileStore(folder, { clock }) };
  });

  test('cuts off a line that a crash has torn at any byte, keeps it apart, and goes on counting', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'records.jsonl');
    await openFileStore(folder, { clock }).append('one', sampleBody('w0'));
    const whole = readFileSync(path);
    await openFileStore(folder, { clock }).append('one', sampleBody('w1'));
    const both = readFileSync(path);
    for (const length of [whole.length + 1, whole.length + 40, both.length - 1]) {
      writeFileSync(path, both.subarray(0, length));
      const store = openFileStore(folder, { clock });
      expect(await Array.fromAsync(store.read('one'))).toHaveLength(1);
      expect((await store.root()).size).toBe(1);
      expect(await store.append('one', sampleBody('again'))).toMatchObject({ index: 1 });
      const kept = await Array.fromAsync(store.read('one'));
      expect(kept.map(({ body }) => (body as { watchId: string }).watchId)).toEqual(['w0', 'again']);
    }
    expect(readFileSync(join(folder, 'records.torn'), 'utf8').split('\n')[0]).toBe('{');
  });

  test('takes the zeros that a power cut leaves behind the last line for a torn line', async () => {
    const folder = temporaryFolder();
    const store = openFileStore(folder, { clock });
    await store.append('one', sampleBody('w0'));
    appendFileSync(join(folder, 'records.jsonl'), Buffer.alloc(512));
    expect(await store.append('one', sampleBody('w1'))).toMatchObject({ index: 1 });
    expect(await Array.fromAsync(store.readAll())).toHaveLength(2);
  });

  test('refuses to go on behind a line that is no entry, or not the one that stood there', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'records.jsonl');
    const store = openFileStore(folder, { clock });
    await store.append('one', sampleBody('w0'));
    await store.append('one', sampleBody('w1'));
    const sound = readFileSync(path, 'utf8');
    for (const changed of [
      sound.replace('w0', 'x0'),
      sound.replace('"index":1', '"index":2'),
      `not json\n${sound}`,
      sound.split('\n')[1]!,
    ]) {
      writeFileSync(path, `${changed.trim()}\n`);
      await expect(openFileStore(folder, { clock }).append('one', sampleBody('w2'))).rejects.toMatchObject({
        code: 'readiness.log_damaged',
      });
    }
  });

  test('notices that entries were cut off while it was open', async () => {
    const folder = temporaryFolder();
    const store = openFileStore(folder, { clock });
    await store.append('one', sampleBody('w0'));
    truncateSync(join(folder, 'records.jsonl'), 0);
    await expect(store.append('one', sampleBody('w1'))).rejects.toMatchObject({ code: 'readiness.log_damaged' });
  });

  test('does not hand out evidence that was changed', async () => {
    const folder = temporaryFolder();
    const store = openFileStore(folder, { clock });
    const sha256 = await store.putEvidence(Buffer.from('seen'), 'text/plain');
    writeFileSync(join(folder, 'evidence', sha256), 'made up');
    await expect(store.evidence(sha256)).rejects.toMatchObject({ code: 'readiness.evidence_damaged' });
  });

  test('keeps every acknowledged entry of several processes, also of one that is killed', async () => {
    const folder = temporaryFolder();
    const writer = new URL('../../../test/support/append-records.ts', import.meta.url);
    const children = ['a', 'b', 'c'].map((name) => fork(writer, [folder, name], { stdio: 'ignore' }));
    onTestFinished(() => children.forEach((child) => child.kill('SIGKILL')));
    const acknowledged = await Promise.all(children.map((child, at) => appendedBy(child, at === 0 ? 'kill' : 'leave')));
    const kept = await Array.fromAsync(openFileStore(folder, { clock }).readAll());
    const leaves = kept.map(({ leaf }) => leaf);
    expect(new Set(leaves).size).toBe(leaves.length);
    expect(leaves).toEqual(expect.arrayContaining(acknowledged.flat()));
    expect(kept.map(({ index }) => index)).toEqual(kept.map((_, at) => at));
    expect(acknowledged.map((own) => own.length >= 10)).toEqual([true, true, true]);
  });
});

/** The leaves that a process was answered; one that is to be killed is so in the middle of its work. */
function appendedBy(child: ChildProcess, fate: 'kill' | 'leave'): Promise<string[]> {
  const leaves: string[] = [];
  return new Promise((resolve, reject) => {
    child.on('message', (leaf: string) => {
      leaves.push(leaf);
      if (fate === 'kill' && leaves.length === 10) child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('exit', () => resolve(leaves));
  });
}

import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import { rootOfLeaves } from '../../src/base/merkle.ts';
import { leafOfEntry } from '../../src/readiness/record/leaf.ts';
import type { ReadinessRecord, RecordBody, RecordStore } from '../../src/readiness/record/record.ts';
import { sampleBody } from './sample-body.ts';

/** A new, empty log; `again` opens another handle on the same one, as a second process would. */
export type OpenedStore = { store: RecordStore; again(): Promise<RecordStore> | RecordStore };

/** What every store of records has to keep. Call it inside a `describe`. */
export function holdsRecords(open: () => Promise<OpenedStore>): void {
  test('gives back an entry as it was appended, under the hash of its content', async () => {
    const { store } = await open();
    const body = { ...sampleBody('ä "quoted" \u{1F680}\n'), because: [] } as unknown as RecordBody;
    const appended = await store.append('one', body);
    expect(appended).toMatchObject({ index: 0, checklist: 'one', body });
    expect(appended.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(appended.leaf).toBe(leafOfEntry(appended));
    expect(await Array.fromAsync(store.read('one'))).toEqual([appended]);
  });

  test('counts the entries of each checklist without gaps, and keeps the order of all', async () => {
    const { store } = await open();
    const appended: ReadinessRecord[] = [];
    for (const name of ['one', 'two', 'one', 'one', 'two']) appended.push(await store.append(name, sampleBody(`w${appended.length}`)));
    expect(appended.map(({ checklist, index }) => `${checklist} ${index}`)).toEqual(['one 0', 'two 0', 'one 1', 'one 2', 'two 1']);
    expect(await Array.fromAsync(store.readAll())).toEqual(appended);
    expect(await Array.fromAsync(store.read('one', 1))).toEqual([appended[2], appended[3]]);
    expect(await Array.fromAsync(store.read('two', 2))).toEqual([]);
    expect(await Array.fromAsync(store.read('three'))).toEqual([]);
  });

  test('tells the root over all leaves in the order in which they were appended', async () => {
    const { store } = await open();
    expect(await store.root()).toEqual({ size: 0, root: hash('sha256', '') });
    const leaves: string[] = [];
    for (const name of ['b', 'a', 'b']) {
      leaves.push((await store.append(name, sampleBody(name))).leaf);
      const root = Buffer.from(rootOfLeaves(Buffer.from(leaves.join(''), 'hex'))).toString('hex');
      expect(await store.root()).toEqual({ size: leaves.length, root });
    }
  });

  test('shows at once to one handle what another has appended', async () => {
    const { store, again } = await open();
    const other = await again();
    const first = await store.append('one', sampleBody('w0'));
    expect(await Array.fromAsync(other.read('one'))).toEqual([first]);
    const second = await other.append('one', sampleBody('w1'));
    expect(second.index).toBe(1);
    expect(await Array.fromAsync(store.read('one'))).toEqual([first, second]);
    expect(await store.root()).toEqual(await other.root());
  });

  test('keeps every entry once, in one order, when several append at the same time', async () => {
    const { store, again } = await open();
    const handles = [store, await again()];
    const appended = await Promise.all(Array.from({ length: 24 }, (_, i) => handles[i % 2]!.append(`c${i % 3}`, sampleBody(`w${i}`))));
    const kept = await Array.fromAsync(store.readAll());
    expect(kept).toHaveLength(24);
    expect(new Set(kept.map(({ leaf }) => leaf))).toEqual(new Set(appended.map(({ leaf }) => leaf)));
    for (const name of ['c0', 'c1', 'c2']) {
      const own = kept.filter(({ checklist }) => checklist === name);
      expect(own.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    }
  });

  test('refuses what JSON cannot carry, and keeps nothing of it', async () => {
    const { store } = await open();
    const body = { ...sampleBody('w0'), at: Number.NaN } as unknown as RecordBody;
    await expect(store.append('one', body)).rejects.toMatchObject({ code: 'json.not_representable' });
    expect(await store.append('one', sampleBody('w1'))).toMatchObject({ index: 0 });
  });

  test('keeps bytes under their SHA-256, once, with the type that they were given first', async () => {
    const { store, again } = await open();
    const bytes = Buffer.from('seen\u0000 by a check');
    const sha256 = await store.putEvidence(bytes, 'text/plain');
    expect(sha256).toBe(hash('sha256', bytes));
    expect(await store.putEvidence(bytes, 'application/json')).toBe(sha256);
    const found = await (await again()).evidence(sha256);
    expect(found?.mediaType).toBe('text/plain');
    expect(Buffer.from(found!.bytes).equals(bytes)).toBe(true);
  });

  test('keeps empty evidence, and tells what it does not have', async () => {
    const { store } = await open();
    const nothing = await store.putEvidence(new Uint8Array(), 'text/plain');
    expect((await store.evidence(nothing))?.bytes.length).toBe(0);
    expect(await store.evidence(hash('sha256', 'never kept'))).toBeUndefined();
    expect(await store.evidence('../records.jsonl')).toBeUndefined();
  });

  test('keeps the same evidence when several put it at the same time', async () => {
    const { store, again } = await open();
    const other = await again();
    const bytes = Buffer.alloc(100_000, 7);
    const hashes = await Promise.all([store, other, store, other].map((one) => one.putEvidence(bytes, 'text/plain')));
    expect(new Set(hashes)).toEqual(new Set([hash('sha256', bytes)]));
    expect(Buffer.from((await other.evidence(hashes[0]!))!.bytes).equals(bytes)).toBe(true);
  });
}

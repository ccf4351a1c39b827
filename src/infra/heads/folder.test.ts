import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { newId } from '../../base/id.ts';
import { Secret } from '../../base/secret.ts';
import { acceptHead, headsIn } from './folder.ts';
import type { Head } from './port.ts';

const key = () => new Secret<Uint8Array>(randomBytes(32));
const head = (more: Partial<Head> = {}): Head => ({
  log: 'ledger',
  tenantId: '0192f3f0-0000-7000-8000-000000000001',
  number: 3n,
  size: 7,
  root: Buffer.alloc(32, 1),
  at: 1_000,
  ...more,
});

test('a signature holds for every part of the head, and for nothing else', async () => {
  const heads = await headsIn(temporaryFolder(), key());
  const signature = heads.sign(head());
  expect(heads.isOurs(head(), signature)).toBe(true);
  const others: Partial<Head>[] = [
    { log: 'audit' },
    { tenantId: newId() },
    { number: 4n },
    { size: 8 },
    { root: Buffer.alloc(32) },
    { at: 2 },
  ];
  expect(others.map((more) => heads.isOurs(head(more), signature))).toEqual(others.map(() => false));
});

test('another master key makes other signatures; what the one before signed is still known in the folder, and nowhere else', async () => {
  const folder = temporaryFolder();
  const [first, second] = [key(), key()];
  const signature = (await headsIn(folder, first)).sign(head());
  expect((await headsIn(folder, second)).isOurs(head(), signature)).toBe(true);
  expect((await headsIn(folder, first)).isOurs(head(), signature)).toBe(true);
  expect((await headsIn(temporaryFolder(), second)).isOurs(head(), signature)).toBe(false);
});

test('the last head of each log is kept, for this user only', async () => {
  const folder = temporaryFolder();
  const masterKey = key();
  const { tenantId, ...noted } = head();
  const before = await headsIn(folder, masterKey);
  expect(await before.read('ledger', tenantId)).toBeUndefined();
  await before.write('ledger', tenantId, { ...noted, size: 6 });
  await before.write('ledger', tenantId, noted);
  const { number, size, root, at } = noted;
  expect(await (await headsIn(folder, masterKey)).read('ledger', tenantId)).toEqual({ number, size, root, at });
  expect(await before.read('audit', tenantId)).toBeUndefined();
  expect(readdirSync(join(folder, 'heads', 'ledger'))).toEqual([`${tenantId}.json`]);
});

test('a head that an operator accepts takes the place of the noted one, which stays with the reason', async () => {
  const folder = temporaryFolder();
  const { tenantId, ...noted } = head();
  const heads = await headsIn(folder, key());
  await heads.write('ledger', tenantId, noted);
  await acceptHead(join(folder, 'heads'), { log: 'ledger', tenantId }, { ...noted, size: 5 }, { at: 0, because: 'restored' });
  expect(await heads.read('ledger', tenantId)).toMatchObject({ size: 5 });
  await heads.write('ledger', tenantId, { ...noted, size: 6 });
  const file = JSON.parse(readFileSync(join(folder, 'heads', 'ledger', `${tenantId}.json`), 'utf8')) as object;
  expect(file).toMatchObject({ size: 6, accepted: [{ because: 'restored', instead: { size: 7 } }] });
});

const ROOT = '01'.repeat(32);
const note = { number: '3', size: 7, root: ROOT, at: '2026-11-23T00:00:00.000Z' };
const accepted = { at: note.at, because: 'restored', instead: null };

test.each([
  ['half a note', '{'],
  ['nothing', ''],
  ['null', 'null'],
  ['an empty object', '{}'],
  ['a list', '[]'],
  ['zeros, as a crash may leave them', '\0\0\0\0'],
  ['a note without size', JSON.stringify({ ...note, size: undefined })],
  ['a size that is text', JSON.stringify({ ...note, size: '7' })],
  ['half a size', JSON.stringify({ ...note, size: 0.5 })],
  ['a negative size', JSON.stringify({ ...note, size: -1 })],
  ['a number that is none', JSON.stringify({ ...note, number: '0x3' })],
  ['a number beyond all numbers', JSON.stringify({ ...note, number: '9'.repeat(30) })],
  ['an empty root', JSON.stringify({ ...note, root: '' })],
  ['a root of other digits', JSON.stringify({ ...note, root: 'zz'.repeat(32) })],
  ['a time that is none', JSON.stringify({ ...note, at: 'x' })],
  ['a time that is a number', JSON.stringify({ ...note, at: 5 })],
  ['accepted heads that are no list', JSON.stringify({ ...note, accepted: {} })],
  ['an accepted head without reason', JSON.stringify({ ...note, accepted: [{ ...accepted, because: undefined }] })],
])('%s is a damaged note, not one that is missing, whoever reads, writes or accepts', async (_, text) => {
  const folder = temporaryFolder();
  const { tenantId, ...noted } = head();
  const heads = await headsIn(folder, key());
  await heads.write('ledger', tenantId, noted);
  const file = join(folder, 'heads', 'ledger', `${tenantId}.json`);
  writeFileSync(file, text);
  const damaged = { code: 'heads.note_damaged' };
  await expect(heads.read('ledger', tenantId)).rejects.toMatchObject(damaged);
  await expect(heads.write('ledger', tenantId, noted)).rejects.toMatchObject(damaged);
  const accepting = acceptHead(join(folder, 'heads'), { log: 'ledger', tenantId }, noted, { at: 0, because: 'x' });
  await expect(accepting).rejects.toMatchObject(damaged);
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test('a note that the disk does not give is a damaged one', async () => {
  const folder = temporaryFolder();
  const { tenantId } = head();
  const heads = await headsIn(folder, key());
  // A folder in its place fails by reading for root, too, whom no permission stops.
  mkdirSync(join(folder, 'heads', 'ledger', `${tenantId}.json`), { recursive: true });
  await expect(heads.read('ledger', tenantId)).rejects.toMatchObject({ code: 'heads.note_damaged' });
});

test('keys that cannot be read are told by name, and are not replaced', async () => {
  const text = '-----BEGIN PUBLIC KEY-----\nno\n-----END PUBLIC KEY-----\n';
  const folder = temporaryFolder({ 'heads/keys.pem': text });
  await expect(headsIn(folder, key())).rejects.toMatchObject({ code: 'heads.keys_damaged' });
  expect(readFileSync(join(folder, 'heads', 'keys.pem'), 'utf8')).toBe(text);
});

test('drafts that a crash left are removed, those of a process that writes now are not', async () => {
  const [left, fresh] = ['one.json.0123456789ab.new', 'two.json.ba9876543210.new'];
  const folder = temporaryFolder({ [`heads/audit/${left}`]: '{', [`heads/audit/${fresh}`]: '{', 'heads/audit/one.json': '{' });
  const old = new Date(Date.now() - 7_200_000);
  for (const name of [left, 'one.json']) utimesSync(join(folder, 'heads', 'audit', name), old, old);
  await headsIn(folder, key());
  expect(readdirSync(join(folder, 'heads', 'audit')).toSorted()).toEqual(['one.json', fresh]);
});

import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { newId, type Uuid } from '../base/id.ts';
import { Secret } from '../base/secret.ts';
import { manualClock } from '../base/time.ts';
import { housePeople } from './signing.ts';
import { insertKeyEnd } from './store/key-store.ts';

let database: TestDatabase;
beforeAll(async () => void (database = await createTestDatabase({ modules: ['access', 'readiness'] })));
afterAll(() => database.drop());

const clock = manualClock();
const newMasterKey = () => new Secret<Uint8Array>(randomBytes(32));
const peopleOf = (tenantId: Uuid, masterKey: Secret<Uint8Array>) => housePeople({ db: database.db, clock, masterKey }, tenantId);
const ada = { accountId: 'usr_ada', name: 'Ada Lovelace', roles: ['Security'] };
const content = new TextEncoder().encode('{"lineId":"a"}');

test('a signature holds for exactly its content, account, name and roles', async () => {
  const people = peopleOf(newId(), newMasterKey());
  const signature = await people.signerFor(ada).sign(content);
  expect(signature).toMatchObject(ada);
  expect(await people.verify(signature, content)).toBe(true);
  expect(await people.verify(signature, new TextEncoder().encode('{"lineId":"b"}'))).toBe(false);
  for (const change of [
    { accountId: 'usr_eve' },
    { name: 'Eve' },
    { roles: ['Security', 'Release'] },
    { roles: [] },
    { algorithm: 'none' },
  ])
    expect(await people.verify({ ...signature, ...change }, content)).toBe(false);
});

test('a key that the installation has not made is worth nothing, though its signature fits', async () => {
  const people = peopleOf(newId(), newMasterKey());
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const genuine = await people.signerFor(ada).sign(content);
  const forged = {
    ...genuine,
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    value: sign(null, content, privateKey).toString('base64'),
  };
  expect(await people.verify(forged, content)).toBe(false);
});

test('processes that sign for the first time at once share one key', async () => {
  const [tenantId, masterKey] = [newId(), newMasterKey()];
  const signatures = await Promise.all(Array.from({ length: 4 }, () => peopleOf(tenantId, masterKey).signerFor(ada).sign(content)));
  expect(new Set(signatures.map(({ publicKey }) => publicKey)).size).toBe(1);
});

test('under another master key a new key signs, and what the old one signed still verifies', async () => {
  const tenantId = newId();
  const before = await peopleOf(tenantId, newMasterKey()).signerFor(ada).sign(content);
  const people = peopleOf(tenantId, newMasterKey());
  const after = await people.signerFor(ada).sign(content);
  expect(after.publicKey).not.toBe(before.publicKey);
  expect(await people.verify(before, content)).toBe(true);
  expect(await people.verify(after, content)).toBe(true);
});

test('a key that was ended signs nothing more, and what it signed counts by when it was made', async () => {
  const [tenantId, masterKey] = [newId(), newMasterKey()];
  const people = peopleOf(tenantId, masterKey);
  const signature = await people.signerFor(ada).sign(content);
  const before = await people.keysNow();
  const at = clock.now() + 1_000;
  const end = { keyId: signature.publicKey, at, by: 'Ops', reason: 'Yearly change' };
  await database.db.write({ tenantId }, (tx) => insertKeyEnd(tx, tenantId, end));
  // Another process, which knew the key before it was ended, asks anew before it judges.
  expect(await people.keysNow()).not.toBe(before);
  expect(await people.verify(signature, content)).toBe(true);
  expect(await people.keyHeld(signature, { at: at - 1 })).toBe(true);
  expect(await people.keyHeld(signature, { at })).toBe(false);
  expect(await people.keyHeld(signature, { at: at - 1, claimedAt: at })).toBe(false);
  expect((await people.signerFor(ada).sign(content)).publicKey).not.toBe(signature.publicKey);
  await database.db.write({ tenantId }, (tx) => insertKeyEnd(tx, tenantId, { ...end, at: at + 1, compromisedSince: at - 500 }));
  await people.keysNow();
  expect(await people.keyHeld(signature, { at: at - 501 })).toBe(true);
  expect(await people.keyHeld(signature, { at: at - 500 })).toBe(false);
  expect(await people.keyHeld({ ...signature, publicKey: 'other' }, { at: 0 })).toBe(false);
});

test('the private key is not in the database in clear', async () => {
  const tenantId = newId();
  await peopleOf(tenantId, newMasterKey()).signerFor(ada).sign(content);
  const [row] = await database.admin<{ sealed: Buffer }>(
    'select sealed_private as sealed from readiness.signing_key where tenant_id = $1',
    [tenantId],
  );
  // Each PKCS #8 of Ed25519 begins like this (RFC 8410 §10.3).
  expect(row!.sealed.toString('hex')).not.toContain('302e020100300506032b6570');
});
